/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of a real server are restored into others by the engine; what cannot be is told apart from bad backups. */
#include "trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "format/reader.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static int open_source(void **state)
{
	PGconn *session;

	trial_source = (struct server)SERVER_INIT;
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "source", &trial_source);
	session = platform_connect(&trial_source, "postgres");
	platform_execute(session, "CREATE ROLE owner; CREATE ROLE member LOGIN CREATEDB;"
				  "GRANT owner TO member WITH ADMIN OPTION");
	platform_execute(session, "CREATE DATABASE shop");
	platform_execute(session, "CREATE DATABASE other LOCALE 'C' TEMPLATE template0");
	PQfinish(session);
	session = platform_connect(&trial_source, "shop");
	platform_execute(
		session,
		"CREATE TABLE orders (id int PRIMARY KEY, note text);"
		"INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 3000) i;"
		"ALTER TABLE orders OWNER TO owner; GRANT SELECT ON orders TO member;"
		"CREATE TABLE items (order_id int REFERENCES orders, n int);"
		"INSERT INTO items SELECT 1 + i % 3000, i FROM generate_series(1, 5000) i;"
		"CREATE TABLE \"new\nline\" (at timestamptz); CREATE SEQUENCE numbers;"
		"CREATE INDEX ON items (n); SELECT lo_from_bytea(4711, 'large')");
	PQfinish(session);
	session = platform_connect(&trial_source, "other");
	platform_execute(session, "CREATE TABLE t AS SELECT i FROM generate_series(1, 70) i");
	PQfinish(session);
	return 0;
}

static int close_source(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &trial_source);
	return platform_close(state);
}

static const char member_of[] =
	"SELECT string_agg(r.rolname || ' in ' || g.rolname || ' ' || m.admin_option, ',') "
	"FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
	"JOIN pg_roles g ON g.oid = m.roleid WHERE m.roleid >= 16384";

static void a_set_comes_back_with_its_roles_in_databases_of_their_own(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "set");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	trial_add(&t, PART_DUMP, "other", "other.tar", "pg_dump -Ft other");
	trial_add(&t, PART_SQL, "shop", "shop.sql", "pg_dump shop");
	trial_add(&t, PART_GLOBALS, "", "globals.sql", "pg_dumpall -g");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	for (size_t i = 0; i < 3; i++)
		trial_expect_equal(&t, i);
	trial_expect_verdict(&t, CHECK_PREFLIGHT, 0, VERDICT_PASS, "can restore the backup");
	for (size_t i = 0; i < 4; i++)
		trial_expect_verdict(&t, CHECK_RESTORED, i, VERDICT_PASS, "without a complaint");
	assert_null(trial_check(&t, CHECK_RESTORED, 4));
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM orders", "3000");
	trial_expect_answer(&t, "other",
			    "SELECT datcollate FROM pg_database WHERE datname = 'other'", "C");
	trial_expect_answer(&t, "shop", member_of, "member in owner true");
	trial_expect_answer(
		&t, "shop",
		"SELECT string_agg(rolname || rolsuper || rolcreatedb || rolcanlogin, ',' "
		"ORDER BY 1) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'",
		"memberfalsetruetrue,ownerfalsefalsefalse");
	trial_expect_answer(
		&t, "shop",
		"SELECT tableowner || has_table_privilege('member', 'orders', 'select') "
		"FROM pg_tables WHERE tablename = 'orders'",
		"ownertrue");
	assert_string_equal(trial_note(&t, "roles"), "");
	assert_string_equal(trial_note(&t, "setting.fsync"), "off");
	assert_non_null(
		facts_find(&t.restored.part[0].doubtful, FACT_TABLE, "public", "new\nline"));
	assert_true(strncmp(t.restored.server_version, t.restored.program_version, 2) == 0);
	trial_end(&t);
}

static void progress_is_told_of_each_phase(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "progress");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	trial_restore(&t);
	trial_expect_done(&t);
	for (int i = 0; i <= RESTORE_READ_BACK; i++)
		assert_true(t.phases & 1U << i);
	assert_true(t.most[RESTORE_LOAD] > 10);
	assert_true(t.total[RESTORE_LOAD] >= t.most[RESTORE_LOAD]);
	assert_true(t.total[RESTORE_READ_BACK] > 50000);
	assert_int_equal(t.most[RESTORE_READ_BACK], t.total[RESTORE_READ_BACK]);
	for (int i = 0; i <= RESTORE_READ_BACK; i++)
		assert_true(t.restored.took_ns[i] > 0);
	trial_end(&t);
}

static void without_globals_roles_come_from_the_dump(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "alone");
	trial_add(&t, PART_DUMP, "", "shop.dump", "pg_dump -Fc -Z0 shop");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	trial_expect_answer(&t, "shop",
			    "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'member'", "true");
	assert_non_null(strstr(trial_note(&t, "roles"), "superusers"));
	trial_end(&t);
}

static void a_role_that_the_globals_lack_is_complained_of(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "lack");
	trial_add(&t, PART_GLOBALS, "", "globals.sql", "pg_dumpall -g | grep -vw member");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_PASS, "psql");
	trial_expect_verdict(&t, CHECK_RESTORED, 1, VERDICT_FAIL, "role \"member\" does not exist");
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "no error");
	trial_expect_equal(&t, 1);
	trial_end(&t);
}

/* As of a hosted server, whose administrator may do little. */
static void globals_that_take_rights_from_the_administrator_do_not_end_it(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "hosted");
	trial_add(&t, PART_GLOBALS, "", "globals.sql",
		  "pg_dumpall -g | sed 's/^ALTER ROLE postgres WITH .*/"
		  "ALTER ROLE postgres WITH NOSUPERUSER NOLOGIN;/'");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 1);
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM pg_roles WHERE rolname ~ 'muster'",
			    "0");
	trial_end(&t);
}

static void tablespaces_get_directories_of_their_own(void **state)
{
	struct trial t;
	PGconn *session = platform_connect(&trial_source, "postgres");
	char sql[300];

	(void)state;
	trial_shell("mkdir %s/space", trial_source.place.directory);
	if (trial_source.place.drop) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/space", trial_source.place.directory);
		assert_int_equal(chown(path, trial_source.place.uid, trial_source.place.gid), 0);
	}
	(void)snprintf(sql, sizeof(sql),
		       "CREATE TABLESPACE \"ro omy\" OWNER owner LOCATION '%s/space'",
		       trial_source.place.directory);
	platform_execute(session, sql);
	platform_execute(session, "CREATE DATABASE spacious");
	PQfinish(session);
	session = platform_connect(&trial_source, "spacious");
	platform_execute(session,
			 "CREATE TABLE t (i int) TABLESPACE \"ro omy\"; INSERT INTO t VALUES (1)");

	trial_begin(&t, "space");
	/* where the source's directory is not to be had */
	trial_add(&t, PART_GLOBALS, "", "globals.sql",
		  "pg_dumpall -g | sed 's,/source/space,/gone,'");
	trial_add(&t, PART_DUMP, "spacious", "spacious.dump", "pg_dump -Fc spacious");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 1);
	trial_expect_answer(&t, "spacious",
			    "SELECT tablespace FROM pg_tables WHERE tablename = 't'", "ro omy");
	trial_end(&t);

	platform_execute(session, "DROP TABLE t");
	platform_execute(session, "DROP TABLESPACE \"ro omy\"");
	PQfinish(session);
	session = platform_connect(&trial_source, "postgres");
	platform_execute(session, "DROP DATABASE spacious");
	PQfinish(session);
}

static void plain_sql_that_makes_its_own_database_is_read_back_from_there(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "create");
	trial_add(&t, PART_SQL, "shop", "shop.sql", "pg_dump --create shop");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM items", "5000");
	assert_true(t.total[RESTORE_LOAD] > 50000);
	assert_int_equal(t.most[RESTORE_LOAD], t.total[RESTORE_LOAD]);
	trial_end(&t);
}

static void a_whole_cluster_comes_back_from_one_file(void **state)
{
	struct trial t;
	int proven = 0;

	(void)state;
	trial_begin(&t, "cluster");
	trial_add(&t, PART_DUMP, "", "all.sql", "pg_dumpall");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	assert_int_equal(
		facts_find(&t.restored.part[0].facts, FACT_TABLE, "shop.public", "orders")->count,
		3000);
	trial_expect_answer(&t, "shop", member_of, "member in owner true");
	trial_expect_answer(&t, "shop",
			    "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'owner'", "false");
	for (size_t i = 0; i < t.restored.checks.count; i++) {
		const struct check *c = &t.restored.checks.item[i];

		proven += strcmp(c->name, check_name(CHECK_INDEXES)) == 0 &&
			  strcmp(c->subject, "shop") == 0 && c->verdict == VERDICT_PASS;
	}
	assert_int_equal(proven, 1);
	trial_end(&t);
}

static void plain_sql_stops_at_its_first_error(void **state)
{
	struct trial t;

	(void)state;
	trial_begin(&t, "stop");
	trial_add(&t, PART_SQL, "shop", "shop.sql",
		  "pg_dump shop | sed 's/^CREATE TABLE public.orders/CREATE TABLE public.items/'");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_FAIL, "psql complained 1 times");
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "");
	trial_end(&t);
}

/* A table whose CHECK holds where it was dumped, and writes a file where it is restored. */
static void make_hostile(const char *database)
{
	PGconn *session = platform_connect(&trial_source, "postgres");
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", database);
	platform_execute(session, sql);
	PQfinish(session);
	session = platform_connect(&trial_source, database);
	platform_execute(session,
			 "CREATE FUNCTION spring() RETURNS boolean LANGUAGE sql AS 'SELECT true';"
			 "CREATE TABLE bait (id int CHECK (spring())); INSERT INTO bait VALUES (1);"
			 "CREATE TABLE plain AS SELECT 1 AS i;"
			 "CREATE OR REPLACE FUNCTION spring() RETURNS boolean LANGUAGE plpgsql AS "
			 "$$ BEGIN COPY (SELECT 1) TO PROGRAM 'cat >/nowhere/sprung'; "
			 "RETURN true; END $$");
	PQfinish(session);
}

static void what_a_hostile_dump_fails_to_do_is_reported(void **state)
{
	struct trial t;

	(void)state;
	make_hostile("hostile");
	trial_begin(&t, "hostile");
	trial_add(&t, PART_DUMP, "hostile", "hostile.dump", "pg_dump -Fc hostile");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_FAIL,
			     "program \"cat >/nowhere/sprung\" failed");
	assert_non_null(strstr(t.restored.complaints.ptr, "/nowhere/sprung"));
	trial_end(&t);

	/* unless the user knows of it */
	trial_begin(&t, "harmless");
	t.config.harmless =
		(struct string_list){ .item = (const char *[]){ "COPY failed for table \"bait\"" },
				      .count = 1 };
	trial_add(&t, PART_DUMP, "hostile", "hostile.dump", "pg_dump -Fc hostile");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	assert_int_equal(facts_find(&t.restored.part[0].facts, FACT_TABLE, "public", "bait")->count,
			 0);
	trial_end(&t);
}

static void an_error_that_only_the_log_tells_of_is_found(void **state)
{
	struct trial t;
	PGconn *session = platform_connect(&trial_source, "postgres");

	(void)state;
	platform_execute(session, "CREATE DATABASE quiet");
	PQfinish(session);
	session = platform_connect(&trial_source, "quiet");
	platform_execute(session,
			 "CREATE EXTENSION dblink;"
			 "CREATE FUNCTION quiet() RETURNS boolean LANGUAGE sql AS 'SELECT true';"
			 "CREATE TABLE t (id int CHECK (quiet())); INSERT INTO t VALUES (1);"
			 "CREATE OR REPLACE FUNCTION quiet() RETURNS boolean LANGUAGE plpgsql AS "
			 "$$ BEGIN PERFORM public.dblink_exec("
			 "'user=postgres dbname=postgres host=' || "
			 "current_setting('unix_socket_directories'), 'SELECT nonsense', false); "
			 "RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END $$");
	PQfinish(session);
	trial_begin(&t, "quiet");
	trial_add(&t, PART_DUMP, "quiet", "quiet.dump", "pg_dump -Fc quiet");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_PASS, "without a complaint");
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_FAIL,
			     "column \"nonsense\" does not exist");
	trial_end(&t);
}

/* The fact of an archive that was altered after it was read. */
static void expect_untried(const char *name, enum fact_kind kind, const char *fact,
			   const char *value, const char *words, const char *hint)
{
	struct trial t;
	struct fact *f;

	trial_begin(&t, name);
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	f = (struct fact *)(uintptr_t)facts_find(&t.reading[0].facts, kind, "", fact);
	if (!f)
		f = facts_add(&t.reading[0].facts, kind, "", fact);
	assert_non_null(f);
	if (value)
		assert_int_equal(fact_set_value(&t.reading[0].facts, f, value), 0);
	trial_restore(&t);
	assert_int_equal(t.rc, -1);
	assert_int_equal(t.err.kind, ERROR_TARGET);
	if (!strstr(t.err.message, words) || !strstr(t.err.hint, hint))
		fail_msg("%s (%s)", t.err.message, t.err.hint);
	trial_end(&t);
}

static void what_this_machine_lacks_is_no_bad_backup(void **state)
{
	(void)state;
	expect_untried("newer", FACT_SETTING, "server_version", "99.1",
		       "the backup is of PostgreSQL 99.1", "PostgreSQL 99");
	expect_untried("extension", FACT_EXTENSION, "nowhere_installed", NULL,
		       "extension nowhere_installed", "install the package");
	expect_untried("locale", FACT_SETTING, "collate", "tlh_QO.UTF-8", "locale tlh_QO.UTF-8",
		       "locale-gen");
}

static void libraries_that_extensions_need_are_loaded(void **state)
{
	struct trial t;
	PGconn *session = platform_connect(&trial_source, "postgres");

	(void)state;
	platform_execute(session, "CREATE DATABASE watched");
	PQfinish(session);
	session = platform_connect(&trial_source, "watched");
	platform_execute(session,
			 "CREATE EXTENSION pg_stat_statements; CREATE TABLE t AS SELECT 1 AS i;"
			 "CREATE MATERIALIZED VIEW v AS SELECT userid FROM pg_stat_statements "
			 "WITH NO DATA");
	PQfinish(session);
	trial_begin(&t, "watched");
	trial_add(&t, PART_DUMP, "watched", "watched.dump", "pg_dump -Fc watched");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	trial_expect_answer(&t, "watched", "SHOW shared_preload_libraries", "pg_stat_statements");
	assert_string_equal(trial_note(&t, "setting.shared_preload_libraries"),
			    "pg_stat_statements");
	trial_end(&t);
}

static void rows_without_tables_are_untried(void **state)
{
	const struct check *untried;
	struct trial t;

	(void)state;
	trial_begin(&t, "rows");
	trial_add(&t, PART_DUMP, "other", "other.dump", "pg_dump -Fc --data-only other");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_SKIPPED, "untried");
	untried = trial_check(&t, CHECK_RESTORED, 0);
	assert_true(untried && untried->required);
	trial_expect_verdict(&t, CHECK_RESTORED, 1, VERDICT_PASS, "");
	assert_int_equal(t.restored.part[0].facts.count, 0);
	trial_expect_equal(&t, 1);
	trial_end(&t);
}

static void a_directory_in_a_tar_is_unpacked(void **state)
{
	struct trial t;

	(void)state;
	trial_shell("pg_dump -Fd -f dumped shop");
	trial_begin(&t, "directory");
	trial_add(&t, PART_DUMP, "shop", "directory.tar", "tar -cf - dumped");
	trial_add(&t, PART_DUMP, "shop", "sorted.tar",
		  "tar -cf - --transform 's,dumped/,,' dumped/toc.dat $(ls dumped/* | grep -v "
		  "toc.dat)");
	assert_int_equal(t.part[0].format, FORMAT_PG_TAR);
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	trial_expect_equal(&t, 1);
	trial_end(&t);
	trial_shell("rm -r dumped");
}

static void production_has_other_settings(void **state)
{
	static const struct restored_note production[] = {
		{ "setting.maintenance_work_mem", "37MB" },
		{ "setting.shared_buffers", "900TB" },
		{ "fsync", "on" },
		{ "setting.data_directory", "/etc" },
	};
	struct trial t;

	(void)state;
	trial_begin(&t, "realistic");
	trial_add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	t.job.realistic = true;
	t.job.production = production;
	t.job.production_count = COUNT(production);
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 0);
	assert_string_equal(trial_note(&t, "setting.maintenance_work_mem"), "37MB");
	trial_expect_answer(&t, "shop", "SHOW fsync", "on");
	trial_expect_answer(&t, "shop", "SHOW autovacuum", "on");
	trial_expect_answer(&t, "shop", "SHOW shared_buffers", "128MB");
	assert_non_null(strstr(trial_note(&t, "production.shared_buffers"), "900TB, left out"));
	trial_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_comes_back_with_its_roles_in_databases_of_their_own),
		cmocka_unit_test(progress_is_told_of_each_phase),
		cmocka_unit_test(without_globals_roles_come_from_the_dump),
		cmocka_unit_test(a_role_that_the_globals_lack_is_complained_of),
		cmocka_unit_test(globals_that_take_rights_from_the_administrator_do_not_end_it),
		cmocka_unit_test(tablespaces_get_directories_of_their_own),
		cmocka_unit_test(plain_sql_that_makes_its_own_database_is_read_back_from_there),
		cmocka_unit_test(a_whole_cluster_comes_back_from_one_file),
		cmocka_unit_test(plain_sql_stops_at_its_first_error),
		cmocka_unit_test(what_a_hostile_dump_fails_to_do_is_reported),
		cmocka_unit_test(an_error_that_only_the_log_tells_of_is_found),
		cmocka_unit_test(what_this_machine_lacks_is_no_bad_backup),
		cmocka_unit_test(libraries_that_extensions_need_are_loaded),
		cmocka_unit_test(rows_without_tables_are_untried),
		cmocka_unit_test(a_directory_in_a_tar_is_unpacked),
		cmocka_unit_test(production_has_other_settings),
	};

	return cmocka_run_group_tests(tests, open_source, close_source);
}
