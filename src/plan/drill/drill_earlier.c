/* SPDX-License-Identifier: Apache-2.0 */
/* What an earlier process did of the same drill before it was killed. */
#include <string.h>

#include "base/clock.h"
#include "drill/record.h"
#include "plan/drill/drill.intern.h"

/* The recovery had been judged: whatever came of it, it is not tried again. */
static bool was_judged(const struct drill *d, const struct run *earlier)
{
	const char *id = d->plan->validated;
	const struct run_step *judged = id ? run_find_step(earlier, id) : NULL;

	return judged && judged->duration_ns >= 0 && judged->verdict != VERDICT_SKIPPED;
}

/*
 * What an earlier process did stands, unless it was done in the sandbox that ended with it, before
 * the recovery was judged. What was skipped there, was so perhaps for the sake of a step that is
 * done again.
 */
static bool stands(const struct drill *d, const struct drill_step *step,
		   const struct run_step *done)
{
	if (done->duration_ns < 0)
		return false;
	if (step->kind == DRILL_AUTOMATIC)
		return d->judged;
	return done->verdict != VERDICT_SKIPPED && done->verdict < VERDICT_ERROR;
}

/* What failed is not held against its objective; a word on it that still stands is an earlier try's. */
static bool was_only_late(const struct run *earlier, const char *step)
{
	for (size_t i = 0; i < earlier->checks.count; i++) {
		const struct check *c = &earlier->checks.item[i];

		if (!c->again && strcmp(c->name, check_name(CHECK_OBJECTIVE)) == 0 &&
		    strcmp(c->subject, step) == 0 && check_weight(c) >= VERDICT_ERROR)
			return true;
	}
	return false;
}

/* A wait ends when it would have: time passed while nobody carried the drill. */
static void take_wait(struct drill_state *s, const struct run *earlier)
{
	const struct run_step *begun = run_find_first_step(earlier, s->step->id);

	if (s->step->kind == DRILL_WAIT && begun)
		s->began_ns = clock_monotonic_ns() - (clock_wall_ns() - begun->started_ns);
}

/* Was it told that somebody stands in for the absent? */
static bool was_deputy_told(const struct drill *d, const struct run *earlier)
{
	const size_t length = strlen(d->absent->title);

	for (size_t i = 0; i < earlier->note_count; i++) {
		const struct run_note *n = &earlier->note[i];

		if (strcmp(n->name, "deviation") == 0 &&
		    strncmp(n->text, d->absent->title, length) == 0 &&
		    strncmp(n->text + length, DRILL_WAS_ABSENT, strlen(DRILL_WAS_ABSENT)) == 0)
			return true;
	}
	return false;
}

static int take_notes(struct drill *d, const struct run *earlier, struct error *err)
{
	const char *absent = run_find_note(earlier, "", "absent role");
	const char *t0 = run_find_note(earlier, "", "T0");

	for (size_t i = 0; absent && i < d->plan->role_count; i++) {
		if (strcmp(d->plan->role[i].id, absent) == 0)
			d->absent = &d->plan->role[i];
	}
	d->deputy_told = d->absent && was_deputy_told(d, earlier);
	if (t0 && clock_parse_rfc3339(t0, &d->t0_ns) < 0)
		return error_set(err, ERROR_IO, "the history's T0 is no time: %.40s", t0);
	return 0;
}

/* Nothing is deployed anew behind the recovery: what ended before holds no more. */
static void take_ended(struct drill *d, const struct run *earlier)
{
	const struct run_note *ended = d->judged ? drill_record_ended(earlier, 0) : NULL;

	if (!ended)
		return;
	d->ended = ended->text;
	d->ended_ns = ended->at_ns;
}

int drill_take_earlier(struct drill *d, struct error *err)
{
	const struct run *earlier = d->request->earlier;

	if (!earlier)
		return 0;
	d->judged = d->removed = was_judged(d, earlier);
	take_ended(d, earlier);
	for (size_t i = 0; i < d->step_count; i++) {
		struct drill_state *s = &d->state[i];
		const struct run_step *done = run_find_step(earlier, s->step->id);

		if (!done || !stands(d, s->step, done)) {
			take_wait(s, earlier);
			continue;
		}
		d->over[i] = true;
		s->done = true;
		s->failed = done->verdict >= VERDICT_ERROR && !was_only_late(earlier, done->id);
		s->ended_ns = done->started_ns + done->duration_ns;
		d->left[s->step->phase]--;
	}
	return take_notes(d, earlier, err);
}
