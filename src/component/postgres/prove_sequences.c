/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence behind its column gives a number that is there already: the next insert fails. */
#include "component/postgres/prove.intern.h"

enum { SCHEMA, NAME, TABLE_SCHEMA, TABLE, COLUMN, QUERY };

/*
 * Owned by a column (serial, identity) or in its default. Only numbers within the sequence's
 * range can be given again. One that cycles is meant to come round.
 */
static const char numbered_columns[] =
	"WITH numbers(sequence, relation, attribute) AS (\n"
	" SELECT objid, refobjid, refobjsubid FROM pg_depend"
	"  WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass"
	"  AND deptype IN ('a', 'i') AND refobjsubid > 0\n"
	" UNION SELECT d.refobjid, v.adrelid, v.adnum FROM pg_depend d"
	"  JOIN pg_attrdef v ON v.oid = d.objid"
	"  WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass)\n"
	"SELECT sn.nspname, s.relname, n.nspname, r.relname, a.attname, format("
	"'SELECT next, top FROM (SELECT last_value::numeric + CASE WHEN is_called THEN %s ELSE 0 "
	"END"
	" AS next FROM %I.%I) s, (SELECT %s(%I) AS top FROM %s%I.%I WHERE %I BETWEEN %s AND %s) t"
	" WHERE top %s next',\n"
	" q.seqincrement, sn.nspname, s.relname,"
	" CASE WHEN q.seqincrement > 0 THEN 'max' ELSE 'min' END, a.attname,"
	" CASE r.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, n.nspname, r.relname, a.attname,"
	" q.seqmin, q.seqmax, CASE WHEN q.seqincrement > 0 THEN '>=' ELSE '<=' END)\n"
	"FROM numbers d JOIN pg_class s ON s.oid = d.sequence AND s.relkind = 'S'"
	" JOIN pg_namespace sn ON sn.oid = s.relnamespace"
	" JOIN pg_sequence q ON q.seqrelid = s.oid"
	" JOIN pg_class r ON r.oid = d.relation AND r.relkind IN ('r', 'p')"
	" JOIN pg_namespace n ON n.oid = r.relnamespace"
	" JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.attribute"
	"  AND NOT a.attisdropped"
	" JOIN pg_type t ON t.oid = a.atttypid AND t.typcategory = 'N'\n"
	"WHERE NOT q.seqcycle AND " PROVE_USERS_OWN("n") " ORDER BY 1, 2, 3, 4, 5";

static int report_behind(struct proof_defects *d, const PGresult *list, int row,
			 const PGresult *result, struct error *err)
{
	char name[PROOF_NAME_SIZE], table[PROOF_NAME_SIZE], column[PROOF_NAME_SIZE];
	struct check base = { .verdict = VERDICT_WARN,
			      .expected = PQgetvalue(result, 0, 1),
			      .found = PQgetvalue(result, 0, 0),
			      .hint = "an insert will meet a number that is there already: see "
				      "whether the source's sequence is behind, too" };

	base.subject = proof_name(PQgetvalue(list, row, SCHEMA), PQgetvalue(list, row, NAME), name);
	(void)proof_name(PQgetvalue(list, row, TABLE_SCHEMA), PQgetvalue(list, row, TABLE), table);
	(void)proof_name("", PQgetvalue(list, row, COLUMN), column);
	return proof_defect(d, base, err,
			    "sequence %s gives %.40s next, and column %s of table %s has %.40s",
			    name, base.found, column, table, base.expected);
}

static int report_unread(struct proof_defects *d, const PGresult *list, int row,
			 const PGresult *result, struct error *err)
{
	char name[PROOF_NAME_SIZE], words[PROOF_WORDS_SIZE];
	struct check base = { .verdict = VERDICT_WARN, .found = proof_words(result, words) };

	base.subject = proof_name(PQgetvalue(list, row, SCHEMA), PQgetvalue(list, row, NAME), name);
	return proof_defect(d, base, err, "sequence %s cannot be compared with its column: %s",
			    name, words);
}

static int judge(struct proof *p, const PGresult *list, const struct proof_query *query,
		 struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_SEQUENCES };
	int count = PQntuples(list);

	for (int i = 0; i < count; i++) {
		const PGresult *result = query[i].result;
		int rc = 0;

		if (PQresultStatus(result) != PGRES_TUPLES_OK)
			rc = report_unread(&defects, list, i, result, err);
		else if (PQntuples(result))
			rc = report_behind(&defects, list, i, result, err);
		if (rc < 0)
			return -1;
	}
	if (defects.count)
		return proof_defects_end(&defects, "sequences behind their columns", err);
	if (count == 0)
		return proof_add(p, CHECK_SEQUENCES, (struct check){ .verdict = VERDICT_SKIPPED },
				 err, "no column is numbered by a sequence");
	return proof_add(p, CHECK_SEQUENCES, (struct check){ .verdict = VERDICT_PASS }, err,
			 "in %d columns that sequences number, the next number is free", count);
}

int prove_sequences(struct proof *p, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *list = session_query(p->session, numbered_columns, err);
	struct proof_query *query;
	int rc;

	if (!list)
		return -1;
	query = proof_run_rows(p, list, QUERY, NAME, err);
	if (!query)
		return -1;
	rc = judge(p, list, query, err);
	proof_queries_free(query, (size_t)PQntuples(list));
	return rc;
}
