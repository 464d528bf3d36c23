/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "component/postgres/postgres.h"
#include "component/postgres/programs.h"
#include "component/postgres/session.h"
#include "component/tool.h"

enum { OLDEST_MAJOR = 12 };

static void subject_of(const struct connect_config *c, char *out, size_t size)
{
	const char *host = c->host && *c->host ? c->host : c->socket;

	if (c->service && *c->service)
		(void)snprintf(out, size, "postgresql service %s", c->service);
	else
		(void)snprintf(out, size, "postgresql at %s:%u",
			       host && *host ? host : "the default address",
			       c->port ? (unsigned)c->port : 5432);
}

static int ask_version(PGconn *session, struct reached *reached)
{
	struct error failure = ERROR_INIT;
	CLEANUP(cleanup_result)
	PGresult *row = session_query(session,
				      "SELECT pg_catalog.current_setting('server_version'),"
				      " pg_catalog.pg_is_in_recovery()",
				      &failure);

	if (!row)
		return reached_fail(reached, REACH_PROTOCOL, "%.390s", failure.message);
	(void)snprintf(reached->version, sizeof(reached->version), "%s", PQgetvalue(row, 0, 0));
	if (PQserverVersion(session) / 10000 < OLDEST_MAJOR)
		return reached_fail(reached, REACH_PROTOCOL,
				    "PostgreSQL %s is older than the oldest supported, %d",
				    reached->version, OLDEST_MAJOR);
	(void)snprintf(reached->message, sizeof(reached->message),
		       "PostgreSQL %.80s answers a query in database %.100s%s", reached->version,
		       PQdb(session), PQgetvalue(row, 0, 1)[0] == 't' ? "; it is a standby" : "");
	return 0;
}

int engine_postgres_probe(const struct component_config *c, struct checks *out, struct error *err)
{
	struct reached reached = { 0 };
	struct error failure = ERROR_INIT;
	CLEANUP(cleanup_session)
	PGconn *session = session_open(&c->connect, NULL, &reached, &failure);
	char subject[300];

	if (!session && reached.how == REACH_OK) {
		*err = failure;
		return -1;
	}
	if (session)
		(void)!ask_version(session, &reached);
	subject_of(&c->connect, subject, sizeof(subject));
	return reach_check(c, subject, &reached, out, err);
}

/* 0 when the server does not answer: then any version will do for now. */
static unsigned server_major(const struct component_config *c)
{
	struct reached reached = { 0 };
	struct error ignored = ERROR_INIT;
	CLEANUP(cleanup_session)
	PGconn *session = session_open(&c->connect, NULL, &reached, &ignored);

	return session ? (unsigned)PQserverVersion(session) / 10000 : 0;
}

int engine_postgres_tools(const struct component_config *c, struct checks *out, struct error *err)
{
	const struct {
		const char *program, *purpose;
		bool wanted;
	} rows[] = {
		{ "pg_dump", "takes PostgreSQL backups", true },
		{ "pg_restore", "renders them as SQL", c->backups.sql },
		{ "pg_dumpall", "saves roles and tablespaces", c->backups.globals },
		{ "pg_basebackup", "makes a standby of what is restored", c->restore.standby },
	};
	unsigned major = server_major(c);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(buf_release)
		struct buf path = { 0 };
		struct error missing = ERROR_INIT;
		struct tool tool = { .program = rows[i].program,
				     .package = "postgresql-client",
				     .purpose = rows[i].purpose,
				     .major_min = major };

		if (!rows[i].wanted)
			continue;
		if (postgres_program_directory(rows[i].program, major, &path, &missing) == 0) {
			if (buf_printf(&path, "/%s", rows[i].program) < 0)
				return error_set(err, ERROR_NOMEM, "no memory to look for %s",
						 rows[i].program);
			tool.path = path.ptr;
		}
		if (tool_check(c, &tool, out, err) < 0)
			return -1;
	}
	return 0;
}
