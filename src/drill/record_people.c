/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes part in a drill, what was done otherwise than planned, and when people held it. */
#include <string.h>

#include "drill/record.intern.h"

static const char *title_of(const struct drill_record *r, const char *role)
{
	for (size_t i = 0; i < r->plan.role_count; i++) {
		if (strcmp(r->plan.role[i].id, role) == 0 && *r->plan.role[i].title)
			return r->plan.role[i].title;
	}
	return role;
}

/* Somebody who is told twice for one role takes part once. */
static void add_participant(struct drill_record *r, const char *role, const char *name)
{
	for (size_t i = 0; i < r->participant_count; i++) {
		if (strcmp(r->participant[i].role, role) == 0 &&
		    strcmp(r->participant[i].name, name) == 0)
			return;
	}
	r->participant[r->participant_count++] = (struct drill_participant){
		.role = role, .title = title_of(r, role), .name = name
	};
}

static int read_participants(struct drill_record *r, struct error *err)
{
	static const char prefix[] = "participant ";
	const size_t length = sizeof(prefix) - 1, room = r->run->note_count + r->entries->count;
	size_t at = 0;

	r->participant = arena_alloc(&r->arena, (room + 1) * sizeof(*r->participant));
	if (!r->participant)
		return drill_record_no_memory(err);
	for (size_t i = 0; i < r->run->note_count; i++) {
		const struct run_note *n = &r->run->note[i];

		if (!*n->component && strncmp(n->name, prefix, length) == 0)
			add_participant(r, n->name + length, n->text);
	}
	for (const struct entry *e; (e = drill_record_entry(r, ENTRY_PARTICIPANT, &at)) != NULL;)
		add_participant(r, e->role, *e->text ? e->text : e->author);
	return 0;
}

/* The last one who took it: people change places. */
const char *drill_record_holder(const struct drill_record *r, const char *role)
{
	for (size_t i = r->participant_count; i-- > 0;) {
		if (strcmp(r->participant[i].role, role) == 0)
			return r->participant[i].name;
	}
	return NULL;
}

/* What an earlier attempt at the step came to, when it was no good; "": nothing to tell. NULL: no memory. */
static const char *say_superseded(struct drill_record *r, const struct drill_step *step)
{
	const struct checks *all = &r->run->superseded;
	const struct check *worst = NULL;
	const char *title;
	char more[48] = "";
	size_t bad = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct check *c = &all->item[i];

		if (strcmp(c->step, step->id) != 0 || check_weight(c) <= VERDICT_WARN)
			continue;
		bad++;
		if (!worst || check_weight(c) > check_weight(worst))
			worst = c;
	}
	if (!worst)
		return "";
	if (bad > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more)", bad - 1);
	title = drill_record_quote(r, step->title);
	return title ? drill_record_say(
			       r, "%s was done again, so that this no longer counts: %s%s%s%s",
			       title, worst->component, *worst->component ? ": " : "",
			       worst->message, more) :
		       NULL;
}

static int read_deviations(struct drill_record *r, struct error *err)
{
	const size_t room = r->run->note_count + r->plan.step_count;
	const char *text;
	size_t at = 0;

	r->deviation = arena_alloc(&r->arena, (room + 1) * sizeof(*r->deviation));
	if (!r->deviation)
		return drill_record_no_memory(err);
	while ((text = run_next_note(r->run, "deviation", &at)) != NULL)
		r->deviation[r->deviation_count++] = text;
	for (size_t i = 0; i < r->plan.step_count; i++) {
		text = say_superseded(r, &r->plan.step[i]);
		if (!text)
			return drill_record_no_memory(err);
		if (*text)
			r->deviation[r->deviation_count++] = text;
	}
	return 0;
}

static bool stands(const struct drill_record *r, const struct entry *e)
{
	return !entries_successor(r->entries, e->number);
}

/* A late entry may be the first that was so. */
static const struct entry *next_in_time(const struct drill_record *r, const struct entry *last)
{
	const struct entry *next = NULL;

	for (size_t i = 0; i < r->entries->count; i++) {
		const struct entry *e = &r->entries->item[i];

		if ((e->kind != ENTRY_HOLD && e->kind != ENTRY_RESUME) || !stands(r, e))
			continue;
		if (last && (e->at_ns < last->at_ns ||
			     (e->at_ns == last->at_ns && e->number <= last->number)))
			continue;
		if (!next || e->at_ns < next->at_ns)
			next = e;
	}
	return next;
}

static int read_holds(struct drill_record *r, struct error *err)
{
	struct drill_interval *open = NULL;

	r->hold = arena_alloc(&r->arena, (r->entries->count + 1) * sizeof(*r->hold));
	if (!r->hold)
		return drill_record_no_memory(err);
	for (const struct entry *e = next_in_time(r, NULL); e; e = next_in_time(r, e)) {
		if (e->kind == ENTRY_HOLD && !open) {
			open = &r->hold[r->hold_count++];
			*open = (struct drill_interval){ .begin_ns = e->at_ns, .entry = e };
		} else if (e->kind == ENTRY_RESUME && open) {
			open->end_ns = e->at_ns;
			open = NULL;
		}
	}
	if (open) {
		open->lasts = true;
		open->end_ns = r->now_ns > open->begin_ns ? r->now_ns : open->begin_ns;
	}
	for (size_t i = 0; i < r->hold_count; i++)
		r->held_ns += r->hold[i].end_ns - r->hold[i].begin_ns;
	return 0;
}

int drill_record_people(struct drill_record *r, struct error *err)
{
	if (read_participants(r, err) < 0 || read_deviations(r, err) < 0)
		return -1;
	return read_holds(r, err);
}
