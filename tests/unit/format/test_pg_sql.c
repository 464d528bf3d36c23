/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/pg_sql.h"

#define BEGINS         "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\n"
#define ENDS           "--\n-- PostgreSQL database dump complete\n--\n\n"
#define CLUSTER_BEGINS "--\n-- PostgreSQL database cluster dump\n--\n\n"
#define CLUSTER_ENDS   "--\n-- PostgreSQL database cluster dump complete\n--\n\n"
#define UNRESTRICT     "\\unrestrict x\n\n"

static struct reading read_in_steps(struct span text, size_t step)
{
	struct reading out = { .findings = FINDINGS_INIT("pg-sql") };
	struct error err = ERROR_INIT;
	struct stage *s = pg_sql_reader.open(&out, &err);

	assert_non_null(s);
	for (size_t at = 0; at < text.len; at += step) {
		size_t n = text.len - at < step ? text.len - at : step;
		uint8_t *block = malloc(n);

		assert_non_null(block);
		memcpy(block, text.ptr + at, n);
		assert_int_equal(stage_push(s, (struct span){ block, n }, &err), 0);
		free(block);
	}
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	return out;
}

/* FINDING_CODE_COUNT: nothing is wrong. */
static void expect(struct span text, enum finding_code code, uint64_t offset)
{
	const size_t steps[] = { 1, 4093, 5000, text.len + 1 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct reading r = read_in_steps(text, steps[i]);

		assert_int_equal(r.findings.count, code != FINDING_CODE_COUNT);
		if (r.findings.count) {
			assert_int_equal(r.findings.item[0].code, code);
			assert_int_equal(r.findings.item[0].offset, offset);
		}
		assert_int_equal(r.finished, code != FINDING_TRUNCATED);
		reading_release(&r);
	}
}

static struct buf dump_with_rows(const char *begins, const char *ends, int rows)
{
	struct buf b = { 0 };

	assert_int_equal(buf_puts(&b, begins), 0);
	for (int i = 0; i < rows; i++)
		assert_int_equal(buf_printf(&b, "%d\tsome text of row %d\n", i, i * 7), 0);
	assert_int_equal(buf_puts(&b, ends), 0);
	return b;
}

static void a_complete_dump_passes(void **state)
{
	const char *const begins[] = { BEGINS, BEGINS, CLUSTER_BEGINS };
	const char *const ends[] = { ENDS, ENDS UNRESTRICT, ENDS CLUSTER_ENDS };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(buf_release)
		struct buf small = dump_with_rows(begins[i], ends[i], 0);
		CLEANUP(buf_release)
		struct buf large = dump_with_rows(begins[i], ends[i], 1000);

		expect(buf_span(&small), FINDING_CODE_COUNT, 0);
		expect(buf_span(&large), FINDING_CODE_COUNT, 0);
	}
}

static void cut_before_its_end_marker_it_is_truncated(void **state)
{
	CLEANUP(buf_release)
	struct buf dump = dump_with_rows(BEGINS, ENDS, 20);
	size_t marker_end = dump.len - strlen("\n--\n\n");

	(void)state;
	for (size_t len = strlen(BEGINS); len <= dump.len; len++)
		expect((struct span){ (const uint8_t *)dump.ptr, len },
		       len < marker_end ? FINDING_TRUNCATED : FINDING_CODE_COUNT, len);
}

static void a_cluster_dump_that_ends_with_a_database_is_truncated(void **state)
{
	CLEANUP(buf_release)
	struct buf dump = dump_with_rows(CLUSTER_BEGINS, ENDS, 5);

	(void)state;
	expect(buf_span(&dump), FINDING_TRUNCATED, dump.len);
}

static void an_end_marker_far_from_the_end_does_not_count(void **state)
{
	CLEANUP(buf_release)
	struct buf dump = dump_with_rows(BEGINS ENDS, "", 1000);

	(void)state;
	expect(buf_span(&dump), FINDING_TRUNCATED, dump.len);
}

static void an_end_marker_inside_a_row_does_not_count(void **state)
{
	CLEANUP(buf_release)
	struct buf dump = dump_with_rows(BEGINS, "1\t-- PostgreSQL database dump complete\n", 3);

	(void)state;
	expect(buf_span(&dump), FINDING_TRUNCATED, dump.len);
}

static void a_hole_of_zeros_is_found_where_it_begins(void **state)
{
	CLEANUP(buf_release)
	struct buf dump = dump_with_rows(BEGINS, ENDS, 1000);

	(void)state;
	memset(dump.ptr + 4090, 0, 20);
	expect(buf_span(&dump), FINDING_BAD_SYNTAX, 4090);
}

static void the_title_decides_what_matches(void **state)
{
	const struct {
		const char *head;
		bool matches;
	} heads[] = {
		{ BEGINS, true },
		{ CLUSTER_BEGINS, true },
		{ "--\r\n-- PostgreSQL database dump\r\n--\r\n", true },
		{ "-- PostgreSQL database dump\n", false },
		{ "--\n-- MySQL dump\n", false },
		{ "--\n-- Postgre", false },
		{ "--", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct span head = { (const uint8_t *)heads[i].head, strlen(heads[i].head) };

		assert_int_equal(pg_sql_reader.matches(head), heads[i].matches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_dump_passes),
		cmocka_unit_test(cut_before_its_end_marker_it_is_truncated),
		cmocka_unit_test(a_cluster_dump_that_ends_with_a_database_is_truncated),
		cmocka_unit_test(an_end_marker_far_from_the_end_does_not_count),
		cmocka_unit_test(an_end_marker_inside_a_row_does_not_count),
		cmocka_unit_test(a_hole_of_zeros_is_found_where_it_begins),
		cmocka_unit_test(the_title_decides_what_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
