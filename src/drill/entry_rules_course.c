/* SPDX-License-Identifier: Apache-2.0 */
/* When people may hold a drill, let it go on, break it off or close it. */
#include <stdio.h>

#include "drill/entry_rules.intern.h"

static int say_gone(const struct drill_record *r, struct error *err)
{
	(void)error_set(err, ERROR_USAGE, "the process that carried drill %s is gone", r->run->id);
	return error_hint(err, "muster drill resume takes the drill up again, "
			       "muster drill close ends it");
}

static int check_hold(const struct drill_record *r, struct error *err)
{
	char since[DRILL_TIME_SIZE];

	if (r->state != DRILL_STATE_HELD)
		return 0;
	(void)error_set(err, ERROR_USAGE, "drill %s is held already, since %s", r->run->id,
			drill_time_of_day(r, r->hold[r->hold_count - 1].begin_ns, since));
	return error_hint(err, "muster drill resume lets it go on");
}

/* What is muster's to do, and not over: nobody closes a drill over it. */
static int check_close(const struct drill_record *r, struct error *err)
{
	char list[300] = "";
	size_t used = 0;

	if (r->run->unattended)
		return 0;
	for (size_t i = 0; i < r->plan.step_count && used < sizeof(list); i++) {
		const struct drill_record_step *s = &r->step[i];

		if (s->state >= DRILL_STEP_DONE || drill_step_is_answered_by_people(s))
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 s->plan->id);
	}
	if (!used)
		return 0;
	(void)error_set(err, ERROR_USAGE, "steps that are not people's remain: %s", list);
	return error_hint(err, "muster drill abort breaks the drill off");
}

static bool is_ending(const struct drill_record *r)
{
	size_t at = 0;

	if (r->run->unattended)
		return false;
	if (r->aborted)
		return true;
	return drill_record_entry(r, ENTRY_CLOSE, &at) != NULL;
}

/* What may be entered in a drill that nobody carries: its end, or, by who takes it up, that of a hold. */
static bool needs_nobody(const struct drill_record *r, const struct entry *e)
{
	return e->kind == ENTRY_CLOSE || (e->kind == ENTRY_RESUME && drill_record_is_held(r));
}

int drill_entry_check_course(const struct drill_record *r, const struct entry *e, struct error *err)
{
	if (r->run->unattended && !needs_nobody(r, e))
		return say_gone(r, err);
	if (is_ending(r))
		return error_set(err, ERROR_USAGE, "drill %s is ending already", r->run->id);
	if (e->kind == ENTRY_HOLD)
		return check_hold(r, err);
	if (e->kind == ENTRY_CLOSE)
		return check_close(r, err);
	if (e->kind == ENTRY_RESUME && !drill_record_is_held(r))
		return error_set(err, ERROR_USAGE, "drill %s is not held", r->run->id);
	return 0;
}
