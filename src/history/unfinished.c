/* SPDX-License-Identifier: Apache-2.0 */
#include "history/unfinished.h"

#include <string.h>

#include "history/lock.h"

static int last_sign(struct history *h, const char *run, int64_t *out_ns, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "SELECT max((SELECT max(at) FROM event WHERE run = ?1), coalesce("
			  "  (SELECT max(recorded) FROM run_entry WHERE run = ?1), 0))",
			  &s, err) < 0 ||
	    store_bind_key(h, s, 1, run, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*out_ns = sqlite3_column_int64(s, 0);
	return 0;
}

/* A sign from far ahead, while a clock was wrong, keeps nothing open for years. */
static bool is_recent(int64_t sign_ns)
{
	int64_t ago_ns = clock_wall_ns() - sign_ns;

	return ago_ns < UNFINISHED_RESUMABLE_NS && ago_ns > -UNFINISHED_RESUMABLE_NS;
}

/* What was killed before it could tell its plan, nobody can go on with, or enter anything in. */
static int has_plan(struct history *h, const char *run, bool *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h,
			  "SELECT 1 FROM event WHERE run = ?1 AND type = 'note'"
			  " AND subject = 'plan.yaml' LIMIT 1",
			  &s, err) < 0 ||
	    store_bind_key(h, s, 1, run, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	*out = rc > 0;
	return rc < 0 ? -1 : 0;
}

int unfinished_look(struct history *h, const struct run *run, int64_t *last_sign_ns,
		    bool *resumable, struct error *err)
{
	*resumable = false;
	if (strcmp(run->kind, "drill") != 0)
		return 0;
	if (last_sign(h, run->id, last_sign_ns, err) < 0 ||
	    has_plan(h, run->id, resumable, err) < 0)
		return -1;
	*resumable = *resumable && is_recent(*last_sign_ns);
	return 0;
}

static int find_newest(struct history *h, struct history_drill *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h,
			  "SELECT s.run, s.at FROM event s"
			  " WHERE s.type = 'run-started' AND s.kind = 'drill'"
			  " AND NOT EXISTS (SELECT 1 FROM event f"
			  "   WHERE f.type = 'run-finished' AND f.run = s.run)"
			  " AND" STORE_HAS_COME " ORDER BY s.at DESC LIMIT 1",
			  &s, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc <= 0)
		return rc;
	(void)snprintf(out->run, sizeof(out->run), "%s", store_text(s, 0));
	out->started_ns = sqlite3_column_int64(s, 1);
	return last_sign(h, out->run, &out->last_sign_ns, err);
}

int history_unfinished_drill(struct history *h, struct history_drill *out, struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	*out = (struct history_drill){ .run = "" };
	if (sink_flush(h, err) < 0 || find_newest(h, out, err) < 0)
		return -1;
	if (!out->run[0])
		return 0;
	if (history_holders(h, &holders, err) < 0 ||
	    has_plan(h, out->run, &out->resumable, err) < 0)
		return -1;
	/* a history in memory is its writer's alone, who lives */
	out->alive = h->in_memory || holders_know_run(&holders, out->run);
	out->resumable = out->resumable && !out->alive && is_recent(out->last_sign_ns);
	return 0;
}
