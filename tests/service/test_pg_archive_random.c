/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random contents of every builtin type, under odd names, dumped in every way:
 * what the reader finds is what the server says of itself (source_facts.c, and
 * count(*)). MUSTER_TEST_SEED repeats a run; without it the seed is the time's.
 */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* A type, and expressions of it. */
static const struct {
	const char *name, *values[5];
} types[] = {
	{ "boolean", { "true", "false" } },
	{ "smallint", { "-32768", "32767", "0" } },
	{ "integer", { "-2147483648", "2147483647", "7" } },
	{ "bigint", { "-9223372036854775808", "9223372036854775807", "0" } },
	{ "numeric", { "'NaN'", "'Infinity'", "-0.00010", "1e-300", "repeat('9', 900)::numeric" } },
	{ "real", { "'NaN'", "'-Infinity'", "'-0'", "1e-37", "random()" } },
	{ "double precision", { "'NaN'", "'Infinity'", "'-0'", "5e-324", "random()" } },
	{ "money", { "'-12.34'", "0" } },
	{ "character(7)", { "''", "'abc'", "E'a\\\\\\tb'" } },
	{ "character varying(20)", { "''", "E'\\n'", "'\\.'", "'\\N'" } },
	{ "text", { "''", "E'\\b\\f\\v\\r\\n\\t\\\\'", "'\\.'", "U&'\\+01F600\\00fc'" } },
	{ "name", { "''", "'a name'" } },
	{ "\"char\"", { "'x'", "''" } },
	{ "bytea", { "''", "'\\x00ff0a5c'", "decode(repeat('00', 5000), 'hex')" } },
	{ "timestamp", { "'infinity'", "'-infinity'", "'4713-01-01 BC'", "now()" } },
	{ "timestamptz", { "'infinity'", "'2020-02-29 23:59:60+14'", "now()" } },
	{ "date", { "'infinity'", "'5874897-12-31'", "'4713-01-01 BC'" } },
	{ "time", { "'24:00:00'", "'00:00:00.000001'" } },
	{ "timetz", { "'24:00:00-15:59'", "'12:00+02'" } },
	{ "interval", { "'-1 year 2 mons -3 days 04:05:06.789'", "'178000000 years'" } },
	{ "point", { "'(1e-300,-1)'", "'(NaN,Infinity)'" } },
	{ "line", { "'{1,-1,0}'" } },
	{ "lseg", { "'[(0,0),(1,1)]'" } },
	{ "box", { "'(2,2),(1,1)'" } },
	{ "path", { "'[(0,0),(1,1)]'", "'((0,0),(1,1))'" } },
	{ "polygon", { "'((0,0),(1,1),(2,0))'" } },
	{ "circle", { "'<(0,0),1.5>'" } },
	{ "cidr", { "'10.0.0.0/8'", "'2001:db8::/32'" } },
	{ "inet", { "'10.1.2.3/8'", "'::1'" } },
	{ "macaddr", { "'08:00:2b:01:02:03'" } },
	{ "macaddr8", { "'08:00:2b:01:02:03:04:05'" } },
	{ "bit(3)", { "B'101'" } },
	{ "bit varying", { "B''", "B'10101'" } },
	{ "tsvector", { "'a:1A ''b c'':2'", "''" } },
	{ "tsquery", { "'a & !''b c'':*'" } },
	{ "uuid", { "gen_random_uuid()" } },
	{ "xml", { "'<a b=\"c\">&lt;</a>'" } },
	{ "json", { "'{\"a\" : \"\\n\\\\\"}'", "'null'" } },
	{ "jsonb", { "'{\"a\":[1,2.50,\"\\t\"]}'", "'null'" } },
	{ "jsonpath", { "'$.a[*] ? (@ > 1)'" } },
	{ "integer[]", { "'{}'", "'{{1,NULL},{3,4}}'", "'[2:3]={1,2}'" } },
	{ "text[]", { "ARRAY['a\"b', E'\\\\', 'NULL', '', E'\\n']", "ARRAY[NULL]::text[]" } },
	{ "int4range", { "'empty'", "'[1,)'" } },
	{ "numrange", { "'(,1.5]'" } },
	{ "tsrange", { "'[2020-01-01,infinity)'" } },
	{ "int8multirange", { "'{}'", "'{[1,2),[5,9)}'" } },
	{ "pg_lsn", { "'16/B374D848'" } },
	{ "pg_snapshot", { "'10:20:10,14,15'" } },
	{ "txid_snapshot", { "'10:20:10,14,15'" } },
	{ "xid", { "'4294967295'" } },
	{ "xid8", { "'18446744073709551615'" } },
	{ "cid", { "'1'" } },
	{ "tid", { "'(4294967295,65535)'" } },
	{ "oid", { "4294967295" } },
	{ "regtype", { "'integer'" } },
	{ "regconfig", { "'simple'" } },
	{ "regnamespace", { "'pg_catalog'" } },
	{ "int2vector", { "'1 2 3'" } },
	{ "oidvector", { "'1 4294967295'" } },
	{ "aclitem", { "'=r/postgres'" } },
	{ "public.mood", { "'so, so'", "'it''s'" } },
	{ "public.pair", { "ROW(1, E'a\"\\\\,\\n')", "ROW(NULL, '')" } },
	{ "public.short_text", { "'ok'" } },
};

static struct server server = SERVER_INIT;
static PGconn *session;
static uint64_t random_state;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

static size_t below(size_t n)
{
	return next_random() % n;
}

/* At most `room` bytes, of which none splits a character, and never none when `some`. */
static size_t random_text(char *out, size_t room, bool some)
{
	static const char *const pieces[] = { "a",  "Z",  "0",  " ",    "'",  "\"", "\\",   "\t",
					      "\n", "\r", "\b", "\x01", ".",  ",",  "(",    ")",
					      ";",  "$",  "%",  "-",    "--", "/*", "\\.",  "\\N",
					      "ü",  "中", "😀",  "\x7f", "_",  "{",  "NULL", "é" };
	size_t want = below(room + 1), len = 0;

	if (below(8) == 0)
		want = room;
	for (int tries = 0; (len < want || (some && !len)) && tries < 200; tries++) {
		const char *piece = pieces[below(COUNT(pieces))];

		if (len + strlen(piece) > room)
			continue;
		memcpy(out + len, piece, strlen(piece));
		len += strlen(piece);
	}
	out[len] = '\0';
	return len;
}

static void add(struct buf *sql, const char *text)
{
	assert_int_equal(buf_append(sql, text, strlen(text)), 0);
}

static void add_name(struct buf *sql, const char *name)
{
	char *quoted = PQescapeIdentifier(session, name, strlen(name));

	assert_non_null(quoted);
	add(sql, quoted);
	PQfreemem(quoted);
}

static void add_random_name(struct buf *sql, char name[64])
{
	(void)random_text(name, 63, true);
	add_name(sql, name);
}

static void add_random_literal(struct buf *sql)
{
	char text[301], *quoted;

	if (below(6) == 0) {
		add(sql, "NULL");
		return;
	}
	quoted = PQescapeLiteral(session, text, random_text(text, sizeof(text) - 1, false));
	assert_non_null(quoted);
	add(sql, quoted);
	PQfreemem(quoted);
}

static void run(struct buf *sql)
{
	assert_int_equal(buf_append(sql, "", 1), 0);
	platform_execute(session, sql->ptr);
	buf_clear(sql);
}

static void fill_types(void)
{
	struct buf sql = { 0 };

	platform_execute(session, "CREATE TYPE public.mood AS ENUM ('so, so', 'it''s')");
	platform_execute(session, "CREATE TYPE public.pair AS (a int, b text)");
	platform_execute(session,
			 "CREATE DOMAIN public.short_text AS text CHECK (length(VALUE) < 9)");
	add(&sql, "CREATE TABLE public.types (id int GENERATED ALWAYS AS IDENTITY, "
		  "twice int GENERATED ALWAYS AS (1 + 1) STORED");
	for (size_t i = 0; i < COUNT(types); i++)
		assert_int_equal(buf_printf(&sql, ", c%zu %s", i, types[i].name), 0);
	add(&sql, ")");
	run(&sql);
	for (size_t row = 0; row < TYPE_ROWS; row++) {
		add(&sql, "INSERT INTO public.types VALUES (DEFAULT, DEFAULT");
		for (size_t i = 0; i < COUNT(types); i++) {
			size_t n = 0;

			while (n < COUNT(types[i].values) && types[i].values[n])
				n++;
			add(&sql, ", ");
			add(&sql, below(5) ? types[i].values[below(n)] : "NULL");
		}
		add(&sql, ")");
		run(&sql);
	}
	buf_release(&sql);
}

/* A table with up to 6 columns of text and up to 30 rows, all names random. */
static void add_odd_table(const char *schema)
{
	size_t columns = below(7), rows = below(31);
	char table[64], column[64];
	struct buf sql = { 0 };

	(void)random_text(table, 63, true);
	add(&sql, "CREATE TABLE IF NOT EXISTS ");
	add_name(&sql, schema);
	add(&sql, ".");
	add_name(&sql, table);
	add(&sql, " (");
	for (size_t i = 0; i < columns; i++) {
		int len = snprintf(column, sizeof(column), "%zu", i);

		(void)random_text(column + len, 60, false);
		add(&sql, i ? ", " : "");
		add_name(&sql, column);
		add(&sql, " text");
	}
	add(&sql, ")");
	run(&sql);
	for (size_t row = 0; row < rows; row++) {
		add(&sql, "INSERT INTO ");
		add_name(&sql, schema);
		add(&sql, ".");
		add_name(&sql, table);
		add(&sql, columns ? " VALUES (" : " DEFAULT VALUES");
		for (size_t i = 0; i < columns; i++) {
			add(&sql, i ? ", " : "");
			add_random_literal(&sql);
		}
		add(&sql, columns ? ")" : "");
		run(&sql);
	}
	buf_release(&sql);
}

static void fill_oddities(void)
{
	static const char *const statements[] = {
		"CREATE TABLE public.dots (\"\\.\" text)",
		"INSERT INTO public.dots VALUES ('\\.'), ('\\N'), (NULL), (''), (E'\\n\\\\.\\n')",
		"CREATE TABLE public.\"\\.\" (\"\\.\" text)",
		"INSERT INTO public.\"\\.\" VALUES ('\\.')",
		"CREATE TABLE public.bare ()",
		"INSERT INTO public.bare SELECT FROM generate_series(1, 3)",
		"CREATE TABLE public.vacant (a int, b int)",
		"SELECT lo_from_bytea(0, ''), lo_from_bytea(4294967290, 'high')",
		"SELECT lo_put(lo_create(77), 3000000, 'far')",
		"SELECT lo_from_bytea(0, repeat('ab', i)::bytea) FROM generate_series(1, 40) i",
	};
	struct buf sql = { 0 };
	char schema[64];

	for (size_t i = 0; i < COUNT(statements); i++)
		platform_execute(session, statements[i]);
	assert_int_equal(buf_printf(&sql,
				    "CREATE TABLE public.huge AS SELECT "
				    "repeat(E'0123456789abcde\\t', %d) AS h",
				    HUGE_ROW / 16),
			 0);
	run(&sql);
	add(&sql, "CREATE SCHEMA ");
	do
		(void)random_text(schema, 63, true);
	while (strncmp(schema, "pg_", 3) == 0);
	add_name(&sql, schema);
	run(&sql);
	for (int i = 0; i < ODD_TABLES; i++)
		add_odd_table(i % 2 ? schema : "public");
	add(&sql, "CREATE SEQUENCE public.");
	add_random_name(&sql, schema);
	run(&sql);
	buf_release(&sql);
}

static void make_database(const char *name)
{
	PGconn *postgres = platform_connect(&server, "postgres");
	struct buf sql = { 0 };

	add(&sql, "CREATE DATABASE ");
	add(&sql, name);
	assert_int_equal(buf_append(&sql, "", 1), 0);
	platform_execute(postgres, sql.ptr);
	buf_release(&sql);
	PQfinish(postgres);
	session = platform_connect(&server, name);
	platform_execute(session, "SET client_min_messages = error");
}

static int start(void **state)
{
	const char *seed = getenv("MUSTER_TEST_SEED");

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "random", &server);
	random_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
	print_message("MUSTER_TEST_SEED=%llu\n", (unsigned long long)random_state);
	random_state = (random_state + 1) * UINT64_C(0x9e3779b97f4a7c15);
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
	struct reading r = { .threads = 1 + (unsigned)below(4) };
	struct error err = ERROR_INIT;
	struct stage *s = detect_open(&r, &err);
	size_t block = 1 + below(300000);

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
	fill_types();
	fill_oddities();
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
