/* SPDX-License-Identifier: Apache-2.0 */
/* One whole run, as its events tell it. */
#include <string.h>

#include "history/query.intern.h"

static int start_run(struct run *run, sqlite3_stmt *s, struct error *err)
{
	bool failed = false;

	(void)snprintf(run->id, sizeof(run->id), "%s", store_text(s, COLUMN_RUN));
	run->started_ns = sqlite3_column_int64(s, COLUMN_AT);
	run->kind = query_keep(run, s, COLUMN_KIND, &failed);
	run->platform = query_keep(run, s, COLUMN_PLATFORM, &failed);
	run->host = query_keep(run, s, COLUMN_HOST, &failed);
	run->version = query_keep(run, s, COLUMN_VERSION, &failed);
	run->command = query_keep(run, s, COLUMN_COMMAND, &failed);
	run->set = "";
	return failed ? query_no_memory(err) : 0;
}

static int finish_run(struct run *run, sqlite3_stmt *s, struct error *err)
{
	bool failed = false;

	/* a run that was recovered ended when it was cut short, not when that was noticed */
	run->finished_ns = run->started_ns + sqlite3_column_int64(s, COLUMN_DURATION);
	run->verdict = query_verdict(s, COLUMN_VERDICT);
	run->set = query_keep(run, s, COLUMN_BACKUP_SET, &failed);
	return failed ? query_no_memory(err) : 0;
}

static struct run_step *add_step(struct run *run, sqlite3_stmt *s, size_t *capacity,
				 struct error *err)
{
	bool failed = false;
	struct run_step *step;

	checks_begin_again(&run->checks, store_text(s, COLUMN_STEP));
	if (run->step_count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 16;
		struct run_step *grown = arena_alloc(&run->arena, wanted * sizeof(*grown));

		if (!grown) {
			(void)query_no_memory(err);
			return NULL;
		}
		if (run->step_count)
			memcpy(grown, run->step, run->step_count * sizeof(*grown));
		run->step = grown;
		*capacity = wanted;
	}
	step = &run->step[run->step_count];
	*step = (struct run_step){ .started_ns = sqlite3_column_int64(s, COLUMN_AT),
				   .duration_ns = -1 };
	step->id = query_keep(run, s, COLUMN_STEP, &failed);
	step->component = query_keep(run, s, COLUMN_COMPONENT, &failed);
	/* a step that never started has no title of its own */
	step->title = strcmp(store_text(s, COLUMN_TYPE), event_type_id(EVENT_STEP_STARTED)) == 0 ?
			      query_keep(run, s, COLUMN_MESSAGE, &failed) :
			      "";
	if (failed) {
		(void)query_no_memory(err);
		return NULL;
	}
	run->step_count++;
	return step;
}

static int finish_step(struct run *run, sqlite3_stmt *s, size_t *capacity, struct error *err)
{
	struct run_step *step = run_find_step(run, store_text(s, COLUMN_STEP));

	if (!step)
		step = add_step(run, s, capacity, err);
	if (!step)
		return -1;
	step->duration_ns = sqlite3_column_int64(s, COLUMN_DURATION);
	step->verdict = query_verdict(s, COLUMN_VERDICT);
	if (checks_end_again(&run->checks, step->id, step->verdict, &run->superseded) < 0)
		return query_no_memory(err);
	return 0;
}

static int add_check(struct run *run, sqlite3_stmt *s, struct error *err)
{
	struct check check = { .name = store_text(s, COLUMN_NAME),
			       .component = store_text(s, COLUMN_COMPONENT),
			       .subject = store_text(s, COLUMN_SUBJECT),
			       .verdict = query_verdict(s, COLUMN_VERDICT),
			       .expected = store_text(s, COLUMN_EXPECTED),
			       .found = store_text(s, COLUMN_FOUND),
			       .message = store_text(s, COLUMN_MESSAGE),
			       .hint = store_text(s, COLUMN_HINT),
			       .required = sqlite3_column_int(s, COLUMN_REQUIRED) != 0,
			       .step = store_text(s, COLUMN_STEP) };

	return checks_add_last(&run->checks, &check) < 0 ? query_no_memory(err) : 0;
}

static int add_note(struct run *run, sqlite3_stmt *s, struct error *err)
{
	void *notes = run->note;
	struct run_note *note = store_slot(&notes, run->note_count, sizeof(*note));
	bool failed = false;

	run->note = notes;
	if (!note)
		return query_no_memory(err);
	*note = (struct run_note){ .component = query_keep(run, s, COLUMN_COMPONENT, &failed),
				   .name = query_keep(run, s, COLUMN_SUBJECT, &failed),
				   .text = query_keep(run, s, COLUMN_MESSAGE, &failed),
				   .at_ns = sqlite3_column_int64(s, COLUMN_AT) };
	run->note_count++;
	return failed ? query_no_memory(err) : 0;
}

static int apply_row(struct run *run, sqlite3_stmt *s, size_t *steps, struct error *err)
{
	const char *type = store_text(s, COLUMN_TYPE);

	if (strcmp(type, event_type_id(EVENT_RUN_STARTED)) == 0)
		return start_run(run, s, err);
	if (strcmp(type, event_type_id(EVENT_RUN_FINISHED)) == 0)
		return finish_run(run, s, err);
	if (strcmp(type, event_type_id(EVENT_CHECK)) == 0)
		return add_check(run, s, err);
	if (strcmp(type, event_type_id(EVENT_STEP_STARTED)) == 0)
		return add_step(run, s, steps, err) ? 0 : -1;
	if (strcmp(type, event_type_id(EVENT_STEP_FINISHED)) == 0)
		return finish_step(run, s, steps, err);
	if (strcmp(type, event_type_id(EVENT_NOTE)) == 0)
		return add_note(run, s, err);
	return 0;
}

int query_run(struct history *h, const char *id, struct run *out, int64_t *last_sign_ns,
	      struct error *err)
{
	static const char sql[] = "SELECT "
#define X(id, column) #column ","
		EVENT_COLUMNS(X)
#undef X
			"seq FROM event WHERE run = ? ORDER BY seq";
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	size_t steps = 0; /* for how many there is room */
	int rc;

	*out = (struct run){ .set = "" };
	if (store_prepare(h, sql, &s, err) < 0 || store_bind_text(h, s, 1, id, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		*last_sign_ns = sqlite3_column_int64(s, COLUMN_AT);
		rc = apply_row(out, s, &steps, err);
		if (rc < 0)
			break;
	}
	if (rc < 0) {
		run_release(out);
		return -1;
	}
	if (!out->finished_ns)
		out->verdict = checks_verdict(&out->checks);
	return out->id[0] ? 0 : 1;
}
