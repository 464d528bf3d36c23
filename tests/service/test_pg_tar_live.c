/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tar and directory archives of the example platform hold the same facts as the
 * custom archive of the same contents: every table, large object, sequence.
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
#include "base/file.h"
#include "demo/fill.h"
#include "inspect/inspect.h"

enum { ARCHIVE_MAX = 256 << 20 };

static struct server server = SERVER_INIT;
static char host[128], port[32], user[64], place[64];

static void run_sql(const char *sql)
{
	char settings[512];
	PGconn *c;
	PGresult *result;

	(void)snprintf(settings, sizeof(settings),
		       "host='%s' port=%u user='%s' dbname=" FILL_DATABASE, server.socket,
		       server.port, server.user);
	c = PQconnectdb(settings);
	result = PQexec(c, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(result);
	PQfinish(c);
}

/* What the platform does not have: odd names, a table without columns, an empty one. */
static const char oddities[] =
	"CREATE SCHEMA \"odd \"\"schema\";"
	"CREATE TABLE \"odd \"\"schema\".\"dot.ted\" (\"a,b\" int, \"c(d\" text, gone int);"
	"INSERT INTO \"odd \"\"schema\".\"dot.ted\" "
	"SELECT i, E'tab\\there\\nand \\\\. ' || i, 0 FROM generate_series(1, 1000) i;"
	"ALTER TABLE \"odd \"\"schema\".\"dot.ted\" DROP COLUMN gone;"
	"CREATE TABLE public.bare (); INSERT INTO public.bare DEFAULT VALUES;"
	"CREATE TABLE public.\"\\.\" (\"\\.\" text);"
	"INSERT INTO public.\"\\.\" VALUES ('\\.'), (''), (NULL), ('INSERT INTO x VALUES (1);');"
	"CREATE TABLE public.vacant (a int, b int);"
	"CREATE TABLE public.wide AS SELECT repeat(md5(i::text), 20000) AS long "
	"FROM generate_series(1, 4) i;"
	"DO $$ BEGIN PERFORM lo_from_bytea(0, decode(repeat('00ff0a', i), 'hex')) "
	"FROM generate_series(0, 3000, 150) i; END $$;";

static int start(void **state)
{
	struct fill fill = { .size = 3 << 20 };
	struct error err = ERROR_INIT;

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
	(void)snprintf(place, sizeof(place), "/tmp/muster-pg-tar-XXXXXX");
	if (!mkdtemp(place))
		return -1;
	run_sql(oddities);
	return 0;
}

static int stop(void **state)
{
	struct error err = ERROR_INIT;

	if (file_remove_tree(place, &err) < 0)
		print_error("%s\n", err.message);
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static void run_program(const char *const *argv)
{
	const char *const env[] = { host, port, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;

	if (process_run(&spec, 120 * NS_PER_SECOND, ARCHIVE_MAX, NULL, &err) < 0)
		fail_msg("%s", err.message);
}

static const char *path_of(const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", place, name);
	return out;
}

static void dump(const char *format, const char *compression, const char *name)
{
	char path[128];
	const char *const argv[] = { "pg_dump",           format,        compression, "-f",
				     path_of(name, path), FILL_DATABASE, NULL };

	run_program(argv);
}

static void inspect(const char *name, struct inspection *out)
{
	char path[128];
	const struct inspect_request request = { .path = path_of(name, path) };
	struct inspect_options options = { .jobs = 1 };
	struct error err = ERROR_INIT;

	if (inspect_files(&request, 1, &options, out, &err) < 0)
		fail_msg("%s", err.message);
	if (out->error.kind != ERROR_NONE)
		fail_msg("%s", out->error.message);
	if (out->reading.findings.count)
		fail_msg("%s: %s", name, out->reading.findings.item[0].message);
	assert_int_equal(out->verdict, VERDICT_PASS);
}

static void assert_same_facts(const struct facts *a, const struct facts *b, const char *name)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct fact *x = &a->item[i], *y = &b->item[i];

		if (strcmp(x->name, "archive_compression") == 0)
			continue;
		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes ||
		    memcmp(&x->fingerprint, &y->fingerprint, sizeof(x->fingerprint)) != 0 ||
		    strcmp(x->value, y->value) != 0)
			fail_msg("%s: %s.%s differs", name, x->scope, x->name);
	}
}

static void expect_same(const char *name)
{
	struct inspection custom = { 0 }, other = { 0 };

	inspect("custom", &custom);
	inspect(name, &other);
	assert_int_equal(other.reading.format, FORMAT_PG_TAR);
	assert_true(other.reading.facts.count > 20);
	assert_same_facts(&custom.reading.facts, &other.reading.facts, name);
	inspection_release(&custom);
	inspection_release(&other);
}

static void tar_and_directory_archives_hold_what_the_custom_archive_holds(void **state)
{
	static const char *const names[] = { "tar",      "stored",        "packed",
					     "parallel", "directory.tar", "directory.tar.gz" };
	char path[128];
	const char *const pack[] = { "tar",    "-C", place, "-cf", path_of("directory.tar", path),
				     "packed", NULL };
	char packed[128];
	const char *const zip[] = { "tar",         "-C",   place,
				    "--sort=name", "-czf", path_of("directory.tar.gz", packed),
				    "stored",      NULL };
	char parallel[128];
	const char *const in_parallel[] = { "pg_dump",     "-Fd", "-Z6",
					    "-j2",         "-f",  path_of("parallel", parallel),
					    FILL_DATABASE, NULL };

	(void)state;
	dump("-Fc", "-Z6", "custom");
	dump("-Ft", "-Z0", "tar");
	dump("-Fd", "-Z0", "stored");
	dump("-Fd", "-Z6", "packed");
	run_program(in_parallel);
	run_program(pack);
	run_program(zip);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_same(names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tar_and_directory_archives_hold_what_the_custom_archive_holds),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
