/* SPDX-License-Identifier: Apache-2.0 */
/* Where each step of a drill stands. */
#include <string.h>

#include "drill/record.intern.h"

/* The last word on a step that nothing replaces. */
static const struct entry *find_entry(const struct drill_record *r, const char *id)
{
	for (size_t i = r->entries->count; i-- > 0;) {
		const struct entry *e = &r->entries->item[i];

		if ((e->kind == ENTRY_TICK || e->kind == ENTRY_REFUSE) &&
		    strcmp(e->step, id) == 0 && !entries_successor(r->entries, e->number))
			return e;
	}
	return NULL;
}

static bool is_a_persons(const struct drill_step *plan)
{
	return plan->kind == DRILL_TICK || plan->kind == DRILL_GATE;
}

static enum drill_step_state state_of_ended(const struct drill_record_step *s)
{
	if (s->verdict == VERDICT_SKIPPED)
		return DRILL_STEP_SKIPPED;
	if (is_a_persons(s->plan) && s->entry && s->entry->kind == ENTRY_REFUSE)
		return DRILL_STEP_REFUSED;
	return s->verdict == VERDICT_FAIL || s->verdict == VERDICT_ERROR ? DRILL_STEP_FAILED :
									   DRILL_STEP_DONE;
}

/*
 * A person's step ended when that person says it did, which a late entry or a correction tells
 * otherwise than the event; never before it could begin.
 */
static int64_t end_of(const struct drill_record *r, const struct drill_record_step *s,
		      int64_t event_end_ns)
{
	int64_t end_ns = event_end_ns;

	if (r->t0_ns && strcmp(s->plan->id, r->plan.start) == 0)
		return r->t0_ns;
	if (is_a_persons(s->plan) && s->entry)
		end_ns = s->entry->at_ns;
	return end_ns > s->begin_ns ? end_ns : s->begin_ns;
}

/* The check of its objective measured nothing but its work. */
static bool was_in_time(const struct run *run, const char *id)
{
	bool known = false;

	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];

		if (strcmp(c->name, check_name(CHECK_OBJECTIVE)) == 0 &&
		    strcmp(c->subject, id) == 0) {
			known = true;
			if (check_weight(c) > VERDICT_PASS)
				return false;
		}
	}
	return known;
}

static void set_duration(const struct drill_record *r, struct drill_record_step *s)
{
	int64_t until_ns = s->end_ns ? s->end_ns : r->now_ns;
	const bool waits = s->plan->kind == DRILL_WAIT;

	if (!s->begin_ns || s->state == DRILL_STEP_SKIPPED)
		return;
	s->duration_ns = until_ns > s->begin_ns ? until_ns - s->begin_ns : 0;
	if (s->plan->objective_ns && !waits && s->duration_ns > s->plan->objective_ns &&
	    !(s->end_ns && was_in_time(r->run, s->plan->id)))
		s->overrun_ns = s->duration_ns - s->plan->objective_ns;
}

/* Why a step that began had nothing to do; NULL: it had. */
static const char *nothing_to_do(const struct drill_record *r, const struct drill_record_step *s)
{
	const struct run *run = r->run;

	if (s->state != DRILL_STEP_SKIPPED || s->plan->kind != DRILL_AUTOMATIC)
		return NULL;
	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];

		if (c->verdict == VERDICT_SKIPPED && !c->required &&
		    strcmp(c->subject, s->plan->id) == 0)
			return c->message;
	}
	return NULL;
}

/* Of a wait it is its first one: when the drill was taken up again it went on. */
static int64_t begin_of(const struct drill_record *r, const struct drill_step *plan,
			const struct run_step *event)
{
	return plan->kind == DRILL_WAIT ? run_find_first_step(r->run, plan->id)->started_ns :
					  event->started_ns;
}

static void read_event(const struct drill_record *r, const struct run_step *event,
		       struct drill_record_step *s)
{
	s->begin_ns = begin_of(r, s->plan, event);
	if (event->duration_ns >= 0) {
		s->verdict = event->verdict;
		s->state = state_of_ended(s);
		s->end_ns = end_of(r, s, event->started_ns + event->duration_ns);
	} else if (r->over) {
		s->state = DRILL_STEP_FAILED;
		s->verdict = VERDICT_ERROR;
		s->why = "cut short";
	} else
		s->state = is_a_persons(s->plan) ? DRILL_STEP_READY : DRILL_STEP_RUNNING;
	set_duration(r, s);
	if (nothing_to_do(r, s)) {
		s->left_out = true;
		s->why = nothing_to_do(r, s);
	}
}

/* People do it when the drill is over, and there is nobody to write an event of it. */
static void read_after_end(const struct drill_record *r, struct drill_record_step *s)
{
	if (!s->entry) {
		s->state = r->over ? DRILL_STEP_READY : DRILL_STEP_WAITING;
		return;
	}
	s->state = s->entry->kind == ENTRY_TICK ? DRILL_STEP_DONE : DRILL_STEP_REFUSED;
	s->verdict = s->entry->kind == ENTRY_TICK ? VERDICT_PASS : VERDICT_FAIL;
	s->end_ns = s->entry->at_ns;
}

/* The newest note of that name about the step, not from before `since_ns`: "" for none; NULL: no memory. */
static const char *note_on(struct drill_record *r, const char *what, const char *step,
			   int64_t since_ns)
{
	const char *name = drill_record_say(r, "%s %s", what, step), *newest = "";

	for (size_t i = 0; name && i < r->run->note_count; i++) {
		const struct run_note *n = &r->run->note[i];

		if (!*n->component && strcmp(n->name, name) == 0 && n->at_ns >= since_ns)
			newest = n->text;
	}
	return name ? newest : NULL;
}

static int read_notes_on(struct drill_record *r, struct drill_record_step *s, struct error *err)
{
	const char *skipped = note_on(r, "skipped", s->plan->id, 0);
	/* what was asked before the drill was resumed nobody asks any more */
	const char *asks = note_on(r, "asks", s->plan->id, s->begin_ns);

	if (!skipped || !asks)
		return drill_record_no_memory(err);
	if (*skipped) {
		s->why = skipped;
		s->state = DRILL_STEP_SKIPPED;
		s->verdict = VERDICT_SKIPPED;
		s->left_out = true;
		s->duration_ns = -1;
		s->overrun_ns = 0;
	}
	/* it has not ended while somebody is asked what is to become of it */
	s->asks = *asks && s->state == DRILL_STEP_RUNNING && !s->entry;
	if (s->asks)
		s->state = DRILL_STEP_FAILED;
	return 0;
}

/* Of a step that gave up since the drill was to end, the journal has an error and no check that tells of one. */
static bool was_interrupted(const struct drill_record *r, const struct drill_record_step *s)
{
	return r->over && s->end_ns && s->verdict == VERDICT_ERROR &&
	       drill_record_interruption(r) &&
	       drill_step_word(r, CHECK_STEP, s->plan->id) <= VERDICT_WARN &&
	       !drill_step_tells_error(r, s->plan->id);
}

static int read_step(struct drill_record *r, size_t i, struct error *err)
{
	struct drill_record_step *s = &r->step[i];
	const struct run_step *event = run_find_step(r->run, r->plan.step[i].id);

	*s = (struct drill_record_step){ .plan = &r->plan.step[i], .duration_ns = -1, .why = "" };
	s->entry = find_entry(r, s->plan->id);
	/* what was said of a failure is not said of the next, when the drill was resumed */
	if (event && s->entry && !is_a_persons(s->plan) &&
	    s->entry->recorded_ns < event->started_ns)
		s->entry = NULL;
	if (event)
		read_event(r, event, s);
	else if (r->plan.phase[s->plan->phase].after_end)
		read_after_end(r, s);
	else if (r->over) {
		s->state = DRILL_STEP_SKIPPED;
		s->verdict = VERDICT_SKIPPED;
		s->why = "not begun";
	}
	if (s->state == DRILL_STEP_FAILED && drill_step_was_only_late(r, s))
		s->state = DRILL_STEP_DONE;
	s->interrupted = s->state == DRILL_STEP_FAILED && was_interrupted(r, s);
	if (s->interrupted)
		s->why = "interrupted";
	return read_notes_on(r, s, err);
}

static int say_what_it_waits_for(struct drill_record *r, struct drill_record_step *s,
				 struct error *err)
{
	const char *said = "";

	for (size_t i = 0; said && i < s->plan->after.count; i++) {
		const struct drill_record_step *before = &r->step[s->plan->before[i]];

		if (!drill_step_has_ended(before) || before->asks)
			said = drill_record_say(r, "%s%s%s", said, *said ? ", " : "",
						before->plan->id);
	}
	s->why = said;
	return said ? 0 : drill_record_no_memory(err);
}

int drill_record_steps(struct drill_record *r, struct error *err)
{
	r->step = arena_alloc(&r->arena, (r->plan.step_count + 1) * sizeof(*r->step));
	if (!r->step)
		return drill_record_no_memory(err);
	for (size_t i = 0; i < r->plan.step_count; i++) {
		if (read_step(r, i, err) < 0)
			return -1;
		if (strcmp(r->step[i].plan->id, r->plan.validated) == 0)
			r->validated = &r->step[i];
	}
	for (size_t i = 0; i < r->plan.step_count; i++) {
		struct drill_record_step *s = &r->step[i];

		if (s->state == DRILL_STEP_WAITING && say_what_it_waits_for(r, s, err) < 0)
			return -1;
	}
	return 0;
}
