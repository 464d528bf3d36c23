/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes and counts the compressed items of an archive on several threads. Items
 * are independent of each other; of one item the decoding and the counting are
 * each done by one thread at a time, so that a single huge table keeps two busy.
 * The caller's thread joins in whenever it would have to wait, and does
 * everything when there is no other. What is handed back is in the order of the
 * archive and the same for any number of threads.
 *
 * Memory: at most 16 MiB of compressed bytes that wait, and per thread 512 KiB
 * of decoded ones and the codec's own. Threads start with the first 256 KiB.
 */
#ifndef FORMAT_PG_ARCHIVE_CREW_H
#define FORMAT_PG_ARCHIVE_CREW_H

#include "base/error.h"
#include "format/postgres/pg_archive_decode.h"
#include "format/postgres/pg_archive_item.h"

struct pg_archive_crew;

struct pg_archive_crew_options {
	enum pg_archive_compression compression; /* not PG_ARCHIVE_STORED */
	unsigned threads;                        /* with the caller's; 0: one per processor */
	/* Called by begin and settle, in the order of the items; `item` is borrowed. */
	void (*collect)(void *owner, const struct pg_archive_item *item);
	void *owner;
};

/* NULL: out of memory. */
struct pg_archive_crew *pg_archive_crew_new(const struct pg_archive_crew_options *options);

/* Ends the threads; items that were not collected are forgotten. NULL is fine. */
void pg_archive_crew_free(struct pg_archive_crew *c);

/* A new item, of which `question` tells the first part; its compressed bytes; no more of them. */
void pg_archive_crew_begin(struct pg_archive_crew *c, const struct pg_archive_item *question);
void pg_archive_crew_push(struct pg_archive_crew *c, struct span chunk);
void pg_archive_crew_end(struct pg_archive_crew *c);

/* Wait for all items that were ended, and collect them. One that was not is forgotten. */
void pg_archive_crew_settle(struct pg_archive_crew *c);

#endif
