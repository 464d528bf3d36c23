/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader of plain SQL finds in pg_dump's text of a real server, with random
 * contents, is what the archive of the same moment holds.
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

#include "base/clock.h"
#include "demo/fill.h"
#include "format/postgres/pg_archive.h"
#include "format/postgres/pg_sql.h"

enum { DUMP_MAX = 256 << 20 };

static struct server server = SERVER_INIT;
static char host[128], port[32], user[64];

/* Text of every character that something on the way might take for more than text. */
static const char random_contents[] =
	"CREATE SCHEMA \"line\nfeed; \"\"--\";"
	"CREATE TABLE \"line\nfeed; \"\"--\".\"\\.\" (\"\\.\" text);"
	"CREATE TABLE public.odd (a text, \"b,(c)\" text, \"d\"\"e\" bytea);"
	"CREATE TABLE public.none (); CREATE TABLE public.vacant (a int);"
	"INSERT INTO public.none SELECT FROM generate_series(1, 7);"
	"CREATE FUNCTION pg_temp.junk() RETURNS text LANGUAGE sql VOLATILE AS $$"
	" SELECT string_agg(substr(E'\\\\.\\n\\r\\t;''\"$a(),-*/\\\\x :é', 1 + (random() * "
	"23)::int,"
	" 1 + (random() * 3)::int), '') FROM generate_series(1, (random() * 30)::int) $$;"
	"INSERT INTO public.odd SELECT pg_temp.junk(), pg_temp.junk(),"
	" decode(md5(random()::text), 'hex') FROM generate_series(1, 3000);"
	"INSERT INTO \"line\nfeed; \"\"--\".\"\\.\" SELECT coalesce(pg_temp.junk(), E'\\\\.')"
	" FROM generate_series(1, 3000);"
	"INSERT INTO \"line\nfeed; \"\"--\".\"\\.\" VALUES (E'\\\\.'), (''), (NULL), "
	"(E'\\\\\\\\.');"
	"CREATE SEQUENCE \"line\nfeed; \"\"--\".\"se'q.\\\"; SELECT setval("
	"'\"line\nfeed; \"\"--\".\"se''q.\\\"', 1 + (random() * 1000)::int);"
	"SELECT lo_from_bytea(0, decode(repeat(md5(random()::text), (random() * 3000)::int), "
	"'hex'))"
	" FROM generate_series(1, 20)";

static int start(void **state)
{
	struct fill fill = { .size = 2 << 20 };
	struct error err = ERROR_INIT;
	char settings[512];
	PGconn *connection;
	PGresult *result;
	bool sound;

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "live", &server);
	generator_init(&fill.generator, 11, fill.size);
	if (fill_postgres(&server, &fill, &err) < 0) {
		print_error("%s\n", err.message);
		return -1;
	}
	(void)snprintf(host, sizeof(host), "PGHOST=%s", server.socket);
	(void)snprintf(port, sizeof(port), "PGPORT=%u", server.port);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", server.user);
	(void)snprintf(settings, sizeof(settings),
		       "host='%s' port=%u user='%s' dbname=" FILL_DATABASE, server.socket,
		       server.port, server.user);
	connection = PQconnectdb(settings);
	result = PQexec(connection, random_contents);
	sound = PQresultStatus(result) == PGRES_TUPLES_OK;
	if (!sound)
		print_error("%s\n", PQerrorMessage(connection));
	PQclear(result);
	PQfinish(connection);
	return sound ? 0 : -1;
}

static int stop(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static struct reading read_dump(const struct reader *reader, const char *option)
{
	const char *const argv[] = { "pg_dump", option, FILL_DATABASE, NULL };
	const char *const env[] = { host, port, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;
	CLEANUP(buf_release)
	struct buf dump = { 0 };
	struct reading r = { .findings = FINDINGS_INIT("dump") };
	struct stage *s;

	if (process_run(&spec, 120 * NS_PER_SECOND, DUMP_MAX, &dump, &err) < 0)
		fail_msg("%s", err.message);
	s = reader->open(&r, &err);
	assert_non_null(s);
	for (size_t at = 0, n; at < dump.len; at += n) {
		n = dump.len - at < 65521 ? dump.len - at : 65521;
		assert_int_equal(
			stage_push(s, (struct span){ (const uint8_t *)dump.ptr + at, n }, &err), 0);
	}
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	if (r.findings.count)
		fail_msg("%s: %s", option, r.findings.item[0].message);
	assert_true(r.finished);
	return r;
}

static bool is_data(const struct fact *f)
{
	return f->kind == FACT_TABLE || f->kind == FACT_SEQUENCE || f->kind == FACT_LARGE_OBJECTS ||
	       f->kind == FACT_EXTENSION;
}

static void expect_same(const char *option, const struct facts *archive, const struct facts *sql)
{
	size_t there = 0, here = 0;

	for (size_t i = 0; i < sql->count; i++)
		here += is_data(&sql->item[i]);
	for (size_t i = 0; i < archive->count; i++) {
		const struct fact *a = &archive->item[i], *b;
		unsigned both;

		if (!is_data(a))
			continue;
		there++;
		b = facts_find(sql, a->kind, a->scope, a->name);
		if (!b)
			fail_msg("%s: no %s.%s", option, a->scope, a->name);
		both = a->known & b->known;
		if ((both & MEASURE_COUNT && a->count != b->count) ||
		    (both & MEASURE_BYTES && a->bytes != b->bytes) ||
		    (both & MEASURE_VALUE && strcmp(a->value, b->value) != 0) ||
		    (both & MEASURE_FINGERPRINT &&
		     memcmp(&a->fingerprint, &b->fingerprint, sizeof(a->fingerprint)) != 0))
			fail_msg("%s: %s.%s differs", option, a->scope, a->name);
		if (strcmp(option, "-Fp") == 0)
			assert_int_equal(a->known, b->known);
	}
	assert_true(there > 15);
	assert_int_equal(here, there);
}

static void the_text_holds_what_the_archive_holds(void **state)
{
	static const char *const options[] = { "-Fp", "--inserts", "--rows-per-insert=100",
					       "--column-inserts", "-v" };
	struct reading archive = read_dump(&pg_archive_reader, "-Fc");

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct reading sql = read_dump(&pg_sql_reader, options[i]);

		expect_same(options[i], &archive.facts, &sql.facts);
		reading_release(&sql);
	}
	reading_release(&archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_holds_what_the_archive_holds),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
