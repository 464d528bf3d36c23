/* SPDX-License-Identifier: Apache-2.0 */
/* Real dumps: the facts of each are those of the archive; none passes that was cut or changed where it is covered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql_fixture.h"
#include "sweep_allocations.h"

/* Every fact of these kinds, and each measure that both know, agrees; `scope` is what is put before each scope. */
static void expect_same(const char *name, const struct facts *archive, const struct facts *sql,
			const char *scope)
{
	size_t counted = 0;

	for (size_t i = 0; i < archive->count; i++) {
		const struct fact *a = &archive->item[i], *b;
		unsigned both;
		char full[200];

		if (a->kind != FACT_TABLE && a->kind != FACT_SEQUENCE &&
		    a->kind != FACT_LARGE_OBJECTS && a->kind != FACT_EXTENSION)
			continue;
		(void)snprintf(full, sizeof(full), "%s%s", *a->scope ? scope : "", a->scope);
		b = facts_find(sql, a->kind, full, a->name);
		if (!b)
			fail_msg("%s: no %s.%s", name, full, a->name);
		both = a->known & b->known;
		assert_true(both & (MEASURE_COUNT | MEASURE_VALUE) || a->kind == FACT_EXTENSION);
		if ((both & MEASURE_COUNT && a->count != b->count) ||
		    (both & MEASURE_BYTES && a->bytes != b->bytes) ||
		    (both & MEASURE_VALUE && strcmp(a->value, b->value) != 0) ||
		    (both & MEASURE_FINGERPRINT &&
		     memcmp(&a->fingerprint, &b->fingerprint, sizeof(a->fingerprint)) != 0))
			fail_msg("%s: %s.%s differs", name, full, a->name);
		counted++;
	}
	assert_true(counted > 3);
	for (size_t i = 0; i < sql->count; i++) {
		if (sql->item[i].kind == FACT_TABLE)
			counted -=
				facts_find(archive, FACT_TABLE, sql->item[i].scope + strlen(scope),
					   sql->item[i].name) == NULL ?
					1000 :
					0;
	}
	assert_true(counted < 1000);
}

static void dumps_hold_what_their_archives_hold(void **state)
{
	static const struct {
		const char *sql, *archive, *scope;
	} pairs[] = {
		{ "odd-15", "odd", "" },
		{ "odd-15-verbose", "odd", "" },
		{ "odd-15-inserts", "odd", "" },
		{ "odd-15-columns", "odd", "" },
		{ "odd-15-rows", "odd", "" },
		{ "odd-15-clean", "odd", "" },
		{ "odd-15-escapes", "odd", "" },
		{ "odd-15-restored", "odd", "" },
		{ "odd-15-cluster", "odd", "odd." },
		{ "every-kind-15", "every-kind", "" },
		{ "every-kind-18", "every-kind-18", "" },
		{ "fixture-17", "fixture-17", "" },
		{ "fixture-18", "fixture-18", "" },
		{ "fixture-18-inserts", "fixture-18", "" },
		{ "fixture-18-columns", "fixture-18", "" },
		{ "fixture-18-clean", "fixture-18", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char name[80];
		struct reading sql, archive;

		(void)snprintf(name, sizeof(name), "pg-archive/%s.dump", pairs[i].archive);
		archive = read_fixture(name);
		(void)snprintf(name, sizeof(name), "pg-sql/%s.sql", pairs[i].sql);
		sql = read_fixture(name);
		assert_true(verdict_worse(findings_verdict(&sql.findings), VERDICT_WARN) ==
			    VERDICT_WARN);
		assert_true(sql.finished);
		expect_same(name, &archive.facts, &sql.facts, pairs[i].scope);
		reading_release(&sql);
		reading_release(&archive);
	}
}

static void windows_line_ends_change_no_fact(void **state)
{
	CLEANUP(buf_release)
	struct buf unix_dump = fixture("pg-sql/every-kind-18.sql"), dump = { 0 };
	struct reading plain, windows;

	(void)state;
	for (size_t i = 0; i < unix_dump.len; i++)
		assert_int_equal(buf_append(&dump,
					    unix_dump.ptr[i] == '\n' ? "\r\n" : &unix_dump.ptr[i],
					    unix_dump.ptr[i] == '\n' ? 2 : 1),
				 0);
	plain = read_with(&pg_sql_reader, buf_span(&unix_dump), 4096);
	for (size_t block = 1; block < 40; block += 7) {
		windows = read_with(&pg_sql_reader, buf_span(&dump), block);
		assert_int_equal(findings_verdict(&windows.findings), VERDICT_PASS);
		expect_same("windows", &plain.facts, &windows.facts, "");
		reading_release(&windows);
	}
	reading_release(&plain);
	buf_release(&dump);
}

static void globals_name_roles_and_no_data(void **state)
{
	struct reading r = read_fixture("pg-sql/odd-15-globals.sql");

	(void)state;
	assert_int_equal(findings_verdict(&r.findings), VERDICT_PASS);
	assert_non_null(facts_find(&r.facts, FACT_ROLE, "", "odd \"owner"));
	assert_non_null(facts_find(&r.facts, FACT_ROLE, "", "reader"));
	assert_null(facts_find(&r.facts, FACT_LARGE_OBJECTS, "", ""));
	reading_release(&r);
}

/* cat globals.sql database.sql, which restores; but nothing twice, and no end that is missing */
static void a_database_may_follow_its_globals(void **state)
{
	CLEANUP(buf_release)
	struct buf both = fixture("pg-sql/odd-15-globals.sql");
	CLEANUP(buf_release)
	struct buf database = fixture("pg-sql/odd-15.sql");
	struct reading alone = read_fixture("pg-sql/odd-15.sql"), r;
	size_t globals = both.len;

	(void)state;
	assert_int_equal(buf_append(&both, database.ptr, database.len), 0);
	r = read_with(&pg_sql_reader, buf_span(&both), 4093);
	assert_int_equal(findings_verdict(&r.findings), findings_verdict(&alone.findings));
	assert_true(r.finished);
	assert_non_null(facts_find(&r.facts, FACT_ROLE, "", "odd \"owner"));
	for (size_t i = 0; i < alone.facts.count; i++) {
		const struct fact *f = &alone.facts.item[i];
		const struct fact *same = facts_find(&r.facts, f->kind, f->scope, f->name);

		if (f->kind != FACT_TABLE && f->kind != FACT_SEQUENCE)
			continue;
		assert_non_null(same);
		assert_true(same->count == f->count && same->fingerprint.low == f->fingerprint.low);
	}
	reading_release(&r);
	reading_release(&alone);
	assert_int_equal(verdict_of(&pg_sql_reader, (struct span){ (const uint8_t *)both.ptr,
								   globals + database.len / 2 }),
			 VERDICT_FAIL);
	assert_int_equal(buf_append(&both, database.ptr, database.len), 0);
	assert_int_equal(verdict_of(&pg_sql_reader, buf_span(&both)), VERDICT_FAIL);
}

static void a_verbose_dump_says_when_it_was_made(void **state)
{
	struct reading r = read_fixture("pg-sql/odd-15-verbose.sql");

	(void)state;
	assert_true(r.content_time_ns > INT64_C(1700000000) * 1000000000);
	reading_release(&r);
}

static struct sweep sweep_of(const char *name, const struct buf *bytes)
{
	struct span text = buf_span(bytes);
	size_t tail = 0;

	while (text.ptr[text.len - 1 - tail] == '\n')
		tail++;
	return (struct sweep){
		.name = name, .bytes = text, .reader = &pg_sql_reader, .sound_from = text.len - tail
	};
}

static const char *const swept[] = { "pg-sql/odd-15.sql", "pg-sql/odd-15-rows.sql",
				     "pg-sql/odd-15-cluster.sql", "pg-sql/every-kind-18.sql" };
enum { SWEPT = sizeof(swept) / sizeof(swept[0]) };

static void no_shorter_dump_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < SWEPT; i++) {
		struct buf bytes = fixture(swept[i]);
		struct sweep s = sweep_of(swept[i], &bytes);

		sweep_cuts(&s);
		buf_release(&bytes);
	}
}

static void blocks_of_any_size_read_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < SWEPT; i++) {
		struct buf bytes = fixture(swept[i]);
		struct sweep s = sweep_of(swept[i], &bytes);

		sweep_blocks(&s);
		buf_release(&bytes);
	}
}

static bool line_begins(struct span text, size_t offset, const char *with)
{
	size_t len = strlen(with);

	while (offset > 0 && text.ptr[offset - 1] != '\n')
		offset--;
	return text.len - offset >= len && memcmp(text.ptr + offset, with, len) == 0;
}

/* Rows lie between a line with FROM stdin and one that is \. alone, which is counted in. */
static bool in_rows(struct span text, size_t offset)
{
	static const char begins[] = "FROM stdin;\n", ends[] = "\n\\.\n";
	const uint8_t *at = text.ptr;
	size_t left = text.len;
	const uint8_t *begin, *end;

	while ((begin = memmem(at, left, begins, strlen(begins))) != NULL) {
		begin += strlen(begins);
		/* from the newline before, so that an empty table is found to be one */
		end = memmem(begin - 1, (size_t)(text.ptr + text.len - begin + 1), ends,
			     strlen(ends));
		assert_non_null(end);
		if (text.ptr + offset < begin)
			return false;
		if (text.ptr + offset <= end + strlen("\\."))
			return true;
		at = end;
		left = (size_t)(text.ptr + text.len - at);
	}
	return false;
}

static struct sweep_allowance published(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct uncovered *row = pg_sql_reader.coverage->row;
	static const char *const covered[] = { "\\restrict ", "\\unrestrict ",
					       "-- PostgreSQL database " };

	(void)bit;
	if (in_rows(s->bytes, offset))
		return (struct sweep_allowance){ SWEEP_SHOWN, row + PG_SQL_UNCOVERED_ROWS };
	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		if (line_begins(s->bytes, offset, covered[i]) && s->bytes.ptr[offset] != '\n' &&
		    s->bytes.ptr[offset] != ' ')
			return (struct sweep_allowance){ SWEEP_COVERED, NULL };
	}
	return (struct sweep_allowance){ SWEEP_FREE, row + PG_SQL_UNCOVERED_TEXT };
}

static void no_changed_bit_passes_but_where_published(void **state)
{
	size_t passes[PG_SQL_UNCOVERED_COUNT] = { 0 };

	(void)state;
	for (size_t i = 0; i < SWEPT; i++) {
		struct buf bytes = fixture(swept[i]);
		struct sweep s = sweep_of(swept[i], &bytes);

		s.allow = published;
		s.step = i ? 97 : 7;
		s.passes = passes;
		sweep_flips(&s);
		buf_release(&bytes);
	}
	passes[PG_SQL_UNCOVERED_STATEMENTS]++; /* no bits, but whole statements: test_pg_sql.c */
	passes[PG_SQL_UNCOVERED_SETTINGS]++;
	sweep_assert_rows_met(pg_sql_reader.coverage, passes);
}

static void every_allocation_may_fail(void **state)
{
	struct buf bytes;
	struct sweep s;

	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	bytes = fixture("pg-sql/odd-15.sql");
	s = sweep_of("odd-15", &bytes);
	sweep_allocations(&s, 1000);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dumps_hold_what_their_archives_hold),
		cmocka_unit_test(windows_line_ends_change_no_fact),
		cmocka_unit_test(globals_name_roles_and_no_data),
		cmocka_unit_test(a_database_may_follow_its_globals),
		cmocka_unit_test(a_verbose_dump_says_when_it_was_made),
		cmocka_unit_test(no_shorter_dump_passes),
		cmocka_unit_test(blocks_of_any_size_read_the_same),
		cmocka_unit_test(no_changed_bit_passes_but_where_published),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
