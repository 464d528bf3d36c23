/* SPDX-License-Identifier: Apache-2.0 */
/* A standby streams from a restored server and holds the same; what keeps it from either is told apart. */
#include "trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* What a dump may hold that is in a standby's way, and what is on no standby. */
static const char hostile[] =
	"CREATE UNLOGGED TABLE scratch AS SELECT 1 AS i; CREATE UNLOGGED SEQUENCE scratches;"
	"CREATE TABLE parted (n int) PARTITION BY RANGE (n);"
	"CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);"
	"INSERT INTO parted SELECT n FROM generate_series(0, 99) n;"
	"CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS "
	"$$ BEGIN RAISE EXCEPTION 'refused'; END $$;"
	"CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') "
	"EXECUTE FUNCTION refuse()";

static void make_space(PGconn *session)
{
	char path[128], sql[200];

	(void)snprintf(path, sizeof(path), "%s/space", trial_source.place.directory);
	trial_shell("mkdir %s", path);
	if (trial_source.place.drop)
		assert_int_equal(chown(path, trial_source.place.uid, trial_source.place.gid), 0);
	(void)snprintf(sql, sizeof(sql), "CREATE TABLESPACE roomy LOCATION '%s'", path);
	platform_execute(session, sql);
}

static int open_source(void **state)
{
	PGconn *session;

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "source", &trial_source);
	session = platform_connect(&trial_source, "postgres");
	platform_execute(session, "CREATE ROLE owner; CREATE ROLE member LOGIN CONNECTION LIMIT 0");
	platform_execute(session, "CREATE DATABASE shop");
	platform_execute(session, "CREATE DATABASE odd");
	make_space(session);
	PQfinish(session);
	session = platform_connect(&trial_source, "shop");
	platform_execute(session,
			 "CREATE TABLE orders (id serial PRIMARY KEY, note text);"
			 "INSERT INTO orders (note) SELECT 'note ' || i FROM generate_series(1001, "
			 "4000) i; SELECT lo_from_bytea(4711, 'large');"
			 "CREATE TABLE far (i int) TABLESPACE roomy; INSERT INTO far VALUES (1)");
	PQfinish(session);
	session = platform_connect(&trial_source, "odd");
	platform_execute(session, hostile);
	PQfinish(session);
	return 0;
}

static int close_source(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &trial_source);
	return platform_close(state);
}

static void begin_with_standby(struct trial *t, const char *name)
{
	trial_begin(t, name);
	trial_add(t, PART_GLOBALS, "", "globals.sql",
		  "pg_dumpall -g | sed 's,/source/space,/gone,'");
	trial_add(t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	t->job.standby = true;
}

static char *standby_directory(const struct trial *t, char out[108])
{
	(void)snprintf(out, 108, "%s/standby", t->server.place.directory);
	return out;
}

static PGconn *connect_standby(const struct trial *t, const char *database)
{
	struct server standby = t->server;

	(void)standby_directory(t, standby.socket);
	return platform_connect(&standby, database);
}

static void expect_on_standby(PGconn *session, const char *sql, const char *answer)
{
	int64_t deadline = clock_monotonic_ns() + 30 * NS_PER_SECOND;
	char found[80] = "";

	do {
		PGresult *row = PQexec(session, sql);

		if (PQresultStatus(row) == PGRES_TUPLES_OK && PQntuples(row))
			(void)snprintf(found, sizeof(found), "%s", PQgetvalue(row, 0, 0));
		PQclear(row);
		if (strcmp(found, answer) == 0)
			return;
		(void)usleep(10000);
	} while (clock_monotonic_ns() < deadline);
	fail_msg("%s: %s, not %s", sql, found, answer);
}

/* A standby has no rows of unlogged tables, and pg_dump takes none from it. */
static void back_up_standby(const struct trial *t)
{
	const char *names[] = { "shop" };
	struct server standby = t->server;
	struct component_config c;
	char root[90], path[100];
	struct backup_job job = { .component = &c, .root = root, .stamp = "20261122_191419" };
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct error err = ERROR_INIT;

	(void)standby_directory(t, standby.socket);
	c = platform_component(ENGINE_POSTGRESQL, &standby);
	c.connect.databases = (struct string_list){ names, 1 };
	c.backups.sql = c.backups.globals = false;
	(void)snprintf(root, sizeof(root), "%s/backups", platform_directory);
	(void)snprintf(path, sizeof(path), "%s/database", root);
	c.backups.path = path;
	if (engine_of(ENGINE_POSTGRESQL)->backup(&job, &manifest, &parts, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(manifest.file_count, 1);
	assert_non_null(facts_find(manifest.file[0].facts, FACT_TABLE, "public", "later"));
	assert_null(facts_find(manifest.file[0].facts, FACT_TABLE, "public", "scratch"));
	backup_parts_release(&parts);
	manifest_release(&manifest);
	assert_int_equal(file_remove_tree(root, &err), 0);
}

static void a_standby_streams_holds_the_same_and_stays_up(void **state)
{
	struct trial t;
	PGconn *session, *primary;

	(void)state;
	begin_with_standby(&t, "streams");
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_no_fail(&t);
	trial_expect_equal(&t, 1);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_PASS, "a standby streamed within ");
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_PASS,
			     "; 2 tables and 1 sequences equal");
	assert_null(trial_check(&t, CHECK_REPLICATION, 1));
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 1, VERDICT_PASS, "neither the standby's log");
	assert_non_null(strstr(trial_note(&t, "standby lag"), " ms, "));
	assert_non_null(strstr(trial_note(&t, "standby up after"), " s"));
	assert_true(t.restored.took_ns[RESTORE_REPLICATE] > 0);
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM pg_database WHERE datname ~ 'muster'",
			    "0");

	session = connect_standby(&t, "shop");
	expect_on_standby(session, "SELECT pg_is_in_recovery()", "t");
	expect_on_standby(session, "SELECT convert_from(lo_get(4711), 'UTF8')", "large");
	primary = platform_connect(&t.server, "shop");
	platform_execute(primary, "INSERT INTO orders (note) VALUES ('after the proof')");
	expect_on_standby(session, "SELECT max(id) FROM orders", "3001");
	platform_execute(primary, "CREATE TABLE later TABLESPACE roomy AS SELECT 7 AS i");
	expect_on_standby(session, "SELECT i FROM later", "7");
	platform_execute(primary, "CREATE UNLOGGED TABLE scratch AS SELECT 1 AS i");
	expect_on_standby(session, "SELECT count(*) FROM pg_class WHERE relname = 'scratch'", "1");
	back_up_standby(&t);
	PQfinish(primary);
	PQfinish(session);
	trial_end(&t);
}

static void without_the_wish_there_is_none(void **state)
{
	struct trial t;
	char path[108];

	(void)state;
	begin_with_standby(&t, "none");
	t.job.standby = false;
	trial_restore(&t);
	trial_expect_done(&t);
	assert_null(trial_check(&t, CHECK_REPLICATION, 0));
	assert_int_equal(t.restored.took_ns[RESTORE_REPLICATE], 0);
	assert_int_equal(access(standby_directory(&t, path), F_OK), -1);
	trial_expect_answer(&t, "shop", "SHOW wal_level", "minimal");
	trial_end(&t);
}

/* What the backup's databases, roles and server settings say is in nobody's way. */
static void whatever_a_cluster_brings_it_streams(void **state)
{
	struct trial t;
	PGconn *session;

	(void)state;
	trial_begin(&t, "odd");
	trial_add(
		&t, PART_DUMP, "", "all.sql",
		"{ pg_dumpall | sed 's,/source/space,/gone,'; cat <<'SQL'\n"
		"\\connect postgres\n"
		"ALTER SYSTEM SET synchronous_standby_names = 'elsewhere';\n"
		"ALTER SYSTEM SET max_wal_senders = 0;\n"
		"ALTER SYSTEM SET hot_standby = off;\n"
		"ALTER SYSTEM SET primary_conninfo = 'host=nowhere';\n"
		"ALTER SYSTEM SET max_connections = 50;\n"
		"ALTER SYSTEM SET session_preload_libraries = 'auto_explain';\n"
		"ALTER ROLE postgres IN DATABASE postgres SET default_transaction_read_only = on;\n"
		"SQL\n}");
	t.job.standby = true;
	t.job.realistic = true;
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_PASS,
			     "; not on a standby, since unlogged: 2");
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 1, VERDICT_PASS, "neither");
	assert_null(trial_check(&t, CHECK_REPLICATION, 1));
	trial_expect_answer(&t, "odd", "SELECT count(*) FROM scratch", "1");
	session = connect_standby(&t, "odd");
	expect_on_standby(session, "SELECT count(*) FROM parted", "100");
	expect_on_standby(session, "SHOW max_connections", "50");
	PQfinish(session);
	trial_end(&t);
}

/* Bytes of the copy's, as a bad disk may change them. */
static void change_a_row(struct trial *t, enum restore_phase phase, const char *what)
{
	static const char from[] = "note 2345", to[] = "note 2354";
	CLEANUP(buf_release)
	struct buf file = { 0 };
	struct error err = ERROR_INIT;
	char path[300], directory[108];
	PGconn *session;
	PGresult *row;
	char *at;
	int fd;

	if (phase != RESTORE_REPLICATE || strcmp(what, "start of the standby") != 0)
		return;
	session = platform_connect(&t->server, "shop");
	row = PQexec(session, "SELECT pg_relation_filepath('orders')");
	(void)snprintf(path, sizeof(path), "%s/data/%s", standby_directory(t, directory),
		       PQgetvalue(row, 0, 0));
	PQclear(row);
	PQfinish(session);
	assert_int_equal(file_read(path, 1 << 24, &file, &err), 0);
	at = memmem(file.ptr, file.len, from, sizeof(from) - 1);
	assert_non_null(at);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, to, sizeof(to) - 1, at - file.ptr), sizeof(to) - 1);
	(void)close(fd);
}

static void a_row_that_differs_is_found(void **state)
{
	struct trial t;

	(void)state;
	begin_with_standby(&t, "differs");
	t.disturb = change_a_row;
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_equal(&t, 1);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_FAIL,
			     "the standby differs: table public.orders: the content differs");
	assert_string_equal(trial_check(&t, CHECK_REPLICATION, 0)->subject, "shop");
	assert_null(trial_check(&t, CHECK_REPLICATION, 1));
	trial_end(&t);
}

/* The restored server takes no standby any more. */
static void refuse_replication(struct trial *t, enum restore_phase phase, const char *what)
{
	char path[108];
	PGconn *session;

	if (phase != RESTORE_REPLICATE || strcmp(what, "start of the standby") != 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/data/pg_hba.conf", t->server.place.directory);
	trial_shell("sed -i '1i local replication all reject' %s", path);
	if (t->server.place.drop)
		assert_int_equal(chown(path, t->server.place.uid, t->server.place.gid), 0);
	session = platform_connect(&t->server, "postgres");
	platform_execute(session, "SELECT pg_reload_conf()");
	PQfinish(session);
}

static void a_standby_that_does_not_stream_fails(void **state)
{
	struct trial t;

	(void)state;
	begin_with_standby(&t, "refused");
	t.job.standby_patience_ns = 15 * NS_PER_SECOND;
	t.disturb = refuse_replication;
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_FAIL, "replication is not active");
	trial_expect_verdict(&t, CHECK_SERVER_LOG, 1, VERDICT_FAIL, "pg_hba.conf rejects");
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM orders", "3000");
	trial_end(&t);
}

static void pause_replay(struct trial *t, enum restore_phase phase, const char *what)
{
	PGconn *session;

	if (phase != RESTORE_REPLICATE || strcmp(what, "streaming") != 0)
		return;
	session = connect_standby(t, "postgres");
	platform_execute(session, "SELECT pg_wal_replay_pause()");
	PQfinish(session);
}

static void a_standby_that_receives_but_shows_nothing_fails(void **state)
{
	struct trial t;

	(void)state;
	begin_with_standby(&t, "paused");
	t.job.standby_patience_ns = 15 * NS_PER_SECOND;
	t.disturb = pause_replay;
	trial_restore(&t);
	trial_expect_done(&t);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_FAIL,
			     "the standby streams, but has replayed nothing for 15s");
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM pg_database WHERE datname ~ 'muster'",
			    "0");
	trial_end(&t);
}

static void kill_the_standby(struct trial *t, enum restore_phase phase, const char *what)
{
	if (phase == RESTORE_REPLICATE && strcmp(what, "streaming") == 0)
		assert_int_equal(kill(t->server.companion.pid, SIGKILL), 0);
}

static void limit_files(struct trial *t, enum restore_phase phase, const char *what)
{
	struct rlimit limit;

	(void)t;
	if (phase != RESTORE_REPLICATE || strcmp(what, "base backup") != 0)
		return;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 1 << 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void lift_the_limit(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The restored server goes on, and nothing is left of the standby. */
static void expect_none(const char *name,
			void (*disturb)(struct trial *t, enum restore_phase phase,
					const char *what),
			const char *words)
{
	struct trial t;
	char path[108];

	begin_with_standby(&t, name);
	t.disturb = disturb;
	trial_restore(&t);
	lift_the_limit();
	trial_expect_done(&t);
	trial_expect_equal(&t, 1);
	trial_expect_verdict(&t, CHECK_REPLICATION, 0, VERDICT_ERROR, words);
	assert_non_null(strstr(trial_check(&t, CHECK_REPLICATION, 0)->hint, "restore.disk_max"));
	assert_int_equal(access(standby_directory(&t, path), F_OK), -1);
	assert_int_equal(platform_processes_naming(path), 0);
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM pg_replication_slots", "0");
	trial_expect_answer(&t, "shop", "SELECT count(*) FROM pg_database WHERE datname ~ 'muster'",
			    "0");
	trial_end(&t);
}

static void that_none_can_be_made_here_is_no_bad_backup(void **state)
{
	(void)state;
	expect_none("limited", limit_files, "pg_basebackup exited with code 1: ");
	expect_none("killed", kill_the_standby, "the standby was killed by signal 9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_standby_streams_holds_the_same_and_stays_up),
		cmocka_unit_test(without_the_wish_there_is_none),
		cmocka_unit_test(whatever_a_cluster_brings_it_streams),
		cmocka_unit_test(a_row_that_differs_is_found),
		cmocka_unit_test(that_none_can_be_made_here_is_no_bad_backup),
		cmocka_unit_test(a_standby_that_does_not_stream_fails),
		cmocka_unit_test(a_standby_that_receives_but_shows_nothing_fails),
	};

	return cmocka_run_group_tests(tests, open_source, close_source);
}
