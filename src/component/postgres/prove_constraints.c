/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign keys and CHECK constraints, counted row by row. pg_restore takes a NOT VALID one
 * unseen, and a CHECK over a function was judged with what the function said then. NOT NULL,
 * unique and exclusion constraints cannot be restored without holding.
 */
#include <string.h>

#include "component/postgres/prove.intern.h"
#include "model/quote.h"

/* kind, schema, table, constraint, validated, query of the number and an example */
enum { KIND, SCHEMA, TABLE, NAME, VALIDATED, QUERY };

/* Not enforced ones (18) are not meant to hold; keys with periods (18) have other operators. */
#define ENFORCED                                                                                   \
	" AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)"                            \
	" AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)"

/*
 * The anti-join over the key columns with the key's own operators. A constraint of a
 * partitioned table is judged as a whole, not once more with each partition; rows of tables
 * that inherit are not bound by it.
 */
static const char foreign_keys[] =
	"SELECT 'foreign key', n.nspname, r.relname, c.conname, c.convalidated, format("
	"'SELECT count(*), min(left(concat_ws('', '', %s), 80)) FROM %s%I.%I f"
	" WHERE (%s) AND NOT EXISTS (SELECT FROM %s%I.%I p WHERE %s)',\n"
	" k.shown, CASE r.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, n.nspname, r.relname,"
	" k.present, CASE pr.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, pn.nspname, pr.relname,"
	" k.joined)\n"
	"FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
	" JOIN pg_namespace n ON n.oid = r.relnamespace"
	" JOIN pg_class pr ON pr.oid = c.confrelid"
	" JOIN pg_namespace pn ON pn.oid = pr.relnamespace\n"
	" CROSS JOIN LATERAL (SELECT"
	"  string_agg(format('coalesce(f.%I::text, ''NULL'')', fa.attname), ', ' ORDER BY i) AS "
	"shown,"
	"  string_agg(format('f.%I IS NOT NULL', fa.attname),"
	"   CASE c.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END ORDER BY i) AS present,"
	"  string_agg(format('p.%I OPERATOR(%I.%s) f.%I', pa.attname, opn.nspname, o.oprname,"
	"   fa.attname), ' AND ' ORDER BY i) AS joined\n"
	"  FROM generate_subscripts(c.conkey, 1) AS i"
	"  JOIN pg_attribute fa ON fa.attrelid = c.conrelid AND fa.attnum = c.conkey[i]"
	"  JOIN pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = c.confkey[i]"
	"  JOIN pg_operator o ON o.oid = c.conpfeqop[i]"
	"  JOIN pg_namespace opn ON opn.oid = o.oprnamespace) k\n"
	"WHERE c.contype = 'f' AND c.conparentid = 0" ENFORCED " AND " PROVE_USERS_OWN("n");

/* Partitions and tables that inherit have the constraint themselves. */
static const char row_checks[] =
	"SELECT 'CHECK constraint', n.nspname, r.relname, c.conname, c.convalidated, format("
	"'SELECT count(*), min(left(%s, 80)) FROM ONLY %I.%I WHERE NOT (%s)',\n"
	" coalesce(k.shown, '''row '' || ctid::text'), n.nspname, r.relname,"
	" pg_get_expr(c.conbin, c.conrelid))\n"
	"FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
	" JOIN pg_namespace n ON n.oid = r.relnamespace\n"
	" CROSS JOIN LATERAL (SELECT 'concat_ws('', '', ' ||"
	"  string_agg(format('%I.%I::text', r.relname, a.attname), ', ' ORDER BY i.at) || ')'"
	"  AS shown FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey::int[]) WITH ORDINALITY"
	"  AS i(attnum, at) JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = i.attnum"
	"  WHERE x.indrelid = r.oid AND x.indisprimary AND i.at <= x.indnkeyatts) k\n"
	"WHERE c.contype = 'c' AND r.relkind = 'r'" ENFORCED " AND " PROVE_USERS_OWN("n");

/*
 * Of a column of a domain, of one over it, and so on; VALUE becomes a column of that name, of
 * the type below all domains: a cast to one would stop at the first row that it refuses.
 */
static const char domain_checks[] =
	"WITH RECURSIVE used(relid, attname, type) AS (\n"
	" SELECT a.attrelid, a.attname, a.atttypid FROM pg_attribute a"
	"  JOIN pg_class r ON r.oid = a.attrelid AND r.relkind = 'r'"
	"  WHERE a.attnum > 0 AND NOT a.attisdropped\n"
	" UNION SELECT u.relid, u.attname, t.typbasetype FROM used u"
	"  JOIN pg_type t ON t.oid = u.type WHERE t.typtype = 'd'),\n"
	" base(domain, type) AS (SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.typtype = 'd'\n"
	" UNION SELECT b.domain, t.typbasetype FROM base b"
	"  JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')\n"
	"SELECT 'constraint of a domain', n.nspname, r.relname,"
	" format('%s of column %s', c.conname, u.attname), c.convalidated, format("
	"'SELECT count(*), min(left(value::text, 80)) FROM (SELECT %I::%s AS value FROM ONLY "
	"%I.%I) v"
	" WHERE NOT (%s)', u.attname, format_type(b.type, NULL), n.nspname,"
	" r.relname, pg_get_expr(c.conbin, 0))\n"
	"FROM used u JOIN base b ON b.domain = u.type"
	" JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'"
	" JOIN pg_constraint c ON c.contypid = u.type AND c.contype = 'c'"
	" JOIN pg_class r ON r.oid = u.relid"
	" JOIN pg_namespace n ON n.oid = r.relnamespace WHERE " PROVE_USERS_OWN("n");

struct kind {
	const char *list, *many;
};
static const struct kind kinds[] = {
	{ foreign_keys, "foreign keys" },
	{ row_checks, "CHECK constraints" },
	{ domain_checks, "columns with constraints of domains" },
};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static int report_uncounted(struct proof_defects *d, const PGresult *list, int row,
			    const PGresult *result, struct error *err)
{
	char name[PROOF_NAME_SIZE], table[PROOF_NAME_SIZE], words[PROOF_WORDS_SIZE];
	struct check base = { .verdict = VERDICT_WARN, .expected = "0 violating rows" };

	(void)proof_name("", PQgetvalue(list, row, NAME), name);
	base.subject =
		proof_name(PQgetvalue(list, row, SCHEMA), PQgetvalue(list, row, TABLE), table);
	base.found = proof_words(result, words);
	return proof_defect(d, base, err,
			    "the rows of table %s that violate the %s %s cannot be counted: %s",
			    table, PQgetvalue(list, row, KIND), name, words);
}

static int report_violated(struct proof_defects *d, const PGresult *list, int row,
			   const PGresult *result, struct error *err)
{
	const char *many = PQgetvalue(result, 0, 0), *verb = strcmp(many, "1") == 0 ? "" : "s";
	char name[PROOF_NAME_SIZE], table[PROOF_NAME_SIZE], key[120], found[80];
	bool validated = PQgetvalue(list, row, VALIDATED)[0] == 't';
	struct check base = { .verdict = validated ? VERDICT_FAIL : VERDICT_WARN,
			      .expected = "0 violating rows",
			      .found = found };

	(void)proof_name("", PQgetvalue(list, row, NAME), name);
	base.subject =
		proof_name(PQgetvalue(list, row, SCHEMA), PQgetvalue(list, row, TABLE), table);
	(void)quote_text(PQgetvalue(result, 0, 1), key, sizeof(key));
	(void)snprintf(found, sizeof(found), "%.40s violating row%s", many, verb);
	return proof_defect(d, base, err,
			    "%.40s row%s of table %s violate%s the %s %s, such as (%s)%s", many,
			    verb, table, *verb ? "" : "s", PQgetvalue(list, row, KIND), name, key,
			    validated ? "" :
					"; the constraint is NOT VALID, so the source may have "
					"them, too");
}

static int judge(struct proof_defects *d, const PGresult *list, const struct proof_query *query,
		 struct error *err)
{
	for (int i = 0; i < PQntuples(list); i++) {
		const PGresult *result = query[i].result;
		int rc = 0;

		if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
			rc = report_uncounted(d, list, i, result, err);
		else if (strcmp(PQgetvalue(result, 0, 0), "0") != 0)
			rc = report_violated(d, list, i, result, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int count_violators(struct proof *p, const PGresult *list, struct proof_defects *d,
			   struct error *err)
{
	struct proof_query *query = proof_run_rows(p, list, QUERY, NAME, err);
	int rc;

	if (!query)
		return -1;
	rc = judge(d, list, query, err);
	proof_queries_free(query, (size_t)PQntuples(list));
	return rc;
}

static int report_sound(struct proof *p, const int counts[KINDS], struct error *err)
{
	struct check base = { .verdict = VERDICT_PASS,
			      .expected = "0 violating rows",
			      .found = "0 violating rows" };

	if (counts[0] + counts[1] + counts[2] == 0)
		return proof_add(p, CHECK_CONSTRAINTS, (struct check){ .verdict = VERDICT_SKIPPED },
				 err, "there are no foreign keys and no CHECK constraints");
	return proof_add(p, CHECK_CONSTRAINTS, base, err, "every row keeps %d %s, %d %s and %d %s",
			 counts[0], kinds[0].many, counts[1], kinds[1].many, counts[2],
			 kinds[2].many);
}

int prove_constraints(struct proof *p, struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_CONSTRAINTS };
	int counts[KINDS] = { 0 };

	for (size_t i = 0; i < KINDS; i++) {
		CLEANUP(cleanup_result)
		PGresult *list = session_query(p->session, kinds[i].list, err);

		if (!list)
			return -1;
		counts[i] = PQntuples(list);
		if (count_violators(p, list, &defects, err) < 0)
			return -1;
	}
	if (defects.count)
		return proof_defects_end(&defects, "constraints with violating rows", err);
	return report_sound(p, counts, err);
}
