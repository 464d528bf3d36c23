/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this machine has what the backup needs: programs, versions, extensions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/postgres/programs.h"
#include "component/postgres/restore.h"
#include "component/postgres/security_fix.h"
#include "component/tool.h"

static int warn_unfixed(const struct postgres_restore *r, const char *program, const char *version,
			struct error *err)
{
	const struct check check = { .name = check_name(CHECK_PREFLIGHT),
				     .component = "",
				     .subject = program,
				     .verdict = VERDICT_WARN,
				     .found = version,
				     .hint = "install the newest minor release" };
	struct security_fix fix;

	for (size_t n = 0; security_fix_missing(version, n, &fix); n++) {
		if (checks_addf(&r->out->checks, &check,
				"%s %s lacks the fix of %s, which came with %lu.%u", program,
				version, fix.what, strtoul(version, NULL, 10), fix.minor) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a check");
	}
	return 0;
}

/* An archive is read by a pg_restore, and taken by a server, of its makers' version or newer. */
static int refuse_newer(const struct postgres_restore *r, const struct restore_part *p,
			struct error *err)
{
	static const char *const makers[] = { "server_version", "dump_version" };

	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		const char *its = postgres_part_setting(p, makers[i]);
		unsigned long major = its ? strtoul(its, NULL, 10) : 0;

		if (major <= r->server_major)
			continue;
		(void)error_set(err, ERROR_TARGET,
				"the backup is of PostgreSQL %.40s, and here is only PostgreSQL "
				"%.40s to restore it",
				its, r->out->server_version);
		return error_hint(err, "install the server of PostgreSQL %lu or newer", major);
	}
	return 0;
}

/* 1: it is there; 0: it is not. */
static int is_available(PGconn *session, const char *sql, int count, const char *const *values,
			struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_exec(session, sql, count, values, 0, err);

	if (!row)
		return -1;
	if (PQresultStatus(row) != PGRES_TUPLES_OK)
		return session_error(session, row, "look for an extension", err);
	return PQntuples(row) > 0;
}

static int warn_other_version(const struct postgres_restore *r, PGconn *session,
			      const struct restore_part *p, const struct fact *f, struct error *err)
{
	const char *const values[] = { f->name, f->value };
	const struct check check = { .name = check_name(CHECK_PREFLIGHT),
				     .verdict = VERDICT_WARN,
				     .expected = f->value };
	int rc = is_available(session,
			      "SELECT FROM pg_catalog.pg_available_extension_versions "
			      "WHERE name = $1 AND version = $2",
			      2, values, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return postgres_restore_check(r, p, &check, err,
				      "the extension %s is restored in another version than %s, "
				      "which is not installed here",
				      f->name, f->value);
}

/* What this machine has not installed says nothing about the backup. */
static int look_for_extensions(const struct postgres_restore *r, PGconn *session,
			       const struct restore_part *p, struct error *err)
{
	for (size_t i = 0; i < p->facts->count; i++) {
		const struct fact *f = &p->facts->item[i];
		const char *const values[] = { f->name };
		int rc;

		if (f->kind != FACT_EXTENSION)
			continue;
		rc = is_available(session,
				  "SELECT FROM pg_catalog.pg_available_extensions WHERE name = $1",
				  1, values, err);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			(void)error_set(
				err, ERROR_TARGET,
				"the backup has the extension %s, which is not installed here",
				f->name);
			return error_hint(err, "install the package that brings it for the "
					       "PostgreSQL that restores");
		}
		if (f->known & MEASURE_VALUE && warn_other_version(r, session, p, f, err) < 0)
			return -1;
	}
	return 0;
}

static int find_program(const struct postgres_restore *r, const char *name, char out[512],
			char version[64], struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	unsigned major = 0;

	if (postgres_program_directory(name, r->server_major, &directory, err) < 0)
		return -1;
	(void)snprintf(out, 512, "%s/%s", directory.ptr, name);
	if (tool_version(out, &text, &major, err) < 0)
		return -1;
	(void)snprintf(version, 64, "%s", text.ptr);
	return 0;
}

static bool needs_psql(const struct restore_part *p)
{
	return p->kind == PART_GLOBALS || p->kind == PART_SQL ||
	       (p->kind == PART_DUMP && p->format == FORMAT_PG_SQL);
}

static int find_programs(struct postgres_restore *r, struct error *err)
{
	bool psql = false, pg_restore = false;
	char psql_version[64] = "";

	for (size_t i = 0; i < r->job->part_count; i++) {
		psql |= needs_psql(&r->job->part[i]);
		pg_restore |= r->job->part[i].kind == PART_DUMP && !needs_psql(&r->job->part[i]);
	}
	if (pg_restore &&
	    (find_program(r, "pg_restore", r->pg_restore, r->out->program_version, err) < 0 ||
	     warn_unfixed(r, "pg_restore", r->out->program_version, err) < 0))
		return -1;
	if (psql && (find_program(r, "psql", r->psql, psql_version, err) < 0 ||
		     warn_unfixed(r, "psql", psql_version, err) < 0))
		return -1;
	if (!pg_restore)
		(void)snprintf(r->out->program_version, sizeof(r->out->program_version), "%s",
			       psql_version);
	return 0;
}

static int say_fit(const struct postgres_restore *r, struct error *err)
{
	const struct check check = { .name = check_name(CHECK_PREFLIGHT),
				     .component = "",
				     .subject = "",
				     .verdict = VERDICT_PASS,
				     .found = r->out->server_version };
	int rc = checks_addf(&r->out->checks, &check,
			     "PostgreSQL %s and %s %s can restore the backup, and have all of its "
			     "extensions",
			     r->out->server_version, r->pg_restore[0] ? "pg_restore" : "psql",
			     r->out->program_version);

	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for a check") : 0;
}

int postgres_restore_preflight(struct postgres_restore *r, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);

	if (!session)
		return -1;
	(void)snprintf(r->out->server_version, sizeof(r->out->server_version), "%s",
		       PQparameterStatus(session, "server_version"));
	r->server_major = (unsigned)strtoul(r->out->server_version, NULL, 10);
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (refuse_newer(r, &r->job->part[i], err) < 0 ||
		    look_for_extensions(r, session, &r->job->part[i], err) < 0)
			return -1;
	}
	if (warn_unfixed(r, "PostgreSQL", r->out->server_version, err) < 0 ||
	    find_programs(r, err) < 0)
		return -1;
	return say_fit(r, err);
}
