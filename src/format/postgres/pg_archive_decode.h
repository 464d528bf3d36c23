/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compressed stream of one table's data or one large object: zlib (RFC 1950,
 * Adler-32 checked), an lz4 frame, or a zstd frame. pg_dump writes exactly one
 * for each, without a content checksum where the format leaves that open, so
 * anything before, after or between is a fault. Source: compress_gzip.c,
 * compress_lz4.c and compress_zstd.c of src/bin/pg_dump.
 */
#ifndef FORMAT_PG_ARCHIVE_DECODE_H
#define FORMAT_PG_ARCHIVE_DECODE_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "format/postgres/pg_archive_toc.h"
#include "stream/unpack.h"

/* Decoded bytes that a stream may always have, and what it may have for each of its own. */
#define PG_ARCHIVE_EXPANSION_FREE (UINT64_C(1) << 20)
enum { PG_ARCHIVE_EXPANSION_MAX = 1100 };

struct pg_archive_decoder;

/* `compression` is not PG_ARCHIVE_STORED. NULL: out of memory. */
struct pg_archive_decoder *pg_archive_decoder_new(enum pg_archive_compression compression);
void pg_archive_decoder_free(struct pg_archive_decoder *d);

/* Expect a new stream. */
void pg_archive_decoder_begin(struct pg_archive_decoder *d);

/*
 * Decode from `in`, which is moved past what was used, to the end of `out`, which
 * has room. true: call again with more room; false: all input is used, and its
 * output delivered. After a fault all input is used and nothing comes out.
 */
bool pg_archive_decoder_step(struct pg_archive_decoder *d, struct span *in,
			     struct unpack_block *out);

/* The input has ended. What is wrong with it; no message: it was exactly one sound stream. */
struct unpack_fault pg_archive_decoder_end(const struct pg_archive_decoder *d);

static inline void cleanup_pg_archive_decoder(struct pg_archive_decoder **d)
{
	pg_archive_decoder_free(*d);
}

#endif
