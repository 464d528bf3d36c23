/* SPDX-License-Identifier: Apache-2.0 */
/* Where each phase of a drill stands, and its milestone. */
#include "drill/record.intern.h"

static enum drill_outcome milestone_of(const struct drill_record *r,
				       const struct drill_record_phase *p, bool was_reached)
{
	struct drill_measure m = { .objective_ns = p->plan->milestone_ns, .actual_ns = -1 };

	if (p->plan->milestone_ns < 0)
		return DRILL_OUTCOME_NONE;
	if (!r->t0_ns)
		return r->over ? DRILL_OUTCOME_NOT_MEASURED : DRILL_OUTCOME_OPEN;
	/* it stands for what its steps are to achieve, not for the time at which they are over */
	if (*p->why)
		return DRILL_OUTCOME_MISSED;
	/* one that was cut short before could still have reached it */
	if (!was_reached && ((r->over && r->state != DRILL_STATE_INTERRUPTED) ||
			     r->now_ns - r->t0_ns > m.objective_ns))
		return DRILL_OUTCOME_MISSED;
	if (was_reached)
		m.actual_ns = p->end_ns - r->t0_ns;
	return drill_outcome_of(&m, r->over);
}

/* What nobody came to, or to the end of, when the drill was cut short has not failed. */
static bool was_only_cut(const struct drill_record *r, const struct drill_record_step *s)
{
	return r->state == DRILL_STATE_INTERRUPTED && (s->state == DRILL_STEP_SKIPPED || *s->why);
}

/* What failed goes before what was not carried out for it. */
static bool is_graver(const struct drill_record_step *s, const struct drill_record_step *than)
{
	return !than || (than->state == DRILL_STEP_SKIPPED && s->state != DRILL_STEP_SKIPPED);
}

static bool holds(const struct drill_record_phase *p, const struct drill_record_step *s,
		  const struct drill_record *r)
{
	return s && &r->plan.phase[s->plan->phase] == p->plan;
}

/* A platform that is not shown to be back is not validated, whatever was gone through for it. */
static int find_failure(struct drill_record *r, struct drill_record_phase *p, struct error *err)
{
	p->why = "";
	for (size_t i = 0; i < p->plan->step_count; i++) {
		const struct drill_record_step *s = &r->step[p->plan->step + i];

		if (drill_step_has_ended(s) && drill_step_fell_short(s) && !was_only_cut(r, s) &&
		    is_graver(s, p->short_of))
			p->short_of = s;
	}
	if (p->short_of)
		p->why = drill_step_say_short(r, p->short_of);
	else if (holds(p, r->validated, r) && drill_step_has_ended(r->validated) &&
		 *r->not_validated && !(r->unvalidated && was_only_cut(r, r->unvalidated))) {
		p->short_of = r->unvalidated ? r->unvalidated : r->validated;
		p->why = r->not_validated;
	}
	return p->why ? 0 : drill_record_no_memory(err);
}

/* A step that others' failure kept from beginning is no step that has ended. */
static int read_phase(struct drill_record *r, struct drill_record_phase *p, struct error *err)
{
	bool reached = true;
	size_t left_out = 0;

	for (size_t i = 0; i < p->plan->step_count; i++) {
		const struct drill_record_step *s = &r->step[p->plan->step + i];

		if (s->begin_ns && (!p->begin_ns || s->begin_ns < p->begin_ns))
			p->begin_ns = s->begin_ns;
		if (s->end_ns > p->end_ns)
			p->end_ns = s->end_ns;
		p->ended += drill_step_has_ended(s);
		left_out += s->left_out;
		reached &=
			drill_step_has_ended(s) && (s->state != DRILL_STEP_SKIPPED || s->left_out);
	}
	if (!reached)
		p->end_ns = 0;
	if (find_failure(r, p, err) < 0)
		return -1;
	/* nobody was asked for what there is to do in it */
	p->milestone =
		left_out == p->plan->step_count ? DRILL_OUTCOME_NONE : milestone_of(r, p, reached);
	return 0;
}

int drill_record_phases(struct drill_record *r, struct error *err)
{
	r->phase = arena_alloc(&r->arena, (r->plan.phase_count + 1) * sizeof(*r->phase));
	if (!r->phase)
		return drill_record_no_memory(err);
	for (size_t i = 0; i < r->plan.phase_count; i++) {
		r->phase[i] = (struct drill_record_phase){ .plan = &r->plan.phase[i] };
		if (read_phase(r, &r->phase[i], err) < 0)
			return -1;
	}
	return 0;
}
