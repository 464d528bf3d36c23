/* SPDX-License-Identifier: Apache-2.0 */
/* The canary is written into real databases, once each, and not into a standby. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/programs.h"
#include "component/start.h"

static struct server server = SERVER_INIT;

static int start(void **state)
{
	PGconn *session;

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "canary", &server);
	session = platform_connect(&server, "postgres");
	platform_execute(session, "CREATE DATABASE shop");
	platform_execute(session, "CREATE DATABASE \"Odd one\"");
	platform_execute(session, "CREATE ROLE heart LOGIN");
	PQfinish(session);
	return 0;
}

static int stop(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static int write_canary(const struct component_config *c, struct canaries *out, struct error *err)
{
	return engine_of(ENGINE_POSTGRESQL)->canary(c, out, err);
}

static void expect_answer(const char *database, const char *sql, const char *value)
{
	PGconn *session = platform_connect(&server, database);
	PGresult *row = PQexec(session, sql);

	if (PQresultStatus(row) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(session));
	assert_string_equal(PQgetvalue(row, 0, 0), value);
	PQclear(row);
	PQfinish(session);
}

static void every_database_gets_one_row(void **state)
{
	struct component_config c = platform_component(ENGINE_POSTGRESQL, &server);
	static const char *const databases[] = { "Odd one", "shop" };
	struct error err = ERROR_INIT;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct canaries out = { 0 };

		if (write_canary(&c, &out, &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(out.count, 2);
		for (size_t i = 0; i < 2; i++) {
			int64_t at_ns;

			assert_string_equal(out.item[i].component, "database");
			assert_string_equal(out.item[i].database, databases[i]);
			assert_int_equal(out.item[i].created, round == 0);
			assert_int_equal(clock_parse_rfc3339(out.item[i].at, &at_ns), 0);
			expect_answer(databases[i], "SELECT count(*) FROM muster.canary", "1");
		}
		canaries_release(&out);
	}
	expect_answer("shop", "SELECT at > now() - interval '1 hour' FROM muster.canary", "t");
}

static void a_second_writing_is_newer(void **state)
{
	struct component_config c = platform_component(ENGINE_POSTGRESQL, &server);
	static const char *one[] = { "shop" };
	struct error err = ERROR_INIT;
	struct canaries out = { 0 };
	PGconn *session = platform_connect(&server, "shop");

	(void)state;
	c.connect.databases = (struct string_list){ one, 1 };
	assert_int_equal(write_canary(&c, &out, &err), 0);
	platform_execute(session, "CREATE TABLE before AS SELECT at FROM muster.canary");
	assert_int_equal(write_canary(&c, &out, &err), 0);
	assert_int_equal(out.count, 2);
	expect_answer("shop", "SELECT c.at > b.at FROM muster.canary c, before b", "t");
	PQfinish(session);
	canaries_release(&out);
}

static void a_user_without_rights_is_told_so(void **state)
{
	struct component_config c = platform_component(ENGINE_POSTGRESQL, &server);
	static const char *one[] = { "shop" };
	struct error err = ERROR_INIT;
	struct canaries out = { 0 };
	PGconn *session = platform_connect(&server, "shop");

	(void)state;
	c.connect.databases = (struct string_list){ one, 1 };
	c.connect.user = "heart";
	assert_int_equal(write_canary(&c, &out, &err), -1);
	assert_non_null(strstr(err.message, "database shop: "));
	assert_non_null(strstr(err.message, "permission denied"));
	/* with no more than these */
	platform_execute(session, "GRANT USAGE ON SCHEMA muster TO heart; GRANT SELECT, INSERT, "
				  "UPDATE ON muster.canary TO heart");
	error_clear(&err);
	if (write_canary(&c, &out, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(out.count, 1);
	PQfinish(session);
	canaries_release(&out);
}

/* The cluster of a server that was stopped, once more, with the WAL that a standby needs. */
static void run_again(struct server *s, struct process *p)
{
	CLEANUP(buf_release)
	struct buf program = { 0 };
	char data[128], sockets[160];
	const char *const env[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL };
	const char *argv[] = { NULL,
			       "-D",
			       data,
			       "-c",
			       sockets,
			       "-c",
			       "listen_addresses=",
			       "-c",
			       "wal_level=replica",
			       NULL };
	struct error err = ERROR_INIT;
	struct process_spec spec;
	int64_t deadline = clock_monotonic_ns() + 60 * NS_PER_SECOND;

	assert_int_equal(postgres_program_directory("postgres", 0, &program, &err), 0);
	assert_int_equal(buf_puts(&program, "/postgres"), 0);
	(void)snprintf(data, sizeof(data), "%s/data", s->place.directory);
	(void)snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", s->place.directory);
	argv[0] = program.ptr;
	spec = server_process_spec(&s->place, argv, env, -1);
	spec.death_signal = SIGQUIT;
	if (process_start(&spec, p, &err) < 0)
		fail_msg("%s", err.message);
	for (;;) {
		const char *const keys[] = { "host", "user", "dbname", NULL };
		const char *const values[] = { s->socket, s->user, "postgres", NULL };
		PGconn *session = PQconnectdbParams(keys, values, 0);
		bool up = PQstatus(session) == CONNECTION_OK;

		PQfinish(session);
		if (up)
			return;
		assert_true(clock_monotonic_ns() < deadline);
		(void)usleep(50000);
	}
}

static void a_standby_is_refused(void **state)
{
	struct server s = SERVER_INIT;
	struct process p = PROCESS_INIT;
	struct component_config c;
	struct error err = ERROR_INIT;
	struct canaries out = { 0 };

	(void)state;
	platform_start(ENGINE_POSTGRESQL, "standby", &s);
	c = platform_component(ENGINE_POSTGRESQL, &s);
	engine_of(ENGINE_POSTGRESQL)->stop(&s);
	run_again(&s, &p);
	process_stop(&p, SIGINT, 30 * NS_PER_SECOND);
	assert_int_equal(server_write_file(&s.place, "data/standby.signal", 0600, "", &err), 0);
	p = (struct process)PROCESS_INIT;
	run_again(&s, &p);
	assert_int_equal(write_canary(&c, &out, &err), -1);
	assert_string_equal(err.message,
			    "database postgres: the server is a standby, which can only "
			    "be read");
	assert_non_null(strstr(err.hint, "primary"));
	assert_int_equal(out.count, 0);
	process_stop(&p, SIGINT, 30 * NS_PER_SECOND);
	platform_stop(ENGINE_POSTGRESQL, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_database_gets_one_row),
		cmocka_unit_test(a_second_writing_is_newer),
		cmocka_unit_test(a_user_without_rights_is_told_so),
		cmocka_unit_test(a_standby_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
