/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration as a tree of maps, lists and scalars, each knowing where it
 * stands: what the YAML reader makes, what environment and flags are put into,
 * and what decoding reads. Everything lives in the arena that was passed.
 */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* Where text came from: a file, an environment variable or a flag. */
struct node_source {
	const char *name;      /* shown: path as given, "MUSTER_RUN_JOBS", "--set run.jobs=2" */
	const char *directory; /* absolute; relative paths in it start here */
	const char *text;
	size_t len;
	bool is_file; /* else its marks mean nothing */
};

struct mark {
	unsigned line, column, width; /* in characters, from 1; 0: no place */
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	const struct node_source *source;
	struct mark mark;
	const char *key; /* in a map; else NULL */
	struct mark key_mark;
	const char *text;          /* NODE_SCALAR; "" for an empty one */
	bool quoted;               /* the scalar was quoted: it is text even when empty */
	struct node *first, **end; /* children in order, and where the next one goes */
	struct node *next;
};

/* NULL when out of memory. */
struct node *node_new(struct arena *arena, enum node_kind kind, const struct node_source *source,
		      struct mark mark);

/* Put `child` at the end of a map or list. */
void node_append(struct node *parent, struct node *child);

/* A plain scalar without text: `key:` with nothing behind it. */
bool node_is_empty(const struct node *n);

/* A map's child; NULL. `node` may be NULL. */
struct node *node_child(const struct node *node, const char *key);

/* The node at a dotted path below `root`; NULL. */
const struct node *node_find(const struct node *root, const char *path);

/*
 * Put `value` at a dotted path, in place of what is there, making the maps on
 * the way. 0, or -1 when out of memory or when a scalar or list is in the way.
 */
MUST_CHECK int node_set(struct node *root, const char *path, struct node *value,
			struct arena *arena);

/* Append a node as one line of YAML; -1 when out of memory. */
MUST_CHECK int node_print(const struct node *node, struct buf *out);

/* Append a scalar as YAML, quoted where it must be; -1 when out of memory. */
MUST_CHECK int node_print_text(const char *text, struct buf *out);

#endif
