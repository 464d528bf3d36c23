/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "component/postgres/databases.h"
#include "component/postgres/dump.h"
#include "component/postgres/postgres.h"
#include "component/postgres/source_facts.h"

enum { ATTEMPTS = 3, FIRST_PAUSE_MS = 250 };

/* A backup of one component under way. */
struct work {
	const struct backup_job *job;
	struct manifest *manifest;
	struct backup_parts *parts;
	struct dump_programs programs;
};

static int free_facts(struct facts *f)
{
	if (f) {
		facts_release(f);
		free(f);
	}
	return -1;
}

/* One note for each row of (name, value). */
static int note_query(const struct work *w, PGconn *session, const char *prefix, const char *sql,
		      struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(session, sql, err);

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (note_add(w->manifest, w->job, PQgetvalue(rows, i, 1), err, "%s%s", prefix,
			     PQgetvalue(rows, i, 0)) < 0)
			return -1;
	}
	return 0;
}

/* What a restore under production's settings needs to know; what is built in goes without saying. */
static int note_settings(const struct work *w, PGconn *session, struct error *err)
{
	return note_query(w, session, "setting.",
			  "SELECT name, pg_catalog.current_setting(name)\n"
			  "FROM pg_catalog.pg_settings WHERE setting IS DISTINCT FROM boot_val"
			  " AND name IN ('shared_buffers', 'maintenance_work_mem', 'max_wal_size',"
			  " 'checkpoint_timeout', 'fsync', 'full_page_writes',"
			  " 'synchronous_commit', 'wal_level', 'max_parallel_maintenance_workers',"
			  " 'autovacuum')\n"
			  "ORDER BY 1",
			  err);
}

static int note_server(const struct work *w, PGconn *session, struct error *err)
{
	if (note_add(w->manifest, w->job, PQparameterStatus(session, "server_version"), err,
		     "server_version") < 0)
		return -1;
	for (size_t i = 0; i < session_pinned_setting_count; i++) {
		if (note_add(w->manifest, w->job, session_pinned_settings[i].value, err, "%s",
			     session_pinned_settings[i].name) < 0)
			return -1;
	}
	if (note_settings(w, session, err) < 0)
		return -1;
	return note_query(w, session, "role.",
			  "SELECT rolname, pg_catalog.concat_ws(' ',"
			  " CASE WHEN rolcanlogin THEN 'login' ELSE 'nologin' END,"
			  " CASE WHEN rolsuper THEN 'superuser' END,"
			  " CASE WHEN rolcreatedb THEN 'createdb' END,"
			  " CASE WHEN rolcreaterole THEN 'createrole' END,"
			  " CASE WHEN rolreplication THEN 'replication' END,"
			  " CASE WHEN rolbypassrls THEN 'bypassrls' END)\n"
			  "FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
			  err);
}

static int note_database(const struct work *w, PGconn *session, const char *database,
			 const struct snapshot *snapshot, struct error *err)
{
	char prefix[160];

	(void)snprintf(prefix, sizeof(prefix), "%s.", database);
	if (note_add(w->manifest, w->job, snapshot->id, err, "%ssnapshot", prefix) < 0 ||
	    note_add(w->manifest, w->job, snapshot->lsn, err, "%slsn", prefix) < 0 ||
	    note_query(w, session, prefix,
		       "SELECT k, v FROM pg_catalog.pg_database d, LATERAL (VALUES"
		       " ('encoding', pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text),"
		       " ('collate', d.datcollate::pg_catalog.text),"
		       " ('ctype', d.datctype::pg_catalog.text)) AS s (k, v)\n"
		       "WHERE d.datname = pg_catalog.current_database()",
		       err) < 0 ||
	    note_query(w, session, prefix,
		       "SELECT 'extension.' || extname, extversion FROM pg_catalog.pg_extension "
		       "ORDER BY 1",
		       err) < 0)
		return -1;
	/* the library's version of the collations in use; the database's own only since 15 */
	if (PQserverVersion(session) >= 150000 &&
	    note_query(
		    w, session, prefix,
		    "SELECT 'collation_version', datcollversion FROM pg_catalog.pg_database "
		    "WHERE datname = pg_catalog.current_database() AND datcollversion IS NOT NULL",
		    err) < 0)
		return -1;
	return note_query(
		w, session, prefix,
		"SELECT DISTINCT 'collation_version.' || c.collname, c.collversion\n"
		"FROM pg_catalog.pg_collation c WHERE c.collversion IS NOT NULL"
		" AND EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class r"
		"  ON r.oid = a.attrelid WHERE a.attcollation = c.oid AND r.relkind = 'r'"
		"  AND r.oid >= 16384)\n"
		"ORDER BY 1",
		err);
}

static int open_parts(const struct work *w, const char *database, struct part *archive,
		      struct part *sql, struct error *err)
{
	if (part_open(archive, w->job, PART_DUMP, database, err) < 0)
		return -1;
	if (!w->job->component->backups.sql)
		return 0;
	return part_open(sql, w->job, PART_SQL, database, err);
}

static int keep_parts(const struct work *w, struct part *archive, struct part *sql,
		      struct facts *facts, struct error *err)
{
	if (part_keep(archive, w->manifest, w->parts, facts, err) < 0)
		return -1;
	if (!w->job->component->backups.sql)
		return 0;
	return part_keep(sql, w->manifest, w->parts, NULL, err);
}

/* With the snapshot held: the dump, then the facts. Results as of snapshot_take(). */
static int dump_and_describe(const struct work *w, PGconn *session, const char *database,
			     const struct snapshot *snapshot, struct error *why, struct error *err)
{
	CLEANUP(part_release)
	struct part archive = PART_INIT;
	CLEANUP(part_release)
	struct part sql = PART_INIT;
	CLEANUP(facts_release)
	struct facts before = { .side = FACTS_SOURCE };
	const struct source_options options = {
		.counts_only = strcmp(w->job->component->backups.source_facts, "counts") == 0,
		.stop_requested = w->job->stop_requested,
	};
	struct facts *facts = NULL;
	struct dump_request request = {
		.programs = &w->programs,
		.job = w->job,
		.database = database,
		.encoding = PQparameterStatus(session, "server_encoding"),
		.snapshot = snapshot,
		.archive = &archive,
		.sql = w->job->component->backups.sql ? &sql : NULL,
	};
	int rc;

	if (open_parts(w, database, &archive, &sql, err) < 0 ||
	    source_sequences(session, &before, err) < 0)
		return -1;
	rc = dump_database(&request, w->manifest, why, err);
	if (rc <= 0)
		return rc;
	facts = calloc(1, sizeof(*facts));
	if (!facts)
		return error_set(err, ERROR_NOMEM, "no memory for the facts of %s", database);
	facts->side = FACTS_SOURCE;
	if (source_facts(session, &options, snapshot, &before, facts, err) < 0 ||
	    note_database(w, session, database, snapshot, err) < 0)
		return free_facts(facts);
	return keep_parts(w, &archive, &sql, facts, err) < 0 ? -1 : 1;
}

static int attempt(const struct work *w, PGconn *session, const char *database, struct error *why,
		   struct error *err)
{
	CLEANUP(snapshot_release)
	struct snapshot snapshot = { 0 };
	struct error ignored = ERROR_INIT;
	int rc = snapshot_take(session, w->job->component->backups.lock_timeout_ns, &snapshot, why,
			       err);

	if (rc == 1) {
		rc = dump_and_describe(w, session, database, &snapshot, why, err);
		(void)!session_command(session, "ROLLBACK", NULL, &ignored);
	}
	return rc;
}

static int backup_database(const struct work *w, const char *database, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = session_open_pinned(&w->job->component->connect, database,
					      w->job->stop_requested, err);
	int pause_ms = FIRST_PAUSE_MS;

	if (!session)
		return error_context(err, "database %s", database);
	for (int i = 1;; i++) {
		struct error why = ERROR_INIT;
		int rc = part_stop_requested(w->job, err) < 0 ?
				 -1 :
				 attempt(w, session, database, &why, err);

		if (rc > 0)
			return 0;
		if (rc < 0)
			return error_context(err, "database %s", database);
		if (i == ATTEMPTS) {
			(void)error_set(err, ERROR_TARGET,
					"database %s: no lock on every table in %d attempts: %s",
					database, i, why.message);
			return error_hint(err, "let schema changes finish, or raise lock_timeout");
		}
		(void)poll(NULL, 0, pause_ms);
		pause_ms *= 2;
	}
}

static int backup_globals(const struct work *w, struct error *err)
{
	CLEANUP(part_release)
	struct part part = PART_INIT;

	if (part_open(&part, w->job, PART_GLOBALS, "", err) < 0 ||
	    dump_globals(&w->programs, w->job, &part, w->manifest, err) < 0 ||
	    note_add(w->manifest, w->job, "outside the snapshot; without passwords", err,
		     "globals") < 0)
		return -1;
	return part_keep(&part, w->manifest, w->parts, NULL, err);
}

static int backup_each(void *cookie, const char *database, struct error *err)
{
	return backup_database(cookie, database, err);
}

static int backup_all(struct work *w, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session =
		session_open_pinned(&w->job->component->connect, NULL, w->job->stop_requested, err);

	if (!session)
		return -1;
	if (note_server(w, session, err) < 0 ||
	    dump_programs_find(&w->programs, w->job, (unsigned)PQserverVersion(session) / 10000,
			       w->manifest, err) < 0 ||
	    postgres_each_database(session, &w->job->component->connect.databases, backup_each, w,
				   err) < 0)
		return -1;
	return w->job->component->backups.globals ? backup_globals(w, err) : 0;
}

int engine_postgres_backup(const struct backup_job *job, struct manifest *manifest,
			   struct backup_parts *parts, struct error *err)
{
	struct work w = { .job = job, .manifest = manifest, .parts = parts };
	int rc = backup_all(&w, err);

	dump_programs_release(&w.programs);
	return rc;
}
