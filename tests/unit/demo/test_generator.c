/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/generator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"

/* All rows of all tables, as COPY would get them. */
static void generate(uint64_t seed, uint64_t size, struct buf *out)
{
	struct generator g;

	generator_init(&g, seed, size);
	for (unsigned table = 0; table < DEMO_TABLE_COUNT; table++) {
		for (uint64_t row = 0; row < g.rows[table]; row++) {
			struct text t;

			assert_int_equal(buf_reserve(out, GENERATOR_ROW_MAX), 0);
			t = (struct text){ .at = out->ptr + out->len,
					   .end = out->ptr + out->len + GENERATOR_ROW_MAX };
			generator_row(&g, (enum demo_table)table, row, &t);
			assert_false(t.full);
			out->len = (size_t)(t.at - out->ptr);
		}
	}
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	CLEANUP(buf_release)
	struct buf a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	generate(7, 300000, &a);
	generate(7, 300000, &b);
	generate(8, 300000, &c);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len);
	assert_true(a.len != c.len || memcmp(a.ptr, c.ptr, a.len) != 0);
}

static void the_size_asked_for_is_the_size_made(void **state)
{
	static const uint64_t sizes[] = { 1000000, 10000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		CLEANUP(buf_release)
		struct buf all = { 0 };

		generate(42, sizes[i], &all);
		assert_in_range(all.len, sizes[i] - sizes[i] / 10, sizes[i] + sizes[i] / 10);
	}
}

static void it_compresses_like_real_text(void **state)
{
	CLEANUP(buf_release)
	struct buf all = { 0 };
	CLEANUP(cleanup_free)
	unsigned char *packed = NULL;
	uLongf packed_len;

	(void)state;
	generate(42, 4000000, &all);
	packed_len = compressBound(all.len);
	packed = malloc(packed_len);
	assert_non_null(packed);
	assert_int_equal(compress2(packed, &packed_len, (const Bytef *)all.ptr, all.len, 6), Z_OK);
	assert_in_range(all.len * 10 / packed_len, 33, 45);
}

static size_t columns_of(enum demo_table table)
{
	size_t count = 1;

	for (const char *c = demo_table_columns(table); *c; c++)
		count += *c == ',';
	return count;
}

static void every_row_has_the_columns_of_its_table(void **state)
{
	struct generator g;

	(void)state;
	generator_init(&g, 1, 1000000);
	for (unsigned table = 0; table < DEMO_TABLE_COUNT; table++) {
		for (uint64_t row = 0; row < g.rows[table]; row++) {
			char line[GENERATOR_ROW_MAX];
			struct text t = { .at = line, .end = line + sizeof(line) };
			size_t tabs = 0, newlines = 0;

			generator_row(&g, (enum demo_table)table, row, &t);
			for (const char *c = line; c < t.at; c++) {
				tabs += *c == '\t';
				newlines += *c == '\n';
			}
			assert_int_equal(tabs + 1, columns_of((enum demo_table)table));
			assert_int_equal(newlines, 1);
			assert_int_equal(t.at[-1], '\n');
		}
	}
}

static void what_does_not_fit_is_said_and_not_written(void **state)
{
	char *small = malloc(8);
	struct text t = { .at = small, .end = small + 8 };

	(void)state;
	assert_non_null(small);
	text_string(&t, "12345");
	text_time(&t, 0);
	assert_true(t.full);
	assert_memory_equal(small, "12345", 5);
	free(small);
}

static void times_are_civil(void **state)
{
	char out[64];
	struct text t = { .at = out, .end = out + sizeof(out) };

	(void)state;
	text_time(&t, INT64_C(1709210096123456));
	assert_int_equal(t.at - out, 29);
	assert_memory_equal(out, "2024-02-29 12:34:56.123456+00", 29);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(the_size_asked_for_is_the_size_made),
		cmocka_unit_test(it_compresses_like_real_text),
		cmocka_unit_test(every_row_has_the_columns_of_its_table),
		cmocka_unit_test(what_does_not_fit_is_said_and_not_written),
		cmocka_unit_test(times_are_civil),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
