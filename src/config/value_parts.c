/* SPDX-License-Identifier: Apache-2.0 */
/* The values that are not one word: paths, lists, secrets. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/value.h"

const char *value_absolute_path(const struct node *node, struct arena *arena,
				struct config_complaints *complaints)
{
	const char *path = node->text;

	if (path[0] == '~')
		complain(complaints, node->source, node->mark,
			 "%s: \"~\" is not expanded; write the directory's name",
			 node->key ? node->key : "path");
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	if (path[0] == '/' || !node->source->directory)
		return arena_strdup(arena, path);
	if (strcmp(path, ".") == 0 || !path[0])
		return arena_strdup(arena, node->source->directory);
	return arena_printf(arena, "%s/%s", node->source->directory, path);
}

static size_t count_children(const struct node *node)
{
	size_t count = 0;

	for (const struct node *child = node->first; child; child = child->next)
		count++;
	return count;
}

int value_decode_words(const struct node *node, struct string_list *out, struct arena *arena,
		       struct config_complaints *complaints, struct error *err)
{
	struct string_list list = { 0 };

	if (node->kind != NODE_LIST) {
		complain(complaints, node->source, node->mark, "%s: must be a list of words",
			 node->key);
		return 0;
	}
	list.item = arena_alloc(arena, (count_children(node) + 1) * sizeof(*list.item));
	if (!list.item)
		return error_set(err, ERROR_NOMEM, "out of memory");
	for (const struct node *child = node->first; child; child = child->next) {
		if (child->kind != NODE_SCALAR || node_is_empty(child)) {
			complain(complaints, child->source,
				 child->mark.line ? child->mark : node->mark,
				 "%s: must be a list of words", node->key);
			return 0;
		}
		list.item[list.count] = arena_strdup(arena, child->text);
		if (!list.item[list.count++])
			return error_set(err, ERROR_NOMEM, "out of memory");
	}
	*out = list;
	return 0;
}

static const char *origin_of(const struct node *node, struct arena *arena)
{
	if (!node->source->is_file)
		return arena_strdup(arena, node->source->name);
	return arena_printf(arena, "%s:%u:%u", node->source->name, node->mark.line,
			    node->mark.column);
}

static int literal(const struct node *node, struct secret *out, struct arena *arena,
		   struct config_complaints *complaints)
{
	/* at the key: the value's own line is not for showing */
	warn_about(complaints, node->source, node->key_mark,
		   "%s: a literal secret; use {file: …}, {env: …} or {command: […]}", node->key);
	out->kind = SECRET_LITERAL;
	out->text = arena_strdup(arena, node->text);
	return out->text ? 0 : -1;
}

static int reference(const struct node *node, struct secret *out, struct arena *arena,
		     struct config_complaints *complaints, struct error *err)
{
	const struct node *by = node->first;
	struct nearest near = { .word = by->key };
	struct string_list words = { 0 };

	if (strcmp(by->key, "command") == 0) {
		if (value_decode_words(by, &words, arena, complaints, err) < 0)
			return -1;
		if (by->kind == NODE_LIST && !by->first)
			complain(complaints, by->source, by->mark, "command: must name a program");
		out->kind = words.count ? SECRET_COMMAND : SECRET_NONE;
		out->argv = words.item;
		return 0;
	}
	if (strcmp(by->key, "file") != 0 && strcmp(by->key, "env") != 0) {
		nearest_offer(&near, "file");
		nearest_offer(&near, "env");
		nearest_offer(&near, "command");
		complain(complaints, by->source, by->key_mark,
			 "unknown kind of secret \"%s\"; it is file, env or command%s", by->key,
			 did_you_mean(near.best));
		return 0;
	}
	if (by->kind != NODE_SCALAR || !by->text[0]) {
		complain(complaints, by->source, by->mark, "%s: must be a word", by->key);
		return 0;
	}
	out->kind = by->key[0] == 'f' ? SECRET_FILE : SECRET_ENV;
	out->text = out->kind == SECRET_FILE ? value_absolute_path(by, arena, complaints) :
					       arena_strdup(arena, by->text);
	return out->text ? 0 : error_set(err, ERROR_NOMEM, "out of memory");
}

int value_decode_secret(const struct node *node, struct secret *out, struct arena *arena,
			struct config_complaints *complaints, struct error *err)
{
	struct secret secret = { .origin = origin_of(node, arena) };
	int rc = 0;

	if (!secret.origin)
		return error_set(err, ERROR_NOMEM, "out of memory");
	if (node->kind == NODE_SCALAR && !node_is_empty(node))
		rc = literal(node, &secret, arena, complaints);
	else if (node->kind == NODE_MAP && count_children(node) == 1)
		rc = reference(node, &secret, arena, complaints, err);
	else
		complain(complaints, node->source, node->key_mark,
			 "%s: must be one of {file: …}, {env: …} or {command: […]}", node->key);
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "out of memory");
	*out = secret;
	return 0;
}
