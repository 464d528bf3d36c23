/* SPDX-License-Identifier: Apache-2.0 */
/* Every table is read for statistics: what cannot be read or computed shows here. */
#include "base/quantity.h"
#include "base/clock.h"
#include "component/postgres/prove.intern.h"

static const char tables[] =
	"SELECT n.nspname, c.relname, format('ANALYZE %I.%I', n.nspname, c.relname)"
	" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'"
	" AND (c.relkind <> 'm' OR c.relispopulated) AND " PROVE_USERS_OWN(
		"n") " ORDER BY c.relpages DESC, c.oid";

static int judge(struct proof *p, const PGresult *list, const struct proof_query *query,
		 int64_t took_ns, struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_ANALYZE };
	char name[PROOF_NAME_SIZE], words[PROOF_WORDS_SIZE], took[QUANTITY_TEXT_SIZE];
	int count = PQntuples(list);

	for (int i = 0; i < count; i++) {
		struct check base = { .verdict = VERDICT_FAIL, .expected = "statistics" };

		if (PQresultStatus(query[i].result) == PGRES_COMMAND_OK)
			continue;
		base.subject = proof_name(PQgetvalue(list, i, 0), PQgetvalue(list, i, 1), name);
		base.found = proof_words(query[i].result, words);
		if (proof_defect(&defects, base, err, "table %s cannot be analyzed: %s", name,
				 words) < 0)
			return -1;
	}
	if (defects.count)
		return proof_defects_end(&defects, "tables that cannot be analyzed", err);
	return proof_add(p, CHECK_ANALYZE, (struct check){ .verdict = VERDICT_PASS }, err,
			 "%d tables were analyzed in %s", count,
			 quantity_format_duration(took_ns, took));
}

int prove_analyze(struct proof *p, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *list = session_query(p->session, tables, err);
	int64_t began_ns = clock_monotonic_ns();
	struct proof_query *query;
	int rc;

	if (!list)
		return -1;
	query = proof_run_rows(p, list, 2, 1, err);
	if (!query)
		return -1;
	rc = judge(p, list, query, clock_monotonic_ns() - began_ns, err);
	proof_queries_free(query, (size_t)PQntuples(list));
	return rc;
}
