/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_decode.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

struct pg_archive_decoder {
	enum pg_archive_compression compression;
	struct unpacker *unpacker; /* of lz4 and zstd */
	struct unpack_fault fault;
	bool ended;           /* the stream has */
	bool surplus;         /* bytes came after its end */
	uint64_t used, given; /* bytes in and out */
	struct inflate_state zlib;
};

static enum codec codec_for(enum pg_archive_compression compression)
{
	return compression == PG_ARCHIVE_LZ4 ? CODEC_LZ4 : CODEC_ZSTD;
}

struct pg_archive_decoder *pg_archive_decoder_new(enum pg_archive_compression compression)
{
	struct pg_archive_decoder *d = calloc(1, sizeof(*d));
	struct error ignored = ERROR_INIT;

	if (!d)
		return NULL;
	d->compression = compression;
	if (compression != PG_ARCHIVE_ZLIB) {
		d->unpacker = unpacker_new(codec_for(compression), &ignored);
		if (!d->unpacker) {
			free(d);
			return NULL;
		}
	}
	pg_archive_decoder_begin(d);
	return d;
}

void pg_archive_decoder_free(struct pg_archive_decoder *d)
{
	if (!d)
		return;
	unpacker_free(d->unpacker);
	free(d);
}

void pg_archive_decoder_begin(struct pg_archive_decoder *d)
{
	if (d->unpacker) {
		unpacker_reset(d->unpacker);
	} else {
		isal_inflate_init(&d->zlib);
		d->zlib.crc_flag = ISAL_ZLIB;
	}
	d->fault = (struct unpack_fault){ 0 };
	d->ended = d->surplus = false;
	d->used = d->given = 0;
}

static struct unpack_fault bad_stream(const char *message)
{
	return (struct unpack_fault){ .code = FINDING_BAD_COMPRESSION, .message = message };
}

static const char *zlib_fault(int result)
{
	switch (result) {
	case ISAL_DECOMP_OK:
	case ISAL_END_INPUT:
	case ISAL_OUT_OVERFLOW:
		return NULL;
	case ISAL_INCORRECT_CHECKSUM:
		return "the zlib stream's checksum does not match";
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
	case ISAL_NEED_DICT:
		return "the zlib stream has a wrong header";
	default:
		return "the zlib stream cannot be decoded";
	}
}

/* isal_inflate() copies up to 32 KiB of history in each call: give it much at a time. */
static bool inflate_some(struct pg_archive_decoder *d, struct span *in, struct unpack_block *out)
{
	struct inflate_state *s = &d->zlib;
	uint32_t given = in->len < UINT32_MAX ? (uint32_t)in->len : UINT32_MAX;

	s->next_in = (uint8_t *)(uintptr_t)in->ptr; /* which it only reads */
	s->avail_in = given;
	s->next_out = out->ptr + out->len;
	s->avail_out = (uint32_t)(out->room - out->len);
	d->fault = bad_stream(zlib_fault(isal_inflate(s)));
	out->len = out->room - s->avail_out;
	in->ptr += given - s->avail_in;
	in->len -= given - s->avail_in;
	d->ended = s->block_state == ISAL_BLOCK_FINISH;
	/* past the end it may have taken some bytes into its bit buffer */
	d->surplus = d->ended && s->read_in_length >= 8;
	return !s->avail_out;
}

static bool unpack_some(struct pg_archive_decoder *d, struct span *in, struct unpack_block *out)
{
	switch (unpacker_step(d->unpacker, in, out)) {
	case UNPACK_NEEDS_ROOM:
		return true;
	case UNPACK_FRAME:
		d->ended = true;
		return false;
	case UNPACK_BAD:
		d->fault = unpacker_fault(d->unpacker);
		return false;
	case UNPACK_NEEDS_INPUT:
		break;
	}
	return false;
}

static bool expands_too_far(const struct pg_archive_decoder *d)
{
	return d->given > PG_ARCHIVE_EXPANSION_FREE &&
	       (d->given - PG_ARCHIVE_EXPANSION_FREE) / PG_ARCHIVE_EXPANSION_MAX > d->used;
}

bool pg_archive_decoder_step(struct pg_archive_decoder *d, struct span *in,
			     struct unpack_block *out)
{
	size_t before = in->len, held = out->len;
	bool more = false;

	if (!d->fault.message && !d->ended) {
		more = d->unpacker ? unpack_some(d, in, out) : inflate_some(d, in, out);
		d->used += before - in->len;
		d->given += out->len - held;
		if (expands_too_far(d))
			d->fault = (struct unpack_fault){
				.code = FINDING_EXPANSION_LIMIT,
				.message = "it unpacks to more than 1100 times its size",
			};
	}
	if (!d->fault.message && !d->ended)
		return more;
	d->surplus |= d->ended && in->len;
	in->ptr += in->len;
	in->len = 0;
	return false;
}

static const char *cut_short(const struct pg_archive_decoder *d)
{
	switch (d->compression) {
	case PG_ARCHIVE_LZ4:
		return "the lz4 frame is cut short";
	case PG_ARCHIVE_ZSTD:
		return "the zstd frame is cut short";
	default:
		return "the zlib stream is cut short";
	}
}

struct unpack_fault pg_archive_decoder_end(const struct pg_archive_decoder *d)
{
	if (d->fault.message)
		return d->fault;
	if (!d->ended)
		return bad_stream(cut_short(d));
	return bad_stream(d->surplus ? "bytes follow the end of the compressed stream" : NULL);
}
