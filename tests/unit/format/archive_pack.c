/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <zstd.h>

enum { PIECE = 4096 };

/* The next piece of `data`, taken from its front. */
static struct span take(struct span *data)
{
	struct span piece = { data->ptr, data->len < PIECE ? data->len : PIECE };

	data->ptr += piece.len;
	data->len -= piece.len;
	return piece;
}

static void grow(struct buf *out, size_t wrote)
{
	assert_false(LZ4F_isError(wrote));
	out->len += wrote;
}

void archive_pack_lz4(struct span data, struct buf *out)
{
	size_t room = LZ4F_compressBound(PIECE, NULL) + LZ4F_HEADER_SIZE_MAX;
	LZ4F_cctx *ctx = NULL;

	assert_false(LZ4F_isError(LZ4F_createCompressionContext(&ctx, LZ4F_VERSION)));
	assert_int_equal(buf_reserve(out, room), 0);
	grow(out, LZ4F_compressBegin(ctx, out->ptr + out->len, room, NULL));
	while (data.len) {
		struct span piece = take(&data);

		assert_int_equal(buf_reserve(out, room), 0);
		grow(out, LZ4F_compressUpdate(ctx, out->ptr + out->len, room, piece.ptr, piece.len,
					      NULL));
	}
	assert_int_equal(buf_reserve(out, room), 0);
	grow(out, LZ4F_compressEnd(ctx, out->ptr + out->len, room, NULL));
	(void)LZ4F_freeCompressionContext(ctx);
}

void archive_pack_zstd(struct span data, struct buf *out)
{
	size_t room = ZSTD_CStreamOutSize(), left = 1;
	ZSTD_CStream *stream = ZSTD_createCStream();

	assert_non_null(stream);
	while (left) {
		struct span piece = take(&data);
		ZSTD_inBuffer in = { piece.ptr, piece.len, 0 };

		do {
			ZSTD_outBuffer to;

			assert_int_equal(buf_reserve(out, room), 0);
			to = (ZSTD_outBuffer){ out->ptr + out->len, room, 0 };
			left = ZSTD_compressStream2(stream, &to, &in,
						    piece.len ? ZSTD_e_continue : ZSTD_e_end);
			assert_false(ZSTD_isError(left));
			out->len += to.pos;
		} while (in.pos < in.size || (!piece.len && left));
		left = piece.len != 0;
	}
	(void)ZSTD_freeCStream(stream);
}
