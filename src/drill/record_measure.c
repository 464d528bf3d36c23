/* SPDX-License-Identifier: Apache-2.0 */
/* How long the platform took to recover in a drill, and what would have been lost. */
#include "drill/record.intern.h"

/*
 * The recovery ends when the validation passes: not when it has been gone through. What comes
 * before T0 is no part of it.
 */
int drill_record_validation(struct drill_record *r, struct error *err)
{
	bool *counts = arena_alloc(&r->arena, r->plan.step_count + 1);

	if (!counts)
		return drill_record_no_memory(err);
	/* what never began was not tried */
	if (r->validated && r->t0_ns)
		counts[r->validated - r->step] = true;
	for (size_t i = r->plan.step_count; i-- > 0;) {
		const struct drill_record_step *s = &r->step[r->plan.order[i]];

		if (!counts[r->plan.order[i]])
			continue;
		if (s->plan->on_clock && drill_step_has_ended(s) && drill_step_fell_short(s))
			r->unvalidated = s; /* the earliest is its cause */
		for (size_t k = 0; k < s->plan->after.count; k++)
			counts[s->plan->before[k]] = true;
	}
	return 0;
}

/* Was the drill over before the recovery had an end, good or bad? */
static bool was_left(const struct drill_record *r)
{
	return r->over && r->validated && !r->validated->end_ns;
}

/* What is not recovered when the time is up will not be in time any more, also if it is left then. */
static void measure_time(struct drill_record *r)
{
	const struct drill_record_step *v = r->validated;

	r->rto.actual_ns = -1;
	/* what was left out has validated nothing */
	if (v && r->t0_ns && drill_step_has_ended(v) && !v->left_out && v->end_ns >= r->t0_ns &&
	    !r->unvalidated)
		r->rto.actual_ns = v->end_ns - r->t0_ns;
	r->rto.outcome = drill_outcome_of(&r->rto, r->over || r->unvalidated);
	if ((r->rto.outcome == DRILL_OUTCOME_OPEN ||
	     (r->rto.outcome == DRILL_OUTCOME_NOT_MEASURED && was_left(r))) &&
	    r->t0_ns && r->now_ns - r->t0_ns > r->rto.objective_ns)
		r->rto.outcome = DRILL_OUTCOME_MISSED;
}

/* A component whose point nobody told leaves open what would be lost. */
static void measure_point(struct drill_record *r)
{
	int64_t newest_ns = 0;
	bool all = r->component_count > 0;

	r->rpo.actual_ns = r->skew_ns = -1;
	for (size_t i = 0; i < r->component_count; i++) {
		const struct drill_record_component *c = &r->component[i];

		all &= c->point_ns || *c->no_point;
		if (!c->point_ns)
			continue;
		if (!r->point_ns || c->point_ns < r->point_ns)
			r->point_ns = c->point_ns;
		if (c->point_ns > newest_ns)
			newest_ns = c->point_ns;
	}
	if (r->point_ns)
		r->skew_ns = newest_ns - r->point_ns;
	if (r->point_ns && r->t0_ns && all)
		r->rpo.actual_ns = r->t0_ns > r->point_ns ? r->t0_ns - r->point_ns : 0;
	r->rpo.outcome = drill_outcome_of(&r->rpo, r->over);
}

void drill_record_measure(struct drill_record *r)
{
	measure_time(r);
	measure_point(r);
}
