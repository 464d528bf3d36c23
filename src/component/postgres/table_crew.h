/* SPDX-License-Identifier: Apache-2.0 */
/* Several sessions that read the tables of one exported snapshot, the largest first. */
#ifndef COMPONENT_POSTGRES_TABLE_CREW_H
#define COMPONENT_POSTGRES_TABLE_CREW_H

#include "component/postgres/snapshot.h"
#include "format/row_hash.h"

struct table_crew_request {
	const struct connect_config *connect;
	const char *database;
	const char *encoding;            /* of the rows' text; NULL: the server's */
	const struct snapshot *snapshot; /* its transaction outlives the crew */
	const uint64_t *weight;          /* per table of the snapshot: an estimate of its bytes */
	unsigned sessions;               /* at most; 0: one per processor */
};

struct table_crew;

/* Starts reading; everything in `request` is borrowed until the end. NULL on failure. */
struct table_crew *table_crew_start(const struct table_crew_request *request, struct error *err);

/*
 * Wait until all is read, for `tick_ns` at most. 1: it is; 0: not yet; -1: a table could not
 * be read. `*bytes`: of COPY text, so far; `*table`: what was begun last (NULL: nothing yet).
 */
MUST_CHECK int table_crew_wait(struct table_crew *crew, int64_t tick_ns, uint64_t *bytes,
			       const struct dumped_table **table, struct error *err);

/* Per table of the snapshot; of those that have rows, once all is read. */
const struct row_sum *table_crew_sums(const struct table_crew *crew);

/* Ends the sessions, whether done or not. */
void table_crew_free(struct table_crew *crew);

static inline void cleanup_table_crew(struct table_crew **crew)
{
	table_crew_free(*crew);
}

#endif
