/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "format/postgres/pg_archive_crew.h"

/* Rows of one column, half noise, so that they are several times longer than their stream. */
static struct buf rows_of(size_t len)
{
	struct buf out = { 0 };
	uint32_t random = 12345;

	assert_int_equal(buf_reserve(&out, len + 16), 0);
	while (out.len < len) {
		char word[9] = "repeat \n";

		random = random * 1664525 + 1013904223;
		if (random >> 31)
			for (size_t i = 0; i < 6; i++)
				word[i] = (char)('a' + (random >> 4 * i) % 16);
		assert_int_equal(buf_append(&out, word, 8), 0);
	}
	assert_int_equal(buf_append(&out, "\\.\n\n", 4), 0);
	return out;
}

static struct buf packed(const struct buf *content, enum pg_archive_compression how)
{
	size_t room = content->len + content->len / 8 + 1024;
	struct buf out = { 0 };
	uLongf zlib_len = room;

	assert_int_equal(buf_reserve(&out, room), 0);
	if (how == PG_ARCHIVE_ZLIB) {
		assert_int_equal(compress2((Bytef *)out.ptr, &zlib_len, (const Bytef *)content->ptr,
					   content->len, 1),
				 Z_OK);
		out.len = zlib_len;
	} else if (how == PG_ARCHIVE_LZ4) {
		out.len = LZ4F_compressFrame(out.ptr, room, content->ptr, content->len, NULL);
		assert_false(LZ4F_isError(out.len));
	} else {
		out.len = ZSTD_compress(out.ptr, room, content->ptr, content->len, 1);
		assert_false(ZSTD_isError(out.len));
	}
	return out;
}

enum { ITEMS = 40 };

struct gathered {
	size_t count;
	struct pg_archive_item item[ITEMS];
};

static void gather(void *owner, const struct pg_archive_item *item)
{
	struct gathered *g = owner;

	assert_true(g->count < ITEMS);
	g->item[g->count++] = *item;
}

static struct pg_archive_crew *crew_of(enum pg_archive_compression how, unsigned threads,
				       struct gathered *out)
{
	struct pg_archive_crew_options options = {
		.compression = how, .threads = threads, .collect = gather, .owner = out
	};
	struct pg_archive_crew *c = pg_archive_crew_new(&options);

	assert_non_null(c);
	return c;
}

static void feed(struct pg_archive_crew *c, struct span stream, size_t chunk)
{
	const struct pg_archive_item rows = { .kind = ITEM_ROWS, .columns = 1 };

	pg_archive_crew_begin(c, &rows);
	for (size_t at = 0; at < stream.len; at += chunk) {
		size_t n = stream.len - at < chunk ? stream.len - at : chunk;

		pg_archive_crew_push(c, (struct span){ stream.ptr + at, n });
	}
	pg_archive_crew_end(c);
}

static struct row_sum sum_of(const struct buf *rows)
{
	struct row_sum sum = { 0 };

	for (size_t at = 0; at + 8 < rows->len; at += 8)
		row_sum_add(&sum, (struct span){ (const uint8_t *)rows->ptr + at, 7 });
	return sum;
}

static void expect_rows(const struct pg_archive_item *item, const struct row_sum *sum)
{
	assert_null(item->fault.message);
	assert_int_equal(item->copy.faults, 0);
	assert_memory_equal(&item->copy.sum, sum, sizeof(*sum));
}

/* Sizes around one segment, one output block, and more than all that may wait. */
static const size_t sizes[] = { 0, 8, 1000, 131072, 200000, 150000, 3 << 20, 16, 6 << 20 };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void check_items(enum pg_archive_compression how, unsigned threads, size_t chunk)
{
	struct gathered got = { 0 };
	struct pg_archive_crew *c = crew_of(how, threads, &got);

	for (size_t i = 0; i < SIZES; i++) {
		struct buf rows = rows_of(sizes[i]), stream = packed(&rows, how);

		feed(c, buf_span(&stream), chunk);
		buf_release(&rows);
		buf_release(&stream);
	}
	pg_archive_crew_settle(c);
	assert_int_equal(got.count, SIZES);
	for (size_t i = 0; i < SIZES; i++) {
		struct buf rows = rows_of(sizes[i]);
		struct row_sum sum = sum_of(&rows);

		expect_rows(&got.item[i], &sum);
		buf_release(&rows);
	}
	pg_archive_crew_free(c);
}

static void items_are_counted_in_order_by_any_number_of_threads(void **state)
{
	(void)state;
	for (enum pg_archive_compression how = PG_ARCHIVE_ZLIB; how <= PG_ARCHIVE_ZSTD; how++) {
		check_items(how, 1, 4096);
		check_items(how, 2, 4096);
		check_items(how, 4, 100003);
		check_items(how, 2, 1 << 22);
	}
}

/* Fails unless the stream has a fault, and the next one is not touched by it. */
static void expect_fault(enum pg_archive_compression how, unsigned threads, struct span bad,
			 struct span good, const struct row_sum *sum)
{
	struct gathered got = { 0 };
	struct pg_archive_crew *c = crew_of(how, threads, &got);

	feed(c, bad, 4096);
	feed(c, good, 4096);
	pg_archive_crew_settle(c);
	assert_int_equal(got.count, 2);
	assert_non_null(got.item[0].fault.message);
	expect_rows(&got.item[1], sum);
	pg_archive_crew_free(c);
}

static void damage_is_told_and_the_next_item_is_not_touched_by_it(void **state)
{
	(void)state;
	for (enum pg_archive_compression how = PG_ARCHIVE_ZLIB; how <= PG_ARCHIVE_ZSTD; how++) {
		for (size_t i = 1; i < SIZES - 2; i++) {
			struct buf rows = rows_of(sizes[i]), stream = packed(&rows, how);
			struct row_sum sum = sum_of(&rows);
			struct span good = buf_span(&stream), cut = good;
			struct buf bad = { 0 };

			cut.len--;
			expect_fault(how, 1 + (unsigned)i % 3, cut, good, &sum);
			expect_fault(how, 2, (struct span){ 0 }, good, &sum);
			assert_int_equal(buf_append(&bad, stream.ptr, stream.len), 0);
			bad.ptr[0] ^= 1; /* of the header */
			expect_fault(how, 2, buf_span(&bad), good, &sum);
			bad.ptr[0] ^= 1;
			assert_int_equal(buf_append(&bad, "x", 1), 0);
			expect_fault(how, 2, buf_span(&bad), good, &sum);
			bad.len--;
			assert_int_equal(buf_append(&bad, stream.ptr, stream.len), 0);
			expect_fault(how, 1 + (unsigned)i % 3, buf_span(&bad), good, &sum);
			buf_release(&bad);
			buf_release(&rows);
			buf_release(&stream);
		}
	}
}

static void no_byte_is_no_empty_item(void **state)
{
	struct gathered got = { 0 };
	struct pg_archive_crew_options options = { .compression = PG_ARCHIVE_ZSTD,
						   .collect = gather,
						   .owner = &got };
	struct pg_archive_crew *c = pg_archive_crew_new(&options);
	const struct pg_archive_item object = { .kind = ITEM_LARGE_OBJECT, .oid = 7 };

	(void)state;
	assert_non_null(c);
	pg_archive_crew_begin(c, &object);
	pg_archive_crew_end(c);
	pg_archive_crew_settle(c);
	assert_int_equal(got.count, 1);
	assert_non_null(got.item[0].fault.message);
	pg_archive_crew_free(c);
}

/* 64 MiB of one row unpack from 6 KiB: more than a real table ever would. */
static void a_stream_that_unpacks_to_too_much_is_given_up(void **state)
{
	struct buf zeros = { 0 }, stream;
	struct row_sum sum = { 0 };
	struct buf none = { 0 };
	struct buf empty;

	(void)state;
	assert_int_equal(buf_reserve(&zeros, 64 << 20), 0);
	memset(zeros.ptr, 'x', 64 << 20);
	zeros.len = 64 << 20;
	assert_int_equal(buf_append(&none, "\\.\n\n", 4), 0);
	stream = packed(&zeros, PG_ARCHIVE_ZSTD);
	empty = packed(&none, PG_ARCHIVE_ZSTD);
	expect_fault(PG_ARCHIVE_ZSTD, 2, buf_span(&stream), buf_span(&empty), &sum);
	buf_release(&zeros);
	buf_release(&none);
	buf_release(&empty);
	buf_release(&stream);
}

static void it_can_be_given_up_at_any_point(void **state)
{
	struct buf rows = rows_of(8 << 20), stream = packed(&rows, PG_ARCHIVE_ZLIB);
	const struct pg_archive_item question = { .kind = ITEM_ROWS, .columns = 1 };

	(void)state;
	for (size_t len = 0; len < stream.len; len += 250000) {
		struct gathered got = { 0 };
		struct pg_archive_crew *c = crew_of(PG_ARCHIVE_ZLIB, 3, &got);

		feed(c, buf_span(&stream), 65536);
		pg_archive_crew_begin(c, &question);
		pg_archive_crew_push(c, (struct span){ (const uint8_t *)stream.ptr, len });
		if (len & 16)
			pg_archive_crew_settle(c);
		pg_archive_crew_free(c);
		assert_true(got.count <= 1);
	}
	pg_archive_crew_free(NULL);
	buf_release(&rows);
	buf_release(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_counted_in_order_by_any_number_of_threads),
		cmocka_unit_test(damage_is_told_and_the_next_item_is_not_touched_by_it),
		cmocka_unit_test(no_byte_is_no_empty_item),
		cmocka_unit_test(a_stream_that_unpacks_to_too_much_is_given_up),
		cmocka_unit_test(it_can_be_given_up_at_any_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
