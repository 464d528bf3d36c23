/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with variables, conditions, patterns and paths, and lists and maps of them. */
#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/value.h"
#include "model/expect.h"
#include "model/member_path.h"
#include "model/variables.h"

enum { TEXTS_MAX = 1000, PATTERN_MAX = 1000, MESSAGE_SIZE = 300 };

struct texts {
	const struct key_row *row;
	const char *key; /* that complaints name */
	struct arena *arena;
	struct config_complaints *complaints;
	struct error *err;
};

/* Where it stands, as far as the text in the file is as it reads; `at` bytes from its beginning. */
static struct mark mark_in(const struct node *node, size_t at)
{
	struct mark mark = node->mark;

	if (mark.line && mark.width >= strlen(node->text)) {
		mark.column += (unsigned)at + (node->quoted ? 1 : 0);
		mark.width = 1;
	}
	return mark;
}

__attribute__((format(printf, 4, 5))) static bool reject(const struct texts *t,
							 const struct node *node, struct mark mark,
							 const char *fmt, ...)
{
	char text[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(t->complaints, node->source, mark, "%s: %s", t->key, text);
	return false;
}

static bool is_template(const struct texts *t, const struct node *node)
{
	size_t at = 0;
	const char *mistake = variables_mistake(node->text, &at);

	if (value_holds_password(node->text))
		return reject(t, node, node->key ? node->key_mark : node->mark,
			      "a password in a URL is shown wherever the URL is; write ${NAME} for "
			      "it and give NAME by reference under env");
	return !mistake || reject(t, node, mark_in(node, at), "%s", mistake);
}

static bool is_content(const struct texts *t, const struct node *node)
{
	struct expect_mistake mistake;
	struct expect expect;

	if (!is_template(t, node))
		return false;
	/* with a variable in it, it is known only when it is judged */
	if (!expect_begins(node->text) || strstr(node->text, "${") ||
	    expect_parse(node->text, &expect, &mistake) == 0)
		return true;
	return reject(t, node, mark_in(node, mistake.at), "%s; a text is written \"= %.40s\"",
		      mistake.message, node->text);
}

static bool is_pattern(const struct texts *t, const struct node *node)
{
	char why[120];
	regex_t regex;
	int rc;

	if (strlen(node->text) > PATTERN_MAX)
		return reject(t, node, node->mark, "a regular expression of more than %d bytes",
			      PATTERN_MAX);
	rc = regcomp(&regex, node->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (rc == 0) {
		regfree(&regex);
		return true;
	}
	(void)regerror(rc, &regex, why, sizeof(why));
	return reject(t, node, node->mark, "not a regular expression: %s", why);
}

static bool is_member(const struct texts *t, const char *path, const struct node *node,
		      struct mark mark)
{
	return member_path_is_sound(path) ||
	       reject(t, node, mark, "\"%s\" is no member; one is result.items.0.id", path);
}

static bool is_header(const struct texts *t, const struct node *node)
{
	const char *name = node->key;
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789!#$%&'*+-.^_`|~");

	if (!*name || name[length])
		return reject(t, node, node->key_mark, "\"%s\" is no name of a header", name);
	return !strpbrk(node->text, "\r\n") || reject(t, node, node->mark, "a header is one line");
}

static bool is_variable(const struct texts *t, const struct node *node)
{
	return variables_is_name(node->key) ||
	       reject(t, node, node->key_mark,
		      "\"%s\" is no name of a variable; use letters, digits and _", node->key);
}

/* Of one text; for a map's also its name. */
static bool is_sound(const struct texts *t, const struct node *node)
{
	switch (t->row->type) {
	case KEY_TEMPLATE:
	case KEY_ARGV:
		return is_template(t, node);
	case KEY_CONTENT:
		return is_content(t, node);
	case KEY_PATTERN:
	case KEY_PATTERNS:
		return is_pattern(t, node);
	case KEY_TEMPLATES:
		return is_header(t, node) && is_template(t, node);
	case KEY_CONTENTS:
		return is_header(t, node) && is_content(t, node);
	case KEY_FIELDS:
		return is_member(t, node->key, node, node->key_mark) && is_content(t, node);
	case KEY_SAVED:
		return is_variable(t, node) && is_member(t, node->text, node, node->mark);
	case KEY_VARIABLES:
		return is_variable(t, node) && is_template(t, node);
	default:
		return true;
	}
}

static int no_memory(const struct texts *t)
{
	return error_set(t->err, ERROR_NOMEM, "out of memory");
}

static const char *copy(const struct texts *t, const struct node *node)
{
	return t->row->type == KEY_PATHS ? value_absolute_path(node, t->arena, t->complaints) :
					   arena_strdup(t->arena, node->text);
}

static int decode_one(const struct texts *t, const struct node *node, const char **out)
{
	const char *text;

	if (node->kind != NODE_SCALAR || node_is_empty(node)) {
		(void)reject(t, node, node->mark.line ? node->mark : node->key_mark, "must be a %s",
			     key_type_name(t->row->type));
		return 0;
	}
	/* an empty built-in value means that there is none */
	if ((node->source->is_file || *node->text) && !is_sound(t, node))
		return 0;
	text = copy(t, node);
	if (text)
		*out = text;
	return text ? 0 : no_memory(t);
}

static size_t count_children(const struct node *node)
{
	size_t count = 0;

	for (const struct node *child = node->first; child; child = child->next)
		count++;
	return count;
}

/* Room for its children; NULL with a complaint, or an error when `*rc` becomes -1. */
static void *room_for(const struct texts *t, const struct node *node, enum node_kind kind,
		      size_t size, int *rc)
{
	size_t count = count_children(node);
	void *room;

	*rc = 0;
	if (node->kind != kind) {
		(void)reject(t, node, node->mark.line ? node->mark : node->key_mark, "must be a %s",
			     key_type_name(t->row->type));
		return NULL;
	}
	if (count > TEXTS_MAX) {
		(void)reject(t, node, node->key_mark, "%zu items; there can be at most %d", count,
			     TEXTS_MAX);
		return NULL;
	}
	room = arena_alloc(t->arena, (count + 1) * size);
	if (!room)
		*rc = no_memory(t);
	return room;
}

static int decode_list(const struct texts *t, const struct node *node, struct string_list *out)
{
	int rc;
	struct string_list list = { room_for(t, node, NODE_LIST, sizeof(*list.item), &rc), 0 };

	if (!list.item)
		return rc;
	for (const struct node *child = node->first; child; child = child->next) {
		if (decode_one(t, child, &list.item[list.count]) < 0)
			return -1;
		list.count += list.item[list.count] != NULL;
	}
	if (t->row->type == KEY_ARGV && !list.count)
		(void)reject(t, node, node->mark, "must name a program");
	*out = list;
	return 0;
}

static int decode_map(const struct texts *t, const struct node *node, struct text_map *out)
{
	int rc;
	struct text_map map = { room_for(t, node, NODE_MAP, sizeof(*map.item), &rc), 0 };

	if (!map.item)
		return rc;
	for (const struct node *child = node->first; child; child = child->next) {
		struct text_pair *pair = &map.item[map.count];

		if (decode_one(t, child, &pair->text) < 0)
			return -1;
		pair->name = arena_strdup(t->arena, child->key);
		if (!pair->name)
			return no_memory(t);
		map.count += pair->text != NULL;
	}
	*out = map;
	return 0;
}

static int decode_variable(const struct texts *t, const struct node *node,
			   struct variable_config *out)
{
	out->name = arena_strdup(t->arena, node->key);
	if (!out->name)
		return no_memory(t);
	if (node->kind != NODE_MAP)
		return decode_one(t, node, &out->text);
	(void)is_variable(t, node);
	return value_decode_secret(node, &out->secret, t->arena, t->complaints, t->err);
}

static int decode_variables(const struct texts *t, const struct node *node,
			    struct variable_list *out)
{
	int rc;
	struct variable_list list = { room_for(t, node, NODE_MAP, sizeof(*list.item), &rc), 0 };

	if (!list.item)
		return rc;
	for (const struct node *child = node->first; child; child = child->next) {
		if (decode_variable(t, child, &list.item[list.count++]) < 0)
			return -1;
	}
	*out = list;
	return 0;
}

int value_decode_texts(const struct key_row *row, const struct node *node, void *field,
		       struct arena *arena, struct config_complaints *complaints, struct error *err)
{
	const struct texts t = { row, node->key, arena, complaints, err };

	switch (row->type) {
	case KEY_TEMPLATE:
	case KEY_CONTENT:
	case KEY_PATTERN:
		return decode_one(&t, node, field);
	case KEY_PATHS:
	case KEY_PATTERNS:
	case KEY_ARGV:
		return decode_list(&t, node, field);
	case KEY_TEMPLATES:
	case KEY_CONTENTS:
	case KEY_FIELDS:
	case KEY_SAVED:
		return decode_map(&t, node, field);
	case KEY_VARIABLES:
		return decode_variables(&t, node, field);
	default:
		return 1;
	}
}
