/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Differences planted between a source and what is restored are each found and named, and
 * nothing else is: the source is described, then altered, then dumped, so that dump and
 * restored server truly hold something else than what the description tells.
 */
#include "round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { DIFFERENCES_MAX = 1000, EXPECTED_MAX = 200 };

static struct server source = SERVER_INIT;
static uint64_t seed;

/* What is there, what is done to it, and how the differences begin that shall be told. */
static const struct plant {
	const char *made, *altered, *told[2];
} plants[] = {
	{ "CREATE TABLE plant.less AS SELECT n, 'row ' || n FROM generate_series(1, 100) n",
	  "DELETE FROM plant.less WHERE n = 50",
	  { "table plant.less: 1 rows missing" } },
	{ "CREATE TABLE plant.more AS SELECT n, 'row ' || n FROM generate_series(1, 100) n",
	  "INSERT INTO plant.more SELECT * FROM plant.more WHERE n = 7",
	  { "table plant.more: 1 rows too many" } },
	{ "CREATE TABLE plant.emptied AS SELECT n FROM generate_series(1, 3) n",
	  "TRUNCATE plant.emptied",
	  { "table plant.emptied: 3 rows missing" } },
	{ "CREATE TABLE plant.changed AS SELECT n, 'row ' || n t FROM generate_series(1, 100) n",
	  "UPDATE plant.changed SET t = 'sow 50' WHERE n = 50",
	  { "table plant.changed: the content differs" } },
	{ "CREATE TABLE plant.one AS SELECT n FROM generate_series(1, 3) n;"
	  "CREATE TABLE plant.other AS SELECT n FROM generate_series(4, 6) n",
	  "UPDATE plant.one SET n = 4 WHERE n = 1; UPDATE plant.other SET n = 1 WHERE n = 4",
	  { "table plant.one: the content differs", "table plant.other: the content differs" } },
	{ "CREATE TABLE plant.rows AS SELECT n, n + 4 v FROM generate_series(1, 4) n",
	  "UPDATE plant.rows SET v = 11 - v WHERE n < 3",
	  { "table plant.rows: the content differs" } },
	{ "CREATE TABLE plant.columns (a text, b text); INSERT INTO plant.columns VALUES "
	  "('a', 'b'), ('c', 'd')",
	  "UPDATE plant.columns SET a = b, b = a WHERE a = 'c'",
	  { "table plant.columns: the content differs" } },
	{ "CREATE TABLE plant.shifted (a text, b text); INSERT INTO plant.shifted VALUES "
	  "('ab', 'c')",
	  "UPDATE plant.shifted SET a = 'a', b = 'bc'",
	  { "table plant.shifted: the content differs" } },
	{ "CREATE TABLE plant.twins (t text); INSERT INTO plant.twins VALUES ('a'), ('a'), ('b')",
	  "UPDATE plant.twins SET t = 'b' WHERE ctid = '(0,1)'",
	  { "table plant.twins: the content differs" } },
	{ "CREATE TABLE plant.pairs (t text); INSERT INTO plant.pairs VALUES ('a'), ('a'), ('b')",
	  "UPDATE plant.pairs SET t = 'c' WHERE t = 'a'",
	  { "table plant.pairs: the content differs" } },
	{ "CREATE TABLE plant.no_null (t text); INSERT INTO plant.no_null VALUES (NULL), ('x')",
	  "UPDATE plant.no_null SET t = '' WHERE t IS NULL",
	  { "table plant.no_null: 2 bytes missing" } },
	{ "CREATE TABLE plant.new_null (t text); INSERT INTO plant.new_null VALUES (''), ('x')",
	  "UPDATE plant.new_null SET t = NULL WHERE t = ''",
	  { "table plant.new_null: 2 bytes too many" } },
	{ "CREATE TABLE plant.literal_null (t text); INSERT INTO plant.literal_null VALUES (NULL)",
	  "UPDATE plant.literal_null SET t = '\\N'",
	  { "table plant.literal_null: 1 bytes too many" } },
	{ "CREATE TABLE plant.blanks (t text); INSERT INTO plant.blanks VALUES ('a'), ('b')",
	  "UPDATE plant.blanks SET t = 'a  ' WHERE t = 'a'",
	  { "table plant.blanks: 2 bytes too many" } },
	{ "CREATE TABLE plant.composed (t text); INSERT INTO plant.composed VALUES (U&'\\00fc')",
	  "UPDATE plant.composed SET t = U&'u\\0308'",
	  { "table plant.composed: 1 bytes too many" } },
	{ "CREATE TABLE plant.late_byte AS SELECT repeat('x', 3000000) t",
	  "UPDATE plant.late_byte SET t = repeat('x', 2999999) || 'y'",
	  { "table plant.late_byte: the content differs" } },
	{ "CREATE TABLE plant.vanished (a int)",
	  "DROP TABLE plant.vanished",
	  { "table plant.vanished: in the source but not in the " } },
	{ "CREATE TABLE plant.old_name (a int); INSERT INTO plant.old_name VALUES (1)",
	  "ALTER TABLE plant.old_name RENAME TO \"Old_name\"",
	  { "table plant.old_name: in the source but not in the ",
	    "table plant.Old_name: in the " } },
	{ "CREATE SEQUENCE plant.behind; SELECT setval('plant.behind', 100)",
	  "SELECT setval('plant.behind', 99)",
	  { "sequence plant.behind: the value is behind the source's" } },
	{ "CREATE SEQUENCE plant.lost",
	  "DROP SEQUENCE plant.lost",
	  { "sequence plant.lost: in the source but not in the " } },
	{ "SELECT lo_from_bytea(77777, 'large')",
	  "SELECT lo_put(77777, 4, 'E')",
	  { "large objects: the content differs" } },
	{ "CREATE EXTENSION fuzzystrmatch",
	  "DROP EXTENSION fuzzystrmatch",
	  { "extension fuzzystrmatch: in the source but not in the " } },
};

struct expected {
	char text[128];
	bool of_extension; /* plain SQL does not tell it, its restored server does */
	unsigned seen;
};

struct expectations {
	struct expected item[EXPECTED_MAX];
	size_t count;
};

static void expect_told(struct expectations *e, const char *text)
{
	struct expected *item = &e->item[e->count++];

	assert_true(e->count <= EXPECTED_MAX);
	*item = (struct expected){ .of_extension = strncmp(text, "extension ", 10) == 0 };
	(void)snprintf(item->text, sizeof(item->text), "%s", text);
}

static void make(struct contents *c)
{
	platform_execute(c->session, "CREATE SCHEMA plant");
	for (size_t i = 0; i < COUNT(plants); i++)
		platform_execute(c->session, plants[i].made);
	contents_make_types(c);
	contents_fill_values(c);
}

/* One row's value becomes another of the same type. */
static void alter_value(struct contents *c, const struct contents_type *type)
{
	size_t count = contents_value_count(type), n = contents_below(c, count);
	const char *other = type->values[(n + 1 + contents_below(c, count - 1)) % count];
	struct buf sql = { 0 };
	PGresult *result;

	assert_int_equal(buf_puts(&sql, "UPDATE " CONTENTS_VALUED "."), 0);
	contents_add_name(c, &sql, type->name);
	assert_int_equal(buf_printf(&sql,
				    " SET v = CAST(%s AS %s) WHERE n = %zu AND v::text <> "
				    "CAST(%s AS %s)::text",
				    other, type->name, n, other, type->name),
			 0);
	result = PQexec(c->session, sql.ptr);
	if (PQresultStatus(result) != PGRES_COMMAND_OK || strcmp(PQcmdTuples(result), "1") != 0)
		fail_msg("%s: %s", sql.ptr, PQerrorMessage(c->session));
	PQclear(result);
	buf_release(&sql);
}

static void alter(struct contents *c, struct expectations *e)
{
	for (size_t i = 0; i < COUNT(plants); i++) {
		platform_execute(c->session, plants[i].altered);
		for (size_t k = 0; k < COUNT(plants[i].told) && plants[i].told[k]; k++)
			expect_told(e, plants[i].told[k]);
	}
	for (size_t i = 0; i < contents_type_count; i++) {
		char text[128];

		if (!contents_has_type(c, &contents_types[i]))
			continue;
		alter_value(c, &contents_types[i]);
		(void)snprintf(text, sizeof(text),
			       "table " CONTENTS_VALUED ".%s: ", contents_types[i].name);
		expect_told(e, text);
	}
}

static void take_difference(struct expectations *e, const struct check *c, const char *how)
{
	for (size_t i = 0; i < e->count; i++) {
		if (strncmp(c->message, e->item[i].text, strlen(e->item[i].text)) == 0) {
			e->item[i].seen++;
			return;
		}
	}
	fail_msg("%s: told what was not planted: %s", how, c->message);
}

/* Each that was planted is told once, and nothing else. */
static void expect_found(struct expectations *e, struct facts *expected, struct facts *found,
			 unsigned kinds, const char *how)
{
	const struct facts_policy policy = { .check_name = check_name(CHECK_PROVEN),
					     .component = "",
					     .subject = "",
					     .mode = FACTS_SAME_SNAPSHOT,
					     .kinds = kinds,
					     .severity = VERDICT_FAIL,
					     .max_differences = DIFFERENCES_MAX };
	struct checks checks = { 0 };

	for (size_t i = 0; i < e->count; i++)
		e->item[i].seen = 0;
	assert_int_equal(facts_compare(expected, found, &policy, &checks), 0);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict != VERDICT_PASS)
			take_difference(e, &checks.item[i], how);
	}
	for (size_t i = 0; i < e->count; i++) {
		bool asked = kinds == ROUND_TRIP_KINDS || !e->item[i].of_extension;

		if (e->item[i].seen != asked)
			fail_msg("%s: told %u times: %s", how, e->item[i].seen, e->item[i].text);
	}
	checks_release(&checks);
}

static const struct {
	const char *label, *options[3];
	unsigned kinds;
} ways[] = {
	{ "custom", { "-Fc", "-Z1" }, ROUND_TRIP_KINDS },
	{ "tar", { "-Ft" }, ROUND_TRIP_KINDS },
	{ "plain", { "-Fp" }, ROUND_TRIP_SQL_KINDS },
};

static void expect_all_found(struct expectations *e, struct facts *described,
			     struct dump_file *file, struct restored_part *part, unsigned kinds)
{
	char how[64];

	(void)snprintf(how, sizeof(how), "%s: source and backup", file->label);
	expect_found(e, described, &file->reading.facts, kinds, how);
	(void)snprintf(how, sizeof(how), "%s: source and restored", file->label);
	expect_found(e, described, &part->facts, ROUND_TRIP_KINDS, how);
	(void)snprintf(how, sizeof(how), "%s: backup and restored", file->label);
	expect_equal(&file->reading.facts, &part->facts, FACTS_EQUAL, kinds, how);
}

static void each_planted_difference_is_found_and_named(void **state)
{
	static struct expectations expectations;
	PGconn *session = platform_connect(&source, "postgres");
	struct contents contents;
	struct described described;
	struct dump_file file[COUNT(ways)];
	struct restored restored = { 0 };

	(void)state;
	platform_execute(session, "CREATE DATABASE planted");
	PQfinish(session);
	session = platform_connect(&source, "planted");
	platform_execute(session, "SET client_min_messages = error");
	contents_begin(&contents, session, seed);
	make(&contents);
	describe(&source, "planted", &described);
	PQfinish(TAKE(described.session));
	alter(&contents, &expectations);
	for (size_t i = 0; i < COUNT(ways); i++)
		dump_by_pg_dump(&source, "planted", NULL, ways[i].options, ways[i].label, &contents,
				&file[i]);
	restore_dumps(file, COUNT(ways), &restored);
	for (size_t i = 0; i < COUNT(ways); i++)
		expect_all_found(&expectations, &described.facts, &file[i], &restored.part[i],
				 ways[i].kinds);
	for (size_t i = 0; i < COUNT(ways); i++)
		dump_file_release(&file[i]);
	described_release(&described);
	restored_release(&restored);
	PQfinish(session);
}

/* The table of types leaves out none that a column can have and that can be given a value. */
static void no_builtin_type_is_left_out(void **state)
{
	PGconn *session = platform_connect(&source, "planted");
	PGresult *rows = PQexec(
		session,
		"SELECT pg_catalog.format_type(t.oid, NULL) FROM pg_catalog.pg_type t"
		" WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typisdefined"
		" AND t.typtype IN ('b', 'e', 'r', 'm', 'd') AND t.typcategory <> 'A'"
		/* whose input functions refuse everything, or that are no column's */
		" AND t.typname NOT IN ('gtsvector', 'pg_node_tree', 'pg_ndistinct',"
		"  'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary',"
		"  'pg_brin_minmax_multi_summary')"
		" AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c"
		"  ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		"  WHERE n.nspname = '" CONTENTS_VALUED "' AND a.attname = 'v'"
		"  AND a.atttypid = t.oid)");

	(void)state;
	assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(rows); i++)
		print_message("left out: %s\n", PQgetvalue(rows, i, 0));
	assert_int_equal(PQntuples(rows), 0);
	PQclear(rows);
	PQfinish(session);
}

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	round_trip_open();
	platform_start(ENGINE_POSTGRESQL, "source", &source);
	seed = contents_seed();
	return 0;
}

static int stop(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &source);
	round_trip_close();
	return platform_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_planted_difference_is_found_and_named),
		cmocka_unit_test(no_builtin_type_is_left_out),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
