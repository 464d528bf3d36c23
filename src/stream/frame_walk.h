/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer structure of zstd and lz4 frames: headers, blocks with their lengths,
 * checksums. Finds where each piece begins and a frame ends without decoding.
 * RFC 8878, section 3.1; lz4_Frame_format.md 1.6.3 of the lz4 library.
 */
#ifndef STREAM_FRAME_WALK_H
#define STREAM_FRAME_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "model/finding.h"
#include "stream/codec.h"

enum { FRAME_HEADER_MAX = 19 };

/* What a frame's header says. */
struct frame_header {
	uint64_t window;       /* zstd: bytes that the decoder must keep */
	uint64_t content_size; /* when it is known */
	bool content_size_known, checksum, block_checksum;
};

enum frame_phase {
	FRAME_MAGIC,
	FRAME_SKIPPED_LENGTH,
	FRAME_SKIPPED,
	FRAME_HEADER,
	FRAME_BLOCK_HEADER,
	FRAME_BLOCK, /* lz4: its checksum too */
	FRAME_CHECKSUM,
	FRAME_END,
	FRAME_BAD,
};

struct frame_walk {
	enum codec codec; /* CODEC_ZSTD or CODEC_LZ4; set by the owner, the rest zeroed */
	enum frame_phase phase;
	uint64_t offset;      /* of the next byte to be taken */
	uint64_t frame_start; /* of the current or next frame */
	uint64_t piece_start;
	uint64_t left; /* bytes of a block, checksum or skippable frame */
	bool any;      /* a frame was seen, skippable ones too */
	bool last;     /* the current block is */
	struct frame_header header;
	/* magic and header, or a block's header: gathered, then handed out as one piece */
	uint8_t held[FRAME_HEADER_MAX];
	size_t held_len, held_need, held_taken;
	/* FRAME_BAD */
	enum finding_code fault;
	const char *message;
};

enum frame_piece {
	PIECE_NONE, /* the input is used up */
	PIECE_DATA, /* for the decoder */
	PIECE_SKIP, /* not for the decoder */
	PIECE_END,  /* of a frame: no bytes; frame_walk_begin() goes on */
	PIECE_BAD,  /* see `fault`, at `piece_start` */
};

/*
 * What comes next, and in `piece` as much of it as there is: borrowed from `in`
 * or from the walk. Headers are gathered, that moves `in`; all else moves with
 * frame_walk_took().
 */
enum frame_piece frame_walk_next(struct frame_walk *w, struct span *in, struct span *piece);

/* The first `n` bytes of the piece were used. */
void frame_walk_took(struct frame_walk *w, struct span *in, size_t n);

/* Another frame may follow. */
void frame_walk_begin(struct frame_walk *w);

/* May the input end here? */
bool frame_walk_between(const struct frame_walk *w);

#endif
