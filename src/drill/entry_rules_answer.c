/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps people may tick, and which gates they may refuse, just now. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "drill/entry_rules.intern.h"

static bool is_a_persons(const struct drill_step *plan)
{
	return plan->kind == DRILL_TICK || plan->kind == DRILL_GATE;
}

bool drill_step_is_answered_by_people(const struct drill_record_step *s)
{
	return is_a_persons(s->plan) || s->asks;
}

bool drill_step_is_of_review(const struct drill_record *r, const struct drill_record_step *s)
{
	return r->plan.phase[s->plan->phase].after_end;
}

const struct drill_record_step *drill_entry_step(const struct drill_record *r, const char *id,
						 struct error *err)
{
	struct nearest near = { .word = id };

	for (size_t i = 0; i < r->plan.step_count; i++) {
		if (strcmp(r->step[i].plan->id, id) == 0)
			return &r->step[i];
		nearest_offer(&near, r->step[i].plan->id);
	}
	(void)error_set(err, ERROR_NOT_FOUND, "the plan of the drill has no step \"%.60s\"", id);
	if (near.best)
		(void)error_hint(err, "did you mean \"%s\"?", near.best);
	else
		(void)error_hint(err, "muster drill watch --once shows its steps");
	return NULL;
}

static bool waits_for_people(const struct drill_record *r, const struct drill_record_step *s)
{
	if (s->entry)
		return false;
	return r->over ? drill_step_is_of_review(r, s) :
			 s->asks || (is_a_persons(s->plan) && s->state == DRILL_STEP_READY);
}

/* "waiting for people: go, channels"; always -1. */
static int hint_at_what_waits(const struct drill_record *r, struct error *err)
{
	char list[160] = "";
	size_t used = 0;

	for (size_t i = 0; i < r->plan.step_count && used < sizeof(list); i++) {
		if (waits_for_people(r, &r->step[i]))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", r->step[i].plan->id);
	}
	return used ? error_hint(err, "waiting for people: %s%s", list,
				 used < sizeof(list) ? "" : "…") :
		      error_hint(err, "no step waits for people just now");
}

static int say_answered(const struct drill_record *r, const struct drill_record_step *s,
			struct error *err)
{
	char at[DRILL_TIME_SIZE];

	(void)error_set(err, ERROR_USAGE, "step %s is %s already: entry %" PRId64 ", by %.100s, %s",
			s->plan->id, s->entry->kind == ENTRY_TICK ? "ticked" : "refused",
			s->entry->number, s->entry->author,
			drill_time_of_day(r, s->entry->at_ns, at));
	return error_hint(err, "--supersede %" PRId64 " --reason TEXT corrects that",
			  s->entry->number);
}

static int say_not_begun(const struct drill_record *r, const struct drill_record_step *s,
			 struct error *err)
{
	if (*s->why)
		(void)error_set(err, ERROR_USAGE, "step %s has not begun: it waits for %.300s",
				s->plan->id, s->why);
	else
		(void)error_set(err, ERROR_USAGE, "step %s has not begun yet", s->plan->id);
	if (r->state == DRILL_STATE_HELD)
		return error_hint(err, "the drill is held; muster drill resume lets it go on");
	return hint_at_what_waits(r, err);
}

/* It is nobody's turn to answer that step. */
static int say_not_asked(const struct drill_record *r, const struct drill_record_step *s,
			 struct error *err)
{
	if (!is_a_persons(s->plan))
		(void)error_set(err, ERROR_USAGE, "step %s is no person's: it is %s", s->plan->id,
				drill_kind_name(s->plan->kind));
	else if (r->over)
		(void)error_set(err, ERROR_USAGE, "drill %s is over, and step %s with it",
				r->run->id, s->plan->id);
	else if (s->state == DRILL_STEP_WAITING)
		return say_not_begun(r, s, err);
	else
		(void)error_set(err, ERROR_USAGE, "step %s is over: %s", s->plan->id,
				drill_step_state_name(s->state));
	return hint_at_what_waits(r, err);
}

static int check_review(const struct drill_record *r, const struct drill_record_step *s,
			struct error *err)
{
	if (r->over)
		return 0;
	(void)error_set(err, ERROR_USAGE, "step %s is for when the drill is over", s->plan->id);
	return hint_at_what_waits(r, err);
}

/* With the start step the clock begins, once: all that was measured since counts from then. */
static int check_clock(const struct drill_record *r, const struct drill_record_step *s,
		       const struct entry *e, struct error *err)
{
	const struct entry *old = entries_find(r->entries, e->supersedes);
	char began[DRILL_TIME_SIZE];

	if (!r->t0_ns || strcmp(s->plan->id, r->plan.start) != 0 || !e->at_ns || !old ||
	    e->at_ns / NS_PER_SECOND == old->at_ns / NS_PER_SECOND)
		return 0;
	(void)error_set(err, ERROR_USAGE,
			"the clock of drill %s began at %s with step %s, and is not set anew",
			r->run->id, drill_time_format(r, r->t0_ns, began), s->plan->id);
	return error_hint(err, "muster drill deviation TEXT tells when it should have begun; "
			       "without --at, a correction keeps the time");
}

int drill_entry_check_answer(const struct drill_record *r, const struct entry *e, struct error *err)
{
	const struct drill_record_step *s = drill_entry_step(r, e->step, err);

	if (!s)
		return -1;
	if (e->supersedes)
		return check_clock(r, s, e, err);
	if (s->entry)
		return say_answered(r, s, err);
	if (e->kind == ENTRY_REFUSE && is_a_persons(s->plan) && s->plan->kind != DRILL_GATE) {
		(void)error_set(err, ERROR_USAGE, "step %s is no gate", s->plan->id);
		return error_hint(err, "refuse is for gates and for failed steps that ask");
	}
	if (drill_step_is_of_review(r, s))
		return check_review(r, s, err);
	return waits_for_people(r, s) ? 0 : say_not_asked(r, s, err);
}
