/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/canary.h"

#include <string.h>

#include "component/canary.h"
#include "component/postgres/databases.h"
#include "component/postgres/postgres.h"
#include "component/postgres/session.h"

struct writing {
	const struct component_config *component;
	struct canaries *out;
};

static int refuse_standby(PGconn *session, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_query(session, "SELECT pg_catalog.pg_is_in_recovery()", err);

	if (!row)
		return -1;
	if (PQgetvalue(row, 0, 0)[0] != 't')
		return 0;
	(void)error_set(err, ERROR_TARGET, "the server is a standby, which can only be read");
	return error_hint(err, "write the canary into the primary: it comes to the standby by "
			       "replication");
}

/* Whoever only writes needs no right to make a schema once it is there. */
static int make_table(PGconn *session, bool *created, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *there =
		session_query(session,
			      "SELECT pg_catalog.to_regclass('" POSTGRES_CANARY_TABLE "') IS NULL,"
			      " pg_catalog.to_regnamespace('" POSTGRES_CANARY_SCHEMA "') IS NULL",
			      err);

	if (!there)
		return -1;
	*created = PQgetvalue(there, 0, 0)[0] == 't';
	if (!*created)
		return 0;
	if (PQgetvalue(there, 0, 1)[0] == 't' &&
	    session_command(session, "CREATE SCHEMA IF NOT EXISTS " POSTGRES_CANARY_SCHEMA, NULL,
			    err) < 0)
		return -1;
	return session_command(session,
			       "CREATE TABLE IF NOT EXISTS " POSTGRES_CANARY_TABLE
			       " (id integer PRIMARY KEY, at timestamptz NOT NULL);"
			       " COMMENT ON TABLE " POSTGRES_CANARY_TABLE
			       " IS 'written by muster canary: how new is a backup?'",
			       NULL, err);
}

static int write_row(const struct writing *w, PGconn *session, const char *database, bool created,
		     struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_query(
		session,
		"INSERT INTO " POSTGRES_CANARY_TABLE " (id, at)"
		" VALUES (1, pg_catalog.clock_timestamp())"
		" ON CONFLICT (id) DO UPDATE SET at = excluded.at RETURNING"
		" pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
		err);
	struct canary canary = { .component = w->component->name,
				 .database = database,
				 .created = created };

	if (!row)
		return -1;
	canary.at = PQgetvalue(row, 0, 0);
	if (canaries_add(w->out, &canary) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a canary");
	return 0;
}

static int write_database(void *cookie, const char *database, struct error *err)
{
	const struct writing *w = cookie;
	CLEANUP(cleanup_session)
	PGconn *session = session_open_pinned(&w->component->connect, database, NULL, err);
	bool created;

	if (!session ||
	    session_command(session, "SET lock_timeout = '10s'; SET statement_timeout = '30s'",
			    NULL, err) < 0 ||
	    refuse_standby(session, err) < 0 || make_table(session, &created, err) < 0 ||
	    write_row(w, session, database, created, err) < 0)
		return error_context(err, "database %s", database);
	return 0;
}

int engine_postgres_canary(const struct component_config *c, struct canaries *out,
			   struct error *err)
{
	struct writing w = { c, out };
	CLEANUP(cleanup_session)
	PGconn *session = session_open_pinned(&c->connect, NULL, NULL, err);

	if (!session)
		return -1;
	return postgres_each_database(session, &c->connect.databases, write_database, &w, err);
}
