/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gzip format, RFC 1952: members one after another, resumable at any byte.
 * The content's CRC-32 and length are left to the caller, who gets each
 * member's trailer, so that they can be computed elsewhere.
 */
#ifndef STREAM_GUNZIP_H
#define STREAM_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "model/finding.h"

/*
 * What a flipped bit can hit unnoticed: fields of the header that no checksum
 * covers, unless it has its own (FHCRC), which muster writes and checks.
 * X(field, its first byte in the fixed header, its bytes there or 0, mask, why it does no harm)
 */
#define GZIP_UNCOVERED_TABLE(X)                                                                    \
	X("FLG bit 0 (FTEXT)", 3, 1, 0x01, "a hint that nothing reads")                            \
	X("MTIME", 4, 4, 0xff, "a time that nothing reads")                                        \
	X("XFL", 8, 1, 0xff, "how hard the compressor tried")                                      \
	X("OS", 9, 1, 0xff, "where it was made")                                                   \
	X("XLEN, FEXTRA", 0, 0, 0xff, "subfields of other programs, and what of a name they take") \
	X("FNAME", 0, 0, 0xff, "the original name")                                                \
	X("FCOMMENT", 0, 0, 0xff, "a comment")                                                     \
	X("deflate padding", 0, 0, 0xff,                                                           \
	  "bits that do not change the content, which its CRC-32 proves")

struct gunzip;

struct gunzip_options {
	uint64_t offset;         /* of the first input byte in the stored file */
	uint64_t members;        /* that came before it */
	uint64_t content;        /* bytes that came out of those */
	uint64_t expansion_max;  /* content bytes allowed per stored byte, */
	uint64_t expansion_free; /* past these */
};

/* How a member ends. */
struct gunzip_trailer {
	uint64_t offset;      /* of the trailer in the stored file */
	uint32_t crc, length; /* as stored; the length is modulo 2^32 */
};

enum gunzip_status {
	GUNZIP_NEEDS_INPUT, /* all input was used, and all output delivered */
	GUNZIP_NEEDS_ROOM,  /* call again with more room, also when the input is used up */
	GUNZIP_MEMBER,      /* a member ended with the output delivered so far: see its trailer */
};

/* `findings` is kept. NULL: out of memory. */
struct gunzip *gunzip_open(const struct gunzip_options *options, struct findings *findings,
			   struct error *err);

/* Where the content goes: `len` of `room` bytes are filled. */
struct gunzip_block {
	uint8_t *ptr;
	size_t room, len;
};

/*
 * Unpack from `in`, which is moved past what was used, to the end of `out`, which
 * must have room. After a finding that ends the understanding all input is used
 * and nothing comes out.
 */
enum gunzip_status gunzip_step(struct gunzip *g, struct span *in, struct gunzip_block *out,
			       struct gunzip_trailer *trailer);

/* The input has ended: was that a proper end? */
void gunzip_end(struct gunzip *g);

/* Members whose header was sound. */
uint64_t gunzip_members(const struct gunzip *g);

void gunzip_free(struct gunzip *g);

static inline void cleanup_gunzip(struct gunzip **g)
{
	gunzip_free(*g);
}

#endif
