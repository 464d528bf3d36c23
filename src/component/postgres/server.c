/* SPDX-License-Identifier: Apache-2.0 */
/* A private PostgreSQL: Unix socket only, settings for data that need not survive. */
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

enum { SOCKET_PORT = 5432 };

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

static int run_server(struct server *s, const char *directory, struct error *err)
{
	CLEANUP(cleanup_close)
	int log = server_open_log("postgresql", s, err);
	char program[PATH_MAX], data[PATH_MAX], socket[160], port[32], buffers[48];
	uint64_t quarter_mib = s->place.memory_max / 4 >> 20;
	const char *const argv[] = {
		program,
		"-D",
		data,
		"-c",
		socket,
		"-c",
		port,
		"-c",
		buffers,
		"-c",
		"listen_addresses=",
		"-c",
		"unix_socket_permissions=0700",
		"-c",
		"fsync=off",
		"-c",
		"synchronous_commit=off",
		"-c",
		"full_page_writes=off",
		"-c",
		"wal_level=minimal",
		"-c",
		"max_wal_senders=0",
		"-c",
		"max_wal_size=4GB",
		"-c",
		"autovacuum=off",
		"-c",
		"jit=off",
		"-c",
		"max_locks_per_transaction=256", /* pg_dump locks every table */
		NULL
	};
	struct process_spec spec = spec_in_place(&s->place, argv, log);

	if (log < 0)
		return -1;
	(void)snprintf(program, sizeof(program), "%s/postgres", directory);
	(void)snprintf(data, sizeof(data), "%s/data", s->place.directory);
	(void)snprintf(socket, sizeof(socket), "unix_socket_directories=%s", s->place.directory);
	(void)snprintf(port, sizeof(port), "port=%d", SOCKET_PORT);
	(void)snprintf(buffers, sizeof(buffers), "shared_buffers=%lluMB",
		       (unsigned long long)(quarter_mib ? quarter_mib : 64));
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

int engine_postgres_start(const struct place *place, struct server *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };
	struct server s = SERVER_INIT;

	s.place = *place;
	s.port = SOCKET_PORT;
	(void)snprintf(s.socket, sizeof(s.socket), "%s", place->directory);
	(void)snprintf(s.user, sizeof(s.user), "postgres");
	if (postgres_program_directory("initdb", 0, &directory, err) < 0 ||
	    run_initdb(place, directory.ptr, err) < 0 || run_server(&s, directory.ptr, err) < 0)
		return -1;
	if (server_await("PostgreSQL", &s, accepts_login, ready_timeout_ns, err) < 0) {
		engine_postgres_stop(&s);
		return -1;
	}
	*out = s;
	return 0;
}

/* SIGINT is PostgreSQL's fast shutdown: sessions are cut, shared memory is given back. */
void engine_postgres_stop(struct server *s)
{
	process_stop(&s->process, SIGINT, 10 * NS_PER_SECOND);
}
