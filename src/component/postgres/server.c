/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private PostgreSQL, with settings for data that need not survive: on a Unix socket, and in
 * a network of its own on 127.0.0.1 as well.
 */
#include "component/postgres/postgres.h"

#include <libpq-fe.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "component/postgres/programs.h"
#include "component/start.h"

static const int64_t initdb_timeout_ns = 120 * NS_PER_SECOND;
static const int64_t ready_timeout_ns = 60 * NS_PER_SECOND;

enum { USUAL_PORT = 5432, FIXED_MAX = 16 /* settings of ours */ };

/* A known environment: none of the operator's PG* variables or locale gets in. */
static const char *const server_env[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC", NULL };

static struct process_spec spec_in_place(const struct place *place, const char *const *argv,
					 int log)
{
	struct process_spec spec = server_process_spec(place, argv, server_env, log);

	/* a postmaster that is killed leaves its System V segment behind; SIGQUIT does not */
	spec.death_signal = SIGQUIT;
	return spec;
}

static int run_initdb(const struct place *place, const char *directory, struct error *err)
{
	char program[PATH_MAX], data[PATH_MAX];
	const char *const argv[] = { program,
				     "-D",
				     data,
				     "-U",
				     "postgres",
				     "--auth=trust",
				     "--encoding=UTF8",
				     "--locale=C.UTF-8",
				     "--no-sync",
				     "--no-instructions",
				     NULL };
	struct process_spec spec = spec_in_place(place, argv, -1);

	(void)snprintf(program, sizeof(program), "%s/initdb", directory);
	(void)snprintf(data, sizeof(data), "%s/data", place->directory);
	if (process_run(&spec, initdb_timeout_ns, 1 << 20, NULL, err) < 0)
		return error_context(err, "create a PostgreSQL cluster in %s", data);
	return 0;
}

/* "-c", "NAME=VALUE" behind the `n` arguments there are. */
static int add_setting(struct arena *a, const char **argv, size_t *n, const char *name,
		       const char *value)
{
	argv[(*n)++] = "-c";
	argv[*n] = arena_printf(a, "%s=%s", name, value);
	return argv[(*n)++] ? 0 : -1;
}

/* Settings that come later win. */
static int add_settings(struct arena *a, const struct server *s, const struct restored_note *extra,
			size_t count, const char **argv)
{
	const struct restored_note fixed[] = {
		{ "listen_addresses", s->place.own_network ? "127.0.0.1" : "" },
		{ "unix_socket_permissions", "0700" },
		{ "fsync", "off" },
		{ "synchronous_commit", "off" },
		{ "full_page_writes", "off" },
		{ "wal_level", "minimal" },
		{ "max_wal_senders", "0" },
		{ "max_wal_size", "4GB" },
		{ "autovacuum", "off" },
		{ "jit", "off" },
		{ "max_locks_per_transaction", "256" }, /* pg_dump locks every table */
	};
	char port[16], buffers[32];
	uint64_t quarter_mib = s->place.memory_max / 4 >> 20;
	size_t n = 0;
	int rc;

	(void)snprintf(port, sizeof(port), "%u", (unsigned)s->port);
	(void)snprintf(buffers, sizeof(buffers), "%lluMB",
		       (unsigned long long)(quarter_mib ? quarter_mib : 64));
	rc = add_setting(a, argv, &n, "unix_socket_directories", s->place.directory) |
	     add_setting(a, argv, &n, "port", port) |
	     add_setting(a, argv, &n, "shared_buffers", buffers);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		rc |= add_setting(a, argv, &n, fixed[i].name, fixed[i].value);
	for (size_t i = 0; i < count; i++)
		rc |= add_setting(a, argv, &n, extra[i].name, extra[i].value);
	return rc;
}

static int run_server(struct server *s, const struct restored_note *extra, size_t count,
		      struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(cleanup_close)
	int log = server_open_log("postgresql", s, err);
	const char **argv;
	struct process_spec spec;

	if (log < 0 || postgres_program_directory("initdb", 0, &directory, err) < 0)
		return -1;
	argv = arena_alloc(&arena, (2 * (count + FIXED_MAX) + 4) * sizeof(*argv));
	if (!argv || !(argv[0] = arena_printf(&arena, "%s/postgres", directory.ptr)) ||
	    !(argv[2] = arena_printf(&arena, "%s/data", s->place.directory)) ||
	    add_settings(&arena, s, extra, count, argv + 3) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to start PostgreSQL");
	argv[1] = "-D";
	spec = spec_in_place(&s->place, argv, log);
	return process_start(&spec, &s->process, err);
}

static int accepts_login(struct server *s, struct error *err)
{
	char port[16];
	const char *const keys[] = { "host", "port", "user", "dbname", "connect_timeout", NULL };
	const char *const values[] = { s->socket, port, s->user, "postgres", "5", NULL };
	PGconn *connection;
	int rc;

	(void)err;
	(void)snprintf(port, sizeof(port), "%u", (unsigned)s->port);
	connection = PQconnectdbParams(keys, values, 0);
	rc = PQstatus(connection) == CONNECTION_OK;
	PQfinish(connection);
	return rc;
}

int engine_postgres_start_on_data(const struct place *place, const struct restored_note *setting,
				  size_t count, struct server *out, struct error *err)
{
	struct server s = SERVER_INIT;

	s.place = *place;
	s.port = (uint16_t)(USUAL_PORT + place->number);
	(void)snprintf(s.socket, sizeof(s.socket), "%s", place->directory);
	(void)snprintf(s.user, sizeof(s.user), "postgres");
	if (run_server(&s, setting, count, err) < 0)
		return -1;
	if (server_await("PostgreSQL", &s, accepts_login, ready_timeout_ns, err) < 0) {
		engine_postgres_stop(&s);
		return -1;
	}
	*out = s;
	return 0;
}

int engine_postgres_start(const struct place *place, struct server *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };

	if (postgres_program_directory("initdb", 0, &directory, err) < 0 ||
	    run_initdb(place, directory.ptr, err) < 0)
		return -1;
	return engine_postgres_start_on_data(place, NULL, 0, out, err);
}

int engine_postgres_restart(struct server *s, const struct restored_note *setting, size_t count,
			    struct error *err)
{
	engine_postgres_stop(s);
	s->process = s->companion = (struct process)PROCESS_INIT;
	if (run_server(s, setting, count, err) < 0)
		return -1;
	if (server_await("PostgreSQL", s, accepts_login, ready_timeout_ns, err) == 0)
		return 0;
	engine_postgres_stop(s);
	return -1;
}

/*
 * SIGINT is PostgreSQL's fast shutdown: sessions are cut, shared memory is given back. The
 * standby first, for which its primary would wait.
 */
void engine_postgres_stop(struct server *s)
{
	process_stop(&s->companion, SIGINT, 10 * NS_PER_SECOND);
	process_stop(&s->process, SIGINT, 10 * NS_PER_SECOND);
}
