/* SPDX-License-Identifier: Apache-2.0 */
/* zstd, lz4, xz and bzip2 one frame at a time: content, ends, and what is wrong and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lzma.h>

#include "packed.h"
#include "stream/unpack.h"

static const enum codec codecs[] = { CODEC_ZSTD, CODEC_LZ4, CODEC_XZ, CODEC_BZIP2 };
enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };

struct outcome {
	struct buf content;
	uint64_t frames, checked;
	bool bad, between;
	struct unpack_fault fault;
};

static void release(struct outcome *o)
{
	buf_release(&o->content);
}

/* In blocks of `block` bytes, each in a heap block of its own, with `room` for what comes out. */
static struct outcome unpack_with(struct unpacker *u, struct span bytes, size_t block, size_t room)
{
	uint8_t *out = malloc(room);
	struct outcome o = { 0 };

	assert_non_null(out);
	for (size_t at = 0, n; at < bytes.len; at += n) {
		uint8_t *exact;
		struct span in;
		enum unpack_status status;

		n = bytes.len - at < block ? bytes.len - at : block;
		exact = malloc(n);
		assert_non_null(exact);
		memcpy(exact, bytes.ptr + at, n);
		in = (struct span){ exact, n };
		do {
			struct unpack_block to = { .ptr = out, .room = room };

			status = unpacker_step(u, &in, &to);
			assert_true(to.len <= room);
			assert_int_equal(buf_append(&o.content, out, to.len), 0);
			o.frames += status == UNPACK_FRAME;
			o.checked += status == UNPACK_FRAME && unpacker_frame_checked(u);
			o.bad = status == UNPACK_BAD;
		} while (status == UNPACK_FRAME || status == UNPACK_NEEDS_ROOM);
		assert_int_equal(in.len, 0);
		free(exact);
	}
	free(out);
	o.between = unpacker_between_frames(u);
	if (o.bad)
		o.fault = unpacker_fault(u);
	return o;
}

static struct outcome unpack(enum codec codec, struct span bytes, size_t block, size_t room)
{
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_unpacker)
	struct unpacker *u = unpacker_new(codec, &err);

	assert_non_null(u);
	return unpack_with(u, bytes, block, room);
}

/* However it is cut the same comes out. */
static struct outcome unpack_all_ways(enum codec codec, struct span bytes)
{
	static const struct {
		size_t block, room;
	} ways[] = { { 1, 1 << 20 }, { 7, 13 }, { 4099, 4096 }, { SIZE_MAX, 1000 } };
	struct outcome whole = unpack(codec, bytes, SIZE_MAX, 1 << 20);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		CLEANUP(release)
		struct outcome o = unpack(codec, bytes, ways[i].block, ways[i].room);

		assert_int_equal(o.bad, whole.bad);
		assert_int_equal(o.between, whole.between);
		assert_int_equal(o.frames, whole.frames);
		assert_int_equal(o.fault.code, whole.fault.code);
		assert_int_equal(o.fault.offset, whole.fault.offset);
		assert_ptr_equal(o.fault.message, whole.fault.message);
		if (o.bad && o.fault.code == FINDING_BAD_COMPRESSION)
			continue;
		assert_int_equal(o.content.len, whole.content.len);
		assert_memory_equal(o.content.ptr ? o.content.ptr : "",
				    whole.content.ptr ? whole.content.ptr : "", o.content.len);
	}
	return whole;
}

static struct buf joined(struct span a, struct span b, struct span c)
{
	struct buf out = { 0 };

	assert_int_equal(buf_append(&out, a.ptr, a.len), 0);
	assert_int_equal(buf_append(&out, b.ptr, b.len), 0);
	assert_int_equal(buf_append(&out, c.ptr, c.len), 0);
	return out;
}

static void frames_unpack_to_their_content(void **state)
{
	static const size_t lengths[] = { 0, 1, 100, 65536, 65537, 300000 };

	(void)state;
	for (size_t i = 0; i < CODECS * 6; i++) {
		enum codec codec = codecs[i / 6];
		CLEANUP(buf_release)
		struct buf text = packed_lines(lengths[i % 6]);
		CLEANUP(buf_release)
		struct buf file = packed(codec, buf_span(&text), true);
		CLEANUP(release)
		struct outcome o = unpack_all_ways(codec, buf_span(&file));

		assert_false(o.bad);
		assert_true(o.between);
		assert_int_equal(o.frames, 1);
		assert_int_equal(o.checked, 1);
		assert_int_equal(o.content.len, text.len);
		assert_memory_equal(o.content.ptr ? o.content.ptr : "", text.ptr ? text.ptr : "",
				    text.len);
	}
}

static void many_frames_and_what_lies_between_them_unpack(void **state)
{
	static const struct {
		enum codec codec;
		struct span between;
	} rows[] = {
		{ CODEC_ZSTD, { (const uint8_t *)"\x5f\x2a\x4d\x18\3\0\0\0abc", 11 } },
		{ CODEC_LZ4, { (const uint8_t *)"\x50\x2a\x4d\x18\0\0\0\0", 8 } },
		{ CODEC_XZ, { (const uint8_t *)"\0\0\0\0\0\0\0\0", 8 } },
		{ CODEC_BZIP2, { NULL, 0 } },
	};
	CLEANUP(buf_release)
	struct buf text = packed_lines(70000);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		CLEANUP(buf_release)
		struct buf frame = packed(rows[i].codec, buf_span(&text), true);
		CLEANUP(buf_release)
		struct buf file = joined(buf_span(&frame), rows[i].between, buf_span(&frame));
		CLEANUP(release)
		struct outcome o = unpack_all_ways(rows[i].codec, buf_span(&file));

		assert_false(o.bad);
		assert_true(o.between);
		assert_int_equal(o.frames, 2);
		assert_int_equal(o.content.len, 2 * text.len);
	}
}

static void a_frame_without_a_checksum_is_told(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(5000);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		CLEANUP(buf_release)
		struct buf file = packed(codecs[i], buf_span(&text), false);
		CLEANUP(release)
		struct outcome o = unpack_all_ways(codecs[i], buf_span(&file));

		assert_int_equal(o.frames, 1);
		assert_int_equal(o.checked, codecs[i] == CODEC_BZIP2);
	}
}

static void no_cut_is_between_frames(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(3000);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		CLEANUP(buf_release)
		struct buf file = packed(codecs[i], buf_span(&text), true);

		for (size_t len = 0; len < file.len; len++) {
			CLEANUP(release)
			struct outcome o = unpack_all_ways(
				codecs[i], (struct span){ (const uint8_t *)file.ptr, len });

			assert_false(o.bad);
			assert_int_equal(o.between, len == 0);
			assert_int_equal(o.frames, 0);
		}
	}
}

/* Where the decoder noticed does not depend on the cuts either. */
static void a_flipped_bit_is_found_at_the_same_place_however_cut(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(30000);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		CLEANUP(buf_release)
		struct buf file = packed(codecs[i], buf_span(&text), true);

		for (size_t bit = 0; bit < file.len * 8; bit++) {
			CLEANUP(release)
			struct outcome o = { 0 };
			char *at = file.ptr + bit / 8;

			*at = (char)(*at ^ 1 << bit % 8);
			o = unpack_all_ways(codecs[i], buf_span(&file));
			*at = (char)(*at ^ 1 << bit % 8);
			if (!o.bad && o.between)
				assert_memory_equal(o.content.ptr, text.ptr, text.len);
			else if (o.bad)
				assert_in_range(o.fault.offset, 0, file.len);
		}
	}
}

static void what_follows_is_trailing_data_from_its_first_byte(void **state)
{
	static const struct span tails[] = {
		{ (const uint8_t *)"\n", 1 },
		{ (const uint8_t *)"\x28\xb5\x2f\x00", 4 },
		{ (const uint8_t *)"0123456789", 10 },
	};
	CLEANUP(buf_release)
	struct buf text = packed_lines(3000);

	(void)state;
	for (size_t i = 0; i < CODECS * 3; i++) {
		enum codec codec = codecs[i / 3];
		CLEANUP(buf_release)
		struct buf frame = packed(codec, buf_span(&text), true);
		CLEANUP(buf_release)
		struct buf file = joined(buf_span(&frame), tails[i % 3], (struct span){ NULL, 0 });
		CLEANUP(release)
		struct outcome o = unpack_all_ways(codec, buf_span(&file));

		assert_true(o.bad);
		assert_int_equal(o.fault.code, FINDING_TRAILING_DATA);
		assert_int_equal(o.fault.offset, frame.len);
		assert_int_equal(o.content.len, text.len);
	}
}

static void expect_fault(enum codec codec, struct span bytes, enum finding_code code)
{
	CLEANUP(release)
	struct outcome o = unpack_all_ways(codec, bytes);

	assert_true(o.bad);
	assert_string_equal(finding_id(o.fault.code), finding_id(code));
}

static void what_is_no_frame_or_of_a_kind_not_read_is_named(void **state)
{
#define BYTES(text) ((struct span){ (const uint8_t *)(text), sizeof(text) - 1 })
	(void)state;
	for (size_t i = 0; i < CODECS; i++)
		expect_fault(codecs[i], BYTES("plain"), FINDING_BAD_MAGIC);
	/* lz4 -l */
	expect_fault(CODEC_LZ4, BYTES("\x02\x21\x4c\x18\x05\0\0\0"), FINDING_UNSUPPORTED);
	/* a dictionary of id 7 */
	expect_fault(CODEC_ZSTD, BYTES("\x28\xb5\x2f\xfd\x25\x07\x00\x01\0\0"),
		     FINDING_UNSUPPORTED);
	expect_fault(CODEC_LZ4, BYTES("\x04\x22\x4d\x18\x61\x40\x07\0\0\0\xff"),
		     FINDING_UNSUPPORTED);
	/* a window of 256 MiB */
	expect_fault(CODEC_ZSTD, BYTES("\x28\xb5\x2f\xfd\x04\x90\x01\0\0"), FINDING_UNSUPPORTED);
	/* a reserved bit, a reserved block, a block too long */
	expect_fault(CODEC_ZSTD, BYTES("\x28\xb5\x2f\xfd\x0c\x58\x01\0\0"), FINDING_UNSUPPORTED);
	expect_fault(CODEC_ZSTD, BYTES("\x28\xb5\x2f\xfd\x04\x58\x07\0\0"), FINDING_BAD_STRUCTURE);
	expect_fault(CODEC_ZSTD, BYTES("\x28\xb5\x2f\xfd\x04\x58\xf9\xff\xff"), FINDING_BAD_LENGTH);
	/* no level 0 */
	expect_fault(CODEC_BZIP2, BYTES("BZh0"), FINDING_BAD_MAGIC);
#undef BYTES
}

static void an_xz_dictionary_larger_than_the_limit_is_unsupported(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(3000);
	CLEANUP(buf_release)
	struct buf file = packed(CODEC_XZ, buf_span(&text), true);
	uint8_t *block = (uint8_t *)file.ptr + 12;
	size_t len = 4 * (size_t)block[0], at = len - 1;
	uint32_t crc;

	(void)state;
	while (at > 1 && (block[at] != 0x21 || block[at + 1] != 1))
		at--;
	assert_true(at > 1);
	block[at + 2] = 36; /* LZMA2's only property: 1 GiB */
	crc = lzma_crc32(block, len, 0);
	for (int i = 0; i < 4; i++)
		block[len + (size_t)i] = (uint8_t)(crc >> 8 * i);
	expect_fault(CODEC_XZ, buf_span(&file), FINDING_UNSUPPORTED);
}

static void xz_padding_is_a_multiple_of_four(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(3000);
	CLEANUP(buf_release)
	struct buf frame = packed(CODEC_XZ, buf_span(&text), true);

	(void)state;
	for (size_t n = 0; n <= 8; n++) {
		struct span zeros = { (const uint8_t *)"\0\0\0\0\0\0\0\0", n };
		CLEANUP(buf_release)
		struct buf padded = joined(buf_span(&frame), zeros, (struct span){ NULL, 0 });
		CLEANUP(buf_release)
		struct buf two = joined(buf_span(&frame), zeros, buf_span(&frame));
		CLEANUP(release)
		struct outcome a = unpack_all_ways(CODEC_XZ, buf_span(&padded));
		CLEANUP(release)
		struct outcome b = unpack_all_ways(CODEC_XZ, buf_span(&two));

		assert_int_equal(a.between, n % 4 == 0);
		assert_int_equal(b.bad, n % 4 != 0);
		assert_int_equal(b.frames, n % 4 ? 1 : 2);
	}
}

static void after_a_reset_all_begins_anew(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(100000);

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		CLEANUP(buf_release)
		struct buf file = packed(codecs[i], buf_span(&text), true);
		struct span half = { (const uint8_t *)file.ptr, file.len / 2 };
		struct error err = ERROR_INIT;
		CLEANUP(cleanup_unpacker)
		struct unpacker *u = unpacker_new(codecs[i], &err);
		struct outcome o;

		assert_non_null(u);
		o = unpack_with(u, half, SIZE_MAX, 4096);
		assert_false(o.between);
		release(&o);
		unpacker_reset(u);
		o = unpack_with(u, (struct span){ (const uint8_t *)"x", 1 }, 1, 1);
		assert_int_equal(o.fault.code, FINDING_BAD_MAGIC);
		assert_int_equal(o.fault.offset, 0);
		release(&o);
		unpacker_reset(u);
		o = unpack_with(u, buf_span(&file), SIZE_MAX, 4096);
		assert_true(o.between);
		assert_int_equal(o.content.len, text.len);
		release(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_unpack_to_their_content),
		cmocka_unit_test(many_frames_and_what_lies_between_them_unpack),
		cmocka_unit_test(a_frame_without_a_checksum_is_told),
		cmocka_unit_test(no_cut_is_between_frames),
		cmocka_unit_test(a_flipped_bit_is_found_at_the_same_place_however_cut),
		cmocka_unit_test(what_follows_is_trailing_data_from_its_first_byte),
		cmocka_unit_test(what_is_no_frame_or_of_a_kind_not_read_is_named),
		cmocka_unit_test(an_xz_dictionary_larger_than_the_limit_is_unsupported),
		cmocka_unit_test(xz_padding_is_a_multiple_of_four),
		cmocka_unit_test(after_a_reset_all_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
