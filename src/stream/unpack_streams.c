/* SPDX-License-Identifier: Apache-2.0 */
/* xz and bzip2 by their libraries. Only a stream's first bytes are looked at here. */
#include <bzlib.h>
#include <lzma.h>
#include <string.h>

#include "stream/unpack_codec.h"

enum { XZ_HEADER = 12, XZ_MAGIC = 6, XZ_CHECK_AT = 7, BZIP2_HEADER = 4, BZIP2_MAGIC = 3 };
enum { PLACE_ROUNDING = 64 * 1024 };

/* What the decoder holds beside the dictionary. */
#define XZ_MEMORY (UINT64_C(2) << 20)

struct streams {
	struct unpacker unpacker;
	enum codec codec;
	uint64_t offset, stream_start;
	bool inside;  /* the library has a stream */
	bool pending; /* it may hold more output: the last block was filled */
	uint64_t padding;
	uint8_t held[XZ_HEADER];
	size_t held_len;
	lzma_stream xz;
	bz_stream bzip2;
	bool bzip2_open;
};

static enum unpack_status fail(struct streams *s, enum finding_code code, const char *message,
			       uint64_t offset)
{
	return unpack_bad(&s->unpacker, (struct unpack_fault){ code, message, offset });
}

static bool header_fits(const struct streams *s)
{
	const bool xz = s->codec == CODEC_XZ;
	size_t magic = xz ? XZ_MAGIC : BZIP2_MAGIC;
	uint8_t level;

	if (memcmp(s->held, xz ? "\xfd\x37zXZ\0" : "BZh",
		   s->held_len < magic ? s->held_len : magic) != 0)
		return false;
	if (xz || s->held_len < BZIP2_HEADER)
		return true;
	level = s->held[BZIP2_HEADER - 1];
	return level >= '1' && level <= '9';
}

/* Zeros between two xz streams. */
static void pass_padding(struct streams *s, struct span *in)
{
	if (s->codec != CODEC_XZ || !s->unpacker.frames || s->held_len)
		return;
	while (in->len && !*in->ptr) {
		in->ptr++;
		in->len--;
		s->padding++;
		s->stream_start = ++s->offset;
	}
}

/* The first bytes of a stream. UNPACK_FRAME: they are there and as they should be. */
static enum unpack_status begin(struct streams *s, struct span *in)
{
	size_t whole = s->codec == CODEC_XZ ? XZ_HEADER : BZIP2_HEADER;

	pass_padding(s, in);
	while (in->len && s->held_len < whole) {
		s->held[s->held_len++] = *in->ptr++;
		in->len--;
		if (!header_fits(s) && s->unpacker.frames)
			return fail(s, FINDING_TRAILING_DATA,
				    "what follows the last stream is no stream", s->stream_start);
		if (!header_fits(s))
			return fail(s, FINDING_BAD_MAGIC,
				    "the leading bytes are not those of a stream", s->stream_start);
	}
	if (s->held_len == whole && s->padding % 4)
		return fail(s, FINDING_BAD_STRUCTURE,
			    "the padding between two streams is no multiple of four bytes",
			    s->stream_start - s->padding);
	return s->held_len == whole ? UNPACK_FRAME : UNPACK_NEEDS_INPUT;
}

static bool open_stream(struct streams *s)
{
	const uint32_t flags = LZMA_TELL_UNSUPPORTED_CHECK;

	s->inside = true;
	s->padding = 0;
	if (s->codec == CODEC_XZ)
		return lzma_stream_decoder(&s->xz, UNPACK_WINDOW_MAX + XZ_MEMORY, flags) == LZMA_OK;
	s->bzip2 = (bz_stream){ 0 };
	s->bzip2_open = BZ2_bzDecompressInit(&s->bzip2, 0, 0) == BZ_OK;
	return s->bzip2_open;
}

static void close_stream(struct streams *s)
{
	if (s->bzip2_open)
		(void)BZ2_bzDecompressEnd(&s->bzip2);
	s->bzip2_open = s->inside = s->pending = false;
	s->held_len = 0;
}

static enum unpack_status end_stream(struct streams *s)
{
	s->unpacker.checked = s->codec == CODEC_BZIP2 || s->held[XZ_CHECK_AT] & 0x0f;
	s->stream_start = s->offset;
	close_stream(s);
	return UNPACK_FRAME;
}

/* The libraries differ by a byte in how far they look, depending on how the input is cut. */
static enum unpack_status fail_near(struct streams *s, enum finding_code code, const char *message)
{
	uint64_t near = s->offset / PLACE_ROUNDING * PLACE_ROUNDING;

	return fail(s, code, message, near > s->stream_start ? near : s->stream_start);
}

/* UNPACK_NEEDS_INPUT stands for: nothing special. */
static enum unpack_status judge_xz(struct streams *s, lzma_ret rc)
{
	switch (rc) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* neither input nor room: that is for the loop to see */
		return UNPACK_NEEDS_INPUT;
	case LZMA_STREAM_END:
		return UNPACK_FRAME;
	case LZMA_MEMLIMIT_ERROR:
		return fail(s, FINDING_UNSUPPORTED,
			    "its dictionary is larger than 128 MiB: compress it again with xz -9 "
			    "or less",
			    s->stream_start);
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return fail_near(s, FINDING_UNSUPPORTED,
				 "a filter, check or option that liblzma does not know");
	case LZMA_MEM_ERROR:
		return fail(s, FINDING_UNSUPPORTED, "there is no memory for its dictionary",
			    s->stream_start);
	default:
		return fail_near(s, FINDING_BAD_COMPRESSION,
				 "the xz data is invalid, or a checksum does not match");
	}
}

static enum unpack_status judge_bzip2(struct streams *s, int rc)
{
	if (rc == BZ_OK)
		return UNPACK_NEEDS_INPUT;
	if (rc == BZ_STREAM_END)
		return UNPACK_FRAME;
	if (rc == BZ_MEM_ERROR)
		return fail(s, FINDING_UNSUPPORTED, "there is no memory for its blocks",
			    s->stream_start);
	return fail_near(s, FINDING_BAD_COMPRESSION,
			 "the bzip2 data is invalid, or a block's CRC-32 does not match");
}

/* `bytes` is moved past what was used. */
static enum unpack_status decode(struct streams *s, struct span *bytes, struct unpack_block *out)
{
	const unsigned most = 1U << 30; /* libbz2 counts in unsigned */
	unsigned room = out->room - out->len < most ? (unsigned)(out->room - out->len) : most;
	unsigned offered = bytes->len < most ? (unsigned)bytes->len : most;
	lzma_ret xz = LZMA_OK;
	int bzip2 = BZ_OK;

	if (s->codec == CODEC_XZ) {
		s->xz.next_in = bytes->ptr;
		s->xz.avail_in = offered;
		s->xz.next_out = out->ptr + out->len;
		s->xz.avail_out = room;
		xz = lzma_code(&s->xz, LZMA_RUN);
		offered -= (unsigned)s->xz.avail_in;
		out->len += room - s->xz.avail_out;
	} else {
		s->bzip2.next_in = (char *)(uintptr_t)bytes->ptr; /* libbz2 only reads it */
		s->bzip2.avail_in = offered;
		s->bzip2.next_out = (char *)out->ptr + out->len;
		s->bzip2.avail_out = room;
		bzip2 = BZ2_bzDecompress(&s->bzip2);
		offered -= s->bzip2.avail_in;
		out->len += room - s->bzip2.avail_out;
	}
	bytes->ptr += offered;
	bytes->len -= offered;
	s->offset += offered;
	s->pending = out->len == out->room;
	return s->codec == CODEC_XZ ? judge_xz(s, xz) : judge_bzip2(s, bzip2);
}

static enum unpack_status go_on(struct streams *s, struct span *in, struct unpack_block *out)
{
	while (in->len || s->pending) {
		enum unpack_status status;

		if (out->len == out->room)
			return UNPACK_NEEDS_ROOM;
		status = decode(s, in, out);
		if (status == UNPACK_FRAME)
			return end_stream(s);
		if (status == UNPACK_BAD)
			return UNPACK_BAD;
	}
	return UNPACK_NEEDS_INPUT;
}

static enum unpack_status streams_step(struct unpacker *u, struct span *in,
				       struct unpack_block *out)
{
	struct streams *s = (struct streams *)u;
	struct span header = { s->held, 0 };
	enum unpack_status status;

	if (s->inside)
		return go_on(s, in, out);
	status = begin(s, in);
	if (status != UNPACK_FRAME)
		return status;
	if (!open_stream(s))
		return fail(s, FINDING_UNSUPPORTED, "there is no memory for its decoder",
			    s->stream_start);
	header.len = s->held_len;
	while (header.len) {
		if (decode(s, &header, out) == UNPACK_BAD)
			return UNPACK_BAD;
	}
	return go_on(s, in, out);
}

static bool streams_between(const struct unpacker *u)
{
	const struct streams *s = (const struct streams *)u;

	return !s->inside && !s->held_len && s->padding % 4 == 0;
}

static const char *streams_place(const struct unpacker *u)
{
	const struct streams *s = (const struct streams *)u;

	if (s->inside)
		return "data";
	return s->held_len ? "header" : "padding";
}

static void streams_reset(struct unpacker *u)
{
	struct streams *s = (struct streams *)u;

	close_stream(s);
	s->offset = s->stream_start = s->padding = 0;
}

static void streams_free(struct unpacker *u)
{
	struct streams *s = (struct streams *)u;

	close_stream(s);
	lzma_end(&s->xz);
	free(s);
}

static const struct unpack_ops streams_ops = {
	.step = streams_step,
	.between_frames = streams_between,
	.place = streams_place,
	.reset = streams_reset,
	.free = streams_free,
};

static struct unpacker *streams_new(enum codec codec)
{
	struct streams *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->unpacker.ops = &streams_ops;
	s->codec = codec;
	s->xz = (lzma_stream)LZMA_STREAM_INIT;
	return &s->unpacker;
}

struct unpacker *unpack_xz_new(void)
{
	return streams_new(CODEC_XZ);
}

struct unpacker *unpack_bzip2_new(void)
{
	return streams_new(CODEC_BZIP2);
}
