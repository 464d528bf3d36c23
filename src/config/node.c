/* SPDX-License-Identifier: Apache-2.0 */
#include "config/node.h"

#include <string.h>
#include <strings.h>

struct node *node_new(struct arena *arena, enum node_kind kind, const struct node_source *source,
		      struct mark mark)
{
	struct node *n = arena_alloc(arena, sizeof(*n));

	if (!n)
		return NULL;
	n->kind = kind;
	n->source = source;
	n->mark = mark;
	n->text = "";
	n->end = &n->first;
	return n;
}

void node_append(struct node *parent, struct node *child)
{
	*parent->end = child;
	parent->end = &child->next;
}

bool node_is_empty(const struct node *n)
{
	return n->kind == NODE_SCALAR && !n->quoted && !n->text[0];
}

static struct node *child_of(const struct node *node, const char *key, size_t len)
{
	if (!node || node->kind != NODE_MAP)
		return NULL;
	for (struct node *child = node->first; child; child = child->next) {
		if (strlen(child->key) == len && strncmp(child->key, key, len) == 0)
			return child;
	}
	return NULL;
}

struct node *node_child(const struct node *node, const char *key)
{
	return child_of(node, key, strlen(key));
}

const struct node *node_find(const struct node *root, const char *path)
{
	while (root && *path) {
		size_t len = strcspn(path, ".");

		root = child_of(root, path, len);
		path += len + (path[len] == '.');
	}
	return root;
}

/* Take `old` out of its parent's list and put `value` where it was. */
static void replace(struct node *parent, struct node *old, struct node *value)
{
	struct node **link = &parent->first;

	while (*link != old)
		link = &(*link)->next;
	value->next = old->next;
	*link = value;
	if (parent->end == &old->next)
		parent->end = &value->next;
}

static int put_last(struct node *parent, const char *key, struct node *value, struct arena *arena)
{
	struct node *old = node_child(parent, key);

	if (old) {
		value->key = old->key;
		replace(parent, old, value);
		return 0;
	}
	value->key = arena_strdup(arena, key);
	if (!value->key)
		return -1;
	node_append(parent, value);
	return 0;
}

int node_set(struct node *root, const char *path, struct node *value, struct arena *arena)
{
	for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
		struct node *child = child_of(root, path, (size_t)(dot - path));

		if (child && node_is_empty(child))
			child->kind = NODE_MAP;
		if (child && child->kind != NODE_MAP)
			return -1;
		if (!child) {
			child = node_new(arena, NODE_MAP, value->source, value->mark);
			if (!child)
				return -1;
			child->key = arena_strndup(arena, path, (size_t)(dot - path));
			if (!child->key)
				return -1;
			node_append(root, child);
		}
		root = child;
	}
	return put_last(root, path, value, arena);
}

static bool is_plain(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-+./%@= ";
	static const char *const words[] = { "null", "true", "false", "yes", "no",
					     "on",   "off",  "y",     "n",   "~" };

	if (!*text || strchr("-%@=. ", *text) || text[strspn(text, safe)] ||
	    text[strlen(text) - 1] == ' ')
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return false;
	}
	return true;
}

int node_print_text(const char *text, struct buf *out)
{
	if (is_plain(text) || strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return buf_puts(out, text);
	if (buf_puts(out, "\"") < 0)
		return -1;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		int rc;

		if (c == '"' || c == '\\')
			rc = buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			rc = buf_printf(out, "\\x%02x", c);
		else
			rc = buf_append(out, text, 1);
		if (rc < 0)
			return -1;
	}
	return buf_puts(out, "\"");
}

/* The depth of a tree is bounded by the reader of YAML. */
int node_print(const struct node *node, struct buf *out)
{
	const char *close = node->kind == NODE_MAP ? "}" : "]";

	if (node->kind == NODE_SCALAR)
		return node_print_text(node->text, out);
	if (buf_puts(out, node->kind == NODE_MAP ? "{" : "[") < 0)
		return -1;
	for (const struct node *child = node->first; child; child = child->next) {
		if (child != node->first && buf_puts(out, ", ") < 0)
			return -1;
		if (node->kind == NODE_MAP &&
		    (node_print_text(child->key, out) < 0 || buf_puts(out, ": ") < 0))
			return -1;
		if (node_print(child, out) < 0)
			return -1;
	}
	return buf_puts(out, close);
}
