/* SPDX-License-Identifier: Apache-2.0 */
/* Backups of a database that is changed, locked or cut off while they run. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "format/reader.h"

static struct server database;
static char root[80];
static PGconn *other; /* whoever else works with the database */

static int open_platform(void **state)
{
	PGconn *session;

	database = (struct server)SERVER_INIT;
	if (platform_open(state) < 0)
		return -1;
	(void)snprintf(root, sizeof(root), "%s/backups", platform_directory);
	platform_start(ENGINE_POSTGRESQL, "pg", &database);
	session = platform_connect(&database, "postgres");
	platform_execute(session, "CREATE DATABASE shop");
	PQfinish(session);
	other = platform_connect(&database, "shop");
	platform_execute(other, "CREATE TABLE orders (id serial, t text);"
				"INSERT INTO orders (t) SELECT md5(n::text) || md5(n::text || 'x')"
				" FROM generate_series(1, 20000) n; CREATE SEQUENCE still START 7");
	return 0;
}

static int close_platform(void **state)
{
	struct error err = ERROR_INIT;

	PQfinish(other);
	platform_stop(ENGINE_POSTGRESQL, &database);
	return file_remove_tree(root, &err) < 0 ? -1 : platform_close(state);
}

/* A backup of the database with a hand in it. */
struct attempt {
	struct component_config component;
	struct backup_job job;
	struct manifest manifest;
	struct backup_parts parts;
	struct error err;
	int rc;
};

static void begin(struct attempt *a)
{
	static char path[100];

	*a = (struct attempt){ .component = platform_component(ENGINE_POSTGRESQL, &database) };
	(void)snprintf(path, sizeof(path), "%s/postgres", root);
	a->component.backups.path = path;
	a->job = (struct backup_job){ .component = &a->component,
				      .root = root,
				      .stamp = "20261122_191419" };
}

static void run(struct attempt *a)
{
	a->rc = engine_of(ENGINE_POSTGRESQL)->backup(&a->job, &a->manifest, &a->parts, &a->err);
}

static void end(struct attempt *a)
{
	backup_parts_release(&a->parts);
	manifest_release(&a->manifest);
}

/* Names in the directory; `*visible` those that are not hidden. */
static size_t files_left(const struct attempt *a, size_t *visible)
{
	DIR *d = opendir(a->component.backups.path);
	struct dirent *entry;
	size_t n = 0;

	*visible = 0;
	assert_non_null(d);
	while ((entry = readdir(d))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		n++;
		*visible += entry->d_name[0] != '.';
	}
	(void)closedir(d);
	return n;
}

static void assert_nothing_left(const struct attempt *a)
{
	size_t visible;

	assert_int_equal(files_left(a, &visible), 0);
}

static void read_archive(const char *path, struct reading *out)
{
	static uint8_t block[1 << 16];
	struct error err = ERROR_INIT;
	struct stage *reader = detect_open(out, &err);
	gzFile file = gzopen(path, "rb");
	int n;

	assert_non_null(reader);
	assert_non_null(file);
	while ((n = gzread(file, block, sizeof(block))) > 0)
		assert_int_equal(stage_push(reader, (struct span){ block, (size_t)n }, &err), 0);
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	assert_int_equal(findings_verdict(&out->findings), VERDICT_PASS);
}

static void change_rows(void *cookie, const char *subject, uint64_t done, uint64_t total)
{
	bool *changed = cookie;

	(void)subject;
	(void)done;
	(void)total;
	if (!*changed)
		platform_execute(
			other,
			"INSERT INTO orders (t) VALUES ('late'); DELETE FROM orders WHERE id < 50");
	*changed = true;
}

static void rows_that_change_meanwhile_are_not_in_the_snapshot(void **state)
{
	struct attempt a;
	bool changed = false;
	struct reading archive = { 0 };
	struct checks checks = { 0 };
	struct facts_policy policy = { .check_name = check_name(CHECK_FACTS),
				       .component = "database",
				       .subject = "",
				       .kinds = 1U << FACT_TABLE | 1U << FACT_SEQUENCE,
				       .severity = VERDICT_FAIL };
	const struct fact *fact;

	(void)state;
	begin(&a);
	a.job.progress = (struct backup_progress){ change_rows, &changed };
	run(&a);
	if (a.rc < 0)
		fail_msg("%s", a.err.message);
	assert_true(changed);
	read_archive(a.parts.item[0].temporary, &archive);
	assert_int_equal(facts_compare(a.manifest.file[0].facts, &archive.facts, &policy, &checks),
			 0);
	assert_int_equal(checks_verdict(&checks), VERDICT_PASS);
	fact = facts_find(&archive.facts, FACT_TABLE, "public", "orders");
	assert_int_equal(fact->count, 20000);
	/* a sequence that moved has no value to hold the archive to; one that did not has */
	fact = facts_find(a.manifest.file[0].facts, FACT_SEQUENCE, "public", "orders_id_seq");
	assert_int_equal(fact->known & MEASURE_VALUE, 0);
	fact = facts_find(a.manifest.file[0].facts, FACT_SEQUENCE, "public", "still");
	assert_string_equal(fact->value, "7,false");
	checks_release(&checks);
	reading_release(&archive);
	end(&a);
	assert_nothing_left(&a);
}

static unsigned asked;

/* The first question comes before the tables are locked, the second when pg_dump has just started. */
static int queue_an_alter(void)
{
	if (++asked == 2)
		assert_true(PQsendQuery(other, "ALTER TABLE orders ADD COLUMN more int"));
	return 0;
}

static void a_queued_alter_does_not_hang_the_backup(void **state)
{
	struct attempt a;
	PGresult *result;

	(void)state;
	begin(&a);
	asked = 0;
	a.job.stop_requested = queue_an_alter;
	a.component.backups.lock_timeout_ns = NS_PER_SECOND / 2;
	run(&a);
	if (a.rc < 0)
		fail_msg("%s", a.err.message);
	result = PQgetResult(other);
	assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
	PQclear(result);
	assert_null(PQgetResult(other));
	end(&a);
	assert_nothing_left(&a);
}

static int stop_at_the_third(void)
{
	return ++asked >= 3 ? SIGINT : 0;
}

static void an_interruption_leaves_nothing(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a);
	asked = 0;
	a.job.stop_requested = stop_at_the_third;
	run(&a);
	assert_int_equal(a.rc, -1);
	assert_int_equal(a.err.kind, ERROR_INTERRUPTED);
	end(&a);
	assert_nothing_left(&a);
}

static pid_t frozen;

/* Stops the backend of the backup's session when first asked; some questions later, asks to stop. */
static int freeze_then_stop(void)
{
	PGresult *row;

	if (++asked > 3)
		return SIGINT;
	if (frozen)
		return 0;
	row = PQexec(other, "SELECT pid FROM pg_stat_activity WHERE application_name = 'muster' "
			    "ORDER BY backend_start DESC LIMIT 1");
	assert_int_equal(PQntuples(row), 1);
	frozen = (pid_t)strtol(PQgetvalue(row, 0, 0), NULL, 10);
	PQclear(row);
	assert_int_equal(kill(frozen, SIGSTOP), 0);
	return 0;
}

static void a_frozen_server_does_not_hang_an_interrupted_backup(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a);
	asked = 0;
	frozen = 0;
	a.job.stop_requested = freeze_then_stop;
	run(&a);
	assert_int_equal(kill(frozen, SIGCONT), 0);
	assert_int_equal(a.rc, -1);
	assert_int_equal(a.err.kind, ERROR_INTERRUPTED);
	end(&a);
	assert_nothing_left(&a);
}

static void die(void *cookie, const char *subject, uint64_t done, uint64_t total)
{
	(void)cookie;
	(void)subject;
	(void)done;
	(void)total;
	(void)kill(getpid(), SIGKILL);
}

static void a_killed_backup_leaves_nothing_that_could_pass(void **state)
{
	int64_t deadline = clock_monotonic_ns() + 60 * NS_PER_SECOND;
	struct attempt a;
	size_t visible;
	pid_t child = fork();
	int status;

	(void)state;
	begin(&a);
	assert_true(child >= 0);
	if (child == 0) {
		a.job.progress.report = die;
		run(&a);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_true(files_left(&a, &visible) > 0);
	assert_int_equal(visible, 0);
	/* pg_dump and pg_restore went with it */
	while (platform_commands_naming("application_name='muster'", database.socket) &&
	       clock_monotonic_ns() < deadline)
		(void)usleep(10000);
	assert_int_equal(platform_commands_naming("application_name='muster'", database.socket), 0);
	/* and the next backup sweeps up */
	run(&a);
	assert_int_equal(a.rc, 0);
	end(&a);
	assert_nothing_left(&a);
}

static void a_table_that_may_not_be_read_fails_the_backup_with_its_name(void **state)
{
	struct attempt a;

	(void)state;
	platform_execute(
		other,
		"CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;"
		"CREATE TABLE closed (a int)");
	begin(&a);
	a.component.connect.user = "reader";
	run(&a);
	assert_int_equal(a.rc, -1);
	assert_int_equal(a.err.kind, ERROR_PERMISSION);
	assert_non_null(strstr(a.err.message, "closed"));
	end(&a);
	platform_execute(other, "DROP TABLE closed; DROP OWNED BY reader; DROP ROLE reader");
	assert_nothing_left(&a);
}

static void a_place_that_cannot_be_written_fails_the_backup(void **state)
{
	struct attempt a;
	struct error err = ERROR_INIT;
	char file[100];

	(void)state;
	begin(&a);
	(void)snprintf(file, sizeof(file), "%s/a-file", root);
	assert_int_equal(file_write_atomic(file, 0600, "x", 1, &err), 0);
	a.component.backups.path = file;
	run(&a);
	assert_int_equal(a.rc, -1);
	assert_non_null(strstr(a.err.message, "a-file"));
	end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_change_meanwhile_are_not_in_the_snapshot),
		cmocka_unit_test(a_queued_alter_does_not_hang_the_backup),
		cmocka_unit_test(an_interruption_leaves_nothing),
		cmocka_unit_test(a_frozen_server_does_not_hang_an_interrupted_backup),
		cmocka_unit_test(a_killed_backup_leaves_nothing_that_could_pass),
		cmocka_unit_test(a_table_that_may_not_be_read_fails_the_backup_with_its_name),
		cmocka_unit_test(a_place_that_cannot_be_written_fails_the_backup),
	};

	return cmocka_run_group_tests(tests, open_platform, close_platform);
}
