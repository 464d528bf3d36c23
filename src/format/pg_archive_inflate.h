/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zlib stream (RFC 1950) of one table's data or one large object, which
 * pg_dump cuts into chunks of a few KiB. Checks the Adler-32. Long streams are
 * decoded by a thread of its own; what it decodes is emitted by push and end alone,
 * on the caller's thread, so nobody else has to know.
 */
#ifndef FORMAT_PG_ARCHIVE_INFLATE_H
#define FORMAT_PG_ARCHIVE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"

struct pg_archive_inflate;

/* Where the decoded bytes go; `block` is borrowed for the call. */
struct pg_archive_emit {
	void (*emit)(void *owner, struct span block);
	void *owner;
};

/* NULL when out of memory. About 900 KiB, and a thread for as long as streams are long. */
struct pg_archive_inflate *pg_archive_inflate_new(struct pg_archive_emit to);
void pg_archive_inflate_free(struct pg_archive_inflate *z);

/* Expect a new stream. */
void pg_archive_inflate_begin(struct pg_archive_inflate *z);
void pg_archive_inflate_push(struct pg_archive_inflate *z, struct span chunk);

/*
 * The chunks have ended. NULL when they held exactly one sound stream, else
 * what is wrong. `may_be_empty`: no chunk at all is an empty stream.
 */
const char *pg_archive_inflate_end(struct pg_archive_inflate *z, bool may_be_empty);

#endif
