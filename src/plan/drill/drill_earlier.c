/* SPDX-License-Identifier: Apache-2.0 */
/* What an earlier process did of the same drill before it was killed. */
#include <string.h>

#include "base/clock.h"
#include "plan/drill/drill.intern.h"

/*
 * What an earlier process did stands, unless it was done in the sandbox that ended with it. What
 * was skipped there, was so perhaps for the sake of a step that is done again.
 */
static bool stands(const struct drill_step *step, const struct run_step *done)
{
	if (done->duration_ns < 0 || done->verdict == VERDICT_SKIPPED ||
	    done->verdict >= VERDICT_ERROR)
		return false;
	return step->kind != DRILL_AUTOMATIC;
}

static int take_notes(struct drill *d, const struct run *earlier, struct error *err)
{
	const char *absent = run_find_note(earlier, "", "absent role");
	const char *t0 = run_find_note(earlier, "", "T0");

	for (size_t i = 0; absent && i < d->plan->role_count; i++) {
		if (strcmp(d->plan->role[i].id, absent) == 0)
			d->absent = &d->plan->role[i];
	}
	if (t0 && clock_parse_rfc3339(t0, &d->t0_ns) < 0)
		return error_set(err, ERROR_IO, "the history's T0 is no time: %.40s", t0);
	return 0;
}

int drill_take_earlier(struct drill *d, struct error *err)
{
	const struct run *earlier = d->request->earlier;

	if (!earlier)
		return 0;
	for (size_t i = 0; i < d->step_count; i++) {
		struct drill_state *s = &d->state[i];
		const struct run_step *done = run_find_step(earlier, s->step->id);

		if (!done || !stands(s->step, done))
			continue;
		d->over[i] = true;
		s->done = true;
		s->ended_ns = done->started_ns + done->duration_ns;
		d->left[s->step->phase]--;
	}
	return take_notes(d, earlier, err);
}
