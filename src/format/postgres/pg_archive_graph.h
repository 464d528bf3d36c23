/* SPDX-License-Identifier: Apache-2.0 */
/* Which entry of a table of contents depends on which. 4 bytes per entry and per dependency. */
#ifndef FORMAT_PG_ARCHIVE_GRAPH_H
#define FORMAT_PG_ARCHIVE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "format/postgres/pg_archive_map.h"

/* A zeroed graph is empty and valid. */
struct pg_archive_graph {
	uint32_t *
		first; /* per entry, in the archive's order: where its dependencies begin in `edge` */
	size_t count, capacity;
	uint32_t *edge; /* dump ids, of one entry after the other */
	size_t edge_count, edge_capacity;
	bool no_memory; /* something is missing */
};

/* The next entry begins. */
void pg_archive_graph_entry(struct pg_archive_graph *g);
/* It depends on that one, which need not be there. */
void pg_archive_graph_depends(struct pg_archive_graph *g, uint32_t dump_id);

/*
 * Does any entry depend on itself, if by way of others? `entries` has the index of
 * each dump id's entry plus 1 in the high 32 bits of its values, 0 for none. Changes the dependencies to indices; in linear time.
 * 1: *entry is the index of one such, 0: none, -1: out of memory.
 */
MUST_CHECK int pg_archive_graph_cycle(struct pg_archive_graph *g,
				      const struct pg_archive_map *entries, size_t *entry);

void pg_archive_graph_release(struct pg_archive_graph *g);

#endif
