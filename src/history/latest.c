/* SPDX-License-Identifier: Apache-2.0 */
#include "history/latest.h"

#include <string.h>

#include "history/store.h"

/* enum verdict by the weight of a check */
#define WEIGHT                                                                                     \
	"CASE c.verdict WHEN 'pass' THEN 1 WHEN 'warn' THEN 2 WHEN 'fail' THEN 4"                  \
	" WHEN 'skipped' THEN iif(c.required, 3, 0) ELSE 3 END"

_Static_assert(VERDICT_SKIPPED == 0 && VERDICT_PASS == 1 && VERDICT_WARN == 2 &&
		       VERDICT_ERROR == 3 && VERDICT_FAIL == 4,
	       "WEIGHT tells them by their numbers");

#define FINISHED " EXISTS (SELECT 1 FROM event f WHERE f.type = 'run-finished' AND f.run = s.run)"

/* The finished runs of kind ?1 that have a word on component ?2, the newest first. */
#define RUNS_OF_COMPONENT                                                                          \
	"SELECT s.run FROM event s WHERE s.type = 'run-started' AND s.kind = ?1 AND" FINISHED      \
	" AND EXISTS (SELECT 1 FROM event w WHERE w.component = ?2 AND w.run = s.run"              \
	"   AND w.type = 'check')"                                                                 \
	" AND" STORE_HAS_COME " ORDER BY s.at DESC"

static const char checks_sql[] = "SELECT c.name, max(" WEIGHT ") FROM event c"
				 " WHERE c.component = ?2 AND c.type = 'check'"
				 " AND c.run = (" RUNS_OF_COMPONENT " LIMIT 1)"
				 " GROUP BY c.name ORDER BY c.name";

/* the plus keeps the index of components, which has nothing to say of those without one, away */
static const char platform_checks_sql[] =
	"SELECT c.name, max(" WEIGHT ") FROM event c"
	" WHERE +c.component IS NULL AND c.type = 'check' AND c.run = ("
	"   SELECT s.run FROM event s WHERE s.type = 'run-started' AND s.kind = ?1 AND" FINISHED
	"   AND" STORE_HAS_COME " ORDER BY s.at DESC LIMIT 1)"
	" GROUP BY c.name ORDER BY c.name";

int history_latest_checks(struct history *h, const char *kind, const char *component,
			  struct latest_checks *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	out->count = 0;
	if (store_prepare(h, component ? checks_sql : platform_checks_sql, &s, err) < 0 ||
	    store_bind_text(h, s, 1, kind, err) < 0 ||
	    (component && store_bind_text(h, s, 2, component, err) < 0))
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		struct latest_check *c = &out->item[out->count];

		if (out->count == LATEST_CHECKS_MAX)
			return 0;
		(void)snprintf(c->name, sizeof(c->name), "%s", store_text(s, 0));
		c->verdict = (enum verdict)sqlite3_column_int(s, 1);
		out->count++;
	}
	return rc;
}

int history_latest_found(struct history *h, const struct latest_question *q,
			 char out[LATEST_NAME_SIZE], struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	out[0] = '\0';
	if (store_prepare(h,
			  "SELECT c.found FROM (" RUNS_OF_COMPONENT " LIMIT 10) r"
			  " JOIN event c ON c.run = r.run AND c.component = ?2"
			  " WHERE c.type = 'check' AND c.name = ?3 AND c.verdict <> 'skipped'"
			  " ORDER BY c.seq DESC LIMIT 1",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, q->kind, err) < 0 ||
	    store_bind_text(h, s, 2, q->component, err) < 0 ||
	    store_bind_text(h, s, 3, q->check, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc > 0)
		(void)snprintf(out, LATEST_NAME_SIZE, "%s", store_text(s, 0));
	return rc < 0 ? -1 : 0;
}

static const char restore_sql[] =
	"SELECT (SELECT sum(f.size) FROM event e JOIN file_reading f ON f.id = e.seq"
	"   WHERE e.component = ?2 AND e.run = r.run AND e.type = 'facts' AND f.side = 'backup'),"
	" (SELECT sum(e.duration) FROM event e WHERE e.component = ?2 AND e.run = r.run"
	"   AND e.type = 'step-finished' AND e.verdict <> 'skipped'"
	"   AND substr(e.step, 1, 8) = 'restore ')"
	" FROM (" RUNS_OF_COMPONENT " LIMIT 10) r";

int history_latest_restore(struct history *h, const char *component, struct latest_restore *out,
			   struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct latest_restore){ 0 };
	if (store_prepare(h, restore_sql, &s, err) < 0 ||
	    store_bind_text(h, s, 1, "restore-test", err) < 0 ||
	    store_bind_text(h, s, 2, component, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		out->bytes = (uint64_t)sqlite3_column_int64(s, 0);
		out->duration_ns = sqlite3_column_int64(s, 1);
		if (out->bytes && out->duration_ns > 0)
			return 0;
	}
	*out = (struct latest_restore){ 0 };
	return rc;
}

/* The newest of the runs, newest first, that has an end. */
static void take_finished(const struct run *runs, size_t count, struct latest_run *out)
{
	for (size_t i = 0; !out->started_ns && i < count; i++) {
		if (runs[i].finished_ns)
			*out = (struct latest_run){ .started_ns = runs[i].started_ns,
						    .duration_ns = runs[i].finished_ns -
								   runs[i].started_ns,
						    .verdict = runs[i].verdict };
	}
}

int history_latest_run(struct history *h, const char *kind, struct latest_run *out,
		       struct error *err)
{
	struct history_filter filter = { .kind = kind, .has_come = true };
	size_t count = 0;

	*out = (struct latest_run){ 0 };
	/* the newest may be under way, as many of them as there are components */
	for (size_t limit = 2; !out->started_ns && count == filter.limit; limit *= 2) {
		struct run *runs = NULL;

		filter.limit = limit;
		if (history_list(h, &filter, &runs, &count, err) < 0)
			return -1;
		take_finished(runs, count, out);
		history_free_runs(runs, count);
	}
	return 0;
}

/* 1: the run has a word on each component of the scope. */
static int covers(struct history *h, sqlite3_stmt *word, const char *run,
		  const struct latest_scope *scope, struct error *err)
{
	int rc = 1;

	for (size_t i = 0; rc > 0 && i < scope->component_count; i++) {
		if (store_bind_text(h, word, 1, scope->component[i], err) < 0 ||
		    store_bind_text(h, word, 2, run, err) < 0 ||
		    store_bind_text(h, word, 3, scope->check, err) < 0)
			return -1;
		rc = store_step(h, word, err);
		(void)sqlite3_reset(word);
	}
	return rc;
}

int history_latest_covering(struct history *h, const struct latest_scope *scope,
			    struct latest_run *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *runs = NULL;
	CLEANUP(cleanup_statement)
	sqlite3_stmt *word = NULL;
	int rc;

	*out = (struct latest_run){ 0 };
	if (store_prepare(h,
			  "SELECT s.run, s.at, f.duration, f.verdict"
			  " FROM event s JOIN event f ON f.run = s.run AND f.type = 'run-finished'"
			  " WHERE s.type = 'run-started' AND s.kind = ?1"
			  " AND" STORE_HAS_COME " ORDER BY s.at DESC LIMIT 1000",
			  &runs, err) < 0 ||
	    store_prepare(h,
			  "SELECT 1 FROM event c WHERE c.component = ?1 AND c.run = ?2"
			  " AND (?3 IS NULL OR (c.type = 'check' AND c.name = ?3"
			  "   AND c.verdict <> 'skipped')) LIMIT 1",
			  &word, err) < 0 ||
	    store_bind_text(h, runs, 1, scope->kind, err) < 0)
		return -1;
	while ((rc = store_step(h, runs, err)) > 0) {
		enum verdict v = VERDICT_ERROR;

		(void)verdict_parse(store_text(runs, 3), &v);
		if (!scope->any_verdict && v != VERDICT_PASS && v != VERDICT_WARN)
			continue;
		rc = covers(h, word, store_text(runs, 0), scope, err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		*out = (struct latest_run){ .started_ns = sqlite3_column_int64(runs, 1),
					    .duration_ns = sqlite3_column_int64(runs, 2),
					    .verdict = v };
		return 0;
	}
	return rc;
}
