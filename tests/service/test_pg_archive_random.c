/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random contents of every builtin type, under odd names, dumped in every way:
 * what the reader finds is what the server says of itself (source_facts.c, and
 * count(*)). MUSTER_TEST_SEED repeats a run; without it the seed is the time's.
 */
#include "contents.h"
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "component/postgres/source_facts.h"
#include "format/reader.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	ARCHIVE_MAX = 512 << 20,
	ODD_TABLES = 25,
	TYPE_ROWS = 60,
	HUGE_ROW = 40 << 20,
	MANY_TABLES = 10000
};

static struct server server = SERVER_INIT;
static PGconn *session;
static struct contents contents;

static void fill(void)
{
	struct buf sql = { 0 };

	contents_make_types(&contents);
	contents_fill_types(&contents, TYPE_ROWS, false);
	contents_fill_oddities(&contents);
	contents_fill_structures(&contents);
	contents_fill_odd_tables(&contents, ODD_TABLES);
	assert_int_equal(buf_printf(&sql,
				    "CREATE TABLE public.huge AS SELECT "
				    "repeat(E'0123456789abcde\\t', %d) AS h",
				    HUGE_ROW / 16),
			 0);
	contents_run(&contents, &sql);
	buf_release(&sql);
}

static void make_database(const char *name)
{
	PGconn *postgres = platform_connect(&server, "postgres");
	struct buf sql = { 0 };

	assert_int_equal(buf_printf(&sql, "CREATE DATABASE %s", name), 0);
	platform_execute(postgres, sql.ptr);
	buf_release(&sql);
	PQfinish(postgres);
	session = platform_connect(&server, name);
	platform_execute(session, "SET client_min_messages = error");
	contents.session = session;
}

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "random", &server);
	contents_begin(&contents, NULL, contents_seed());
	return 0;
}

static int stop(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static struct buf dump(const char *const *options, const char *snapshot)
{
	const char *argv[16] = { "pg_dump" };
	char host[160], user[80], at[96];
	const char *const env[] = { host, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	size_t n = 1;

	(void)snprintf(host, sizeof(host), "PGHOST=%s", server.socket);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", server.user);
	(void)snprintf(at, sizeof(at), "--snapshot=%s", snapshot);
	for (size_t i = 0; options[i]; i++)
		argv[n++] = options[i];
	argv[n++] = at;
	argv[n++] = PQdb(session);
	if (process_run(&spec, 300 * NS_PER_SECOND, ARCHIVE_MAX, &out, &err) < 0)
		fail_msg("%s", err.message);
	return out;
}

static struct reading read_dump(const struct buf *bytes)
{
	struct reading r = { .threads = 1 + (unsigned)contents_below(&contents, 4) };
	struct error err = ERROR_INIT;
	struct stage *s = detect_open(&r, &err);
	size_t block = 1 + contents_below(&contents, 300000);

	assert_non_null(s);
	for (size_t at = 0; at < bytes->len; at += block) {
		size_t n = bytes->len - at < block ? bytes->len - at : block;

		assert_int_equal(
			stage_push(s, (struct span){ (const uint8_t *)bytes->ptr + at, n }, &err),
			0);
	}
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	for (size_t i = 0; i < r.findings.count; i++) {
		if (finding_verdict(r.findings.item[i].code) != VERDICT_WARN)
			fail_msg("%s", r.findings.item[i].message);
	}
	assert_true(r.finished);
	return r;
}

static void expect_fact(const struct fact *source, const struct reading *r, const char *how,
			unsigned measures)
{
	const struct fact *f = facts_find(&r->facts, source->kind, source->scope, source->name);

	if (!f)
		fail_msg("%s: %s of the source is not in the dump", how, source->name);
	if ((f->known & measures) != (source->known & measures))
		fail_msg("%s: %s has other measures", how, source->name);
	if (((measures & source->known & MEASURE_COUNT) && f->count != source->count) ||
	    ((measures & source->known & MEASURE_BYTES) && f->bytes != source->bytes) ||
	    ((measures & source->known & MEASURE_FINGERPRINT) &&
	     memcmp(&f->fingerprint, &source->fingerprint, sizeof(f->fingerprint)) != 0) ||
	    ((measures & source->known & MEASURE_VALUE) && strcmp(f->value, source->value) != 0))
		fail_msg("%s: %s differs from the source", how, source->name);
}

static size_t tables_of(const struct facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->count; i++)
		n += facts->item[i].kind == FACT_TABLE;
	return n;
}

static const struct {
	const char *name, *options[4];
	bool counts_alone; /* of tables: rows are INSERT statements */
} ways[] = {
	{ "-Z0", { "-Fc", "-Z0" }, false },
	{ "-Z6", { "-Fc", "-Z6" }, false },
	{ "-Z1, piped", { "-Fc", "-Z1" }, false },
	{ "--inserts", { "-Fc", "--inserts" }, true },
	{ "--rows-per-insert", { "-Fc", "-Z0", "--rows-per-insert=7" }, true },
	{ "--column-inserts", { "-Fc", "--column-inserts", "--on-conflict-do-nothing" }, true },
	{ "tar", { "-Ft" }, false },
	{ "plain", { "-Fp" }, false },
};

static void compare(const struct facts *source, const char *const *options, const char *how,
		    bool counts_alone, const char *snapshot)
{
	struct buf bytes = dump(options, snapshot);
	struct reading r = read_dump(&bytes);

	for (size_t i = 0; i < source->count; i++) {
		const struct fact *f = &source->item[i];

		if (f->kind == FACT_TABLE && counts_alone)
			expect_fact(f, &r, how, MEASURE_COUNT);
		else if (f->kind == FACT_TABLE || r.format != FORMAT_PG_SQL)
			expect_fact(f, &r, how, ~0u);
	}
	if (tables_of(&r.facts) != tables_of(source))
		fail_msg("%s: %zu tables, the source has %zu", how, tables_of(&r.facts),
			 tables_of(source));
	reading_release(&r);
	buf_release(&bytes);
}

/* What the source holds, in a transaction that lasts until ROLLBACK. */
static void describe(struct facts *out, struct snapshot *snapshot)
{
	const struct source_options options = { .counts_only = false };
	struct facts before = { .side = FACTS_SOURCE };
	struct error err = ERROR_INIT, why = ERROR_INIT;

	if (source_sequences(session, &before, &err) < 0 ||
	    snapshot_take(session, 10 * NS_PER_SECOND, snapshot, &why, &err) != 1 ||
	    source_facts(session, &options, snapshot, &before, out, &err) < 0)
		fail_msg("%s%s", err.message, why.message);
	facts_release(&before);
}

static void pin_settings(void)
{
	platform_execute(session, "SET TimeZone = 'UTC'; SET DateStyle = ISO; "
				  "SET IntervalStyle = postgres; SET extra_float_digits = 3; "
				  "SET search_path = ''");
}

static void every_kind_of_dump_holds_what_the_source_holds(void **state)
{
	struct facts source = { .side = FACTS_SOURCE };
	struct snapshot snapshot = { 0 };

	(void)state;
	make_database("contents");
	fill();
	pin_settings();
	describe(&source, &snapshot);
	assert_true(tables_of(&source) >= 10);
	for (size_t i = 0; i < COUNT(ways); i++)
		compare(&source, ways[i].options, ways[i].name, ways[i].counts_alone, snapshot.id);
	facts_release(&source);
	snapshot_release(&snapshot);
	PQfinish(session);
}

/* Rows as SQL counts them, which no code of ours does. */
static void expect_counts(const struct reading *r)
{
	PGresult *rows = PQexec(session, "SELECT n, i % 3 FROM generate_series(1, 10000) i, "
					 "LATERAL (SELECT 't' || i AS n) t");

	assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct fact *f =
			facts_find(&r->facts, FACT_TABLE, "public", PQgetvalue(rows, i, 0));

		assert_non_null(f);
		assert_int_equal(f->count, strtoull(PQgetvalue(rows, i, 1), NULL, 10));
	}
	PQclear(rows);
}

static void ten_thousand_tables_are_read(void **state)
{
	static const char *const options[] = { "-Fc", "-Z1", NULL };
	PGresult *exported;
	struct reading r;
	struct buf bytes;

	(void)state;
	make_database("many");
	platform_execute(session, "DO $$ BEGIN FOR i IN 1..10000 LOOP "
				  "EXECUTE format('CREATE TABLE public.t%s AS SELECT * FROM "
				  "generate_series(1, %s) a', i, i % 3); "
				  "IF i % 1000 = 0 THEN COMMIT; END IF; END LOOP; END $$");
	platform_execute(session, "BEGIN ISOLATION LEVEL REPEATABLE READ");
	exported = PQexec(session, "SELECT pg_export_snapshot()");
	assert_int_equal(PQresultStatus(exported), PGRES_TUPLES_OK);
	bytes = dump(options, PQgetvalue(exported, 0, 0));
	r = read_dump(&bytes);
	assert_int_equal(tables_of(&r.facts), MANY_TABLES);
	expect_counts(&r);
	PQclear(exported);
	reading_release(&r);
	buf_release(&bytes);
	PQfinish(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_dump_holds_what_the_source_holds),
		cmocka_unit_test(ten_thousand_tables_are_read),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
