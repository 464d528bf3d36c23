/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs there are, and how one that has no end is to be seen. */
#include "history/query.intern.h"

#include <string.h>

#include "base/clock.h"
#include "history/lock.h"

#define FROM_RUNS                                                                                  \
	" FROM event s LEFT JOIN event f ON f.run = s.run AND f.type = 'run-finished'"             \
	" WHERE s.type = 'run-started'"

const char *query_keep(struct run *run, sqlite3_stmt *s, int column, bool *failed)
{
	const char *copy = arena_strdup(&run->arena, store_text(s, column));

	*failed |= !copy;
	return copy ? copy : "";
}

int query_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "history: no memory for a run");
}

enum verdict query_verdict(sqlite3_stmt *s, int column)
{
	enum verdict v = VERDICT_ERROR;

	return verdict_parse(store_text(s, column), &v) ? v : VERDICT_ERROR;
}

static void copy_id(char out[RUN_ID_SIZE], const char *id)
{
	(void)snprintf(out, RUN_ID_SIZE, "%s", id);
}

static int is_under_way(struct history *h, const char *id, bool *out, struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	/* a history in memory is its writer's alone, who lives */
	if (h->in_memory) {
		*out = true;
		return 0;
	}
	if (history_holders(h, &holders, err) < 0)
		return -1;
	*out = holders_know_run(&holders, id);
	return 0;
}

/* A run without an end that no living process answers for is shown as it will be recovered. */
static int settle_open_end(struct history *h, const char *id, struct run *run, struct error *err)
{
	int64_t last_sign_ns = 0;
	bool under_way = false;

	if (is_under_way(h, id, &under_way, err) < 0)
		return -1;
	if (under_way)
		return 0;
	/* it may have ended since it was read: only without the lock is what it left the last word */
	run_release(run);
	if (query_run(h, id, run, &last_sign_ns, err) < 0)
		return -1;
	if (run->finished_ns)
		return 0;
	if (unfinished_look(h, run, &last_sign_ns, &run->unattended, err) < 0)
		return -1;
	if (run->unattended)
		return 0;
	run->finished_ns = last_sign_ns;
	return history_judge_interrupted(run, last_sign_ns, err);
}

static int load_exact(struct history *h, const char *id, struct run *out, struct error *err)
{
	int64_t last_sign_ns = 0;
	int rc = query_run(h, id, out, &last_sign_ns, err);

	if (rc > 0)
		return error_set(err, ERROR_NOT_FOUND, "no run %s in the history", id);
	if (rc == 0 && !out->finished_ns && settle_open_end(h, id, out, err) < 0) {
		run_release(out);
		rc = -1;
	}
	return rc;
}

static int resolve_latest(struct history *h, char out[RUN_ID_SIZE], struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h,
			  "SELECT s.run FROM event s WHERE s.type = 'run-started'"
			  " AND" STORE_HAS_COME " ORDER BY s.at DESC LIMIT 1",
			  &s, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc == 0) {
		(void)error_set(err, ERROR_NOT_FOUND, "the history holds no run yet");
		return error_hint(err, "`muster verify` makes the first");
	}
	if (rc > 0)
		copy_id(out, store_text(s, 0));
	return rc < 0 ? -1 : 0;
}

static int resolve_prefix(struct history *h, const char *prefix, char out[RUN_ID_SIZE],
			  struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	char second[RUN_ID_SIZE];
	int rc;

	/* ids are ASCII, so '~' ends the range of what starts with the prefix */
	if (store_prepare(h,
			  "SELECT run FROM event WHERE type = 'run-started'"
			  " AND run >= ?1 AND run < ?1 || '~' ORDER BY run LIMIT 2",
			  &s, err) < 0 ||
	    sqlite3_bind_text(s, 1, prefix, -1, SQLITE_STATIC) != SQLITE_OK)
		return -1;
	rc = store_step(h, s, err);
	if (rc == 0) {
		(void)error_set(err, ERROR_NOT_FOUND, "no run %s in the history", prefix);
		return error_hint(err, "`muster run list` shows them");
	}
	if (rc < 0)
		return -1;
	copy_id(out, store_text(s, 0));
	rc = strcmp(out, prefix) == 0 ? 0 : store_step(h, s, err);
	if (rc > 0) {
		copy_id(second, store_text(s, 0));
		return error_set(err, ERROR_NOT_FOUND, "%s could be %s, %s or more", prefix, out,
				 second);
	}
	return rc;
}

int history_load_brief(struct history *h, const char *id, struct run *out, struct error *err)
{
	char exact[RUN_ID_SIZE] = "";
	int rc;

	if (sink_flush(h, err) < 0)
		return -1;
	if (strcmp(id, "latest") == 0)
		rc = resolve_latest(h, exact, err);
	else
		rc = resolve_prefix(h, id, exact, err);
	return rc < 0 ? -1 : load_exact(h, exact, out, err);
}

int history_load(struct history *h, const char *id, struct run *out, struct error *err)
{
	if (history_load_brief(h, id, out, err) < 0)
		return -1;
	if (query_facts(h, out, err) == 0)
		return 0;
	run_release(out);
	return -1;
}

/* A row of the list: the start's columns, then the end's. */
static int list_row(struct history *h, sqlite3_stmt *s, struct run *run, struct error *err)
{
	bool failed = false;

	*run = (struct run){ .set = "" };
	if (sqlite3_column_type(s, 7) == SQLITE_NULL) {
		if (load_exact(h, store_text(s, 0), run, err) < 0)
			return -1;
		checks_release(&run->checks);
		checks_release(&run->superseded);
		free(TAKE(run->note));
		run->note_count = 0;
		run->step = NULL;
		run->step_count = 0;
		return 0;
	}
	copy_id(run->id, store_text(s, 0));
	run->started_ns = sqlite3_column_int64(s, 1);
	run->kind = query_keep(run, s, 2, &failed);
	run->platform = query_keep(run, s, 3, &failed);
	run->host = query_keep(run, s, 4, &failed);
	run->version = query_keep(run, s, 5, &failed);
	run->command = query_keep(run, s, 6, &failed);
	run->verdict = query_verdict(s, 7);
	run->finished_ns = run->started_ns + sqlite3_column_int64(s, 8);
	run->set = query_keep(run, s, 9, &failed);
	if (!failed)
		return 0;
	run_release(run);
	return query_no_memory(err);
}

/* Each condition stands only when asked for, so that an index can serve what is left. */
static int prepare_list(struct history *h, const struct history_filter *filter, sqlite3_stmt **s,
			struct error *err)
{
	char sql[1024];

	(void)snprintf(sql, sizeof(sql),
		       "SELECT s.run, s.at, s.kind, s.platform, s.host, s.version, s.command,"
		       " f.verdict, f.duration, f.backup_set" FROM_RUNS "%s%s%s%s%s"
		       " ORDER BY s.at DESC LIMIT ?5",
		       filter->kind ? " AND s.kind = ?1" : "",
		       filter->component ? " AND EXISTS (SELECT 1 FROM event c"
					   " WHERE c.component = ?2 AND c.run = s.run)" :
					   "",
		       filter->since_ns ? " AND s.at >= ?3" : "",
		       filter->until_ns ? " AND s.at < ?4" : "",
		       filter->has_come ? " AND" STORE_HAS_COME : "");
	if (store_prepare(h, sql, s, err) < 0)
		return -1;
	if ((filter->kind && store_bind_text(h, *s, 1, filter->kind, err) < 0) ||
	    (filter->component && store_bind_text(h, *s, 2, filter->component, err) < 0) ||
	    (filter->since_ns && store_bind_int(h, *s, 3, filter->since_ns, err) < 0) ||
	    (filter->until_ns && store_bind_int(h, *s, 4, filter->until_ns, err) < 0))
		return -1;
	return store_bind_int(h, *s, 5, filter->limit ? (int64_t)filter->limit : -1, err);
}

void history_free_runs(struct run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_release(&runs[i]);
	free(runs);
}

int history_list(struct history *h, const struct history_filter *filter, struct run **out,
		 size_t *count, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	void *runs = NULL;
	size_t n = 0;
	int rc;

	*out = NULL;
	*count = 0;
	if (sink_flush(h, err) < 0 || prepare_list(h, filter, &s, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		struct run *slot = store_slot(&runs, n, sizeof(*slot));

		rc = slot ? list_row(h, s, slot, err) : query_no_memory(err);
		if (rc < 0)
			break;
		n++;
	}
	if (rc < 0) {
		history_free_runs(runs, n);
		return -1;
	}
	*out = runs;
	*count = n;
	return 0;
}

int history_last_run(struct history *h, const char *kind, const char *component, struct run *out,
		     struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	char id[RUN_ID_SIZE] = "";
	int rc;

	if (store_prepare(h,
			  "SELECT s.run FROM event s WHERE s.type = 'run-started' AND s.kind = ?1"
			  " AND EXISTS (SELECT 1 FROM event f"
			  "   WHERE f.type = 'run-finished' AND f.run = s.run)"
			  " AND EXISTS (SELECT 1 FROM event c"
			  "   WHERE c.component = ?2 AND c.run = s.run)"
			  " AND" STORE_HAS_COME " ORDER BY s.at DESC LIMIT 1",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, kind, err) < 0 || store_bind_text(h, s, 2, component, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return error_set(err, ERROR_NOT_FOUND, "no %s of %s yet", kind, component);
	copy_id(id, store_text(s, 0));
	return load_exact(h, id, out, err);
}

int query_ids(struct history *h, const char *sql, char (**out)[RUN_ID_SIZE], size_t *count,
	      struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	void *ids = NULL;
	size_t n = 0;
	int rc;

	if (store_prepare(h, sql, &s, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		char *slot = store_slot(&ids, n, sizeof(**out));

		if (!slot) {
			rc = query_no_memory(err);
			break;
		}
		copy_id(slot, store_text(s, 0));
		n++;
	}
	if (rc < 0) {
		free(ids);
		return -1;
	}
	*out = ids;
	*count = n;
	return 0;
}

int query_unfinished(struct history *h, char (**out)[RUN_ID_SIZE], size_t *count, struct error *err)
{
	return query_ids(h,
			 "SELECT s.run FROM event s WHERE s.type = 'run-started'"
			 " AND NOT EXISTS (SELECT 1 FROM event f"
			 "   WHERE f.type = 'run-finished' AND f.run = s.run) ORDER BY s.at",
			 out, count, err);
}
