/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zstd and lz4 by their libraries, fed piece by piece as frame_walk.c cuts them, so
 * that what is wrong has a place: the header, block or checksum being fed.
 */
#include <lz4frame.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "stream/frame_walk.h"
#include "stream/unpack_codec.h"

enum { WINDOW_LOG_MAX = 27 };
_Static_assert(UNPACK_WINDOW_MAX == UINT64_C(1) << WINDOW_LOG_MAX, "one limit");

struct frames {
	struct unpacker unpacker;
	struct frame_walk walk;
	ZSTD_DCtx *zstd; /* either of the two */
	LZ4F_dctx *lz4;
	bool complete; /* the library says that the frame has ended and all came out */
	bool pending;  /* it may hold more output: the last block was filled */
};

struct fault_text {
	enum finding_code code;
	const char *message;
};

static struct fault_text zstd_fault(size_t rc)
{
	switch (ZSTD_getErrorCode(rc)) {
	case ZSTD_error_checksum_wrong:
		return (struct fault_text){ FINDING_CHECKSUM_MISMATCH,
					    "the checksum of the content (XXH64) does not match" };
	case ZSTD_error_frameParameter_windowTooLarge:
		return (struct fault_text){ FINDING_UNSUPPORTED,
					    "its window is larger than 128 MiB: compress it again "
					    "with --long=27 or less" };
	case ZSTD_error_memory_allocation:
		return (struct fault_text){ FINDING_UNSUPPORTED,
					    "there is no memory for its window" };
	case ZSTD_error_frameParameter_unsupported:
	case ZSTD_error_version_unsupported:
		return (struct fault_text){ FINDING_UNSUPPORTED,
					    "a frame header of a version not known here" };
	case ZSTD_error_dictionary_wrong:
		return (struct fault_text){
			FINDING_UNSUPPORTED,
			"it was compressed with a dictionary: compress it again without one"
		};
	default:
		return (struct fault_text){ FINDING_BAD_COMPRESSION, "the zstd data is invalid" };
	}
}

/* The codes themselves are not part of the library's stable interface, their names are. */
static struct fault_text lz4_fault(size_t rc)
{
	static const struct {
		const char *name;
		struct fault_text fault;
	} faults[] = {
		{ "ERROR_contentChecksum_invalid",
		  { FINDING_CHECKSUM_MISMATCH,
		    "the checksum of the content (XXH32) does not match" } },
		{ "ERROR_blockChecksum_invalid",
		  { FINDING_CHECKSUM_MISMATCH, "the checksum of a block (XXH32) does not match" } },
		{ "ERROR_headerChecksum_invalid",
		  { FINDING_CHECKSUM_MISMATCH, "the checksum of a frame header does not match" } },
		{ "ERROR_frameSize_wrong",
		  { FINDING_LENGTH_MISMATCH,
		    "the frame holds more or less than its header says" } },
		{ "ERROR_allocation_failed",
		  { FINDING_UNSUPPORTED, "there is no memory for its blocks" } },
		{ "ERROR_reservedFlag_set",
		  { FINDING_UNSUPPORTED, "a reserved flag of a frame header is set" } },
		{ "ERROR_headerVersion_wrong",
		  { FINDING_UNSUPPORTED, "the version of a frame header is not 1" } },
	};
	const char *name = LZ4F_getErrorName(rc);

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(faults[i].name, name) == 0)
			return faults[i].fault;
	}
	return (struct fault_text){ FINDING_BAD_COMPRESSION, "the lz4 data is invalid" };
}

/* Both give 0 when the frame has ended. Sets `used`. */
static size_t decode(struct frames *f, struct span piece, struct unpack_block *out, size_t *used)
{
	size_t room = out->room - out->len, rc;

	if (f->zstd) {
		ZSTD_inBuffer source = { piece.ptr, piece.len, 0 };
		ZSTD_outBuffer target = { out->ptr + out->len, room, 0 };

		rc = ZSTD_decompressStream(f->zstd, &target, &source);
		*used = source.pos;
		out->len += target.pos;
	} else {
		*used = piece.len;
		rc = LZ4F_decompress(f->lz4, out->ptr + out->len, &room, piece.ptr, used, NULL);
		if (!LZ4F_isError(rc))
			out->len += room;
	}
	return rc;
}

static enum unpack_status fail(struct frames *f, struct fault_text text)
{
	return unpack_bad(&f->unpacker, (struct unpack_fault){ .code = text.code,
							       .message = text.message,
							       .offset = f->walk.piece_start });
}

/*
 * False: a fault, and nothing came out of this call: so what is pending is fetched
 * first, before the next piece is looked at.
 */
static bool feed(struct frames *f, struct span *in, struct span piece, struct unpack_block *out)
{
	static const uint8_t nothing[1];
	size_t used, rc;

	if (!piece.len)
		piece.ptr = nothing;
	rc = decode(f, piece, out, &used);
	if (f->zstd ? ZSTD_isError(rc) : LZ4F_isError(rc)) {
		(void)fail(f, f->zstd ? zstd_fault(rc) : lz4_fault(rc));
		return false;
	}
	f->complete = rc == 0;
	f->pending = out->len == out->room;
	if (used)
		frame_walk_took(&f->walk, in, used);
	return true;
}

static enum unpack_status end_frame(struct frames *f)
{
	if (!f->complete)
		return fail(f, (struct fault_text){ FINDING_BAD_STRUCTURE,
						    "the frame ends before its content does" });
	f->unpacker.checked = f->walk.header.checksum || f->walk.header.block_checksum;
	f->complete = false;
	f->pending = false;
	frame_walk_begin(&f->walk);
	return UNPACK_FRAME;
}

static enum unpack_status frames_step(struct unpacker *u, struct span *in, struct unpack_block *out)
{
	struct frames *f = (struct frames *)u;

	for (;;) {
		struct span piece = { NULL, 0 };
		enum frame_piece kind = PIECE_DATA;

		if (!f->pending || f->complete)
			kind = frame_walk_next(&f->walk, in, &piece);
		if (kind == PIECE_BAD)
			return fail(f, (struct fault_text){ f->walk.fault, f->walk.message });
		if (kind == PIECE_END)
			return end_frame(f);
		if (kind == PIECE_NONE)
			return UNPACK_NEEDS_INPUT;
		if (kind == PIECE_SKIP)
			frame_walk_took(&f->walk, in, piece.len);
		else if (out->len == out->room)
			return UNPACK_NEEDS_ROOM;
		else if (!feed(f, in, piece, out))
			return UNPACK_BAD;
	}
}

static bool frames_between(const struct unpacker *u)
{
	return frame_walk_between(&((const struct frames *)u)->walk);
}

static const char *frames_place(const struct unpacker *u)
{
	switch (((const struct frames *)u)->walk.phase) {
	case FRAME_MAGIC:
	case FRAME_HEADER:
		return "header";
	case FRAME_SKIPPED_LENGTH:
	case FRAME_SKIPPED:
		return "skippable part before the data";
	case FRAME_CHECKSUM:
		return "checksum";
	default:
		return "data";
	}
}

static void frames_reset(struct unpacker *u)
{
	struct frames *f = (struct frames *)u;

	f->walk = (struct frame_walk){ .codec = f->walk.codec };
	f->complete = f->pending = false;
	if (f->zstd)
		(void)ZSTD_DCtx_reset(f->zstd, ZSTD_reset_session_only);
	if (f->lz4)
		LZ4F_resetDecompressionContext(f->lz4);
}

static void frames_free(struct unpacker *u)
{
	struct frames *f = (struct frames *)u;

	(void)ZSTD_freeDCtx(f->zstd);
	(void)LZ4F_freeDecompressionContext(f->lz4);
	free(f);
}

static const struct unpack_ops frames_ops = {
	.step = frames_step,
	.between_frames = frames_between,
	.place = frames_place,
	.reset = frames_reset,
	.free = frames_free,
};

static struct frames *frames_new(enum codec codec)
{
	struct frames *f = calloc(1, sizeof(*f));

	if (f) {
		f->unpacker.ops = &frames_ops;
		f->walk.codec = codec;
	}
	return f;
}

struct unpacker *unpack_zstd_new(void)
{
	struct frames *f = frames_new(CODEC_ZSTD);

	if (!f)
		return NULL;
	f->zstd = ZSTD_createDCtx();
	if (f->zstd &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(f->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
		return &f->unpacker;
	frames_free(&f->unpacker);
	return NULL;
}

struct unpacker *unpack_lz4_new(void)
{
	struct frames *f = frames_new(CODEC_LZ4);

	if (!f)
		return NULL;
	if (!LZ4F_isError(LZ4F_createDecompressionContext(&f->lz4, LZ4F_VERSION)))
		return &f->unpacker;
	frames_free(&f->unpacker);
	return NULL;
}
