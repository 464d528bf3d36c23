/* SPDX-License-Identifier: Apache-2.0 */
/* The phases of a drill's plan, and their steps. */
#include <string.h>

#include "config/complaints.h"
#include "config/value.h"
#include "drill/drill_plan.intern.h"

enum { STEPS_MAX = 1000 };

static const char *const kinds[] = {
#define X(id, name) name,
	DRILL_KIND_TABLE(X)
#undef X
		NULL
};
static const char *const failures[] = {
#define X(id, name) name,
	DRILL_FAILURE_TABLE(X)
#undef X
		NULL
};
static const char *const works[] = {
#define X(id, name, meaning) name,
	DRILL_WORK_TABLE(X)
#undef X
		NULL
};

const char *drill_kind_name(enum drill_kind kind)
{
	return kinds[kind];
}

const char *drill_failure_name(enum drill_failure failure)
{
	return failures[failure];
}

const char *drill_work_name(enum drill_work work)
{
	return works[work];
}

static int read_words(struct drill_reading *r, const struct node *node, struct string_list *out)
{
	return value_decode_words(node, out, &r->plan->arena, r->complaints, r->err);
}

/* Without it the step waits for the one before it: a checklist is read from its top. */
static int read_after(struct drill_reading *r, const struct node *map, struct drill_step *step)
{
	const struct node *node = node_child(map, "after");

	if (node)
		return read_words(r, node, &step->after);
	if (step == r->plan->step)
		return 0;
	step->after.item = arena_alloc(&r->plan->arena, 2 * sizeof(*step->after.item));
	if (!step->after.item)
		return drill_no_memory(r);
	step->after.item[0] = step[-1].id;
	step->after.count = 1;
	return 0;
}

/* A key that only one kind of step takes. */
static void check_belongs(struct drill_reading *r, const struct node *map, const char *key,
			  bool wanted, bool belongs)
{
	const struct node *node = node_child(map, key);

	if (node && !belongs)
		complain(r->complaints, node->source, node->key_mark,
			 "step \"%s\": \"%s\" does not go with its kind", map->key, key);
	if (!node && wanted)
		complain(r->complaints, map->source, map->key_mark, "step \"%s\" has no %s",
			 map->key, key);
}

static void check_kind(struct drill_reading *r, const struct node *map,
		       const struct drill_step *step)
{
	const bool automatic = step->kind == DRILL_AUTOMATIC, wait = step->kind == DRILL_WAIT;
	const bool command = step->kind == DRILL_COMMAND;

	check_belongs(r, map, "does", automatic, automatic);
	check_belongs(r, map, "engine", automatic && step->work == DRILL_WORK_RESTORE, automatic);
	check_belongs(r, map, "command", command, command);
	check_belongs(r, map, "role", step->kind == DRILL_GATE, true);
	check_belongs(r, map, "objective", wait, true);
	if (step->kind == DRILL_GATE && node_child(map, "role") && !*step->role)
		complain(r->complaints, map->source, map->key_mark, "step \"%s\" has no role",
			 map->key);
	if (command && node_child(map, "command") &&
	    (!step->command.count || !*step->command.item[0]))
		complain(r->complaints, map->source, map->key_mark,
			 "step \"%s\": command must name a program", map->key);
}

/* Words of the keys that are enumerations. */
static void read_choices(struct drill_reading *r, const struct node *map, struct drill_step *step)
{
	unsigned kind = DRILL_TICK, failure = DRILL_FAILURE_GO_ON, work = DRILL_WORK_COUNT;
	unsigned engine = ENGINE_COUNT;
	const char *engines[ENGINE_COUNT + 1] = { NULL };

	for (unsigned i = 0; i < ENGINE_COUNT; i++)
		engines[i] = engine_kind_name((enum engine_kind)i);
	drill_read_word(r, map, "kind", kinds, &kind);
	drill_read_word(r, map, "does", works, &work);
	drill_read_word(r, map, "engine", engines, &engine);
	/* a gate that nobody opened holds what is behind it */
	if (kind == DRILL_GATE)
		failure = DRILL_FAILURE_STOP;
	drill_read_word(r, map, "on_failure", failures, &failure);
	step->kind = (enum drill_kind)kind;
	step->work = (enum drill_work)work;
	step->engine = (enum engine_kind)engine;
	step->on_failure = (enum drill_failure)failure;
	/* however it went: it is measured, told and removed */
	step->always = step->work == DRILL_WORK_JUDGE || step->work == DRILL_WORK_REMOVE ||
		       step->work == DRILL_WORK_REPORT;
}

static int read_step(struct drill_reading *r, const struct node *map)
{
	static const char *const keys[] = { "title",      "kind",   "does",  "engine",
					    "command",    "role",   "after", "objective",
					    "on_failure", "always", NULL };
	struct drill_step *step = &r->plan->step[r->plan->step_count];
	const struct node *command = node_child(map, "command");

	*step = (struct drill_step){ .id = arena_strdup(&r->plan->arena, map->key),
				     .phase = r->plan->phase_count,
				     .mark = map->key_mark };
	if (!step->id)
		return drill_no_memory(r);
	if (!drill_check_id(r, map, "step") || !drill_check_keys(r, map, "a step", keys))
		return 0;
	if (drill_plan_step(r->plan, step->id))
		complain(r->complaints, map->source, map->key_mark,
			 "step \"%s\" is there twice; each needs a name of its own", step->id);
	read_choices(r, map, step);
	drill_read_duration(r, map, "objective", &step->objective_ns);
	drill_read_bool(r, map, "always", &step->always);
	if (drill_read_text(r, map, "title", &step->title) < 0 ||
	    drill_read_text(r, map, "role", &step->role) < 0 || read_after(r, map, step) < 0 ||
	    (command && read_words(r, command, &step->command) < 0))
		return -1;
	check_kind(r, map, step);
	if (!*step->title)
		step->title = step->id;
	r->plan->step_count++;
	return 0;
}

static int read_phase(struct drill_reading *r, const struct node *map)
{
	static const char *const keys[] = { "title", "milestone", "after_end", "steps", NULL };
	struct drill_phase *phase = &r->plan->phase[r->plan->phase_count];
	const struct node *steps;

	*phase = (struct drill_phase){ .id = arena_strdup(&r->plan->arena, map->key),
				       .milestone_ns = -1,
				       .step = r->plan->step_count,
				       .mark = map->key_mark };
	if (!phase->id)
		return drill_no_memory(r);
	if (!drill_check_id(r, map, "phase") || !drill_check_keys(r, map, "a phase", keys))
		return 0;
	if (drill_read_text(r, map, "title", &phase->title) < 0)
		return -1;
	if (!*phase->title)
		phase->title = phase->id;
	drill_read_duration(r, map, "milestone", &phase->milestone_ns);
	drill_read_bool(r, map, "after_end", &phase->after_end);
	steps = node_child(map, "steps");
	if (!steps || steps->kind != NODE_MAP || !steps->first) {
		complain(r->complaints, map->source, map->key_mark, "phase \"%s\" has no steps",
			 map->key);
		return 0;
	}
	for (const struct node *step = steps->first; step; step = step->next)
		if (read_step(r, step) < 0)
			return -1;
	phase->step_count = r->plan->step_count - phase->step;
	r->plan->phase_count++;
	return 0;
}

static size_t count_steps(const struct node *phases)
{
	size_t count = 0;

	for (const struct node *phase = phases->first; phase; phase = phase->next) {
		const struct node *steps = node_child(phase, "steps");

		for (const struct node *step = steps ? steps->first : NULL; step; step = step->next)
			count++;
	}
	return count;
}

int drill_read_phases(struct drill_reading *r, const struct node *map)
{
	struct drill_plan *plan = r->plan;
	size_t steps = count_steps(map), phases = 0;

	for (const struct node *phase = map->first; phase; phase = phase->next)
		phases++;
	if (steps > STEPS_MAX) {
		complain(r->complaints, map->source, map->key_mark,
			 "%zu steps; there can be at most %d", steps, STEPS_MAX);
		return 0;
	}
	plan->phase = arena_alloc(&plan->arena, (phases + 1) * sizeof(*plan->phase));
	plan->step = arena_alloc(&plan->arena, (steps + 1) * sizeof(*plan->step));
	if (!plan->phase || !plan->step)
		return drill_no_memory(r);
	for (const struct node *phase = map->first; phase; phase = phase->next)
		if (read_phase(r, phase) < 0)
			return -1;
	return 0;
}
