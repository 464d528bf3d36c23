/* SPDX-License-Identifier: Apache-2.0 */
/* B-tree indexes by PostgreSQL's own amcheck: their order, and that each row of the table is in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "component/postgres/prove.intern.h"

#define OWN_SCHEMA "muster_amcheck"

enum { SCHEMA, NAME, OID, BYTES };

/* Those of TOAST tables, too. */
static const char btrees[] =
	"SELECT n.nspname, c.relname, c.oid, pg_relation_size(c.oid)"
	" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'"
	" JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'"
	" JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE i.indisvalid AND i.indisready AND c.relpersistence <> 't' AND i.indrelid >= 16384"
	" ORDER BY 4 DESC, c.oid";

/* A partitioned one is invalid while a partition lacks it, and is dumped so. */
static const char invalid[] =
	"SELECT n.nspname, c.relname, c.relkind FROM pg_index i"
	" JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE NOT i.indisvalid AND c.relpersistence <> 't' AND " PROVE_USERS_OWN("n");

static int report_invalid(struct proof_defects *d, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(d->proof->session, invalid, err);
	char name[PROOF_NAME_SIZE];

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		bool is_partitioned = PQgetvalue(rows, i, 2)[0] == 'I';
		struct check base = { .verdict = is_partitioned ? VERDICT_WARN : VERDICT_FAIL,
				      .expected = "valid",
				      .found = "invalid",
				      .subject = proof_name(PQgetvalue(rows, i, 0),
							    PQgetvalue(rows, i, 1), name) };

		if (proof_defect(d, base, err, "index %s is not valid%s", name,
				 is_partitioned ? ": some partition lacks it" : "") < 0)
			return -1;
	}
	return 0;
}

/* amcheck's function, in its schema and with the arguments that its version takes. */
struct amcheck {
	char function[200]; /* "schema.bt_index_check" */
	bool checks_unique; /* it takes a third argument: amcheck 1.4 (PostgreSQL 17) */
};

/* A savepoint, so that what is wrong with one does not end the transaction. */
static int check_one(struct proof_defects *d, const PGresult *list, int row,
		     const struct amcheck *a, struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	CLEANUP(cleanup_result)
	PGresult *result = NULL;
	char name[PROOF_NAME_SIZE], words[PROOF_WORDS_SIZE];
	struct check base = { .verdict = VERDICT_FAIL, .expected = "sound", .found = words };
	const char *state;

	if (buf_printf(&sql, "SAVEPOINT one; SELECT %s(%s, true%s)", a->function,
		       PQgetvalue(list, row, OID), a->checks_unique ? ", true" : "") < 0)
		return proof_no_memory(err);
	result = session_exec(d->proof->session, sql.ptr, 0, NULL, 0, err);
	if (!result)
		return -1;
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return session_command(d->proof->session, "RELEASE SAVEPOINT one", NULL, err);
	state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (PQstatus(d->proof->session) != CONNECTION_OK)
		return session_error(d->proof->session, result, "check an index", err);
	/* XX001 data corrupted, XX002 index corrupted: all else is not the index */
	if (!state || strncmp(state, "XX", 2) != 0)
		base.verdict = VERDICT_ERROR;
	base.subject = proof_name(PQgetvalue(list, row, SCHEMA), PQgetvalue(list, row, NAME), name);
	(void)proof_words(result, words);
	if (proof_defect(d, base, err, "index %s %s: %s", name,
			 base.verdict == VERDICT_FAIL ? "is not sound" : "could not be checked",
			 words) < 0)
		return -1;
	return session_command(d->proof->session, "ROLLBACK TO SAVEPOINT one", NULL, err);
}

static int report_sound(struct proof *p, int count, uint64_t bytes, struct error *err)
{
	char size[QUANTITY_TEXT_SIZE];

	if (count == 0)
		return proof_add(p, CHECK_INDEXES, (struct check){ .verdict = VERDICT_SKIPPED },
				 err, "there are no B-tree indexes");
	return proof_add(p, CHECK_INDEXES, (struct check){ .verdict = VERDICT_PASS }, err,
			 "%d B-tree indexes of %s are sound and hold every row", count,
			 quantity_format_size(bytes, size));
}

static int check_all(struct proof_defects *d, const struct amcheck *a, struct error *err)
{
	struct proof *p = d->proof;
	CLEANUP(cleanup_result)
	PGresult *list = session_query(p->session, btrees, err);
	uint64_t bytes = 0;
	int count;

	if (!list)
		return -1;
	count = PQntuples(list);
	for (int i = 0; i < count; i++) {
		proof_progress(p, PQgetvalue(list, i, NAME), (uint64_t)i, (uint64_t)count);
		bytes += strtoull(PQgetvalue(list, i, BYTES), NULL, 10);
		if (check_one(d, list, i, a, err) < 0)
			return -1;
	}
	return d->count ? 0 : report_sound(p, count, bytes, err);
}

/* Not there: `function` stays empty. */
static int find_function(struct proof *p, struct amcheck *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_query(
		p->session,
		"SELECT quote_ident(n.nspname) || '.bt_index_check', max(f.pronargs) = 3"
		" FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
		" JOIN pg_proc f ON f.pronamespace = n.oid AND f.proname = 'bt_index_check'"
		" JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid"
		"  AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid"
		" WHERE e.extname = 'amcheck' GROUP BY 1",
		err);

	if (!row)
		return -1;
	if (!PQntuples(row))
		return 0;
	(void)snprintf(out->function, sizeof(out->function), "%s", PQgetvalue(row, 0, 0));
	out->checks_unique = PQgetvalue(row, 0, 1)[0] == 't';
	return 0;
}

/* Where amcheck is not, in a schema that the transaction's end takes away; else `why` not. */
static int find_amcheck(struct proof *p, struct amcheck *out, char why[PROOF_WORDS_SIZE],
			struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *made = NULL;

	if (find_function(p, out, err) < 0)
		return -1;
	if (out->function[0])
		return 0;
	/* event triggers of the database's own stay asleep */
	made = session_exec(p->session,
			    "SET LOCAL session_replication_role = replica;"
			    " CREATE SCHEMA " OWN_SCHEMA ";"
			    " CREATE EXTENSION amcheck SCHEMA " OWN_SCHEMA,
			    0, NULL, 0, err);
	if (!made)
		return -1;
	if (PQresultStatus(made) == PGRES_COMMAND_OK)
		return find_function(p, out, err);
	(void)proof_words(made, why);
	return 0;
}

static int check_in_transaction(struct proof_defects *d, struct error *err)
{
	struct amcheck amcheck = { "", false };
	struct check base = { .verdict = VERDICT_SKIPPED,
			      .hint = "install the contributed extensions of the PostgreSQL that "
				      "restores (Debian: in postgresql-NN; elsewhere "
				      "postgresql-contrib)" };
	char why[PROOF_WORDS_SIZE] = "";

	if (find_amcheck(d->proof, &amcheck, why, err) < 0)
		return -1;
	if (amcheck.function[0])
		return check_all(d, &amcheck, err);
	base.found = why;
	return proof_add(d->proof, CHECK_INDEXES, base, err,
			 "the indexes could not be looked into without the extension amcheck: %s",
			 why);
}

int prove_indexes(struct proof *p, struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_INDEXES };
	struct error ignored = ERROR_INIT;
	int rc;

	if (report_invalid(&defects, err) < 0 ||
	    session_command(p->session, "BEGIN", NULL, err) < 0)
		return -1;
	rc = check_in_transaction(&defects, err);
	if (session_command(p->session, "ROLLBACK", NULL, rc < 0 ? &ignored : err) < 0)
		return -1;
	return rc < 0 ? -1 : proof_defects_end(&defects, "indexes", err);
}
