/* SPDX-License-Identifier: Apache-2.0 */
#include "history/tally.h"

#include <string.h>

#include "history/store.h"

/* As in the schema: `bucket` of step_tally. */
const int64_t tally_step_bounds[STEP_BUCKETS] = { 60, 300, 900, 1800, 3600, 7200, 14400 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "history: no memory for counts");
}

void run_tallies_release(struct run_tallies *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->item[i].kind);
	free(t->item);
	*t = (struct run_tallies){ 0 };
}

static int add_run_tally(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct run_tallies *out = cookie;
	void *items = out->item;
	struct run_tally *t = store_slot(&items, out->count, sizeof(*t));

	out->item = items;
	if (!t)
		return no_memory(err);
	t->kind = strdup(store_text(s, 0));
	if (!t->kind)
		return no_memory(err);
	t->started = (uint64_t)sqlite3_column_int64(s, 1);
	t->failed = (uint64_t)sqlite3_column_int64(s, 2);
	t->errors = (uint64_t)sqlite3_column_int64(s, 3);
	out->count++;
	return 0;
}

static int read_run_tallies(struct history *h, struct run_tallies *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "SELECT kind, started, failed, errors FROM run_tally ORDER BY kind",
			  &s, err) < 0)
		return -1;
	return store_each_row(h, s, add_run_tally, out, err);
}

static int count_cut_short(struct history *h, const char *id, struct run_tallies *t,
			   struct error *err)
{
	struct run run = { 0 };

	if (history_load_brief(h, id, &run, err) < 0)
		return -1;
	for (size_t i = 0; run.finished_ns && i < t->count; i++) {
		if (strcmp(t->item[i].kind, run.kind) != 0)
			continue;
		t->item[i].failed += run.verdict == VERDICT_FAIL;
		t->item[i].errors += run.verdict == VERDICT_ERROR;
	}
	run_release(&run);
	return 0;
}

int history_tally_runs(struct history *h, struct run_tallies *out, struct error *err)
{
	CLEANUP(cleanup_free)
	char(*ids)[RUN_ID_SIZE] = NULL;
	size_t count = 0;
	int rc = 0;

	*out = (struct run_tallies){ 0 };
	/* one that ends between the questions is counted the next time: never twice */
	rc = read_run_tallies(h, out, err);
	if (rc == 0)
		rc = query_unfinished(h, &ids, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = count_cut_short(h, ids[i], out, err);
	if (rc < 0)
		run_tallies_release(out);
	return rc;
}

void step_tallies_release(struct step_tallies *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->item[i].kind);
		free(t->item[i].step);
	}
	free(t->item);
	*t = (struct step_tallies){ 0 };
}

static struct step_tally *step_tally_of(struct step_tallies *out, const char *kind,
					const char *step)
{
	struct step_tally *t = out->count ? &out->item[out->count - 1] : NULL;
	void *items = out->item;

	/* rows come by kind and step */
	if (t && strcmp(t->kind, kind) == 0 && strcmp(t->step, step) == 0)
		return t;
	t = store_slot(&items, out->count, sizeof(*t));
	out->item = items;
	if (!t)
		return NULL;
	out->count++;
	t->kind = strdup(kind);
	t->step = strdup(step);
	return t->kind && t->step ? t : NULL;
}

static size_t bucket_of(int64_t bound)
{
	for (size_t i = 0; i < STEP_BUCKETS; i++) {
		if (tally_step_bounds[i] == bound)
			return i;
	}
	return STEP_BUCKETS;
}

int history_tally_steps(struct history *h, struct step_tallies *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct step_tallies){ 0 };
	if (store_prepare(h,
			  "SELECT kind, step, bucket, count, sum FROM step_tally"
			  " ORDER BY kind, step",
			  &s, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		struct step_tally *t = step_tally_of(out, store_text(s, 0), store_text(s, 1));

		if (!t) {
			rc = no_memory(err);
			break;
		}
		t->count[bucket_of(sqlite3_column_int64(s, 2))] +=
			(uint64_t)sqlite3_column_int64(s, 3);
		t->sum_ns += sqlite3_column_int64(s, 4);
	}
	if (rc < 0)
		step_tallies_release(out);
	return rc;
}

int history_tally_messages(struct history *h, const char *receiver, struct message_tally *out,
			   struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	*out = (struct message_tally){ 0 };
	if (store_prepare(h,
			  "SELECT coalesce(t.sent, 0), coalesce(t.given_up, 0),"
			  " (SELECT count(*) FROM outbox"
			  "   WHERE receiver = a.name AND state = 'waiting')"
			  " FROM (SELECT ?1 AS name) a"
			  " LEFT JOIN message_tally t ON t.receiver = a.name",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, receiver, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	out->sent = (uint64_t)sqlite3_column_int64(s, 0);
	out->given_up = (uint64_t)sqlite3_column_int64(s, 1);
	out->waiting = (uint64_t)sqlite3_column_int64(s, 2);
	return 0;
}
