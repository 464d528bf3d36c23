/* SPDX-License-Identifier: Apache-2.0 */
/* Roles, tablespaces and databases, before anything is loaded. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "component/postgres/restore.h"

/* Who stays a superuser whatever the globals make of "postgres". */
#define KEEPER "muster_keeper"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to prepare a restore");
}

static int append_quoted(struct buf *sql, PGconn *session, const char *name)
{
	char *quoted = PQescapeIdentifier(session, name, strlen(name));
	int rc = quoted ? buf_puts(sql, quoted) : -1;

	PQfreemem(quoted);
	return rc;
}

/* ` CLAUSE 'value'` */
static int append_clause(struct buf *sql, PGconn *session, const char *clause, const char *value)
{
	char *literal = PQescapeLiteral(session, value, strlen(value));
	int rc = literal ? buf_printf(sql, " %s %s", clause, literal) : -1;

	PQfreemem(literal);
	return rc;
}

/* 1: a row; 0: none. `$1` of the query is `name`. */
static int is_there(PGconn *session, const char *sql, const char *name, struct error *err)
{
	const char *const values[] = { name };
	CLEANUP(cleanup_result)
	PGresult *row = session_exec(session, sql, 1, values, 0, err);

	if (!row)
		return -1;
	if (PQresultStatus(row) != PGRES_TUPLES_OK)
		return session_error(session, row, sql, err);
	return PQntuples(row) > 0;
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
	int there;

	if (is_builtin_role(name))
		return 0;
	there = is_there(session, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", name, err);
	if (there)
		return there < 0 ? -1 : 0;
	if (buf_puts(&sql, "CREATE ROLE ") < 0 || append_quoted(&sql, session, name) < 0 ||
	    buf_puts(&sql, " SUPERUSER") < 0)
		return no_memory(err);
	return session_command(session, sql.ptr, NULL, err);
}

int postgres_restore_make_directory(const struct place *place, const char *directory,
				    struct error *err)
{
	if (mkdir(directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create directory %s", directory);
	if (place->drop && chown(directory, place->uid, place->gid) < 0)
		return error_set_errno(err, ERROR_IO, "give %s to uid %u", directory,
				       (unsigned)place->uid);
	return 0;
}

static int create_tablespace(const struct postgres_restore *r, PGconn *session, const char *name,
			     size_t number, struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	char directory[128];
	int there;

	if (strncmp(name, "pg_", 3) == 0)
		return 0;
	there = is_there(session, "SELECT FROM pg_catalog.pg_tablespace WHERE spcname = $1", name,
			 err);
	if (there)
		return there < 0 ? -1 : 0;
	(void)snprintf(directory, sizeof(directory), "%s/tablespace-%zu",
		       r->server->place.directory, number);
	if (postgres_restore_make_directory(&r->server->place, directory, err) < 0)
		return -1;
	if (buf_puts(&sql, "CREATE TABLESPACE ") < 0 || append_quoted(&sql, session, name) < 0 ||
	    append_clause(&sql, session, "LOCATION", directory) < 0)
		return no_memory(err);
	return session_command(session, sql.ptr, NULL, err);
}

/* Where the source had them there is nothing here: each gets a directory of its own. */
static int create_tablespaces(const struct postgres_restore *r, PGconn *session, struct error *err)
{
	size_t number = 0;

	for (size_t i = 0; i < r->job->part_count; i++) {
		const struct facts *f = r->job->part[i].facts;

		for (size_t k = 0; k < f->count; k++) {
			if (f->item[k].kind == FACT_TABLESPACE &&
			    create_tablespace(r, session, f->item[k].name, number++, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int create_roles(const struct postgres_restore *r, PGconn *session, struct error *err)
{
	size_t made = 0;

	for (size_t i = 0; i < r->job->part_count; i++) {
		const struct facts *f = r->job->part[i].facts;

		for (size_t k = 0; k < f->count; k++) {
			if (f->item[k].kind != FACT_ROLE || r->target[i].cluster)
				continue;
			made += !is_builtin_role(f->item[k].name);
			if (create_role(session, f->item[k].name, err) < 0)
				return -1;
		}
	}
	return made ? postgres_restore_note(r, "roles",
					    "made from the dumps' own lists, as superusers: there "
					    "are no globals",
					    err) :
		      0;
}

static const struct restore_part *find_globals(const struct postgres_restore *r)
{
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (r->job->part[i].kind == PART_GLOBALS)
			return &r->job->part[i];
	}
	return NULL;
}

/* Messages about what is there because the server, or we, made it. */
static int list_benign(const struct restore_part *globals, struct arena *a, struct string_list *out)
{
	static const char *const always[] = {
		"ERROR:  role \"postgres\" already exists",
		/* of a source whose "postgres" is no superuser, from version 16 on */
		"ERROR:  permission denied to alter role",
	};
	const struct facts *f = globals->facts;

	out->item = arena_alloc(a, (f->count + 2) * sizeof(*out->item));
	if (!out->item)
		return -1;
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		out->item[out->count++] = always[i];
	for (size_t i = 0; i < f->count; i++) {
		if (f->item[i].kind != FACT_TABLESPACE)
			continue;
		out->item[out->count] = arena_printf(a, "ERROR:  tablespace \"%s\" already exists",
						     f->item[i].name);
		if (!out->item[out->count++])
			return -1;
	}
	return 0;
}

/* Nothing is its own but what a cluster's dump gave no owner. */
static int make_keeper(PGconn *session, struct error *err)
{
	int there = is_there(session, "SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", KEEPER,
			     err);

	if (there)
		return there < 0 ? -1 : 0;
	return session_command(session, "CREATE ROLE " KEEPER " SUPERUSER LOGIN", NULL, err);
}

int postgres_restore_cluster(struct postgres_restore *r, const struct restore_part *p,
			     struct error *err)
{
	struct connect_config connect = r->connect;
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);
	CLEANUP(cleanup_session)
	PGconn *keeper = NULL;
	struct string_list benign = { 0 };

	if (list_benign(p, &arena, &benign) < 0)
		return no_memory(err);
	if (!session || make_keeper(session, err) < 0)
		return -1;
	connect.user = KEEPER;
	keeper = session_open_pinned(&connect, "postgres", NULL, err);
	if (!keeper || postgres_restore_psql(r, p, KEEPER, &benign, err) < 0)
		return -1;
	return session_command(keeper,
			       "ALTER ROLE postgres SUPERUSER LOGIN CONNECTION LIMIT -1"
			       " VALID UNTIL 'infinity'; ALTER ROLE postgres RESET ALL",
			       NULL, err);
}

static int load_globals(struct postgres_restore *r, const struct restore_part *globals,
			struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = NULL;

	if (postgres_restore_cluster(r, globals, err) < 0)
		return -1;
	session = postgres_restore_session(r, "postgres", err);
	return session ? session_command(session, "DROP ROLE " KEEPER, NULL, err) : -1;
}

/* How the source's database sorted, as far as the backup tells; the C locale fits every encoding. */
static int append_locale(struct buf *sql, PGconn *session, const struct restore_part *p)
{
	static const struct {
		const char *setting, *clause;
	} rows[] = { { "collate", "LC_COLLATE" },
		     { "ctype", "LC_CTYPE" },
		     { "icu_locale", "ICU_LOCALE" },
		     { "icu_rules", "ICU_RULES" },
		     { "builtin_locale", "BUILTIN_LOCALE" } };
	const char *encoding = postgres_part_setting(p, "database_encoding");
	const char *provider = postgres_part_setting(p, "locale_provider");
	int rc;

	encoding = encoding ? encoding : postgres_part_setting(p, "encoding");
	encoding = encoding ? encoding : "UTF8";
	rc = append_clause(sql, session, "ENCODING", encoding);
	if (!postgres_part_setting(p, "collate"))
		return rc | append_clause(sql, session, "LOCALE",
					  strcmp(encoding, "UTF8") == 0 ? "C.UTF-8" : "C");
	if (provider && strcmp(provider, "libc") != 0)
		rc |= append_clause(sql, session, "LOCALE_PROVIDER", provider);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *value = postgres_part_setting(p, rows[i].setting);

		if (value)
			rc |= append_clause(sql, session, rows[i].clause, value);
	}
	return rc;
}

/* WRONG_OBJECT_TYPE is what createdb() in dbcommands.c has for a locale that setlocale() does not know. */
static int explain_locale(const struct restore_part *p, const char *sqlstate, struct error *err)
{
	const char *collate = postgres_part_setting(p, "collate");
	const char *ctype = postgres_part_setting(p, "ctype");

	if (!collate || strcmp(sqlstate, "42809") != 0)
		return -1;
	error_clear(err);
	(void)error_set(
		err, ERROR_TARGET,
		"database %.64s sorts by the locale %.100s%s%.100s, which this machine does "
		"not have",
		postgres_part_label(p), collate,
		ctype && strcmp(ctype, collate) != 0 ? " and " : "",
		ctype && strcmp(ctype, collate) != 0 ? ctype : "");
	return error_hint(err, "install the package locales, and make it: locale-gen %.100s",
			  collate);
}

static int create_database(PGconn *session, const struct restore_part *p, const char *name,
			   struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	char sqlstate[6] = "";

	if (buf_puts(&sql, "CREATE DATABASE ") < 0 || append_quoted(&sql, session, name) < 0 ||
	    buf_puts(&sql, " TEMPLATE template0") < 0 || append_locale(&sql, session, p) < 0)
		return no_memory(err);
	if (session_command(session, sql.ptr, sqlstate, err) < 0)
		return explain_locale(p, sqlstate, err);
	return 0;
}

int postgres_restore_prepare(struct postgres_restore *r, struct error *err)
{
	const struct restore_part *globals = find_globals(r);
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);

	if (!session || create_tablespaces(r, session, err) < 0)
		return -1;
	if (globals ? load_globals(r, globals, err) < 0 : create_roles(r, session, err) < 0)
		return -1;
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (r->target[i].loads && !r->target[i].cluster &&
		    create_database(session, &r->job->part[i], r->target[i].database, err) < 0)
			return -1;
	}
	return 0;
}
