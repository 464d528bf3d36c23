/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks of a drill: durations against objectives, T+ against milestones. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/drill/drill.intern.h"

/* When the last of a phase's steps was over; 0: one of them was not done. What failed is told elsewhere. */
static int64_t phase_end(const struct drill *d, size_t phase)
{
	int64_t end_ns = 0;

	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_state *s = &d->state[i];

		if (s->step->phase != phase)
			continue;
		if (!s->done)
			return 0;
		end_ns = s->ended_ns > end_ns ? s->ended_ns : end_ns;
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

static int judge_milestone(struct plan_run *run, const struct drill *d, size_t phase,
			   struct error *err)
{
	const struct drill_phase *p = &d->plan->phase[phase];
	char due[DRILL_T_SIZE], at[DRILL_T_SIZE];
	int64_t end_ns = phase_end(d, phase);
	struct question q = { .id = CHECK_MILESTONE,
			      .subject = p->id,
			      .expected = drill_t_clock(p->milestone_ns, due),
			      .found = "not reached" };

	if (!d->t0_ns)
		return judge_skipped(run, &q, err, "the drill did not begin");
	if (is_left_out(d, phase))
		return judge_skipped(run, &q, err, "%s: nobody was asked for it", p->title);
	if (!end_ns)
		return judge(run, &q, false, err, "%s: not reached; it was due at %s", p->title,
			     due);
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
