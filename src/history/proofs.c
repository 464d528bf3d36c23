/* SPDX-License-Identifier: Apache-2.0 */
/* What restore tests and drills have proven of each backup set. */
#include "history/store.h"

#include <string.h>

#include "history/proven.h"

/*
 * Per finished restore test or drill and component: when it ended and the component's verdict, which
 * what concerns the run as a whole (an interruption, a step of no component) weighs upon.
 * `proof` tells whether something was restored and held against the backup at all.
 */
static const char proofs_sql[] =
	"WITH tested AS ("
	"  SELECT s.run, s.at + f.duration AS ended, c.component,"
	"    max(c.verdict = 'warn') AS warned,"
	"    max((c.verdict = 'fail' OR " PROVEN_UNTOLD ") AND" STORE_STANDS ") AS bad,"
	"    max(" PROVEN_BY ") AS proof"
	"  FROM event s"
	"  JOIN event f ON f.run = s.run AND f.type = 'run-finished'"
	"  JOIN event c ON c.run = s.run AND c.type = 'check' AND c.component IS NOT NULL"
	"  WHERE s.type = 'run-started' AND s.kind IN (" PROVEN_KINDS ")"
	"    AND" STORE_HAS_COME "    AND (?1 IS NULL OR c.component = ?1)"
	"    AND NOT EXISTS (SELECT 1 FROM event c WHERE c.run = s.run AND c.type = 'check'"
	"      AND " PROVEN_OF_COURSE " AND (c.verdict = 'fail' OR " PROVEN_UNTOLD
	") AND" STORE_STANDS ")"
	"  GROUP BY s.run, c.component),"
	/* each component's set is its own: that of what was read of it */
	" proven AS ("
	"  SELECT t.*, (SELECT r.backup_set FROM event e JOIN file_reading r ON r.id = e.seq"
	"      WHERE e.component = t.component AND e.run = t.run AND e.type = 'facts' LIMIT 1)"
	"    AS backup_set"
	"  FROM tested t WHERE t.proof AND NOT t.bad)"
	/* with max() alone, SQLite takes the other columns from the row that has it */
	" SELECT max(t.ended), t.run, t.backup_set, t.component, t.warned,"
	"   (SELECT sum(r.duration) FROM event r WHERE r.run = t.run"
	"      AND r.type = 'step-finished' AND substr(r.step, 1, 8) = 'restore '"
	"      AND EXISTS (SELECT 1 FROM event b WHERE b.run = r.run AND b.step = r.step"
	"        AND b.type IN ('step-started', 'step-finished') AND b.component = t.component))"
	" FROM proven t WHERE t.backup_set <> ''"
	" GROUP BY t.backup_set, t.component"
	" ORDER BY t.backup_set DESC, t.component";

static int read_proof(sqlite3_stmt *s, struct proof *out, struct error *err)
{
	const char *component = store_text(s, 3);

	*out = (struct proof){ .proven_ns = sqlite3_column_int64(s, 0),
			       .verdict = sqlite3_column_int(s, 4) ? VERDICT_WARN : VERDICT_PASS,
			       .restore_ns = sqlite3_column_int64(s, 5) };
	(void)snprintf(out->run, sizeof(out->run), "%s", store_text(s, 1));
	(void)snprintf(out->set, sizeof(out->set), "%s", store_text(s, 2));
	out->component = strdup(component);
	return out->component ? 0 : error_set(err, ERROR_NOMEM, "history: no memory for proofs");
}

void proofs_release(struct proofs *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->item[i].component);
	free(p->item);
	*p = (struct proofs){ 0 };
}

static int append_proof(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct proofs *out = cookie;
	void *items = out->item;
	struct proof *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return error_set(err, ERROR_NOMEM, "history: no memory for proofs");
	if (read_proof(s, slot, err) < 0)
		return -1;
	out->count++;
	return 0;
}

int history_proofs(struct history *h, const char *component, struct proofs *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct proofs){ 0 };
	if (store_prepare(h, proofs_sql, &s, err) < 0 ||
	    store_bind_text(h, s, 1, component, err) < 0)
		return -1;
	rc = store_each_row(h, s, append_proof, out, err);
	if (rc < 0)
		proofs_release(out);
	return rc;
}

const struct proof *proofs_find(const struct proofs *p, const char *set, const char *component)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->item[i].set, set) == 0 &&
		    strcmp(p->item[i].component, component) == 0)
			return &p->item[i];
	}
	return NULL;
}
