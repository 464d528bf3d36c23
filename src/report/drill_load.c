/* SPDX-License-Identifier: Apache-2.0 */
/* What the report of a drill needs of the history. */
#include <string.h>

#include "history/entry.h"
#include "report/drill.h"
#include "report/past_drill.h"

enum { EARLIER_MAX = 6 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the report of a drill");
}

/* Was there something left to do of it when the drill began? */
static bool is_carried_over(const struct action *a, const struct run *run)
{
	return a->added_ns <= run->started_ns && (!a->done || a->done_ns > run->started_ns);
}

static int choose_actions(struct report_drill *d, const struct run *run, struct error *err)
{
	d->action = arena_alloc(&d->arena, (d->actions.count + 1) * sizeof(const struct action *));
	if (!d->action)
		return no_memory(err);
	for (size_t i = 0; i < d->actions.count; i++) {
		const struct action *a = &d->actions.item[i];

		if (strcmp(a->run, run->id) == 0 || is_carried_over(a, run))
			d->action[d->action_count++] = a;
	}
	return 0;
}

static bool knows_duration(const struct report_drill *d, const char *step)
{
	for (size_t i = 0; i < d->duration_count; i++) {
		if (strcmp(d->duration[i].step, step) == 0)
			return true;
	}
	return false;
}

/* What a step was named in an older plan and what it did may differ: names are all there is. */
static int keep_durations(struct report_drill *d, const struct drill_record *r, struct error *err)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *s = &r->step[i];
		const char *id;

		if (s->state != DRILL_STEP_DONE || s->duration_ns < 0 ||
		    knows_duration(d, s->plan->id) ||
		    !drill_plan_step(&d->record.plan, s->plan->id))
			continue;
		id = arena_strdup(&d->arena, s->plan->id);
		if (!id)
			return no_memory(err);
		d->duration[d->duration_count++] =
			(struct drill_duration){ .step = id, .ns = s->duration_ns };
	}
	return 0;
}

static int keep_earlier(struct report_drill *d, const struct drill_record *r, struct error *err)
{
	struct drill_earlier *e = &d->earlier[d->earlier_count++];

	*e = (struct drill_earlier){ .began_ns = r->t0_ns ? r->t0_ns : r->run->started_ns,
				     .rto = r->rto,
				     .rpo = r->rpo,
				     .verdict = r->verdict };
	(void)snprintf(e->run, sizeof(e->run), "%s", r->run->id);
	return keep_durations(d, r, err);
}

/* One whose plan this muster cannot read is no reason to tell nothing of this drill. */
static int read_earlier(struct history *h, const char *id, struct report_drill *d,
			struct error *err)
{
	CLEANUP(past_drill_release)
	struct past_drill earlier = { .run = { .kind = NULL } };
	int rc = past_drill_load(h, id, &earlier, err);

	return rc > 0 ? keep_earlier(d, &earlier.record, err) : rc;
}

static int read_all_earlier(struct history *h, const struct run *drills, size_t count,
			    struct report_drill *d, struct error *err)
{
	d->earlier = arena_alloc(&d->arena, EARLIER_MAX * sizeof(*d->earlier));
	d->duration =
		arena_alloc(&d->arena, (d->record.plan.step_count + 1) * sizeof(*d->duration));
	if (!d->earlier || !d->duration)
		return no_memory(err);
	for (size_t i = 0; i < count && d->earlier_count < EARLIER_MAX; i++) {
		if (drills[i].finished_ns && read_earlier(h, drills[i].id, d, err) < 0)
			return -1;
	}
	return 0;
}

static int load(struct history *h, const struct run *run, int64_t now_ns, struct report_drill *d,
		struct error *err)
{
	const struct history_filter before = { .kind = "drill", .until_ns = run->started_ns };
	struct run *drills = NULL;
	size_t count = 0;
	int rc;

	if (history_entries(h, run->id, 0, &d->entries, err) < 0 ||
	    drill_record_build(run, &d->entries, now_ns, &d->record, err) < 0 ||
	    history_actions(h, true, &d->actions, err) < 0 ||
	    history_list(h, &before, &drills, &count, err) < 0)
		return -1;
	rc = choose_actions(d, run, err);
	if (rc == 0)
		rc = read_all_earlier(h, drills, count, d, err);
	history_free_runs(drills, count);
	if (rc == 0)
		drill_record_expect(&d->record, d->duration, d->duration_count);
	return rc;
}

int report_drill_load(struct history *h, const struct run *run, int64_t now_ns,
		      struct report_drill *out, struct error *err)
{
	if (load(h, run, now_ns, out, err) == 0)
		return 0;
	report_drill_release(out);
	return -1;
}

void report_drill_release(struct report_drill *d)
{
	drill_record_release(&d->record);
	entries_release(&d->entries);
	actions_release(&d->actions);
	arena_release(&d->arena);
	*d = (struct report_drill){ 0 };
}
