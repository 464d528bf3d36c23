/* SPDX-License-Identifier: Apache-2.0 */
#include "packed.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

static size_t pack_gzip(struct span content, uint8_t *out, size_t room)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)content.ptr;
	z.avail_in = (uInt)content.len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	return z.total_out;
}

static size_t pack_zstd(struct span content, bool checked, uint8_t *out, size_t room)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t n;

	assert_non_null(c);
	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checked)));
	if (checked) {
		ZSTD_inBuffer from = { content.ptr, content.len, 0 };
		ZSTD_outBuffer to = { out, room, 0 };

		assert_false(ZSTD_isError(ZSTD_compressStream2(c, &to, &from, ZSTD_e_continue)));
		assert_int_equal(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0);
		n = to.pos;
	} else {
		n = ZSTD_compress2(c, out, room, content.ptr, content.len);
	}
	assert_false(ZSTD_isError(n));
	(void)ZSTD_freeCCtx(c);
	return n;
}

static size_t pack_lz4(struct span content, bool checked, uint8_t *out, size_t room)
{
	const LZ4F_preferences_t how = {
		.frameInfo = { .blockSizeID = LZ4F_max64KB,
			       .contentSize = content.len,
			       .contentChecksumFlag = checked ? LZ4F_contentChecksumEnabled :
								LZ4F_noContentChecksum },
	};
	size_t n = LZ4F_compressFrame(out, room, content.ptr, content.len, &how);

	assert_false(LZ4F_isError(n));
	return n;
}

static size_t pack_xz(struct span content, bool checked, uint8_t *out, size_t room)
{
	size_t n = 0;

	assert_int_equal(lzma_easy_buffer_encode(0, checked ? LZMA_CHECK_CRC64 : LZMA_CHECK_NONE,
						 NULL, content.ptr, content.len, out, &n, room),
			 LZMA_OK);
	return n;
}

static size_t pack_bzip2(struct span content, uint8_t *out, size_t room)
{
	unsigned n = (unsigned)room;
	char none[1], *from = content.len ? (char *)(uintptr_t)content.ptr : none;

	assert_int_equal(
		BZ2_bzBuffToBuffCompress((char *)out, &n, from, (unsigned)content.len, 1, 0, 0),
		BZ_OK);
	return n;
}

struct buf packed(enum codec codec, struct span content, bool checked)
{
	size_t room = content.len + content.len / 64 + 4096;
	struct buf b = { 0 };
	uint8_t *out;

	assert_int_equal(buf_reserve(&b, room), 0);
	out = (uint8_t *)b.ptr;
	if (codec == CODEC_GZIP)
		b.len = pack_gzip(content, out, room);
	else if (codec == CODEC_ZSTD)
		b.len = pack_zstd(content, checked, out, room);
	else if (codec == CODEC_LZ4)
		b.len = pack_lz4(content, checked, out, room);
	else if (codec == CODEC_XZ)
		b.len = pack_xz(content, checked, out, room);
	else if (codec == CODEC_BZIP2)
		b.len = pack_bzip2(content, out, room);
	else
		fail_msg("no codec: %d", codec);
	return b;
}

struct buf packed_lines(size_t len)
{
	struct buf b = { 0 };

	for (unsigned i = 0; b.len < len; i++)
		assert_int_equal(buf_printf(&b, "%u\tthe same text\n", i / 2000), 0);
	b.len = len;
	return b;
}
