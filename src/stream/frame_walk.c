/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/frame_walk.h"

#include <string.h>

enum { MAGIC_SIZE = 4 };
enum { ZSTD_BLOCK_HEADER = 3, ZSTD_BLOCK_MAX = 128 * 1024, ZSTD_RLE = 1, ZSTD_RESERVED = 3 };
enum { LZ4_BLOCK_HEADER = 4, LZ4_CHECKSUM = 4, LZ4_BLOCK_MAX = 4 << 20 };
#define LZ4_STORED UINT32_C(0x80000000)

static uint64_t little_endian(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	for (size_t i = len; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

static void enter(struct frame_walk *w, enum frame_phase phase, size_t need)
{
	w->phase = phase;
	w->piece_start = w->offset;
	w->held_len = w->held_taken = 0;
	w->held_need = need;
}

static void fail(struct frame_walk *w, enum finding_code code, const char *message)
{
	w->phase = FRAME_BAD;
	w->fault = code;
	w->message = message;
}

void frame_walk_begin(struct frame_walk *w)
{
	enter(w, FRAME_MAGIC, MAGIC_SIZE);
	w->frame_start = w->offset;
	w->any = true;
}

bool frame_walk_between(const struct frame_walk *w)
{
	return w->phase == FRAME_END || (w->phase == FRAME_MAGIC && !w->held_len);
}

/* Gather from `in` until `held_need` bytes are held. */
static bool gather(struct frame_walk *w, struct span *in)
{
	size_t n = w->held_need > w->held_len ? w->held_need - w->held_len : 0;

	n = n < in->len ? n : in->len;
	if (n)
		memcpy(w->held + w->held_len, in->ptr, n);
	w->held_len += n;
	in->ptr += n;
	in->len -= n;
	return w->held_len >= w->held_need;
}

static bool begins_with(const struct frame_walk *w, const char magic[MAGIC_SIZE])
{
	return memcmp(w->held, magic, w->held_len < MAGIC_SIZE ? w->held_len : MAGIC_SIZE) == 0;
}

static bool begins_skippable(const struct frame_walk *w)
{
	uint8_t high = w->held[0] & 0xf0;

	return high == 0x50 &&
	       (w->held_len < 2 || memcmp(w->held + 1, "\x2a\x4d\x18", w->held_len - 1) == 0);
}

/* One byte at a time, so that what is no magic number is known as such at its first wrong byte. */
static void take_magic(struct frame_walk *w, struct span *in)
{
	bool zstd = w->codec == CODEC_ZSTD;
	bool legacy, skippable, own;

	do {
		w->held_need = w->held_len + 1;
		if (!gather(w, in))
			return;
		own = begins_with(w, zstd ? "\x28\xb5\x2f\xfd" : "\x04\x22\x4d\x18");
		legacy = !zstd && begins_with(w, "\x02\x21\x4c\x18");
		skippable = begins_skippable(w);
	} while ((own || legacy || skippable) && w->held_len < MAGIC_SIZE);
	if (skippable) {
		w->phase = FRAME_SKIPPED_LENGTH;
		w->held_need = MAGIC_SIZE + 4;
	} else if (legacy) {
		fail(w, FINDING_UNSUPPORTED,
		     "this is the legacy frame of lz4 -l: compress it again without -l");
	} else if (own) {
		w->phase = FRAME_HEADER;
		w->held_need = zstd ? MAGIC_SIZE + 1 : MAGIC_SIZE + 2;
	} else if (w->any) {
		fail(w, FINDING_TRAILING_DATA, "what follows the last frame is no frame");
	} else {
		fail(w, FINDING_BAD_MAGIC, "the leading bytes are not those of a frame");
	}
}

static void take_skipped_length(struct frame_walk *w)
{
	w->left = little_endian(w->held + MAGIC_SIZE, 4);
	w->offset += w->held_len;
	w->phase = FRAME_SKIPPED;
	w->held_len = w->held_taken = 0;
	if (!w->left)
		frame_walk_begin(w);
}

struct zstd_layout {
	size_t dictionary, content_size; /* widths of the fields */
	bool single_segment;
	size_t total;
};

static struct zstd_layout zstd_layout_of(uint8_t descriptor)
{
	static const uint8_t content_size[] = { 0, 2, 4, 8 }, dictionary[] = { 0, 1, 2, 4 };
	struct zstd_layout l = {
		.dictionary = dictionary[descriptor & 3],
		.content_size = content_size[descriptor >> 6],
		.single_segment = descriptor & 0x20,
	};

	if (l.single_segment && !l.content_size)
		l.content_size = 1;
	l.total = MAGIC_SIZE + 1 + (l.single_segment ? 0U : 1U) + l.dictionary + l.content_size;
	return l;
}

static void take_zstd_header(struct frame_walk *w)
{
	uint8_t descriptor = w->held[MAGIC_SIZE];
	struct zstd_layout l = zstd_layout_of(descriptor);
	const uint8_t *at = w->held + MAGIC_SIZE + 1;
	uint64_t base;

	if (w->held_need < l.total) {
		w->held_need = l.total;
		return;
	}
	w->header = (struct frame_header){ .checksum = descriptor & 4 };
	if (!l.single_segment) {
		base = UINT64_C(1) << (10 + (*at >> 3));
		w->header.window = base + base / 8 * (*at & 7);
		at++;
	}
	if (descriptor & 8)
		fail(w, FINDING_UNSUPPORTED, "the reserved bit of a frame header is set");
	else if (little_endian(at, l.dictionary))
		fail(w, FINDING_UNSUPPORTED,
		     "it was compressed with a dictionary: compress it again without one");
	at += l.dictionary;
	w->header.content_size_known = l.content_size > 0;
	w->header.content_size =
		little_endian(at, l.content_size) + (l.content_size == 2 ? 256 : 0);
	if (l.single_segment)
		w->header.window = w->header.content_size;
}

static void take_lz4_header(struct frame_walk *w)
{
	uint8_t flags = w->held[MAGIC_SIZE];
	size_t size = flags & 0x08 ? 8 : 0, dictionary = flags & 0x01 ? 4 : 0;
	size_t total = MAGIC_SIZE + 2 + size + dictionary + 1;

	if (w->held_need < total) {
		w->held_need = total;
		return;
	}
	w->header = (struct frame_header){
		.content_size = little_endian(w->held + MAGIC_SIZE + 2, size),
		.content_size_known = size > 0,
		.checksum = flags & 0x04,
		.block_checksum = flags & 0x10,
	};
	if (flags >> 6 != 1)
		fail(w, FINDING_UNSUPPORTED, "the version of a frame header is not 1");
	else if (dictionary)
		fail(w, FINDING_UNSUPPORTED,
		     "it was compressed with a dictionary: compress it again without one");
}

static void take_block_header(struct frame_walk *w)
{
	uint32_t value = (uint32_t)little_endian(w->held, w->held_need);
	unsigned type = value >> 1 & 3;

	if (w->codec == CODEC_LZ4) {
		w->last = value == 0;
		w->left = value & ~LZ4_STORED;
		if (w->left > LZ4_BLOCK_MAX)
			fail(w, FINDING_BAD_LENGTH, "a block is longer than the format allows");
		else if (!w->last && w->header.block_checksum)
			w->left += LZ4_CHECKSUM;
		return;
	}
	w->last = value & 1;
	w->left = type == ZSTD_RLE ? 1 : value >> 3;
	if (type == ZSTD_RESERVED)
		fail(w, FINDING_BAD_STRUCTURE, "a block is of the reserved type");
	else if (value >> 3 > ZSTD_BLOCK_MAX)
		fail(w, FINDING_BAD_LENGTH, "a block is longer than the format allows");
}

/* All of the current piece was taken. */
static void leave(struct frame_walk *w)
{
	size_t block_header = w->codec == CODEC_ZSTD ? ZSTD_BLOCK_HEADER : LZ4_BLOCK_HEADER;

	if (w->phase == FRAME_SKIPPED) {
		frame_walk_begin(w);
	} else if (w->phase == FRAME_HEADER || (w->phase == FRAME_BLOCK && !w->last)) {
		enter(w, FRAME_BLOCK_HEADER, block_header);
	} else if (w->phase == FRAME_BLOCK_HEADER && (w->left || !w->last)) {
		enter(w, FRAME_BLOCK, 0);
		if (!w->left)
			enter(w, FRAME_BLOCK_HEADER, block_header);
	} else if (w->phase != FRAME_CHECKSUM && w->header.checksum) {
		enter(w, FRAME_CHECKSUM, 0);
		w->left = 4;
	} else {
		enter(w, FRAME_END, 0);
	}
}

/* Gather and understand what has to be held whole. False: more input is needed. */
static bool understand(struct frame_walk *w, struct span *in)
{
	while (w->phase == FRAME_MAGIC || w->phase == FRAME_SKIPPED_LENGTH) {
		enum frame_phase before = w->phase;

		if (before == FRAME_MAGIC)
			take_magic(w, in);
		else if (gather(w, in))
			take_skipped_length(w);
		if (w->phase == before)
			return false;
	}
	while (w->phase == FRAME_HEADER && !w->held_taken) {
		size_t need = w->held_need;

		if (!gather(w, in))
			return false;
		if (w->codec == CODEC_ZSTD)
			take_zstd_header(w);
		else
			take_lz4_header(w);
		if (w->held_need == need)
			break;
	}
	if (w->phase == FRAME_BLOCK_HEADER && !w->held_taken) {
		if (!gather(w, in))
			return false;
		take_block_header(w);
	}
	return true;
}

enum frame_piece frame_walk_next(struct frame_walk *w, struct span *in, struct span *piece)
{
	if (!understand(w, in))
		return PIECE_NONE;
	switch (w->phase) {
	case FRAME_BAD:
		return PIECE_BAD;
	case FRAME_END:
		return PIECE_END;
	case FRAME_HEADER:
	case FRAME_BLOCK_HEADER:
		*piece = (struct span){ w->held + w->held_taken, w->held_len - w->held_taken };
		return PIECE_DATA;
	default:
		*piece = (struct span){ in->ptr, w->left < in->len ? (size_t)w->left : in->len };
		if (!piece->len)
			return PIECE_NONE;
		return w->phase == FRAME_SKIPPED ? PIECE_SKIP : PIECE_DATA;
	}
}

void frame_walk_took(struct frame_walk *w, struct span *in, size_t n)
{
	w->offset += n;
	if (w->phase == FRAME_HEADER || w->phase == FRAME_BLOCK_HEADER) {
		w->held_taken += n;
		if (w->held_taken == w->held_len)
			leave(w);
		return;
	}
	in->ptr += n;
	in->len -= n;
	w->left -= n;
	if (!w->left)
		leave(w);
}
