/* SPDX-License-Identifier: Apache-2.0 */
/* How long the platform took to recover in a drill, and what would have been lost. */
#include <string.h>

#include "drill/record.intern.h"

/*
 * The recovery ends when the validation passes: not when it has been gone through. What comes
 * before T0 is no part of it.
 */
static int find_unvalidated(struct drill_record *r)
{
	bool *counts = arena_alloc(&r->arena, r->plan.step_count + 1);

	if (!counts)
		return -1;
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

/* When all that was lost with a sandbox was last to be done again; 0: never. */
static int64_t attempt_begins(const struct run *run)
{
	int64_t at_ns = 0;

	for (size_t i = 0; i < run->note_count; i++) {
		const struct run_note *n = &run->note[i];

		if (strcmp(n->name, "deviation") == 0 && strcmp(n->text, DRILL_DOES_AGAIN) == 0)
			at_ns = n->at_ns;
	}
	return at_ns;
}

const struct run_note *drill_record_ended(const struct run *run, int64_t until_ns)
{
	int64_t since_ns = attempt_begins(run);

	for (size_t i = 0; i < run->note_count; i++) {
		const struct run_note *n = &run->note[i];

		if (strcmp(n->name, DRILL_NOTE_ENDED) == 0 && n->at_ns >= since_ns &&
		    (!until_ns || n->at_ns <= until_ns))
			return n;
	}
	return NULL;
}

/* What was validated must have held until then. */
int drill_record_validation(struct drill_record *r, struct error *err)
{
	const struct run_note *ended;

	r->not_validated = "";
	if (find_unvalidated(r) < 0)
		return drill_record_no_memory(err);
	if (r->unvalidated)
		r->not_validated = drill_step_say_short(r, r->unvalidated);
	ended = drill_record_ended(r->run, r->validated ? r->validated->end_ns : 0);
	if (ended && (!r->unvalidated || r->unvalidated == r->validated))
		r->not_validated = ended->text;
	if (r->not_validated && !*r->not_validated && r->t0_ns && !drill_plan_restores(&r->plan))
		r->not_validated = DRILL_RESTORES_NOTHING;
	return r->not_validated ? 0 : drill_record_no_memory(err);
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
	    !*r->not_validated)
		r->rto.actual_ns = v->end_ns - r->t0_ns;
	r->rto.outcome = drill_outcome_of(&r->rto, r->over || *r->not_validated);
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
