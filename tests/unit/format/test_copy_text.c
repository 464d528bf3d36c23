/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/postgres/copy_text.h"

/* Push in blocks of one size, each in an exact-size heap block. */
static struct copy_text read_copy(const char *text, size_t len, uint64_t columns, size_t block)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *hash = row_hash_new();
	struct copy_text c;

	assert_non_null(hash);
	copy_text_begin(&c, columns, hash);
	for (size_t at = 0; at < len; at += block) {
		size_t n = len - at < block ? len - at : block;
		uint8_t *exact = malloc(n);

		assert_non_null(exact);
		memcpy(exact, text + at, n);
		copy_text_push(&c, (struct span){ exact, n });
		free(exact);
	}
	copy_text_end(&c);
	c.hash = NULL;
	return c;
}

static struct copy_text read_text(const char *text, uint64_t columns)
{
	return read_copy(text, strlen(text), columns, strlen(text) + 1);
}

static void rows_are_counted_and_hashed_without_the_end_marker(void **state)
{
	struct copy_text c = read_text("1\ta\n2\tb\n\\.\n\n\n", 2);
	struct row_sum expected = { 0 };

	(void)state;
	row_sum_add(&expected, (struct span){ (const uint8_t *)"2\tb", 3 });
	row_sum_add(&expected, (struct span){ (const uint8_t *)"1\ta", 3 });
	assert_int_equal(c.fault, COPY_FAULT_NONE);
	assert_memory_equal(&c.sum, &expected, sizeof(expected));
	assert_int_equal(c.sum.bytes, 8);
}

static void what_follows_the_end_marker_can_be_left(void **state)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *hash = row_hash_new();
	struct copy_text c;

	(void)state;
	assert_non_null(hash);
	copy_text_begin(&c, 1, hash);
	assert_int_equal(copy_text_rows(&c, (struct span){ (const uint8_t *)"a\n\\", 3 }), 3);
	assert_int_equal(copy_text_rows(&c, (struct span){ (const uint8_t *)".\nSELECT", 8 }), 2);
	copy_text_end(&c);
	assert_int_equal(c.fault, COPY_FAULT_NONE);
	assert_int_equal(c.sum.count, 1);
	c.hash = NULL;
}

static void a_table_without_columns_has_empty_lines(void **state)
{
	(void)state;
	assert_int_equal(read_text("\n\n\\.\n\n\n", 0).sum.count, 2);
	assert_int_equal(read_text("\n\n\\.\n\n\n", 0).fault, COPY_FAULT_NONE);
	assert_int_equal(read_text("x\n\\.\n\n\n", 0).fault, COPY_FAULT_COLUMNS);
}

static void an_escaped_marker_is_a_row(void **state)
{
	struct copy_text c = read_text("\\\\.\n\\.\n\n\n", 1);

	(void)state;
	assert_int_equal(c.fault, COPY_FAULT_NONE);
	assert_int_equal(c.sum.count, 1);
}

static void each_fault_is_named_with_its_row(void **state)
{
	const struct {
		const char *text;
		size_t len;
		enum copy_fault fault;
		uint64_t row, faults;
	} rows[] = {
		{ "1\t2\n1\n\\.\n\n\n", 10, COPY_FAULT_COLUMNS, 2, 1 },
		{ "1\t2\t3\n1\n\\.\n\n\n", 12, COPY_FAULT_COLUMNS, 1, 2 },
		{ "1\t\0\n\\.\n\n\n", 9, COPY_FAULT_NUL, 1, 1 },
		{ "1\t2\n", 4, COPY_FAULT_NO_END, 1, 1 },
		{ "", 0, COPY_FAULT_NO_END, 0, 1 },
		{ "1\t2\n1\t", 6, COPY_FAULT_UNFINISHED, 1, 1 },
		{ "1\t2\n\\.", 6, COPY_FAULT_UNFINISHED, 1, 1 },
		{ "1\t2\n\\.\n\n1\t2\n", 12, COPY_FAULT_AFTER_END, 1, 1 },
		{ "1\t2\n\\.\n\n", 8, COPY_FAULT_NONE, 0, 0 },
		{ "1\t2\n\\. \n\\.\n", 11, COPY_FAULT_MARKER, 2, 1 },
		{ "1\t2\n\\..\n1\t\\.\n\\.\n", 16, COPY_FAULT_MARKER, 2, 2 },
		{ "1\t\\\\\\.\n\\.\n", 10, COPY_FAULT_MARKER, 1, 1 },
		{ "1\t\\\\.\n\\.\n", 9, COPY_FAULT_NONE, 0, 0 },
		{ "\\N\t\\N\n\\.\n", 9, COPY_FAULT_NONE, 0, 0 },
		{ "1\t\r\n\\.\n", 7, COPY_FAULT_CARRIAGE_RETURN, 1, 1 },
		{ "1\t\\\r\n\\.\n", 8, COPY_FAULT_NONE, 0, 0 },
		{ "1\t\\\n\\.\n", 7, COPY_FAULT_JOINED, 1, 1 },
		{ "1\t\\\\\n\\.\n", 8, COPY_FAULT_NONE, 0, 0 },
		{ "1\t\\\0\n\\.\n", 8, COPY_FAULT_NUL, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t block = 1; block < 14; block++) {
			struct copy_text c = read_copy(rows[i].text, rows[i].len, 2, block);

			assert_int_equal(c.fault, rows[i].fault);
			assert_int_equal(c.faults, rows[i].faults);
			assert_int_equal(c.fault_row, rows[i].row);
			assert_non_null(copy_fault_meaning(c.fault));
		}
	}
}

/* Before and after what is 32 bytes wide, and cut at every byte. */
static void a_fault_is_seen_at_every_place(void **state)
{
	const struct {
		const char *text;
		enum copy_fault fault;
	} rows[] = {
		{ "\\.x", COPY_FAULT_MARKER },
		{ "\r", COPY_FAULT_CARRIAGE_RETURN },
		{ "\\\\\\N\\r\\\\", COPY_FAULT_NONE },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x90\x8d\x88", COPY_FAULT_NONE },
		{ "\xe2\x82", COPY_FAULT_ENCODING },
		{ "\\\xed\xa0\x80", COPY_FAULT_ENCODING },
		{ "\x83\\.", COPY_FAULT_ENCODING }, /* in SJIS a character and a full stop */
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int before = 1; before < 70; before++) {
			int len = snprintf(text, sizeof(text), "%0*d%s%0*d\n\\.\n", before, 0,
					   rows[i].text, before % 3, 0);

			for (size_t block = 1; block <= (size_t)len; block++) {
				struct copy_text c = read_copy(text, (size_t)len, 1, block);

				if (rows[i].fault == COPY_FAULT_ENCODING)
					assert_int_equal(c.fault, COPY_FAULT_NONE);
				copy_text_in_utf8(&c);
				assert_int_equal(c.fault, rows[i].fault);
				assert_int_equal(c.faults, rows[i].fault != COPY_FAULT_NONE);
			}
		}
	}
}

static void the_first_fault_is_that_of_the_first_row(void **state)
{
	struct copy_text c = read_text("\xff\n1\t2\n\xff\t\n\\.\n", 1);

	(void)state;
	assert_int_equal(c.fault_row, 2);
	assert_int_equal(c.faults, 2);
	copy_text_in_utf8(&c);
	assert_int_equal(c.fault, COPY_FAULT_ENCODING);
	assert_int_equal(c.fault_row, 1);
	assert_int_equal(c.faults, 3);
}

/* Rows of every length up to a few vectors, with tabs at every place, cut everywhere. */
static void cuts_change_nothing(void **state)
{
	char text[16384];
	size_t len = 0;
	struct copy_text whole;

	(void)state;
	for (size_t row = 0; row < 110; row++) {
		for (size_t i = 0; i < row; i++)
			text[len++] = (char)('a' + (i * 7 + row) % 26);
		if (row)
			text[len - 1 - row / 2] = '\t';
		text[len++] = '\n';
	}
	memcpy(text + len, "\\.\n\n\n", 5);
	len += 5;
	whole = read_copy(text, len, 2, len);
	assert_int_equal(whole.sum.count, 110);
	assert_int_equal(whole.faults, 1); /* the empty row */
	for (size_t block = 1; block < 300; block++) {
		struct copy_text c = read_copy(text, len, 2, block);

		assert_memory_equal(&c.sum, &whole.sum, sizeof(c.sum));
		assert_int_equal(c.faults, 1);
	}
}

/* More tabs than a vector's lanes can count before they are summed. */
static void many_columns_are_counted(void **state)
{
	enum { COLUMNS = 16 * 256 * 3 + 5 };
	static char text[COLUMNS + 6];

	(void)state;
	memset(text, '\t', COLUMNS - 1);
	memcpy(text + COLUMNS - 1, "\n\\.\n\n\n", 6);
	assert_int_equal(read_copy(text, COLUMNS + 5, COLUMNS, sizeof(text)).faults, 0);
	assert_int_equal(read_copy(text, COLUMNS + 5, COLUMNS, 1000).faults, 0);
	assert_int_equal(read_copy(text, COLUMNS + 5, COLUMNS + 1, sizeof(text)).faults, 1);
}

static void columns_of_a_copy_statement_are_counted(void **state)
{
	const struct {
		const char *text;
		uint64_t count;
	} rows[] = {
		{ "COPY public.t (id, note) FROM stdin;\n", 2 },
		{ "COPY public.t  FROM stdin;\n", 0 },
		{ "COPY \"a (b, c\".\"t,\" (id) FROM stdin;\n", 1 },
		{ "COPY t (\"a,b\", \"c\"\"(d\", e) FROM stdin;\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct copy_columns c = { 0 };

		for (const char *p = rows[i].text; *p; p++)
			copy_columns_push(&c, (struct span){ (const uint8_t *)p, 1 });
		assert_int_equal(c.count, rows[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_counted_and_hashed_without_the_end_marker),
		cmocka_unit_test(what_follows_the_end_marker_can_be_left),
		cmocka_unit_test(a_table_without_columns_has_empty_lines),
		cmocka_unit_test(an_escaped_marker_is_a_row),
		cmocka_unit_test(each_fault_is_named_with_its_row),
		cmocka_unit_test(a_fault_is_seen_at_every_place),
		cmocka_unit_test(the_first_fault_is_that_of_the_first_row),
		cmocka_unit_test(cuts_change_nothing),
		cmocka_unit_test(many_columns_are_counted),
		cmocka_unit_test(columns_of_a_copy_statement_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
