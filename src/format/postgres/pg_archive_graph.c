/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_graph.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

static const uint32_t not_there = UINT32_MAX; /* an edge to an entry that the archive has not */

static bool grow(void **items, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity * 2 : FIRST_CAPACITY;
	void *grown;

	if (count < *capacity)
		return true;
	grown = larger > UINT32_MAX / 2 ? NULL : realloc(*items, larger * size);
	if (!grown)
		return false;
	*items = grown;
	*capacity = larger;
	return true;
}

void pg_archive_graph_entry(struct pg_archive_graph *g)
{
	void *items = g->first;

	if (!grow(&items, g->count, &g->capacity, sizeof(*g->first))) {
		g->no_memory = true;
		return;
	}
	g->first = items;
	g->first[g->count++] = (uint32_t)g->edge_count;
}

void pg_archive_graph_depends(struct pg_archive_graph *g, uint32_t dump_id)
{
	void *items = g->edge;

	if (!grow(&items, g->edge_count, &g->edge_capacity, sizeof(*g->edge))) {
		g->no_memory = true;
		return;
	}
	g->edge = items;
	g->edge[g->edge_count++] = dump_id;
}

/* A walk in depth, its stack threaded through the nodes it is in. */
struct walk {
	const struct pg_archive_graph *graph;
	uint32_t *next; /* edge of each node to look at */
	uint32_t *from; /* the node that led there, or: */
};
enum { NOT_SEEN = 0, DONE = 1, IS_ROOT = 2, FROM_NODE = 3 };

static size_t end_of(const struct pg_archive_graph *g, uint32_t node)
{
	return node + 1 < g->count ? g->first[node + 1] : g->edge_count;
}

/* True: the node that `*node` then is was met while the walk was in it. */
static bool walk_from(struct walk *w, uint32_t *node)
{
	uint32_t at = *node;

	w->from[at] = IS_ROOT;
	for (;;) {
		uint32_t to;

		if (w->next[at] == end_of(w->graph, at)) {
			uint32_t back = w->from[at];

			w->from[at] = DONE;
			if (back == IS_ROOT)
				return false;
			at = back - FROM_NODE;
			continue;
		}
		to = w->graph->edge[w->next[at]++];
		if (to == not_there || w->from[to] == DONE)
			continue;
		if (w->from[to] != NOT_SEEN) {
			*node = to;
			return true;
		}
		w->from[to] = at + FROM_NODE;
		at = to;
	}
}

/* Dump ids to indices of entries. */
static void resolve(struct pg_archive_graph *g, const struct pg_archive_map *entries)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const uint64_t *value = g->edge[i] ? pg_archive_map_get(entries, g->edge[i]) : NULL;
		uint64_t index = value ? *value >> 32 : 0;

		g->edge[i] = index && index <= g->count ? (uint32_t)(index - 1) : not_there;
	}
}

int pg_archive_graph_cycle(struct pg_archive_graph *g, const struct pg_archive_map *entries,
			   size_t *entry)
{
	struct walk w = { .graph = g };
	int rc = 0;

	if (g->no_memory)
		return -1;
	if (!g->count)
		return 0;
	w.next = malloc(g->count * sizeof(*w.next));
	w.from = calloc(g->count, sizeof(*w.from));
	if (!w.next || !w.from)
		rc = -1;
	if (rc == 0)
		resolve(g, entries);
	for (size_t i = 0; rc == 0 && i < g->count; i++)
		w.next[i] = g->first[i];
	for (uint32_t i = 0; rc == 0 && i < g->count; i++) {
		uint32_t found = i;

		if (w.from[i] == NOT_SEEN && walk_from(&w, &found)) {
			*entry = found;
			rc = 1;
		}
	}
	free(w.next);
	free(w.from);
	return rc;
}

void pg_archive_graph_release(struct pg_archive_graph *g)
{
	free(g->first);
	free(g->edge);
	*g = (struct pg_archive_graph){ 0 };
}
