/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/row_hash.h"

static struct span text(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static void assert_same(const struct row_sum *a, const struct row_sum *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->fingerprint.low, b->fingerprint.low);
	assert_int_equal(a->fingerprint.high, b->fingerprint.high);
}

static void the_hash_is_xxh3_128(void **state)
{
	struct row_sum sum = { 0 };
	char hex[FINGERPRINT_TEXT_SIZE];

	(void)state;
	row_sum_add(&sum, text("")); /* the value that xxhsum -H2 prints for an empty input */
	assert_string_equal(fingerprint_format(sum.fingerprint, hex),
			    "99aa06d3014798d86001c324468d497f");
	assert_int_equal(sum.count, 1);
	assert_int_equal(sum.bytes, 1);
}

static void order_does_not_matter_but_content_does(void **state)
{
	struct row_sum ab = { 0 }, ba = { 0 }, aa = { 0 };

	(void)state;
	row_sum_add(&ab, text("1\ta"));
	row_sum_add(&ab, text("2\tb"));
	row_sum_add(&ba, text("2\tb"));
	row_sum_add(&ba, text("1\ta"));
	row_sum_add(&aa, text("1\ta"));
	row_sum_add(&aa, text("1\ta"));
	assert_same(&ab, &ba);
	assert_int_not_equal(ab.fingerprint.low, aa.fingerprint.low);
}

static void parts_add_up_to_the_whole(void **state)
{
	struct row_sum whole = { 0 }, left = { 0 }, right = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		char row[] = { (char)('a' + i % 26), (char)i, '\0' };
		struct span line = { (const uint8_t *)row, 2 };

		row_sum_add(&whole, line);
		row_sum_add(i % 3 ? &left : &right, line);
	}
	row_sum_merge(&left, &right);
	assert_same(&whole, &left);
}

static void a_row_in_pieces_is_the_same_row(void **state)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *h = row_hash_new();
	uint8_t row[700];

	(void)state;
	assert_non_null(h);
	for (size_t i = 0; i < sizeof(row); i++)
		row[i] = (uint8_t)(i * 31);
	for (size_t len = 0; len <= sizeof(row); len += 7) {
		struct row_sum once = { 0 }, pieces = { 0 };

		row_sum_add(&once, (struct span){ row, len });
		row_hash_begin_row(h);
		for (size_t at = 0; at < len; at += 13) {
			size_t n = len - at < 13 ? len - at : 13;

			row_hash_update(h, (struct span){ row + at, n });
		}
		row_hash_end(h, &pieces);
		assert_same(&once, &pieces);
	}
}

static void a_large_object_hashes_its_oid_and_content(void **state)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *h = row_hash_new();
	struct row_sum object = { 0 }, line = { 0 };

	(void)state;
	assert_non_null(h);
	row_hash_begin_large_object(h, 4294967295u);
	row_hash_update(h, text("con"));
	row_hash_update(h, text("tent"));
	row_hash_end(h, &object);
	row_sum_add(&line, text("4294967295:content"));
	assert_int_equal(object.fingerprint.low, line.fingerprint.low);
	assert_int_equal(object.fingerprint.high, line.fingerprint.high);
	assert_int_equal(object.count, 1);
	assert_int_equal(object.bytes, 7);
}

static void a_sum_becomes_a_fact(void **state)
{
	struct row_sum sum = { .count = 3, .bytes = 99, .fingerprint = { 1, 2 } };
	struct fact fact = { .value = "" };

	(void)state;
	row_sum_to_fact(&sum, &fact);
	assert_int_equal(fact.known, MEASURE_COUNT | MEASURE_BYTES | MEASURE_FINGERPRINT);
	assert_int_equal(fact.count, 3);
	assert_int_equal(fact.bytes, 99);
	assert_int_equal(fact.fingerprint.high, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_xxh3_128),
		cmocka_unit_test(order_does_not_matter_but_content_does),
		cmocka_unit_test(parts_add_up_to_the_whole),
		cmocka_unit_test(a_row_in_pieces_is_the_same_row),
		cmocka_unit_test(a_large_object_hashes_its_oid_and_content),
		cmocka_unit_test(a_sum_becomes_a_fact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
