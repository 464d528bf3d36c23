/* SPDX-License-Identifier: Apache-2.0 */
/* What a server refuses to read from a dump, in the real dumps of one database in each format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/postgres/pg_tar.h"
#include "sql_fixture.h"

static const struct dump {
	const char *name;
	const struct reader *reader;
} dumps[] = {
	{ "pg-archive/stored.dump", &pg_archive_reader },
	{ "pg-archive/fixture-18.dump", &pg_archive_reader },
	{ "pg-archive/inserts.dump", &pg_archive_reader },
	{ "pg-tar/tar.tar", &pg_tar_reader },
	{ "pg-tar/inserts.tar", &pg_tar_reader },
	{ "pg-sql/fixture-18.sql", &pg_sql_reader },
};

/* The same number of bytes. */
static bool replace(struct buf *bytes, const char *old, const char *new)
{
	uint8_t *at = memmem(bytes->ptr, bytes->len, old, strlen(old));

	assert_int_equal(strlen(old), strlen(new));
	if (at)
		memcpy(at, new, strlen(new));
	return at;
}

static void expect_finding(const struct dump *d, const struct buf *bytes, enum finding_code code,
			   const char *message)
{
	const size_t blocks[] = { 1, 7, bytes->len };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct reading r = read_with(d->reader, buf_span(bytes), blocks[i]);

		if (r.findings.count != 1)
			fail_msg("%s: %zu findings", d->name, r.findings.count);
		assert_int_equal(r.findings.item[0].code, code);
		if (!strstr(r.findings.item[0].message, message))
			fail_msg("%s: %s", d->name, r.findings.item[0].message);
		reading_release(&r);
	}
}

/* In every dump that has the text. */
static void expect(const char *old, const char *new, enum finding_code code, const char *message,
		   size_t times)
{
	size_t found = 0;

	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++) {
		struct buf bytes = fixture(dumps[i].name);

		if (replace(&bytes, old, new)) {
			expect_finding(&dumps[i], &bytes, code, message);
			found++;
		}
		buf_release(&bytes);
	}
	assert_int_equal(found, times);
}

static void rows_that_copy_refuses_are_told_with_their_number(void **state)
{
	(void)state;
	expect("3\t\\\\.\n", "3\ta\\.\n", FINDING_BAD_ROW,
	       "plain, row 3: a row holds the end marker", 4);
	expect("1\tx\n", "1\t\r\n", FINDING_BAD_ROW, "carriage return", 4);
	expect("1\tx\n", "1\t\\\n", FINDING_BAD_ROW, "dot.ted, row 1: a row ends with", 4);
}

static void rows_that_are_not_utf8_are_told_with_their_number(void **state)
{
	const char row[] = "2\t\xc3\xbc\xe4\xb8\xad\n";

	(void)state;
	expect(row, "2\t\xc3\xbc\xe4\xb8z\n", FINDING_BAD_ROW, "dot.ted, row 2: a row is not", 4);
	expect(row, "2\t\xc0\xbc\xe4\xb8\xad\n", FINDING_BAD_ROW, "row 2: a row is not", 4);
	expect(row, "2\t\xc3\xbc\xed\xa0\x80\n", FINDING_BAD_ROW, "row 2: a row is not", 4);
	expect("lorem ipsum lorem", "lorem ips\xfcm lorem", FINDING_BAD_ROW, "is not valid in", 6);
}

static void definitions_that_are_not_utf8_are_told(void **state)
{
	(void)state;
	expect("a comment", "a comm\xe9nt", FINDING_BAD_ENCODING, "not valid UTF-8", 6);
}

static void another_encoding_is_not_looked_at(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++) {
		struct buf bytes = fixture(dumps[i].name);
		struct reading r;

		assert_true(replace(&bytes, "lorem ipsum lorem", "lorem ips\xfcm lorem"));
		assert_true(
			replace(&bytes, "client_encoding = 'UTF8'", "client_encoding = 'KOI8'"));
		r = read_with(dumps[i].reader, buf_span(&bytes), 4096);
		assert_int_equal(r.findings.count, 0);
		reading_release(&r);
		buf_release(&bytes);
	}
}

/* psql sends them as they are. */
static void statements_with_rows_that_are_not_utf8_are_told(void **state)
{
	const struct dump inserts = { "pg-sql/fixture-18-inserts.sql", &pg_sql_reader };
	struct buf bytes = fixture(inserts.name);

	(void)state;
	assert_true(replace(&bytes, "lorem ipsum lorem", "lorem ips\xfcm lorem"));
	expect_finding(&inserts, &bytes, FINDING_BAD_ENCODING, "not valid UTF-8");
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_copy_refuses_are_told_with_their_number),
		cmocka_unit_test(rows_that_are_not_utf8_are_told_with_their_number),
		cmocka_unit_test(definitions_that_are_not_utf8_are_told),
		cmocka_unit_test(statements_with_rows_that_are_not_utf8_are_told),
		cmocka_unit_test(another_encoding_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
