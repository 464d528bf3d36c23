/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_BATCH = 200 };

/* pg_catalog's first oid of objects that initdb did not make: FirstNormalObjectId in access/transam.h */
#define FIRST_NORMAL_OID "16384"

/*
 * What pg_dump dumps without switches (selectDumpableTable() and
 * processExtensionTables() in pg_dump.c): everything outside the system's schemas,
 * an extension's tables only where it has declared them as configuration.
 */
static const char list_tables[] =
	"WITH config AS (SELECT pg_catalog.unnest(e.extconfig) AS oid,"
	"  pg_catalog.unnest(e.extcondition) AS condition"
	"  FROM pg_catalog.pg_extension e WHERE e.oid >= " FIRST_NORMAL_OID ")\n"
	"SELECT c.oid, n.nspname, c.relname,"
	" pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),"
	" (SELECT '(' || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '"
	"   ORDER BY a.attnum) || ')' FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid"
	"   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),"
	" (SELECT f.condition FROM config f WHERE f.oid = c.oid), c.relkind,"
	" c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()\n"
	"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
	" AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
	" AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
	"   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
	"   AND d.objsubid = 0 AND d.deptype = 'e')"
	"  OR EXISTS (SELECT FROM config f WHERE f.oid = c.oid))\n"
	"ORDER BY c.oid";

void dumped_tables_release(struct dumped_tables *t)
{
	arena_release(&t->arena);
	*t = (struct dumped_tables){ 0 };
}

void snapshot_release(struct snapshot *s)
{
	dumped_tables_release(&s->tables);
}

static int load_tables(PGconn *session, struct dumped_tables *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(session, list_tables, err);
	size_t count = rows ? (size_t)PQntuples(rows) : 0;

	if (!rows)
		return -1;
	out->item = arena_alloc(&out->arena, (count + 1) * sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for a list of tables");
	for (size_t i = 0; i < count; i++) {
		struct dumped_table *t = &out->item[i];
		const char **field[] = { &t->schema, &t->name, &t->quoted, &t->columns,
					 &t->condition };

		t->oid = (unsigned)strtoul(PQgetvalue(rows, (int)i, 0), NULL, 10);
		t->is_elsewhere = PQgetvalue(rows, (int)i, 7)[0] == 't';
		t->has_rows = PQgetvalue(rows, (int)i, 6)[0] == 'r' && !t->is_elsewhere;
		for (size_t k = 0; k < sizeof(field) / sizeof(*field); k++) {
			*field[k] = arena_strdup(&out->arena, PQgetvalue(rows, (int)i, (int)k + 1));
			if (!*field[k])
				return error_set(err, ERROR_NOMEM,
						 "no memory for a list of tables");
		}
		out->count++;
	}
	return 0;
}

/* The table is gone, the lock was not to be had, or we lost a deadlock. */
static bool worth_another_try(const char *sqlstate)
{
	static const char *const codes[] = { "42P01", "3F000", "55P03", "40P01", "42809" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (strcmp(sqlstate, codes[i]) == 0)
			return true;
	}
	return false;
}

/* As snapshot_take(). */
static int lock_tables(PGconn *session, const struct dumped_tables *t, struct error *why,
		       struct error *err)
{
	for (size_t first = 0; first < t->count; first += LOCK_BATCH) {
		CLEANUP(buf_release)
		struct buf sql = { 0 };
		struct error failure = ERROR_INIT;
		char sqlstate[6] = "";
		int rc = buf_puts(&sql, "LOCK TABLE ");

		for (size_t i = first; i < t->count && i < first + LOCK_BATCH; i++)
			rc |= buf_printf(&sql, "%sONLY %s", i > first ? ", " : "",
					 t->item[i].quoted);
		rc |= buf_puts(&sql, " IN ACCESS SHARE MODE");
		if (rc < 0)
			return error_set(err, ERROR_NOMEM, "no memory to lock %zu tables",
					 t->count);
		if (session_command(session, sql.ptr, sqlstate, &failure) == 0)
			continue;
		if (worth_another_try(sqlstate)) {
			*why = failure;
			return 0;
		}
		if (strcmp(sqlstate, "42501") == 0)
			failure.kind = ERROR_PERMISSION;
		*err = failure;
		if (strcmp(sqlstate, "53200") == 0)
			return error_hint(err, "raise max_locks_per_transaction: pg_dump needs a "
					       "lock for each table too");
		return -1;
	}
	return 1;
}

/* Who holds a lock that keeps readers out; asked after the rollback, since a failed transaction answers nothing. */
static void name_blocker(PGconn *session, struct error *why)
{
	struct error ignored = ERROR_INIT;
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(
		session,
		"SELECT l.pid, a.usename, l.relation::pg_catalog.regclass,"
		" pg_catalog.left(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 100)\n"
		"FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)\n"
		"WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'"
		" AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d"
		"  WHERE d.datname = pg_catalog.current_database())"
		" AND l.relation >= " FIRST_NORMAL_OID "\n"
		"ORDER BY l.granted DESC, a.xact_start LIMIT 1",
		&ignored);
	size_t used = strlen(why->message);

	if (rows && PQntuples(rows) == 1)
		(void)snprintf(
			why->message + used, sizeof(why->message) - used,
			"; process %s (user %s) holds or awaits an exclusive lock on %s, its "
			"query: %s",
			PQgetvalue(rows, 0, 0), PQgetvalue(rows, 0, 1), PQgetvalue(rows, 0, 2),
			PQgetvalue(rows, 0, 3));
}

static int begin(PGconn *session, int64_t lock_timeout_ns, struct error *err)
{
	char sql[160];

	/* none of these takes the snapshot yet, nor does LOCK TABLE */
	(void)snprintf(sql, sizeof(sql),
		       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = "
		       "%lld; SET LOCAL idle_in_transaction_session_timeout = 0",
		       (long long)(lock_timeout_ns / 1000000));
	return session_command(session, sql, NULL, err);
}

static int export_snapshot(PGconn *session, struct snapshot *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_query(
		session,
		"SELECT pg_catalog.pg_export_snapshot(), CASE WHEN pg_catalog.pg_is_in_recovery()"
		" THEN pg_catalog.pg_last_wal_replay_lsn()"
		" ELSE pg_catalog.pg_current_wal_lsn() END",
		err);

	if (!row)
		return -1;
	(void)snprintf(out->id, sizeof(out->id), "%s", PQgetvalue(row, 0, 0));
	(void)snprintf(out->lsn, sizeof(out->lsn), "%s", PQgetvalue(row, 0, 1));
	return load_tables(session, &out->tables, err);
}

/* The first table of the snapshot that was not among the locked ones, or NULL. Both are in order of oid. */
static const struct dumped_table *unlocked(const struct dumped_tables *locked,
					   const struct dumped_tables *seen)
{
	size_t k = 0;

	for (size_t i = 0; i < seen->count; i++) {
		while (k < locked->count && locked->item[k].oid < seen->item[i].oid)
			k++;
		if (k == locked->count || locked->item[k].oid != seen->item[i].oid)
			return &seen->item[i];
	}
	return NULL;
}

static int lock_and_export(PGconn *session, int64_t lock_timeout_ns, struct dumped_tables *wanted,
			   struct snapshot *out, struct error *why, struct error *err)
{
	const struct dumped_table *extra;
	int rc;

	if (load_tables(session, wanted, err) < 0 || begin(session, lock_timeout_ns, err) < 0)
		return -1;
	rc = lock_tables(session, wanted, why, err);
	if (rc <= 0)
		return rc;
	if (export_snapshot(session, out, err) < 0)
		return -1;
	extra = unlocked(wanted, &out->tables);
	if (extra) {
		(void)error_set(why, ERROR_TARGET, "table %s appeared while the tables were locked",
				extra->quoted);
		return 0;
	}
	return 1;
}

int snapshot_take(PGconn *session, int64_t lock_timeout_ns, struct snapshot *out, struct error *why,
		  struct error *err)
{
	struct dumped_tables wanted = { 0 };
	struct error ignored = ERROR_INIT;
	int rc = lock_and_export(session, lock_timeout_ns, &wanted, out, why, err);

	dumped_tables_release(&wanted);
	if (rc == 1)
		return 1;
	snapshot_release(out);
	if (session_command(session, "ROLLBACK", NULL, &ignored) == 0 && rc == 0)
		name_blocker(session, why);
	return rc;
}
