/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the archive reader finds in pg_dump's archives of the example platform is
 * what the server holds (rows and fingerprints, large objects, sequences) and what
 * pg_restore lists.
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
#include "format/row_hash.h"

enum { ARCHIVE_MAX = 256 << 20 };

static struct server server = SERVER_INIT;
static PGconn *connection;
static char host[128], port[32], user[64];

static PGresult *query(const char *sql, ExecStatusType expected)
{
	PGresult *result = PQexec(connection, sql);

	if (PQresultStatus(result) != expected)
		fail_msg("%s: %s", sql, PQerrorMessage(connection));
	return result;
}

static void run_sql(const char *sql)
{
	PQclear(query(sql, PGRES_COMMAND_OK));
}

/* What the platform does not have: odd names, a table without columns, an empty one. */
static void add_oddities(void)
{
	run_sql("CREATE SCHEMA \"odd \"\"schema\"");
	run_sql("CREATE TABLE \"odd \"\"schema\".\"dot.ted\" (\"a,b\" int, \"c(d\" text, gone "
		"int)");
	run_sql("INSERT INTO \"odd \"\"schema\".\"dot.ted\" "
		"SELECT i, E'tab\\there\\nand \\\\. ' || i, 0 FROM generate_series(1, 1000) i");
	run_sql("ALTER TABLE \"odd \"\"schema\".\"dot.ted\" DROP COLUMN gone");
	run_sql("CREATE TABLE public.bare ()");
	run_sql("INSERT INTO public.bare DEFAULT VALUES");
	run_sql("CREATE TABLE public.vacant (a int, b int)");
	run_sql("CREATE TABLE public.wide AS SELECT repeat(md5(i::text), 20000) AS long "
		"FROM generate_series(1, 4) i");
}

static int start(void **state)
{
	struct fill fill = { .size = 3 << 20 };
	struct error err = ERROR_INIT;
	char settings[512];

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "live", &server);
	generator_init(&fill.generator, 7, fill.size);
	if (fill_postgres(&server, &fill, &err) < 0) {
		print_error("%s\n", err.message);
		return -1;
	}
	(void)snprintf(host, sizeof(host), "PGHOST=%s", server.socket);
	(void)snprintf(port, sizeof(port), "PGPORT=%u", server.port);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", server.user);
	(void)snprintf(settings, sizeof(settings),
		       "host='%s' port=%u user='%s' dbname=" FILL_DATABASE
		       " options='-c TimeZone=UTC -c extra_float_digits=3 -c search_path='",
		       server.socket, server.port, server.user);
	connection = PQconnectdb(settings);
	if (PQstatus(connection) != CONNECTION_OK) {
		print_error("%s\n", PQerrorMessage(connection));
		return -1;
	}
	add_oddities();
	return 0;
}

static int stop(void **state)
{
	PQfinish(connection);
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static struct buf output_of(const char *const *argv, int in)
{
	const char *const env[] = { host, port, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = in };
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	if (process_run(&spec, 120 * NS_PER_SECOND, ARCHIVE_MAX, &out, &err) < 0)
		fail_msg("%s", err.message);
	return out;
}

static struct buf dump(const char *compression)
{
	const char *const argv[] = { "pg_dump", "-Fc", compression, FILL_DATABASE, NULL };

	return output_of(argv, -1);
}

static struct reading read_archive(const struct buf *archive)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	struct stage *s = pg_archive_reader.open(&r, &err);

	assert_non_null(s);
	for (size_t at = 0; at < archive->len; at += 65536) {
		size_t n = archive->len - at < 65536 ? archive->len - at : 65536;
		struct span block = { (const uint8_t *)archive->ptr + at, n };

		assert_int_equal(stage_push(s, block, &err), 0);
	}
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	if (r.findings.count)
		fail_msg("%s", r.findings.item[0].message);
	assert_true(r.finished);
	return r;
}

static void expect_sum(const struct fact *fact, const struct row_sum *sum)
{
	assert_non_null(fact);
	assert_int_equal(fact->count, sum->count);
	assert_int_equal(fact->bytes, sum->bytes);
	assert_memory_equal(&fact->fingerprint, &sum->fingerprint, sizeof(sum->fingerprint));
}

static struct row_sum copy_out(const char *sql)
{
	struct row_sum sum = { 0 };
	char *line;
	int len;

	PQclear(query(sql, PGRES_COPY_OUT));
	while ((len = PQgetCopyData(connection, &line, 0)) > 0) {
		row_sum_add(&sum, (struct span){ (const uint8_t *)line, (size_t)len - 1 });
		PQfreemem(line);
	}
	assert_int_equal(len, -1);
	PQclear(PQgetResult(connection));
	assert_null(PQgetResult(connection));
	return sum;
}

static void expect_tables(const struct reading *r)
{
	PGresult *tables = query(
		"SELECT nspname, relname, format('COPY %I.%I %s TO STDOUT', nspname, relname, "
		"  (SELECT '(' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' "
		"   FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 "
		"   AND NOT attisdropped AND attgenerated = '')) "
		"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace "
		"WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'",
		PGRES_TUPLES_OK);
	size_t in_archive = 0;

	for (int i = 0; i < PQntuples(tables); i++) {
		struct row_sum sum = copy_out(PQgetvalue(tables, i, 2));

		expect_sum(facts_find(&r->facts, FACT_TABLE, PQgetvalue(tables, i, 0),
				      PQgetvalue(tables, i, 1)),
			   &sum);
	}
	for (size_t i = 0; i < r->facts.count; i++)
		in_archive += r->facts.item[i].kind == FACT_TABLE;
	assert_true(in_archive > 10);
	assert_int_equal(in_archive, PQntuples(tables));
	PQclear(tables);
}

static void expect_large_objects(const struct reading *r)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *hash = row_hash_new();
	struct row_sum sum = { 0 };
	PGresult *objects;

	assert_non_null(hash);
	objects = PQexecParams(connection,
			       "SELECT oid::text::bytea, lo_get(oid) "
			       "FROM pg_catalog.pg_largeobject_metadata",
			       0, NULL, NULL, NULL, NULL, 1);
	assert_int_equal(PQresultStatus(objects), PGRES_TUPLES_OK);
	assert_true(PQntuples(objects) > 0);
	for (int i = 0; i < PQntuples(objects); i++) {
		struct span content = { (const uint8_t *)PQgetvalue(objects, i, 1),
					(size_t)PQgetlength(objects, i, 1) };

		row_hash_begin_large_object(hash,
					    (uint32_t)strtoul(PQgetvalue(objects, i, 0), NULL, 10));
		row_hash_update(hash, content);
		row_hash_end(hash, &sum);
	}
	PQclear(objects);
	expect_sum(facts_find(&r->facts, FACT_LARGE_OBJECTS, "", ""), &sum);
}

static void expect_sequences(const struct reading *r)
{
	PGresult *rows = query("SELECT schemaname, sequencename, "
			       "format('SELECT last_value || '','' || is_called FROM %I.%I', "
			       "schemaname, sequencename) FROM pg_catalog.pg_sequences",
			       PGRES_TUPLES_OK);

	assert_true(PQntuples(rows) > 0);
	for (int i = 0; i < PQntuples(rows); i++) {
		PGresult *value = query(PQgetvalue(rows, i, 2), PGRES_TUPLES_OK);
		const struct fact *fact = facts_find(
			&r->facts, FACT_SEQUENCE, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1));

		assert_non_null(fact);
		assert_string_equal(fact->value, PQgetvalue(value, 0, 0));
		PQclear(value);
	}
	PQclear(rows);
}

static void archives_hold_what_the_server_holds(void **state)
{
	const char *const compressions[] = { "-Z0", "-Z6" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buf archive = dump(compressions[i]);
		struct reading r = read_archive(&archive);

		expect_tables(&r);
		expect_large_objects(&r);
		expect_sequences(&r);
		reading_release(&r);
		buf_release(&archive);
	}
}

/* "215; 1259 16397 TABLE public empty owner": the text from the kind on, or NULL. */
static const char *listed_kind(const char *line)
{
	int at = 0;

	if (sscanf(line, "%*d; %*u %*u %n", &at) != 0 || at == 0)
		return NULL;
	return line + at;
}

static bool begins_with_word(const char *text, const char *words)
{
	size_t len = strlen(words);

	return strncmp(text, words, len) == 0 && text[len] == ' ';
}

/* Of the kinds that a line may begin with the longest is its own: "TABLE DATA", not "TABLE". */
static bool is_kind(const struct reading *r, const char *text, const char *kind)
{
	static const char *const others[] = { "TABLE DATA", "SEQUENCE SET", "BLOB", "BLOBS",
					      "MATERIALIZED VIEW DATA" };

	if (!begins_with_word(text, kind))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strlen(others[i]) > strlen(kind) && begins_with_word(text, others[i]))
			return false;
	}
	for (size_t i = 0; i < r->facts.count; i++) {
		const struct fact *fact = &r->facts.item[i];

		if (fact->kind == FACT_SCHEMA_OBJECTS && strlen(fact->name) > strlen(kind) &&
		    begins_with_word(text, fact->name))
			return false;
	}
	return true;
}

static uint64_t listed(const struct reading *r, const struct buf *list, const char *kind)
{
	uint64_t count = 0;

	for (const char *line = list->ptr; line && *line; line = strchr(line, '\n')) {
		const char *text;

		line += *line == '\n';
		text = listed_kind(line);
		count += text && is_kind(r, text, kind);
	}
	return count;
}

static void entries_are_those_that_pg_restore_lists(void **state)
{
	struct buf archive = dump("-Z6"), list;
	struct reading r = read_archive(&archive);
	const char *const argv[] = { "pg_restore", "-l", "-C", NULL };
	uint64_t kinds = 0, tables = 0, sequences = 0;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_int_equal(fwrite(archive.ptr, 1, archive.len, file), archive.len);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	list = output_of(argv, fileno(file));
	for (size_t i = 0; i < r.facts.count; i++) {
		const struct fact *fact = &r.facts.item[i];

		tables += fact->kind == FACT_TABLE;
		sequences += fact->kind == FACT_SEQUENCE;
		if (fact->kind != FACT_SCHEMA_OBJECTS)
			continue;
		kinds++;
		if (listed(&r, &list, fact->name) != fact->count)
			fail_msg("%s: %u in the facts, %u listed", fact->name,
				 (unsigned)fact->count, (unsigned)listed(&r, &list, fact->name));
	}
	assert_true(kinds > 8);
	assert_int_equal(listed(&r, &list, "TABLE DATA"), tables);
	assert_int_equal(listed(&r, &list, "SEQUENCE SET"), sequences);
	assert_int_equal(listed(&r, &list, "BLOB"),
			 facts_find(&r.facts, FACT_LARGE_OBJECTS, "", "")->count);
	(void)fclose(file);
	reading_release(&r);
	buf_release(&archive);
	buf_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_hold_what_the_server_holds),
		cmocka_unit_test(entries_are_those_that_pg_restore_lists),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
