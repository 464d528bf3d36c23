/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of a real server are restored into others by the engine; what cannot be is told apart from bad backups. */
#include "platform.h"

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
enum { PARTS_MAX = 4 };

static struct server source;

static int open_source(void **state)
{
	PGconn *session;

	source = (struct server)SERVER_INIT;
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "source", &source);
	session = platform_connect(&source, "postgres");
	platform_execute(session, "CREATE ROLE owner; CREATE ROLE member LOGIN CREATEDB;"
				  "GRANT owner TO member WITH ADMIN OPTION");
	platform_execute(session, "CREATE DATABASE shop");
	platform_execute(session, "CREATE DATABASE other LOCALE 'C' TEMPLATE template0");
	PQfinish(session);
	session = platform_connect(&source, "shop");
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
	session = platform_connect(&source, "other");
	platform_execute(session, "CREATE TABLE t AS SELECT i FROM generate_series(1, 70) i");
	PQfinish(session);
	return 0;
}

static int close_source(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &source);
	return platform_close(state);
}

/* Run a shell command with the source as the environment's server; the place is its directory. */
__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char command[2048], host[128];
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const char *const set[] = { host, "PGUSER=postgres", "PGTZ=UTC", NULL };
	struct process_spec spec = {
		.argv = argv, .set_env = set, .directory = platform_directory, .in = -1
	};
	struct error err = ERROR_INIT;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	(void)snprintf(host, sizeof(host), "PGHOST=%s", source.socket);
	if (process_run(&spec, 60 * NS_PER_SECOND, 1 << 20, NULL, &err) < 0)
		fail_msg("%s", err.message);
}

/* A restore, from its dumps to its results. */
struct trial {
	struct restore_part part[PARTS_MAX];
	struct reading reading[PARTS_MAX];
	char path[PARTS_MAX][128];
	size_t count;
	struct restore_config config;
	struct restore_job job;
	struct server server;
	struct restored restored;
	struct error err;
	int rc;
	/* of progress */
	unsigned phases, calls;
	uint64_t most[RESTORE_PHASE_COUNT], total[RESTORE_PHASE_COUNT];
	enum restore_phase last;
};

static void note_progress(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
			  uint64_t total, bool of_bytes)
{
	struct trial *t = cookie;

	assert_non_null(what);
	assert_true(phase >= t->last);
	assert_true(total == 0 || done <= total);
	assert_true(phase != RESTORE_READ_BACK || of_bytes);
	t->last = phase;
	t->phases |= 1U << phase;
	t->calls++;
	t->most[phase] = done > t->most[phase] ? done : t->most[phase];
	t->total[phase] = total;
}

static void read_file(const char *path, struct reading *out)
{
	static uint8_t block[1 << 16];
	struct error err = ERROR_INIT;
	struct stage *reader = detect_open(out, &err);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_non_null(reader);
	assert_true(fd >= 0);
	while ((n = read(fd, block, sizeof(block))) > 0)
		assert_int_equal(stage_push(reader, (struct span){ block, (size_t)n }, &err), 0);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	(void)close(fd);
	assert_true(out->finished);
}

/* Add the file NAME, made by a command that writes it to its standard output. */
static void add(struct trial *t, enum part_kind kind, const char *database, const char *name,
		const char *command)
{
	size_t i = t->count++;

	shell("%s >%s && chmod 644 %s", command, name, name);
	(void)snprintf(t->path[i], sizeof(t->path[i]), "%s/%s", platform_directory, name);
	read_file(t->path[i], &t->reading[i]);
	t->part[i] = (struct restore_part){ .kind = kind,
					    .format = t->reading[i].format,
					    .database = database,
					    .path = t->path[i],
					    .facts = &t->reading[i].facts };
}

static void begin(struct trial *t, const char *name)
{
	*t = (struct trial){ .server = SERVER_INIT, .err = ERROR_INIT };
	platform_start(ENGINE_POSTGRESQL, name, &t->server);
	t->job = (struct restore_job){ .part = t->part,
				       .config = &t->config,
				       .jobs = 2,
				       .progress = note_progress,
				       .cookie = t };
}

static void restore(struct trial *t)
{
	t->job.part_count = t->count;
	t->rc = engine_of(ENGINE_POSTGRESQL)->restore(&t->server, &t->job, &t->restored, &t->err);
}

static void end(struct trial *t)
{
	for (size_t i = 0; i < t->count; i++) {
		reading_release(&t->reading[i]);
		assert_int_equal(unlink(t->path[i]), 0);
	}
	restored_release(&t->restored);
	platform_stop(ENGINE_POSTGRESQL, &t->server);
}

static void expect_done(struct trial *t)
{
	if (t->rc < 0)
		fail_msg("%s (%s)", t->err.message, t->err.hint);
}

/* The n-th check of that name; NULL: there are no more. */
static const struct check *check_of(const struct trial *t, enum check_id id, size_t n)
{
	for (size_t i = 0; i < t->restored.checks.count; i++) {
		if (strcmp(t->restored.checks.item[i].name, check_name(id)) == 0 && n-- == 0)
			return &t->restored.checks.item[i];
	}
	return NULL;
}

static void expect_verdict(const struct trial *t, enum check_id id, size_t n, enum verdict verdict,
			   const char *words)
{
	const struct check *c = check_of(t, id, n);

	if (!c || c->verdict != verdict || !strstr(c->message, words)) {
		for (size_t i = 0; i < t->restored.checks.count; i++)
			print_message("%s %s %s: %s\n", t->restored.checks.item[i].name,
				      t->restored.checks.item[i].subject,
				      verdict_name(t->restored.checks.item[i].verdict),
				      t->restored.checks.item[i].message);
		print_message("%s\n", t->restored.complaints.len ? t->restored.complaints.ptr : "");
		fail_msg("no check %s that says \"%s\"", check_name(id), words);
	}
}

static void expect_no_fail(const struct trial *t)
{
	for (size_t i = 0; i < t->restored.checks.count; i++) {
		const struct check *c = &t->restored.checks.item[i];

		if (c->verdict == VERDICT_FAIL || c->verdict == VERDICT_ERROR)
			fail_msg("%s %s: %s", c->name, c->subject, c->message);
	}
	expect_verdict(t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "no error");
}

/* What came back is what the file holds. */
static void expect_equal(struct trial *t, size_t part)
{
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_PROVEN),
		.component = "",
		.subject = "",
		.kinds = 1U << FACT_TABLE | 1U << FACT_SEQUENCE | 1U << FACT_LARGE_OBJECTS |
			 1U << FACT_EXTENSION,
		.severity = VERDICT_FAIL,
	};
	struct checks checks = { 0 };

	assert_int_equal(facts_compare(&t->reading[part].facts, &t->restored.part[part].facts,
				       &policy, &checks),
			 0);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict == VERDICT_FAIL)
			fail_msg("part %zu: %s", part, checks.item[i].message);
	}
	assert_int_equal(checks_verdict(&checks), VERDICT_PASS);
	checks_release(&checks);
}

static void expect_answer(const struct trial *t, const char *database, const char *sql,
			  const char *answer)
{
	PGconn *session = platform_connect(&t->server, database);
	PGresult *row = PQexec(session, sql);

	if (PQresultStatus(row) != PGRES_TUPLES_OK || PQntuples(row) != 1)
		fail_msg("%s: %s", sql, PQerrorMessage(session));
	assert_string_equal(PQgetvalue(row, 0, 0), answer);
	PQclear(row);
	PQfinish(session);
}

static const char *note_of(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->restored.note_count; i++) {
		if (strcmp(t->restored.note[i].name, name) == 0)
			return t->restored.note[i].value;
	}
	return "";
}

static const char member_of[] =
	"SELECT string_agg(r.rolname || ' in ' || g.rolname || ' ' || m.admin_option, ',') "
	"FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
	"JOIN pg_roles g ON g.oid = m.roleid WHERE m.roleid >= 16384";

static void a_set_comes_back_with_its_roles_in_databases_of_their_own(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "set");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	add(&t, PART_DUMP, "other", "other.tar", "pg_dump -Ft other");
	add(&t, PART_SQL, "shop", "shop.sql", "pg_dump shop");
	add(&t, PART_GLOBALS, "", "globals.sql", "pg_dumpall -g");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	for (size_t i = 0; i < 3; i++)
		expect_equal(&t, i);
	expect_verdict(&t, CHECK_PREFLIGHT, 0, VERDICT_PASS, "can restore the backup");
	for (size_t i = 0; i < 4; i++)
		expect_verdict(&t, CHECK_RESTORED, i, VERDICT_PASS, "without a complaint");
	assert_null(check_of(&t, CHECK_RESTORED, 4));
	expect_answer(&t, "shop", "SELECT count(*) FROM orders", "3000");
	expect_answer(&t, "other", "SELECT datcollate FROM pg_database WHERE datname = 'other'",
		      "C");
	expect_answer(&t, "shop", member_of, "member in owner true");
	expect_answer(&t, "shop",
		      "SELECT string_agg(rolname || rolsuper || rolcreatedb || rolcanlogin, ',' "
		      "ORDER BY 1) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'",
		      "memberfalsetruetrue,ownerfalsefalsefalse");
	expect_answer(&t, "shop",
		      "SELECT tableowner || has_table_privilege('member', 'orders', 'select') "
		      "FROM pg_tables WHERE tablename = 'orders'",
		      "ownertrue");
	assert_string_equal(note_of(&t, "roles"), "");
	assert_string_equal(note_of(&t, "setting.fsync"), "off");
	assert_non_null(
		facts_find(&t.restored.part[0].doubtful, FACT_TABLE, "public", "new\nline"));
	assert_true(strncmp(t.restored.server_version, t.restored.program_version, 2) == 0);
	end(&t);
}

static void progress_is_told_of_each_phase(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "progress");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	restore(&t);
	expect_done(&t);
	for (int i = 0; i <= RESTORE_READ_BACK; i++)
		assert_true(t.phases & 1U << i);
	assert_true(t.most[RESTORE_LOAD] > 10);
	assert_true(t.total[RESTORE_LOAD] >= t.most[RESTORE_LOAD]);
	assert_true(t.total[RESTORE_READ_BACK] > 50000);
	assert_int_equal(t.most[RESTORE_READ_BACK], t.total[RESTORE_READ_BACK]);
	for (int i = 0; i <= RESTORE_READ_BACK; i++)
		assert_true(t.restored.took_ns[i] > 0);
	end(&t);
}

static void without_globals_roles_come_from_the_dump(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "alone");
	add(&t, PART_DUMP, "", "shop.dump", "pg_dump -Fc -Z0 shop");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	expect_answer(&t, "shop", "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'member'",
		      "true");
	assert_non_null(strstr(note_of(&t, "roles"), "superusers"));
	end(&t);
}

static void a_role_that_the_globals_lack_is_complained_of(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "lack");
	add(&t, PART_GLOBALS, "", "globals.sql", "pg_dumpall -g | grep -vw member");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	restore(&t);
	expect_done(&t);
	expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_PASS, "psql");
	expect_verdict(&t, CHECK_RESTORED, 1, VERDICT_FAIL, "role \"member\" does not exist");
	expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "no error");
	expect_equal(&t, 1);
	end(&t);
}

/* As of a hosted server, whose administrator may do little. */
static void globals_that_take_rights_from_the_administrator_do_not_end_it(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "hosted");
	add(&t, PART_GLOBALS, "", "globals.sql",
	    "pg_dumpall -g | sed 's/^ALTER ROLE postgres WITH .*/"
	    "ALTER ROLE postgres WITH NOSUPERUSER NOLOGIN;/'");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 1);
	expect_answer(&t, "shop", "SELECT count(*) FROM pg_roles WHERE rolname ~ 'muster'", "0");
	end(&t);
}

static void tablespaces_get_directories_of_their_own(void **state)
{
	struct trial t;
	PGconn *session = platform_connect(&source, "postgres");
	char sql[300];

	(void)state;
	shell("mkdir %s/space", source.place.directory);
	if (source.place.drop) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/space", source.place.directory);
		assert_int_equal(chown(path, source.place.uid, source.place.gid), 0);
	}
	(void)snprintf(sql, sizeof(sql),
		       "CREATE TABLESPACE \"ro omy\" OWNER owner LOCATION '%s/space'",
		       source.place.directory);
	platform_execute(session, sql);
	platform_execute(session, "CREATE DATABASE spacious");
	PQfinish(session);
	session = platform_connect(&source, "spacious");
	platform_execute(session,
			 "CREATE TABLE t (i int) TABLESPACE \"ro omy\"; INSERT INTO t VALUES (1)");

	begin(&t, "space");
	/* where the source's directory is not to be had */
	add(&t, PART_GLOBALS, "", "globals.sql", "pg_dumpall -g | sed 's,/source/space,/gone,'");
	add(&t, PART_DUMP, "spacious", "spacious.dump", "pg_dump -Fc spacious");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 1);
	expect_answer(&t, "spacious", "SELECT tablespace FROM pg_tables WHERE tablename = 't'",
		      "ro omy");
	end(&t);

	platform_execute(session, "DROP TABLE t");
	platform_execute(session, "DROP TABLESPACE \"ro omy\"");
	PQfinish(session);
	session = platform_connect(&source, "postgres");
	platform_execute(session, "DROP DATABASE spacious");
	PQfinish(session);
}

static void plain_sql_that_makes_its_own_database_is_read_back_from_there(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "create");
	add(&t, PART_SQL, "shop", "shop.sql", "pg_dump --create shop");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	expect_answer(&t, "shop", "SELECT count(*) FROM items", "5000");
	assert_true(t.total[RESTORE_LOAD] > 50000);
	assert_int_equal(t.most[RESTORE_LOAD], t.total[RESTORE_LOAD]);
	end(&t);
}

static void a_whole_cluster_comes_back_from_one_file(void **state)
{
	struct trial t;
	int proven = 0;

	(void)state;
	begin(&t, "cluster");
	add(&t, PART_DUMP, "", "all.sql", "pg_dumpall");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	assert_int_equal(
		facts_find(&t.restored.part[0].facts, FACT_TABLE, "shop.public", "orders")->count,
		3000);
	expect_answer(&t, "shop", member_of, "member in owner true");
	expect_answer(&t, "shop", "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'owner'",
		      "false");
	for (size_t i = 0; i < t.restored.checks.count; i++) {
		const struct check *c = &t.restored.checks.item[i];

		proven += strcmp(c->name, check_name(CHECK_INDEXES)) == 0 &&
			  strcmp(c->subject, "shop") == 0 && c->verdict == VERDICT_PASS;
	}
	assert_int_equal(proven, 1);
	end(&t);
}

static void plain_sql_stops_at_its_first_error(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "stop");
	add(&t, PART_SQL, "shop", "shop.sql",
	    "pg_dump shop | sed 's/^CREATE TABLE public.orders/CREATE TABLE public.items/'");
	restore(&t);
	expect_done(&t);
	expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_FAIL, "psql complained 1 times");
	expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "");
	end(&t);
}

/* A table whose CHECK holds where it was dumped, and writes a file where it is restored. */
static void make_hostile(const char *database)
{
	PGconn *session = platform_connect(&source, "postgres");
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", database);
	platform_execute(session, sql);
	PQfinish(session);
	session = platform_connect(&source, database);
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
	begin(&t, "hostile");
	add(&t, PART_DUMP, "hostile", "hostile.dump", "pg_dump -Fc hostile");
	restore(&t);
	expect_done(&t);
	expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_FAIL,
		       "program \"cat >/nowhere/sprung\" failed");
	assert_non_null(strstr(t.restored.complaints.ptr, "/nowhere/sprung"));
	end(&t);

	/* unless the user knows of it */
	begin(&t, "harmless");
	t.config.harmless =
		(struct string_list){ .item = (const char *[]){ "COPY failed for table \"bait\"" },
				      .count = 1 };
	add(&t, PART_DUMP, "hostile", "hostile.dump", "pg_dump -Fc hostile");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	assert_int_equal(facts_find(&t.restored.part[0].facts, FACT_TABLE, "public", "bait")->count,
			 0);
	end(&t);
}

static void an_error_that_only_the_log_tells_of_is_found(void **state)
{
	struct trial t;
	PGconn *session = platform_connect(&source, "postgres");

	(void)state;
	platform_execute(session, "CREATE DATABASE quiet");
	PQfinish(session);
	session = platform_connect(&source, "quiet");
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
	begin(&t, "quiet");
	add(&t, PART_DUMP, "quiet", "quiet.dump", "pg_dump -Fc quiet");
	restore(&t);
	expect_done(&t);
	expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_PASS, "without a complaint");
	expect_verdict(&t, CHECK_SERVER_LOG, 0, VERDICT_FAIL, "column \"nonsense\" does not exist");
	end(&t);
}

/* The fact of an archive that was altered after it was read. */
static void expect_untried(const char *name, enum fact_kind kind, const char *fact,
			   const char *value, const char *words, const char *hint)
{
	struct trial t;
	struct fact *f;

	begin(&t, name);
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	f = (struct fact *)(uintptr_t)facts_find(&t.reading[0].facts, kind, "", fact);
	if (!f)
		f = facts_add(&t.reading[0].facts, kind, "", fact);
	assert_non_null(f);
	if (value)
		assert_int_equal(fact_set_value(&t.reading[0].facts, f, value), 0);
	restore(&t);
	assert_int_equal(t.rc, -1);
	assert_int_equal(t.err.kind, ERROR_TARGET);
	if (!strstr(t.err.message, words) || !strstr(t.err.hint, hint))
		fail_msg("%s (%s)", t.err.message, t.err.hint);
	end(&t);
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
	PGconn *session = platform_connect(&source, "postgres");

	(void)state;
	platform_execute(session, "CREATE DATABASE watched");
	PQfinish(session);
	session = platform_connect(&source, "watched");
	platform_execute(session,
			 "CREATE EXTENSION pg_stat_statements; CREATE TABLE t AS SELECT 1 AS i;"
			 "CREATE MATERIALIZED VIEW v AS SELECT userid FROM pg_stat_statements "
			 "WITH NO DATA");
	PQfinish(session);
	begin(&t, "watched");
	add(&t, PART_DUMP, "watched", "watched.dump", "pg_dump -Fc watched");
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	expect_answer(&t, "watched", "SHOW shared_preload_libraries", "pg_stat_statements");
	assert_string_equal(note_of(&t, "setting.shared_preload_libraries"), "pg_stat_statements");
	end(&t);
}

static void rows_without_tables_are_untried(void **state)
{
	const struct check *untried;
	struct trial t;

	(void)state;
	begin(&t, "rows");
	add(&t, PART_DUMP, "other", "other.dump", "pg_dump -Fc --data-only other");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	restore(&t);
	expect_done(&t);
	expect_verdict(&t, CHECK_RESTORED, 0, VERDICT_SKIPPED, "untried");
	untried = check_of(&t, CHECK_RESTORED, 0);
	assert_true(untried && untried->required);
	expect_verdict(&t, CHECK_RESTORED, 1, VERDICT_PASS, "");
	assert_int_equal(t.restored.part[0].facts.count, 0);
	expect_equal(&t, 1);
	end(&t);
}

static void a_directory_in_a_tar_is_unpacked(void **state)
{
	struct trial t;

	(void)state;
	shell("pg_dump -Fd -f dumped shop");
	begin(&t, "directory");
	add(&t, PART_DUMP, "shop", "directory.tar", "tar -cf - dumped");
	add(&t, PART_DUMP, "shop", "sorted.tar",
	    "tar -cf - --transform 's,dumped/,,' dumped/toc.dat $(ls dumped/* | grep -v "
	    "toc.dat)");
	assert_int_equal(t.part[0].format, FORMAT_PG_TAR);
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	expect_equal(&t, 1);
	end(&t);
	shell("rm -r dumped");
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
	begin(&t, "realistic");
	add(&t, PART_DUMP, "shop", "shop.dump", "pg_dump -Fc shop");
	t.job.realistic = true;
	t.job.production = production;
	t.job.production_count = COUNT(production);
	restore(&t);
	expect_done(&t);
	expect_no_fail(&t);
	expect_equal(&t, 0);
	assert_string_equal(note_of(&t, "setting.maintenance_work_mem"), "37MB");
	expect_answer(&t, "shop", "SHOW fsync", "on");
	expect_answer(&t, "shop", "SHOW autovacuum", "on");
	expect_answer(&t, "shop", "SHOW shared_buffers", "128MB");
	assert_non_null(strstr(note_of(&t, "production.shared_buffers"), "900TB, left out"));
	end(&t);
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
