/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery time and recovery point of the platform, as they were measured. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "drill/record.h"
#include "plan/drill/drill.intern.h"

bool drill_fell_short(const struct drill_state *s)
{
	if (!s->done)
		return true;
	return s->step->work == DRILL_WORK_JUDGE ? s->erred : s->failed;
}

/* The step under way cannot tell of itself. */
static bool stands_in_the_way(const struct plan_run *run, const struct drill *d,
			      const struct drill_state *s)
{
	return s && s != drill_state_of(run, d) && s->step->on_clock && drill_fell_short(s);
}

/*
 * The earliest step, of `end` and those that come before it, for which the platform cannot be
 * called recovered; NULL: none. `counts` has a place for each step of the plan, all false.
 */
static const struct drill_state *what_failed(const struct plan_run *run, const struct drill *d,
					     const struct drill_state *end, bool *counts)
{
	const struct drill_plan *p = d->plan;
	const struct drill_state *found = NULL;

	counts[end->step - p->step] = true;
	for (size_t i = p->step_count; i-- > 0;) {
		const struct drill_step *step = &p->step[p->order[i]];
		const struct drill_state *s = drill_state_by_id(d, step->id);

		if (!counts[p->order[i]])
			continue;
		if (stands_in_the_way(run, d, s))
			found = s;
		for (size_t k = 0; k < step->after.count; k++)
			counts[step->before[k]] = true;
	}
	return found;
}

const char *drill_not_validated(const struct plan_run *run, struct drill *d,
				const struct drill_state *end)
{
	CLEANUP(cleanup_free)
	bool *counts = calloc(d->plan->step_count + 1, sizeof(*counts));
	const struct drill_state *failed;
	const char *ended;

	if (!counts)
		return NULL;
	failed = what_failed(run, d, end, counts);
	ended = drill_service_ended(d, end->ended_ns ? end->ended_ns : clock_wall_ns());
	if (ended && (!failed || failed == end))
		return ended;
	if (failed)
		return drill_say_short(d, failed);
	return drill_plan_restores(d->plan) ? "" : DRILL_RESTORES_NOTHING;
}

/* It ends with the plan's `validated`, which may be the step under way. */
static int judge_time(struct plan_run *run, struct drill *d, struct error *err)
{
	const struct drill_state *end = drill_state_by_id(d, d->plan->validated);
	const char *why;
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_RECOVERY_TIME,
			      .expected = quantity_format_duration(drill_rto_of(d), want),
			      .found = "not recovered" };
	int64_t end_ns;

	if (!d->t0_ns || !end)
		return judge_skipped(run, &q, err, "the drill did not begin");
	why = drill_not_validated(run, d, end);
	if (!why)
		return error_set(err, ERROR_NOMEM, "no memory for a drill");
	if (*why)
		return judge(run, &q, false, err, "the platform was not shown to be recovered: %s",
			     why);
	if (end->left_out)
		return judge_as(run, &q, VERDICT_ERROR, err,
				"nobody validated the platform: \"%s\" was left out",
				end->step->title);
	end_ns = end->ended_ns ? end->ended_ns : clock_wall_ns();
	q.found = quantity_format_duration(end_ns - d->t0_ns, got);
	return judge(run, &q, end_ns - d->t0_ns <= drill_rto_of(d), err,
		     "recovered and validated %s after T0, objective %s", got, want);
}

int drill_judge(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	(void)step;
	if (drill_look_at_standbys(run, d, err) < 0 || drill_look_at_services(run, d, err) < 0 ||
	    judge_time(run, d, err) < 0)
		return -1;
	return drill_judge_point(run, d, err);
}
