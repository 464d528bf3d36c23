/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks of a drill: durations against objectives, T+ against milestones. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/drill/drill.intern.h"

/* When the last of a phase's steps was over. */
static int64_t phase_end(const struct drill *d, size_t phase)
{
	int64_t end_ns = 0;

	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_state *s = &d->state[i];

		if (s->step->phase == phase && s->ended_ns > end_ns)
			end_ns = s->ended_ns;
	}
	return end_ns;
}

/* Nobody was asked for what there is to do in it. */
static bool is_left_out(const struct drill *d, size_t phase)
{
	for (size_t i = 0; i < d->step_count; i++) {
		if (d->state[i].step->phase == phase && !d->state[i].left_out)
			return false;
	}
	return true;
}

/* One of the phase's steps that did not do what it is for, rather one that failed; NULL: none. */
static const struct drill_state *find_short(const struct drill *d, size_t phase)
{
	const struct drill_state *found = NULL;

	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_state *s = &d->state[i];

		if (s->step->phase == phase && drill_fell_short(s) &&
		    (!found || (!found->done && s->done)))
			found = s;
	}
	return found;
}

/* By a signal, not by people who decided so, while there was time: what it had not come to has not failed. */
static bool was_cut_off(const struct plan_run *run, const struct drill *d,
			const struct drill_phase *p)
{
	struct error ignored = ERROR_INIT;

	return plan_may_go_on(run, &ignored) < 0 && !drill_was_aborted(d) &&
	       clock_wall_ns() - d->t0_ns <= p->milestone_ns;
}

/*
 * Why the phase has not achieved what it stands for, at whatever time it is over: a platform that
 * is not shown to be back is not validated, whatever was gone through for it. "": it has; NULL: no
 * memory.
 */
static const char *why_unmet(const struct plan_run *run, struct drill *d, size_t phase,
			     const struct drill_state *short_of)
{
	const struct drill_state *validated = drill_state_by_id(d, d->plan->validated);

	if (short_of)
		return drill_say_short(d, short_of);
	return validated && validated->step->phase == phase ?
		       drill_not_validated(run, d, validated) :
		       "";
}

static int judge_milestone(struct plan_run *run, struct drill *d, size_t phase, struct error *err)
{
	const struct drill_phase *p = &d->plan->phase[phase];
	char due[DRILL_T_SIZE], at[DRILL_T_SIZE];
	const struct drill_state *short_of = find_short(d, phase);
	int64_t end_ns = phase_end(d, phase);
	const char *why;
	struct question q = { .id = CHECK_MILESTONE,
			      .subject = p->id,
			      .expected = drill_t_clock(p->milestone_ns, due),
			      .found = "not reached" };

	if (!d->t0_ns)
		return judge_skipped(run, &q, err, "the drill did not begin");
	if (is_left_out(d, phase))
		return judge_skipped(run, &q, err, "%s: nobody was asked for it", p->title);
	if (short_of && !short_of->done && was_cut_off(run, d, p))
		return judge_skipped(run, &q, err, "%s: the drill was cut short before", p->title);
	why = why_unmet(run, d, phase, short_of);
	if (!why)
		return error_set(err, ERROR_NOMEM, "no memory for a drill");
	if (*why)
		return judge(run, &q, false, err, "%s: not met, since %s; it was due at %s",
			     p->title, why, q.expected);
	q.found = drill_t_clock(end_ns - d->t0_ns, at);
	return judge(run, &q, end_ns - d->t0_ns <= p->milestone_ns, err, "%s at %s, due at %s",
		     p->title, at, due);
}

int drill_step_ended(struct plan_run *run, void *subject, bool done, struct error *err)
{
	struct drill *d = subject;
	struct drill_state *s = drill_state_of(run, d);
	size_t phase = s->step->phase;

	s->done = done;
	if (!done)
		s->failed = true;
	if (!s->ended_ns)
		s->ended_ns = clock_wall_ns();
	if (--d->left[phase] || d->plan->phase[phase].milestone_ns < 0)
		return 0;
	return judge_milestone(run, d, phase, err);
}

/* Whose objective it is: the component's, when the step is about one only. */
static const struct component_config *component_of(const struct drill *d,
						   const struct drill_step *step)
{
	const struct component_config *found = NULL;

	for (size_t i = 0; step->engine != ENGINE_COUNT && i < d->config->component_count; i++) {
		if (d->config->component[i].engine != step->engine)
			continue;
		if (found)
			return NULL;
		found = &d->config->component[i];
	}
	return found;
}

int drill_judge_objective(struct plan_run *run, struct drill *d, const struct drill_step *step,
			  int64_t took_ns, struct error *err)
{
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_OBJECTIVE,
			      .component = component_of(d, step),
			      .subject = step->id,
			      .expected = quantity_format_duration(step->objective_ns, want),
			      .found = quantity_format_duration(took_ns, got) };

	if (!step->objective_ns)
		return 0;
	return judge(run, &q, took_ns <= step->objective_ns, err, "%s: %s, objective %s",
		     step->title, got, want);
}
