/* SPDX-License-Identifier: Apache-2.0 */
/* When a drill's steps could be done: T+ of each, against the milestones. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "config/complaints.h"
#include "drill/drill_plan.intern.h"

char *drill_t_clock(int64_t ns, char out[DRILL_T_SIZE])
{
	int64_t seconds = ns / NS_PER_SECOND;

	(void)snprintf(out, DRILL_T_SIZE, "T+%" PRId64 ":%02d:%02d", seconds / 3600,
		       (int)(seconds / 60 % 60), (int)(seconds % 60));
	return out;
}

char *drill_t_format(int64_t ns, char out[DRILL_T_SIZE])
{
	(void)drill_t_clock(ns, out);
	if (ns / NS_PER_SECOND % 60 == 0)
		out[strlen(out) - strlen(":00")] = '\0';
	return out;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Its begin is the latest end of what it waits for. What is done the next day is on no clock. */
static void set_clock(struct drill_plan *plan, struct drill_step *step)
{
	const bool waits = step->kind == DRILL_WAIT;

	if (plan->phase[step->phase].after_end)
		return;
	for (size_t i = 0; i < step->after.count; i++) {
		const struct drill_step *before = &plan->step[step->before[i]];

		if (!before->on_clock && strcmp(before->id, plan->start) != 0)
			continue;
		step->on_clock = true;
		step->begin_ns = later(step->begin_ns, before->end_ns);
		step->soonest_ns = later(step->soonest_ns, before->soonest_ns);
	}
	if (!step->on_clock)
		return;
	step->end_ns = step->begin_ns + step->objective_ns;
	step->soonest_ns += waits ? step->objective_ns : 0;
	plan->end_ns = later(plan->end_ns, step->end_ns);
}

static void check_milestone(struct drill_reading *r, const struct drill_step *step)
{
	const struct drill_phase *phase = &r->plan->phase[step->phase];
	char due[DRILL_T_SIZE], end[DRILL_T_SIZE];

	if (phase->milestone_ns < 0 || step->end_ns <= phase->milestone_ns)
		return;
	(void)drill_t_format(phase->milestone_ns, due);
	(void)drill_t_format(step->end_ns, end);
	if (step->soonest_ns > phase->milestone_ns)
		complain(r->complaints, &r->plan->source, step->mark,
			 "step \"%s\" cannot meet the milestone %s of its phase: the waits before "
			 "it end at %s",
			 step->id, due, drill_t_format(step->soonest_ns, end));
	else
		warn_about(r->complaints, &r->plan->source, step->mark,
			   "step \"%s\" misses the milestone %s of its phase when the steps "
			   "before it use their objectives up: it ends at %s then",
			   step->id, due, end);
}

void drill_check_clock(struct drill_reading *r)
{
	struct drill_plan *plan = r->plan;
	const struct drill_step *validated;

	for (size_t i = 0; i < plan->step_count; i++)
		set_clock(plan, &plan->step[plan->order[i]]);
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->step[i].on_clock)
			check_milestone(r, &plan->step[i]);
	}
	validated = drill_plan_step(plan, plan->validated);
	if (!validated->on_clock)
		complain(r->complaints, &plan->source, validated->mark,
			 "the recovery time ends with step \"%s\", which does not come after the "
			 "start, \"%s\"",
			 validated->id, plan->start);
}
