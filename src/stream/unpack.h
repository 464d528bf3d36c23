/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zstd (RFC 8878), lz4 frames, xz and bzip2, one frame or stream at a time,
 * resumable at any byte, each with its own checksums verified. gzip has
 * stream/gunzip.h. Memory is the codec's window, bounded by UNPACK_WINDOW_MAX,
 * and some blocks. Skippable frames (zstd, lz4) and stream padding (xz) are
 * passed over.
 */
#ifndef STREAM_UNPACK_H
#define STREAM_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "model/finding.h"
#include "stream/codec.h"

/* A frame that asks for a larger window or dictionary is FINDING_UNSUPPORTED. */
#define UNPACK_WINDOW_MAX (UINT64_C(128) << 20)

struct unpacker;

enum unpack_status {
	UNPACK_NEEDS_INPUT, /* all input was used, and all output delivered */
	UNPACK_NEEDS_ROOM,  /* call again with more room, also when the input is used up */
	UNPACK_FRAME,       /* a frame ended; `in` stands behind it, the next call begins another */
	UNPACK_BAD,         /* see unpacker_fault(); nothing more comes out, all input is used */
};

/* Where the content goes: `len` of `room` bytes are filled. */
struct unpack_block {
	uint8_t *ptr;
	size_t room, len;
};

/*
 * FINDING_BAD_MAGIC: no frame begins the input; FINDING_TRAILING_DATA: what follows
 * a frame is none. The offset counts the input bytes since the unpacker was new or
 * reset. It does not depend on how the input was cut: for zstd and lz4 it is the
 * header, block or checksum that is at fault, for xz and bzip2 the stream or
 * the last multiple of 64 KiB before the place where it was noticed.
 * How much of that block came out before may depend on the cuts.
 */
struct unpack_fault {
	enum finding_code code;
	const char *message; /* static */
	uint64_t offset;
};

/* `codec` is neither CODEC_NONE nor CODEC_GZIP. NULL: out of memory. */
struct unpacker *unpacker_new(enum codec codec, struct error *err);

/*
 * Unpack from `in`, which is moved past what was used, to the end of `out`, which
 * must have room.
 */
enum unpack_status unpacker_step(struct unpacker *u, struct span *in, struct unpack_block *out);

/* Is it between two frames, so that the input may end here? Also before the first. */
bool unpacker_between_frames(const struct unpacker *u);

/* Where in a frame it is: "header", "data", "checksum", "padding"; static. */
const char *unpacker_place(const struct unpacker *u);

/* After UNPACK_FRAME: did that frame carry a checksum of its content? */
bool unpacker_frame_checked(const struct unpacker *u);

/* After UNPACK_BAD. */
struct unpack_fault unpacker_fault(const struct unpacker *u);

/* Bytes follow that have no relation to those before. */
void unpacker_reset(struct unpacker *u);

void unpacker_free(struct unpacker *u);

static inline void cleanup_unpacker(struct unpacker **u)
{
	unpacker_free(*u);
}

#endif
