/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/restore.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/programs.h"
#include "component/postgres/session.h"
#include "component/postgres/snapshot.h"
#include "component/postgres/source_facts.h"
#include "component/start.h"
#include "component/tool.h"
#include "stream/worker.h"

#define RESTORED_DATABASE "restored"
enum { MESSAGES_MAX = 16 << 20, COMPLAINTS_MAX = 64 * 1024 };
static const int64_t lock_timeout_ns = 10 * NS_PER_SECOND;

void postgres_restored_release(struct postgres_restored *r)
{
	facts_release(&r->facts);
	facts_release(&r->doubtful);
	buf_release(&r->harmless);
	buf_release(&r->complaints);
	*r = (struct postgres_restored){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to restore an archive");
}

static int append_quoted(struct buf *sql, PGconn *session, const char *name)
{
	char *quoted = PQescapeIdentifier(session, name, strlen(name));
	int rc = quoted ? buf_puts(sql, quoted) : -1;

	PQfreemem(quoted);
	return rc;
}

static bool is_builtin_role(const char *name)
{
	return strcmp(name, "postgres") == 0 || strncmp(name, "pg_", 3) == 0 ||
	       strcmp(name, "public") == 0;
}

/*
 * Owners and grantees. A dump does not hold their rights, and who owns an event trigger, a
 * foreign-data wrapper or a subscription must be a superuser.
 */
static int create_role(PGconn *session, const char *name, struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };

	if (is_builtin_role(name))
		return 0;
	if (buf_puts(&sql, "CREATE ROLE ") < 0 || append_quoted(&sql, session, name) < 0 ||
	    buf_puts(&sql, " SUPERUSER") < 0)
		return no_memory(err);
	return session_command(session, sql.ptr, NULL, err);
}

static int create_tablespace(PGconn *session, const struct server *server, const char *name,
			     size_t number, struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	char directory[128];

	if (strncmp(name, "pg_", 3) == 0)
		return 0;
	(void)snprintf(directory, sizeof(directory), "%s/tablespace-%zu", server->place.directory,
		       number);
	if (mkdir(directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create directory %s", directory);
	if (buf_puts(&sql, "CREATE TABLESPACE ") < 0 || append_quoted(&sql, session, name) < 0 ||
	    buf_printf(&sql, " LOCATION '%s'", directory) < 0)
		return no_memory(err);
	return session_command(session, sql.ptr, NULL, err);
}

/* The C locale fits every encoding; collations of the dump's own come with its objects. */
static int create_database(PGconn *session, const struct facts *backup, struct error *err)
{
	const struct fact *encoding = facts_find(backup, FACT_SETTING, "", "encoding");
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	const char *name = encoding && encoding->value[0] ? encoding->value : "UTF8";
	char *literal = PQescapeLiteral(session, name, strlen(name));
	int rc = literal ? buf_printf(&sql,
				      "CREATE DATABASE " RESTORED_DATABASE
				      " TEMPLATE template0 ENCODING %s LOCALE '%s'",
				      literal, strcmp(name, "UTF8") == 0 ? "C.UTF-8" : "C") :
			   -1;

	PQfreemem(literal);
	return rc < 0 ? no_memory(err) : session_command(session, sql.ptr, NULL, err);
}

/* An archive is read by a pg_restore, and taken by a server, of its makers' version or newer. */
static int refuse_newer(const struct facts *backup, const struct postgres_restored *out,
			struct error *err)
{
	static const char *const makers[] = { "server_version", "dump_version" };
	unsigned long ours = strtoul(out->server_version, NULL, 10);

	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		const struct fact *f = facts_find(backup, FACT_SETTING, "", makers[i]);
		unsigned long its = f ? strtoul(f->value, NULL, 10) : 0;

		if (its <= ours)
			continue;
		(void)error_set(err, ERROR_TARGET,
				"the backup is of PostgreSQL %.40s, and here is only PostgreSQL "
				"%.40s to restore it",
				f->value, out->server_version);
		return error_hint(err, "install the server of PostgreSQL %lu or newer", its);
	}
	return 0;
}

/* What this machine has not installed says nothing about the backup. */
static int refuse_missing_extensions(PGconn *session, const struct facts *backup, struct error *err)
{
	for (size_t i = 0; i < backup->count; i++) {
		const struct fact *f = &backup->item[i];
		const char *const values[] = { f->name };
		CLEANUP(cleanup_result)
		PGresult *row = NULL;

		if (f->kind != FACT_EXTENSION)
			continue;
		row = session_exec(session,
				   "SELECT FROM pg_catalog.pg_available_extensions WHERE name = $1",
				   1, values, 0, err);
		if (!row)
			return -1;
		if (PQresultStatus(row) != PGRES_TUPLES_OK)
			return session_error(session, row, "look for an extension", err);
		if (PQntuples(row))
			continue;
		(void)error_set(err, ERROR_TARGET,
				"the backup has the extension %s, which is not installed here",
				f->name);
		return error_hint(err, "install the package that brings it for the PostgreSQL "
				       "that restores");
	}
	return 0;
}

static int prepare(const struct server *server, const struct facts *backup,
		   struct postgres_restored *out, struct error *err)
{
	struct connect_config connect;
	CLEANUP(cleanup_session)
	PGconn *session = NULL;

	server_connect_config(server, ENGINE_POSTGRESQL, &connect);
	session = session_open_pinned(&connect, "postgres", NULL, err);
	if (!session)
		return -1;
	(void)snprintf(out->server_version, sizeof(out->server_version), "%s",
		       PQparameterStatus(session, "server_version"));
	if (refuse_newer(backup, out, err) < 0 ||
	    refuse_missing_extensions(session, backup, err) < 0)
		return -1;
	for (size_t i = 0; i < backup->count; i++) {
		const struct fact *f = &backup->item[i];

		if (f->kind == FACT_ROLE && create_role(session, f->name, err) < 0)
			return -1;
		if (f->kind == FACT_TABLESPACE &&
		    create_tablespace(session, server, f->name, i, err) < 0)
			return -1;
	}
	return create_database(session, backup, err);
}

static bool begins_with(const char *line, const char *words)
{
	return strncmp(line, words, strlen(words)) == 0;
}

#define ERRORS_IGNORED "pg_restore: warning: errors ignored on restore:"

/*
 * Lines of pg_restore that an empty database calls forth from a sound archive. Whole ones: a
 * dump may quote any words. An error always comes with the command that it is about.
 */
static bool does_no_harm(const char *line)
{
	static const char *const whole[] = {
		"pg_restore: while PROCESSING TOC:",
		("pg_restore: error: could not execute query: ERROR:  "
		 "schema \"public\" already exists"),
		"Command was: CREATE SCHEMA public;",
		"Command was: CREATE SCHEMA \"public\";",
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		if (strcmp(line, whole[i]) == 0)
			return true;
	}
	return begins_with(line, ERRORS_IGNORED) ||
	       (begins_with(line, "pg_restore: from TOC entry") && strstr(line, "SCHEMA public"));
}

/* What this machine has too little of is no fault of the backup's, whose commands say what they like. */
static bool lacks_room(const char *line)
{
	static const char *const known[] = { "No space left on device", "Check free disk space",
					     "Disk quota exceeded", "out of memory",
					     "out of shared memory" };

	if (!begins_with(line, "pg_restore: error:") && !begins_with(line, "HINT:"))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strstr(line, known[i]))
			return true;
	}
	return false;
}

static int sort_messages(char *text, struct postgres_restored *out, struct error *err)
{
	char *rest = text;

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		bool harmless = does_no_harm(line);
		struct buf *to = harmless ? &out->harmless : &out->complaints;

		if (!*line)
			continue;
		if (!harmless && lacks_room(line)) {
			(void)error_set(err, ERROR_TARGET, "%.400s", line);
			return error_hint(err, "restoring needs memory, and room in TMPDIR for "
					       "the whole database");
		}
		out->complaint_count += !harmless && strstr(line, "error:") != NULL;
		if (to->len < COMPLAINTS_MAX && buf_printf(to, "%s\n", line) < 0)
			return no_memory(err);
	}
	return 0;
}

static int run_program(const struct server *server, const struct postgres_archive *archive,
		       const char *program, struct buf *said, bool *succeeded, struct error *err)
{
	struct connect_config connect;
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };
	CLEANUP(cleanup_close)
	int log = -1;
	char path[128], jobs[24];
	const char *argv[] = {
		program, "--no-password", "--dbname", NULL, jobs, archive->path, NULL
	};
	const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PGTZ=UTC", NULL };
	CLEANUP(cleanup_process)
	struct process process = PROCESS_INIT;
	struct process_spec spec;

	server_connect_config(server, ENGINE_POSTGRESQL, &connect);
	if (session_conninfo(&connect, RESTORED_DATABASE, &conninfo, err) < 0)
		return -1;
	(void)snprintf(jobs, sizeof(jobs), "--jobs=%u",
		       archive->jobs ? archive->jobs : worker_count(0));
	(void)snprintf(path, sizeof(path), "%s/pg_restore.log", server->place.directory);
	log = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (log < 0)
		return error_set_errno(err, ERROR_IO, "create %s", path);
	argv[3] = conninfo.ptr;
	spec = server_process_spec(&server->place, argv, env, log);
	if (process_start(&spec, &process, err) < 0 || process_wait(&process, -1, err) < 0)
		return -1;
	*succeeded = process_succeeded(&process);
	return file_read(path, MESSAGES_MAX, said, err);
}

static int run_pg_restore(const struct server *server, const struct postgres_archive *archive,
			  struct postgres_restored *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };
	CLEANUP(buf_release)
	struct buf version = { 0 };
	CLEANUP(buf_release)
	struct buf said = { 0 };
	char program[512];
	unsigned major = (unsigned)strtoul(out->server_version, NULL, 10);
	int64_t started_ns = clock_monotonic_ns();
	bool succeeded = false;

	if (postgres_program_directory("pg_restore", major, &directory, err) < 0)
		return -1;
	(void)snprintf(program, sizeof(program), "%s/pg_restore", directory.ptr);
	if (tool_version(program, &version, &major, err) < 0)
		return -1;
	(void)snprintf(out->program_version, sizeof(out->program_version), "%s", version.ptr);
	if (run_program(server, archive, program, &said, &succeeded, err) < 0 ||
	    (said.len && sort_messages(said.ptr, out, err) < 0))
		return -1;
	/* it counts the errors at its end, if it gets there */
	if (!succeeded && !out->complaints.len &&
	    !(out->harmless.len && strstr(out->harmless.ptr, ERRORS_IGNORED)))
		return error_set(err, ERROR_TARGET, "pg_restore ended before its end");
	out->restore_ns = clock_monotonic_ns() - started_ns;
	return 0;
}

/* By their columns, and what these are made of: arrays, domains, ranges, composites. */
static const char doubtful_tables[] =
	"WITH RECURSIVE used(type, root) AS (\n"
	" SELECT a.atttypid, c.oid FROM pg_catalog.pg_class c"
	"  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
	"  WHERE c.relkind = 'r' AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped\n"
	" UNION SELECT part.type, u.root FROM used u"
	"  JOIN pg_catalog.pg_type t ON t.oid = u.type CROSS JOIN LATERAL ("
	"   SELECT t.typelem WHERE t.typelem <> 0"
	"   UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0"
	"   UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid"
	"   UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid"
	"   UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a"
	"    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped"
	"  ) part(type))\n"
	"SELECT DISTINCT n.nspname, c.relname FROM used u"
	" JOIN pg_catalog.pg_class c ON c.oid = u.root"
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE u.type IN ('pg_catalog.timestamptz'::pg_catalog.regtype,"
	" 'pg_catalog.bytea'::pg_catalog.regtype, 'pg_catalog.money'::pg_catalog.regtype)";

static int find_doubtful(PGconn *session, struct facts *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(session, doubtful_tables, err);

	if (!rows)
		return -1;
	out->side = FACTS_RESTORED;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (!facts_add(out, FACT_TABLE, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1)))
			return no_memory(err);
	}
	facts_sort(out);
	return 0;
}

/* Every database has plpgsql from its beginning; dumps of old versions name it all the same. */
static int add_builtin_extensions(PGconn *session, const struct facts *backup, struct facts *out,
				  struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(
		session, "SELECT extname FROM pg_catalog.pg_extension WHERE oid < 16384", err);

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		const char *name = PQgetvalue(rows, i, 0);

		if (facts_find(backup, FACT_EXTENSION, "", name) &&
		    !facts_add(out, FACT_EXTENSION, "", name))
			return no_memory(err);
	}
	facts_sort(out);
	return 0;
}

static int read_back(const struct server *server, const struct facts *backup,
		     struct postgres_restored *out, struct error *err)
{
	struct connect_config connect;
	const struct source_options options = { .counts_only = false };
	CLEANUP(cleanup_session)
	PGconn *session = NULL;
	CLEANUP(snapshot_release)
	struct snapshot snapshot = { 0 };
	CLEANUP(facts_release)
	struct facts before = { .side = FACTS_RESTORED };
	struct error why = ERROR_INIT;
	int64_t started_ns = clock_monotonic_ns();
	int rc;

	server_connect_config(server, ENGINE_POSTGRESQL, &connect);
	session = session_open_pinned(&connect, RESTORED_DATABASE, NULL, err);
	if (!session)
		return -1;
	rc = snapshot_take(session, lock_timeout_ns, &snapshot, &why, err);
	if (rc == 0)
		*err = why;
	if (rc <= 0 || source_sequences(session, &before, err) < 0)
		return -1;
	out->facts.side = FACTS_RESTORED;
	if (source_facts(session, &options, &snapshot, &before, &out->facts, err) < 0 ||
	    add_builtin_extensions(session, backup, &out->facts, err) < 0 ||
	    find_doubtful(session, &out->doubtful, err) < 0)
		return -1;
	out->facts_ns = clock_monotonic_ns() - started_ns;
	return 0;
}

int postgres_restore(const struct server *server, const struct postgres_archive *archive,
		     struct postgres_restored *out, struct error *err)
{
	if (prepare(server, archive->backup, out, err) < 0 ||
	    run_pg_restore(server, archive, out, err) < 0)
		return -1;
	return read_back(server, archive->backup, out, err);
}
