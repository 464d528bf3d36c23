/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cut, bit, tail and exchange of frames in files of zstd, lz4, xz and bzip2:
 * what passes is what src/stream/codec_coverage.h publishes. For gzip: test_envelope.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "../format/sweep.h"
#include "packed.h"
#include "stream/codec_coverage.h"
#include "stream/decoder.h"
#include "stream/frame_walk.h"

/* Three frames, each different, and where they begin; then the end. */
struct file {
	enum codec codec;
	bool checked;
	struct buf bytes;
	size_t border[4];
};

static void add_bytes(struct file *f, const char *bytes, size_t len)
{
	assert_int_equal(buf_append(&f->bytes, bytes, len), 0);
}

/* Some of it repeats, some does not. */
static struct buf rows(size_t count)
{
	struct buf b = { 0 };

	for (uint32_t i = 0, n = 1; i < count; i++, n = n * 1664525 + 1013904223)
		assert_int_equal(buf_printf(&b, "%u\tthe same text\t%08x\n", i, n), 0);
	return b;
}

static struct file file_of(enum codec codec, bool checked)
{
	struct file f = { .codec = codec, .checked = checked };

	for (size_t i = 0; i < 3; i++) {
		CLEANUP(buf_release)
		struct buf text = rows(11 + 9 * i);
		CLEANUP(buf_release)
		struct buf frame = packed(codec, buf_span(&text), checked);

		f.border[i] = f.bytes.len;
		if (i && (codec == CODEC_ZSTD || codec == CODEC_LZ4))
			add_bytes(&f, "\x53\x2a\x4d\x18\5\0\0\0hello", 13);
		add_bytes(&f, frame.ptr, frame.len);
		if (i < 2 && codec == CODEC_XZ)
			add_bytes(&f, "\0\0\0\0", 4);
	}
	f.border[3] = f.bytes.len;
	return f;
}

/* As a file's envelope does it; the content goes into the reading as its size and CRC. */
static int read_packed(const struct sweep *s, struct span bytes, size_t block, struct reading *out,
		       struct error *err)
{
	const struct file *f = s->cookie;
	const struct decoder_options options = { .codec = f->codec,
						 .expansion_max = 1000,
						 .expansion_free = 1 << 20 };
	struct decoder *d = decoder_open(&options, &out->findings, err);
	uint8_t room[600];
	struct gunzip_trailer unused;
	uint32_t crc = 0;

	if (!d)
		return -1;
	out->findings.layer = codec_id(f->codec);
	for (size_t at = 0; at < bytes.len; at += block) {
		struct span in = { bytes.ptr + at,
				   bytes.len - at < block ? bytes.len - at : block };
		enum decoder_status status;

		do {
			struct gunzip_block to = { .ptr = room, .room = sizeof(room) };

			status = decoder_step(d, &in, &to, &unused);
			out->content_bytes += to.len;
			crc = checksum_crc32(crc, (struct span){ room, to.len });
		} while (status == DECODER_NEEDS_ROOM);
	}
	decoder_end(d);
	decoder_free(d);
	out->content_time_ns = crc;
	return 0;
}

struct place {
	enum frame_phase phase;
	size_t magic_end; /* of its frame */
};

/* Where in the frames of zstd or lz4 a byte lies. */
static struct place place_of(const struct sweep *s, size_t offset)
{
	struct frame_walk w = { .codec = ((const struct file *)s->cookie)->codec };
	struct span in = s->bytes, piece;

	for (;;) {
		enum frame_piece kind = frame_walk_next(&w, &in, &piece);

		if (kind == PIECE_END) {
			frame_walk_begin(&w);
			continue;
		}
		assert_true(kind == PIECE_DATA || kind == PIECE_SKIP);
		if (offset < w.offset + piece.len)
			return (struct place){ w.phase, (size_t)w.frame_start + 4 };
		frame_walk_took(&w, &in, piece.len);
	}
}

static struct sweep_allowance allow_zstd(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct uncovered *rows = codec_coverage(CODEC_ZSTD)->row;
	struct place p = place_of(s, offset);

	if (p.phase == FRAME_SKIPPED)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[ZSTD_ROW_SKIPPABLE] };
	if (p.phase == FRAME_HEADER && offset == p.magic_end && bit == 4)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[ZSTD_ROW_UNUSED_BIT] };
	if (!((const struct file *)s->cookie)->checked &&
	    (p.phase == FRAME_BLOCK || p.phase == FRAME_BLOCK_HEADER))
		return (struct sweep_allowance){ SWEEP_FREE, &rows[ZSTD_ROW_UNCHECKED] };
	if (p.phase == FRAME_HEADER && offset == p.magic_end + 1)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[ZSTD_ROW_WINDOW] };
	if (p.phase == FRAME_BLOCK)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[ZSTD_ROW_EQUAL] };
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static struct sweep_allowance allow_lz4(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct uncovered *rows = codec_coverage(CODEC_LZ4)->row;
	struct place p = place_of(s, offset);

	(void)bit;
	if (p.phase == FRAME_SKIPPED)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[LZ4_ROW_SKIPPABLE] };
	if (p.phase == FRAME_BLOCK && !((const struct file *)s->cookie)->checked)
		return (struct sweep_allowance){ SWEEP_FREE, &rows[LZ4_ROW_UNCHECKED] };
	if (p.phase == FRAME_BLOCK)
		return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[LZ4_ROW_EQUAL] };
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static struct sweep_allowance allow_xz(const struct sweep *s, size_t offset, unsigned bit)
{
	(void)offset;
	(void)bit;
	if (!((const struct file *)s->cookie)->checked)
		return (struct sweep_allowance){ SWEEP_FREE,
						 &codec_coverage(CODEC_XZ)->row[XZ_ROW_UNCHECKED] };
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static struct sweep_allowance allow_bzip2(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct uncovered *rows = codec_coverage(CODEC_BZIP2)->row;
	const struct file *f = s->cookie;

	for (size_t i = 0; i < 3; i++) {
		if (offset == f->border[i] + 3)
			return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[BZIP2_ROW_LEVEL] };
		if (offset + 1 == f->border[i + 1] && bit < 7)
			return (struct sweep_allowance){ SWEEP_NO_EFFECT,
							 &rows[BZIP2_ROW_PADDING] };
		if (offset >= f->border[i] + 14 && offset + 10 < f->border[i + 1])
			return (struct sweep_allowance){ SWEEP_NO_EFFECT, &rows[BZIP2_ROW_EQUAL] };
	}
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static bool may_follow_frames(struct span tail)
{
	return tail.len > 10 && tail.ptr[0]; /* all of it again */
}

static bool may_follow_streams(struct span tail)
{
	return tail.len > 10; /* or zeros, which are padding */
}

static const size_t whole_row[CODEC_COUNT] = {
	[CODEC_ZSTD] = ZSTD_ROW_FRAME,
	[CODEC_LZ4] = LZ4_ROW_FRAME,
	[CODEC_XZ] = XZ_ROW_STREAM,
	[CODEC_BZIP2] = BZIP2_ROW_STREAM,
};

static bool may_pass(const struct sweep *s, enum sweep_change change, size_t k)
{
	const struct file *f = s->cookie;

	(void)change;
	(void)k;
	s->passes[whole_row[f->codec]]++;
	return true;
}

static void sweep_file(enum codec codec, bool checked, size_t *passes)
{
	static struct sweep_allowance (*const allow[CODEC_COUNT])(const struct sweep *, size_t,
								  unsigned) = {
		[CODEC_ZSTD] = allow_zstd,
		[CODEC_LZ4] = allow_lz4,
		[CODEC_XZ] = allow_xz,
		[CODEC_BZIP2] = allow_bzip2,
	};
	struct file f = file_of(codec, checked);
	const struct sweep s = {
		.name = codec_id(codec),
		.bytes = buf_span(&f.bytes),
		.read = read_packed,
		.coverage = codec_coverage(codec),
		.cookie = &f,
		.allow = allow[codec],
		.passes = passes,
		.may_follow = codec == CODEC_XZ ? may_follow_streams : may_follow_frames,
	};
	const struct sweep_pieces pieces = { f.border, 4, may_pass };

	sweep_flips(&s);
	sweep_longer(&s);
	sweep_pieces(&s, &pieces);
	sweep_blocks(&s);
	buf_release(&f.bytes);
}

static void only_what_is_published_passes(void **state)
{
	(void)state;
	for (int c = CODEC_ZSTD; c < CODEC_COUNT; c++) {
		size_t passes[8] = { 0 };

		sweep_file((enum codec)c, true, passes);
		sweep_file((enum codec)c, false, passes);
		if (c == CODEC_XZ)
			passes[XZ_ROW_PADDING]++; /* sweep_longer let 512 zeros follow */
		sweep_assert_rows_met(codec_coverage((enum codec)c), passes);
	}
}

/* Between two frames nothing tells that a third followed. */
static bool is_border(const struct file *f, size_t len)
{
	const bool xz = f->codec == CODEC_XZ;

	for (size_t i = 1; i < 4; i++) {
		if (len == f->border[i] || (xz && i < 3 && len == f->border[i] - 4))
			return true;
	}
	return false;
}

static void every_cut_but_between_frames_is_found(void **state)
{
	(void)state;
	for (int c = CODEC_ZSTD; c < CODEC_COUNT; c++) {
		struct file f = file_of((enum codec)c, true);

		for (size_t len = 0; len < f.bytes.len; len++) {
			struct sweep s = { .cookie = &f };
			struct reading r = { 0 };
			struct error err = ERROR_INIT;
			struct span cut = { (const uint8_t *)f.bytes.ptr, len };
			bool skipped = c <= CODEC_LZ4 && (is_border(&f, len - 13));

			assert_int_equal(read_packed(&s, cut, SIZE_MAX / 2, &r, &err), 0);
			assert_int_equal(r.findings.count, !is_border(&f, len) && !skipped);
			if (r.findings.count) {
				assert_int_equal(r.findings.item[0].code,
						 len ? FINDING_TRUNCATED : FINDING_EMPTY);
				assert_int_equal(r.findings.item[0].offset, len);
			}
			reading_release(&r);
		}
		buf_release(&f.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_published_passes),
		cmocka_unit_test(every_cut_but_between_frames_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
