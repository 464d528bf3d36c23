/* SPDX-License-Identifier: Apache-2.0 */
#include "drill/entry_rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/nearest.h"
#include "drill/entry_rules.intern.h"

/* When a kind may be entered, and whether a later entry may replace one of it. */
static const struct {
	enum { WHENEVER, WHILE_IT_LASTS, WHEN_OVER } when;
	bool replaceable; /* what was done by it is done */
} kinds[ENTRY_KIND_COUNT] = {
	[ENTRY_TICK] = { WHENEVER, true }, /* its step tells when */
	[ENTRY_REFUSE] = { WHILE_IT_LASTS, true },  [ENTRY_NOTE] = { WHENEVER, true },
	[ENTRY_ISSUE] = { WHENEVER, true },         [ENTRY_HOLD] = { WHILE_IT_LASTS, false },
	[ENTRY_RESUME] = { WHILE_IT_LASTS, false }, [ENTRY_ABORT] = { WHILE_IT_LASTS, false },
	[ENTRY_CLOSE] = { WHILE_IT_LASTS, false },  [ENTRY_PARTICIPANT] = { WHENEVER, true },
	[ENTRY_DEVIATION] = { WHENEVER, true },     [ENTRY_WENT_WELL] = { WHEN_OVER, true },
	[ENTRY_IMPROVEMENT] = { WHEN_OVER, true },  [ENTRY_LESSON] = { WHEN_OVER, true },
	[ENTRY_PUBLISH] = { WHEN_OVER, false },
};

static int check_when(const struct drill_record *r, const struct entry *e, struct error *err)
{
	const bool lasts = kinds[e->kind].when == WHILE_IT_LASTS;

	if (lasts && r->over) {
		(void)error_set(err, ERROR_USAGE, "drill %s is over", r->run->id);
		return error_hint(err, "muster drill review is for what comes after it");
	}
	if (kinds[e->kind].when != WHEN_OVER || r->over)
		return 0;
	(void)error_set(err, ERROR_USAGE, "drill %s is not over", r->run->id);
	return error_hint(err, "muster drill close ends it when only steps of people remain");
}

static bool is_answer(const struct entry *e)
{
	return e->kind == ENTRY_TICK || e->kind == ENTRY_REFUSE;
}

/* The entry that it replaces must be there, stand, and be of the same. */
static int check_replaced(const struct drill_record *r, const struct entry *e,
			  const struct entry *old, struct error *err)
{
	const struct entry *successor = entries_successor(r->entries, e->supersedes);

	if (!old) {
		(void)error_set(err, ERROR_NOT_FOUND, "drill %s has no entry %" PRId64, r->run->id,
				e->supersedes);
		return error_hint(err, "muster drill entries shows those that there are");
	}
	if (successor) {
		(void)error_set(err, ERROR_USAGE,
				"entry %" PRId64 " is superseded already, by "
				"%" PRId64,
				e->supersedes, successor->number);
		return error_hint(err, "--supersede %" PRId64, successor->number);
	}
	if (old->kind != e->kind || !kinds[e->kind].replaceable ||
	    (is_answer(e) && strcmp(e->step, old->step) != 0))
		return error_set(err, ERROR_USAGE,
				 "entry %" PRId64 " is a %s%s%s, which this cannot replace",
				 old->number, entry_kind_name(old->kind), *old->step ? " of " : "",
				 old->step);
	if (e->reason)
		return 0;
	(void)error_set(err, ERROR_USAGE, "what replaces an entry needs a reason");
	return error_hint(err, "--reason TEXT");
}

static void keep_text(const char **text, const char *old)
{
	if (!*text)
		*text = old;
}

static void fill_in(struct entry *e, const struct entry *old)
{
	keep_text(&e->step, old->step);
	keep_text(&e->role, old->role);
	keep_text(&e->text, old->text);
	keep_text(&e->resolution, old->resolution);
	if (e->severity == ENTRY_SEVERITY_NONE)
		e->severity = old->severity;
	if (!e->action)
		e->action = old->action;
}

/* Of a time that its author told. */
static int check_time(const struct drill_record *r, const struct entry *e, struct error *err)
{
	const struct drill_record_step *s = is_answer(e) ? drill_entry_step(r, e->step, err) : NULL;
	char began[DRILL_TIME_SIZE];

	if (!e->reason) {
		(void)error_set(err, ERROR_USAGE, "a late entry needs a reason");
		return error_hint(err, "--reason TEXT tells why it was not entered at that time");
	}
	if (e->at_ns > e->recorded_ns)
		return error_set(err, ERROR_USAGE, "--at is in the future");
	if (e->at_ns < r->run->started_ns)
		return error_set(err, ERROR_USAGE, "--at is before the drill, which began at %s",
				 drill_time_format(r, r->run->started_ns, began));
	if (s && e->at_ns < s->begin_ns)
		return error_set(err, ERROR_USAGE, "--at is before step %s, which began at %s",
				 s->plan->id, drill_time_format(r, s->begin_ns, began));
	return 0;
}

static int check_role(const struct drill_record *r, const struct entry *e, struct error *err)
{
	const char *name = e->text && *e->text ? e->text : e->author;
	struct nearest near = { .word = e->role };
	bool known = false;

	for (size_t i = 0; i < r->plan.role_count; i++) {
		known |= strcmp(r->plan.role[i].id, e->role) == 0;
		nearest_offer(&near, r->plan.role[i].id);
	}
	if (!known) {
		(void)error_set(err, ERROR_NOT_FOUND, "the plan of the drill has no role \"%.60s\"",
				e->role);
		return near.best ? error_hint(err, "did you mean \"%s\"?", near.best) :
				   error_hint(err, "muster drill plan shows a plan's roles");
	}
	for (size_t i = 0; i < r->participant_count && !e->supersedes; i++) {
		if (strcmp(r->participant[i].role, e->role) == 0 &&
		    strcmp(r->participant[i].name, name) == 0)
			return error_set(err, ERROR_USAGE, "%.100s has the role %s already", name,
					 e->role);
	}
	return 0;
}

static int check_kind(const struct drill_record *r, const struct entry *e, struct error *err)
{
	switch (e->kind) {
	case ENTRY_TICK:
	case ENTRY_REFUSE:
		return drill_entry_check_answer(r, e, err);
	case ENTRY_NOTE:
	case ENTRY_ISSUE:
	case ENTRY_DEVIATION:
		return e->step && *e->step && !drill_entry_step(r, e->step, err) ? -1 : 0;
	case ENTRY_PARTICIPANT:
		return check_role(r, e, err);
	case ENTRY_HOLD:
	case ENTRY_RESUME:
	case ENTRY_ABORT:
	case ENTRY_CLOSE:
		return drill_entry_check_course(r, e, err);
	default:
		return 0;
	}
}

int drill_entry_check(const struct drill_record *r, struct entry *e, struct error *err)
{
	const struct entry *old = entries_find(r->entries, e->supersedes);

	if (check_when(r, e, err) < 0 || (e->supersedes && check_replaced(r, e, old, err) < 0))
		return -1;
	if (old)
		fill_in(e, old);
	if (check_kind(r, e, err) < 0 || (e->at_ns && check_time(r, e, err) < 0))
		return -1;
	if (!e->at_ns)
		e->at_ns = old ? old->at_ns : e->recorded_ns;
	return 0;
}
