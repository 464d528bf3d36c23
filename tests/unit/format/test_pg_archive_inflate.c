/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "format/pg_archive_inflate.h"

static void collect(void *owner, struct span block)
{
	assert_int_equal(buf_append(owner, block.ptr, block.len), 0);
}

/* Half noise, half repetition, so that it is several times longer than its stream. */
static struct buf content_of(size_t len)
{
	struct buf out = { 0 };
	uint32_t random = 12345;

	assert_int_equal(buf_reserve(&out, len), 0);
	while (out.len < len) {
		char word[8] = "repeat ";

		random = random * 1664525 + 1013904223;
		if (random >> 31)
			memcpy(word, &random, sizeof(random));
		assert_int_equal(buf_append(&out, word, len - out.len < 8 ? len - out.len : 8), 0);
	}
	return out;
}

static struct buf packed(const struct buf *content)
{
	uLongf len = compressBound(content->len);
	struct buf out = { 0 };

	assert_int_equal(buf_reserve(&out, len), 0);
	assert_int_equal(
		compress2((Bytef *)out.ptr, &len, (const Bytef *)content->ptr, content->len, 6),
		Z_OK);
	out.len = len;
	return out;
}

/* What is wrong with the stream; `out` gets what it unpacks to. */
static const char *unpack(struct pg_archive_inflate *z, const struct buf *stream, size_t chunk)
{
	pg_archive_inflate_begin(z);
	for (size_t at = 0; at < stream->len; at += chunk) {
		size_t n = stream->len - at < chunk ? stream->len - at : chunk;
		struct span piece = { (const uint8_t *)stream->ptr + at, n };

		pg_archive_inflate_push(z, piece);
	}
	return pg_archive_inflate_end(z, false);
}

/* Sizes around one input block, one output block, and more than all slots hold. */
static const size_t sizes[] = { 0, 1, 1000, 131072, 200000, 150000, 3 << 20, 5, 6 << 20 };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void streams_of_any_length_come_back_whole(void **state)
{
	struct buf out = { 0 };
	struct pg_archive_inflate *z =
		pg_archive_inflate_new((struct pg_archive_emit){ collect, &out });

	(void)state;
	assert_non_null(z);
	for (size_t i = 0; i < SIZES; i++) {
		struct buf content = content_of(sizes[i]);
		struct buf stream = packed(&content);

		for (size_t chunk = 4096; chunk < 1 << 22; chunk *= 31) {
			buf_clear(&out);
			assert_null(unpack(z, &stream, chunk));
			assert_int_equal(out.len, content.len);
			if (content.len)
				assert_memory_equal(out.ptr, content.ptr, content.len);
		}
		buf_release(&content);
		buf_release(&stream);
	}
	pg_archive_inflate_free(z);
	buf_release(&out);
}

static void damage_is_told_and_the_next_stream_is_not_touched_by_it(void **state)
{
	struct buf out = { 0 };
	struct pg_archive_inflate *z =
		pg_archive_inflate_new((struct pg_archive_emit){ collect, &out });

	(void)state;
	assert_non_null(z);
	for (size_t i = 1; i < SIZES; i++) {
		struct buf content = content_of(sizes[i]);
		struct buf stream = packed(&content);

		stream.len--;
		assert_non_null(unpack(z, &stream, 4096));
		stream.len++;
		stream.ptr[stream.len - 1] ^= 1; /* of the checksum */
		assert_non_null(unpack(z, &stream, 4096));
		stream.ptr[stream.len - 1] ^= 1;
		stream.ptr[0] ^= 1; /* of the header */
		assert_non_null(unpack(z, &stream, 4096));
		stream.ptr[0] ^= 1;
		assert_int_equal(buf_append(&stream, "x", 1), 0);
		assert_non_null(unpack(z, &stream, 4096));
		stream.len--;
		buf_clear(&out);
		assert_null(unpack(z, &stream, 4096));
		assert_int_equal(out.len, content.len);
		buf_release(&content);
		buf_release(&stream);
	}
	pg_archive_inflate_free(z);
	buf_release(&out);
}

static void no_chunk_is_no_stream_unless_allowed(void **state)
{
	struct buf out = { 0 };
	struct pg_archive_inflate *z =
		pg_archive_inflate_new((struct pg_archive_emit){ collect, &out });

	(void)state;
	assert_non_null(z);
	assert_null(pg_archive_inflate_end(z, true));
	pg_archive_inflate_begin(z);
	assert_non_null(pg_archive_inflate_end(z, false));
	assert_int_equal(out.len, 0);
	pg_archive_inflate_free(z);
}

static void it_can_be_given_up_at_any_point(void **state)
{
	struct buf content = content_of(3 << 20);
	struct buf stream = packed(&content);

	(void)state;
	for (size_t len = 0; len < stream.len; len += 50000) {
		struct buf out = { 0 };
		struct pg_archive_inflate *z =
			pg_archive_inflate_new((struct pg_archive_emit){ collect, &out });

		assert_non_null(z);
		pg_archive_inflate_push(z, (struct span){ (const uint8_t *)stream.ptr, len });
		pg_archive_inflate_free(z);
		buf_release(&out);
	}
	pg_archive_inflate_free(NULL);
	buf_release(&content);
	buf_release(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_of_any_length_come_back_whole),
		cmocka_unit_test(damage_is_told_and_the_next_stream_is_not_touched_by_it),
		cmocka_unit_test(no_chunk_is_no_stream_unless_allowed),
		cmocka_unit_test(it_can_be_given_up_at_any_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
