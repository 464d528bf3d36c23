/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_text.h"

/* The state of one reading. */
struct reading {
	const struct node_source *source;
	struct arena *arena;
	struct config_complaints *complaints;
	struct fy_diag *diag;
	struct fy_parser *parser;
	struct node *open[YAML_DEPTH_MAX]; /* maps and lists not yet ended */
	size_t depth;
	struct node *key; /* the scalar read as a key, while its value is awaited */
	struct node *root;
	unsigned documents;
	bool stop, no_memory;
};

static struct mark mark_of(const struct fy_mark *start, const struct fy_mark *end)
{
	struct mark m = { 0 };

	if (!start || start->line < 0 || start->column < 0)
		return m;
	m.line = (unsigned)start->line + 1;
	m.column = (unsigned)start->column + 1;
	m.width = 1;
	if (end && end->line == start->line && end->column > start->column)
		m.width = (unsigned)(end->column - start->column);
	return m;
}

static void refuse(struct reading *r, struct fy_event *event, const char *what)
{
	complain(r->complaints, r->source,
		 mark_of(fy_event_start_mark(event), fy_event_end_mark(event)), "%s", what);
}

static struct node *scalar(struct reading *r, struct fy_event *event)
{
	struct fy_token *token = event->scalar.value;
	struct mark mark = mark_of(fy_token_start_mark(token), fy_token_end_mark(token));
	enum fy_scalar_style style = fy_token_scalar_style(token);
	struct node *n = node_new(r->arena, NODE_SCALAR, r->source, mark);
	const char *text;
	size_t len = 0;

	if (!n)
		return NULL;
	text = fy_token_get_text(token, &len);
	n->quoted = style != FYSS_PLAIN;
	n->text = arena_strndup(r->arena, text ? text : "", text ? len : 0);
	if (n->text && text && memchr(text, '\0', len))
		refuse(r, event, "a NUL character");
	return n->text ? n : NULL;
}

/* The node is complete but for children: give it its key and its parent. */
static void attach(struct reading *r, struct node *n)
{
	struct node *parent;

	if (r->depth == 0) {
		r->root = n;
		return;
	}
	parent = r->open[r->depth - 1];
	if (parent->kind == NODE_MAP) {
		n->key = r->key->text;
		n->key_mark = r->key->mark;
		/* an empty value has no place of its own */
		if (!n->mark.line)
			n->mark = n->key_mark;
		r->key = NULL;
	}
	node_append(parent, n);
}

static bool awaits_key(const struct reading *r)
{
	return r->depth && r->open[r->depth - 1]->kind == NODE_MAP && !r->key;
}

static void take_scalar(struct reading *r, struct fy_event *event)
{
	struct node *n = scalar(r, event);

	if (!n) {
		r->no_memory = true;
		return;
	}
	if (!awaits_key(r)) {
		attach(r, n);
		return;
	}
	if (node_is_empty(n)) {
		refuse(r, event, "a key is missing");
		r->stop = true;
	}
	r->key = n;
}

static void open_collection(struct reading *r, struct fy_event *event, enum node_kind kind)
{
	struct node *n;

	if (awaits_key(r)) {
		refuse(r, event, "a key must be a word, not a map or list");
		r->stop = true;
		return;
	}
	if (r->depth == YAML_DEPTH_MAX) {
		refuse(r, event, "nested too deeply");
		r->stop = true;
		return;
	}
	n = node_new(r->arena, kind, r->source, mark_of(fy_event_start_mark(event), NULL));
	if (!n) {
		r->no_memory = true;
		return;
	}
	attach(r, n);
	r->open[r->depth++] = n;
}

static int by_key_and_place(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a;
	const struct node *y = *(const struct node *const *)b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (x->key_mark.line != y->key_mark.line)
		return x->key_mark.line < y->key_mark.line ? -1 : 1;
	return x->key_mark.column < y->key_mark.column ? -1 : 1;
}

/* Sorted, not pairwise: a hostile map may have a quarter of a million keys. */
static void find_duplicates(struct reading *r, const struct node *map)
{
	const struct node **sorted;
	size_t count = 0, i = 0;

	for (const struct node *child = map->first; child; child = child->next)
		count++;
	if (count < 2)
		return;
	sorted = calloc(count, sizeof(struct node *));
	if (!sorted) {
		r->no_memory = true;
		return;
	}
	for (const struct node *child = map->first; child; child = child->next)
		sorted[i++] = child;
	qsort(sorted, count, sizeof(struct node *), by_key_and_place);
	for (i = 1; i < count; i++) {
		if (strcmp(sorted[i]->key, sorted[i - 1]->key) == 0)
			complain(r->complaints, r->source, sorted[i]->key_mark,
				 "duplicate key \"%s\"; it is set in line %u already",
				 sorted[i]->key, sorted[i - 1]->key_mark.line);
	}
	free(sorted);
}

static void close_collection(struct reading *r)
{
	struct node *ended = r->open[--r->depth];

	if (ended->kind == NODE_MAP)
		find_duplicates(r, ended);
}

static void refuse_features(struct reading *r, struct fy_event *event)
{
	if (event->type == FYET_ALIAS) {
		refuse(r, event, "aliases are not used here; write the value again");
		r->stop = true;
	} else if (fy_event_get_anchor_token(event)) {
		refuse(r, event, "anchors are not used here");
	} else if (fy_event_get_tag_token(event)) {
		refuse(r, event, "tags are not used here");
	}
}

static void take_event(struct reading *r, struct fy_event *event)
{
	refuse_features(r, event);
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (r->documents++) {
			refuse(r, event, "a second document; a file holds one");
			r->stop = true;
		}
		break;
	case FYET_SCALAR:
		take_scalar(r, event);
		break;
	case FYET_SEQUENCE_START:
		open_collection(r, event, NODE_LIST);
		break;
	case FYET_MAPPING_START:
		open_collection(r, event, NODE_MAP);
		break;
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		close_collection(r);
		break;
	default:
		break;
	}
}

/* libfyaml's own complaints about syntax; its lines and columns count from 1. */
static void take_syntax_errors(struct reading *r)
{
	struct fy_diag_error *error;
	void *iterator = NULL;
	bool any = false;

	while ((error = fy_diag_errors_iterate(r->diag, &iterator))) {
		struct mark mark = { (unsigned)(error->line > 0 ? error->line : 0),
				     (unsigned)(error->column > 0 ? error->column : 0), 1 };

		complain(r->complaints, r->source, mark, "%s", error->msg);
		any = true;
	}
	if (!any)
		complain(r->complaints, r->source, (struct mark){ 0 }, "not readable as YAML");
}

static void read_events(struct reading *r)
{
	bool ended = false;

	while (!ended && !r->stop && !r->no_memory) {
		struct fy_event *event = fy_parser_parse(r->parser);

		if (!event)
			break;
		ended = event->type == FYET_STREAM_END;
		take_event(r, event);
		fy_parser_event_free(r->parser, event);
	}
	if (!ended && !r->stop && !r->no_memory)
		take_syntax_errors(r);
	if (!ended)
		r->root = NULL;
}

/* What the library would print goes nowhere: its errors are collected. */
static void discard(struct fy_diag *diag, void *user, const char *text, size_t len)
{
	(void)diag;
	(void)user;
	(void)text;
	(void)len;
}

int yaml_read(const struct node_source *source, struct arena *arena,
	      struct config_complaints *complaints, struct node **out, struct error *err)
{
	struct fy_parse_cfg parse = { .flags = FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
					       FYPCF_JSON_NONE };
	struct reading r = { .source = source, .arena = arena, .complaints = complaints };
	struct fy_diag_cfg diag;

	*out = NULL;
	if (yaml_text_check(source, complaints) < 0)
		return 0;
	fy_diag_cfg_default(&diag);
	diag.fp = NULL;
	diag.output_fn = discard;
	diag.colorize = false;
	r.diag = fy_diag_create(&diag);
	if (!r.diag)
		return error_set(err, ERROR_NOMEM, "out of memory");
	fy_diag_set_collect_errors(r.diag, true);
	parse.diag = r.diag;
	r.parser = fy_parser_create(&parse);
	if (r.parser && fy_parser_set_string(r.parser, source->text, source->len) == 0)
		read_events(&r);
	else
		r.no_memory = true;
	if (r.parser)
		fy_parser_destroy(r.parser);
	fy_diag_destroy(r.diag);
	*out = r.root;
	return r.no_memory ? error_set(err, ERROR_NOMEM, "out of memory") : 0;
}
