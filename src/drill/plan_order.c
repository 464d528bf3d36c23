/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill's steps wait for: names become indices, cycles are found. */
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "config/complaints.h"
#include "drill/drill_plan.intern.h"

const struct drill_step *drill_plan_step(const struct drill_plan *p, const char *id)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (strcmp(p->step[i].id, id) == 0)
			return &p->step[i];
	return NULL;
}

/* NULL with a complaint at `mark`. */
static const struct drill_step *find_step(struct drill_reading *r, const char *id, struct mark mark,
					  const char *who)
{
	const struct drill_step *found = drill_plan_step(r->plan, id);
	struct nearest nearest = { .word = id };

	if (found)
		return found;
	for (size_t i = 0; i < r->plan->step_count; i++)
		nearest_offer(&nearest, r->plan->step[i].id);
	complain(r->complaints, &r->plan->source, mark, "%s: there is no step \"%s\"%s", who, id,
		 did_you_mean(nearest.best));
	return NULL;
}

static int find_before(struct drill_reading *r, struct drill_step *step)
{
	char who[NEAREST_WORD_MAX + 32];
	size_t found = 0;

	step->before =
		arena_alloc(&r->plan->arena, (step->after.count + 1) * sizeof(*step->before));
	if (!step->before)
		return drill_no_memory(r);
	(void)snprintf(who, sizeof(who), "step \"%s\", after", step->id);
	for (size_t i = 0; i < step->after.count; i++) {
		const struct drill_step *before =
			find_step(r, step->after.item[i], step->mark, who);

		if (before)
			step->before[found++] = (size_t)(before - r->plan->step);
	}
	return 0;
}

static void check_role(struct drill_reading *r, const struct drill_step *step)
{
	struct nearest nearest = { .word = step->role };

	for (size_t i = 0; i < r->plan->role_count; i++) {
		if (strcmp(r->plan->role[i].id, step->role) == 0)
			return;
		nearest_offer(&nearest, r->plan->role[i].id);
	}
	if (*step->role)
		complain(r->complaints, &r->plan->source, step->mark,
			 "step \"%s\": there is no role \"%s\"%s", step->id, step->role,
			 did_you_mean(nearest.best));
}

static bool is_ready(const struct drill_step *step, const bool *placed)
{
	for (size_t i = 0; i < step->after.count; i++)
		if (!placed[step->before[i]])
			return false;
	return true;
}

/* Into plan->order, the text's order wherever a choice is left. How many could be placed. */
static size_t place(struct drill_plan *plan, bool *placed)
{
	size_t count = 0, before;

	do {
		before = count;
		for (size_t i = 0; i < plan->step_count; i++) {
			if (placed[i] || !is_ready(&plan->step[i], placed))
				continue;
			placed[i] = true;
			plan->order[count++] = i;
		}
	} while (count > before);
	return count;
}

/* One of the steps that `step` waits for and that could not be placed. */
static size_t waits_for(const struct drill_step *step, const bool *placed)
{
	size_t i = 0;

	while (placed[step->before[i]])
		i++;
	return step->before[i];
}

/*
 * One of those that wait for each other, the first of them in the text: going from what waits to
 * what it waits for ends in a circle, when some could not be placed.
 */
static size_t find_cycle(const struct drill_plan *plan, const bool *placed)
{
	size_t at = 0, first;

	while (placed[at])
		at++;
	for (size_t i = 0; i < plan->step_count; i++)
		at = waits_for(&plan->step[at], placed);
	first = at;
	for (size_t i = 0; i < plan->step_count; i++) {
		at = waits_for(&plan->step[at], placed);
		first = at < first ? at : first;
	}
	return first;
}

static int tell_cycle(struct drill_reading *r, const bool *placed)
{
	const struct drill_plan *plan = r->plan;
	size_t first = find_cycle(plan, placed), at = first;
	CLEANUP(buf_release)
	struct buf text = { 0 };

	do {
		if (buf_printf(&text, "%s waits for ", plan->step[at].id) < 0)
			return drill_no_memory(r);
		at = waits_for(&plan->step[at], placed);
	} while (at != first);
	complain(r->complaints, &plan->source, plan->step[first].mark,
		 "these steps wait for each other and none can begin: %s%s", text.ptr,
		 plan->step[first].id);
	return 0;
}

/* The steps that tell when clocks begin and end. */
static void check_ends(struct drill_reading *r)
{
	const struct mark top = { 1, 1, 1 };
	const struct drill_step *start = find_step(r, r->plan->start, top, "start");

	(void)find_step(r, r->plan->validated, top, "validated");
	if (start && start->kind != DRILL_GATE && start->kind != DRILL_TICK)
		complain(r->complaints, &r->plan->source, start->mark,
			 "T+ begins with step \"%s\", which must be a gate or a tick: the start is "
			 "declared by somebody",
			 start->id);
}

/* What is done when the drill is over is people's, and the drill does not wait for it. */
static void check_after_end(struct drill_reading *r, const struct drill_step *step)
{
	const struct drill_plan *plan = r->plan;
	bool after_end = plan->phase[step->phase].after_end;

	if (after_end && step->kind != DRILL_TICK && step->kind != DRILL_GATE)
		complain(r->complaints, &plan->source, step->mark,
			 "step \"%s\" is in a phase that is after the drill's end; there are only "
			 "ticks and gates then",
			 step->id);
	for (size_t i = 0; !after_end && i < step->after.count; i++) {
		const struct drill_step *before = &plan->step[step->before[i]];

		if (plan->phase[before->phase].after_end)
			complain(
				r->complaints, &plan->source, step->mark,
				"step \"%s\" waits for \"%s\", which is done after the drill's end",
				step->id, before->id);
	}
}

int drill_check_order(struct drill_reading *r)
{
	struct drill_plan *plan = r->plan;
	size_t errors = r->complaints->errors;
	bool *placed = arena_alloc(&plan->arena, (plan->step_count + 1) * sizeof(*placed));

	plan->order = arena_alloc(&plan->arena, (plan->step_count + 1) * sizeof(*plan->order));
	if (!placed || !plan->order)
		return drill_no_memory(r);
	for (size_t i = 0; i < plan->step_count; i++) {
		if (find_before(r, &plan->step[i]) < 0)
			return -1;
		check_role(r, &plan->step[i]);
	}
	check_ends(r);
	/* a step that waits for what is not there was complained about */
	if (r->complaints->errors > errors)
		return 0;
	for (size_t i = 0; i < plan->step_count; i++)
		check_after_end(r, &plan->step[i]);
	if (place(plan, placed) == plan->step_count)
		return 0;
	return tell_cycle(r, placed);
}
