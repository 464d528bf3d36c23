/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming decoder of LZF, the compression of RDB strings: resumable at any
 * byte, in constant memory, since no back reference reaches further than 8 KiB.
 *
 * A control byte below 32 announces that many plus one literal bytes; any other
 * is a back reference: three bits of length (7: one more byte adds to it), two
 * more than said, and 13 bits of distance, one more than said (liblzf, lzf_d.c).
 */
#ifndef FORMAT_RDB_LZF_H
#define FORMAT_RDB_LZF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"

enum {
	RDB_LZF_WINDOW = 8192,     /* furthest a reference reaches */
	RDB_LZF_CHUNK = 32768,     /* most that one call yields */
	RDB_LZF_MAX_COPY = 264,    /* bytes that one reference yields */
	RDB_LZF_SLACK = 16,        /* bytes that copying may write past them */
	RDB_LZF_MAX_EXPANSION = 88 /* three bytes yield at most 264 */
};

struct rdb_lzf {
	enum { LZF_CONTROL, LZF_LITERAL, LZF_LENGTH, LZF_DISTANCE } expects;
	unsigned count;    /* literals left, or the length of the reference so far */
	unsigned distance; /* high bits of the reference's distance */
	size_t filled;
	uint8_t bytes[RDB_LZF_WINDOW + RDB_LZF_CHUNK +
		      RDB_LZF_SLACK]; /* history, then what is new */
};

void rdb_lzf_begin(struct rdb_lzf *z);

/*
 * Decode from the front of `*in`, which is advanced past what was consumed; `*out`
 * borrows what was decoded until the next call. Call until `in` is empty. -1: a
 * reference to before the beginning; `*out` is what came before it.
 */
MUST_CHECK int rdb_lzf_decode(struct rdb_lzf *z, struct span *in, struct span *out);

/* The input ended between two instructions. */
bool rdb_lzf_complete(const struct rdb_lzf *z);

#endif
