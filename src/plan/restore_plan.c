/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a restore test: a few components at a time, each going its own way. */
#include <stdio.h>
#include <string.h>

#include "plan/restore_test.intern.h"

/* A step of a component's own. */
struct own_step {
	const char *name, *title;
	int (*run)(struct plan_run *run, void *subject, struct error *err);
	bool always;
};

/* In order. */
static const struct own_step restore_steps[] = {
	{ "read", "read every byte of %s", restore_step_read, false },
	{ "restore", "restore %s", restore_step_restore, false },
	{ "prove", "prove that all of %s came back", restore_step_prove, false },
	{ "remove", "remove the sandbox of %s", restore_step_remove, true },
};
static const struct own_step foresee_steps[] = {
	{ "foresee", "look what restoring %s needs", restore_step_foresee, false },
};
enum { RESTORE_STEPS = sizeof(restore_steps) / sizeof(*restore_steps) };

struct builder {
	struct restore_test *test;
	const struct own_step *own;
	size_t own_count;
	struct step *step;
	size_t count;
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the plan of a restore test");
}

static const char **room_for_ids(struct builder *b, size_t count)
{
	const char **ids = arena_alloc(&b->test->arena, (count + 1) * sizeof(*ids));

	if (ids)
		ids[count] = NULL;
	return ids;
}

/* After the step before it; its first after the sealing. */
static int add_own(struct builder *b, const char *name, const struct own_step *own,
		   const char *after, struct error *err)
{
	struct arena *arena = &b->test->arena;
	const char **ids = room_for_ids(b, 1);
	char title[256];
	struct step *step = &b->step[b->count++];

	(void)snprintf(title, sizeof(title), "%.*s%s%s", (int)strcspn(own->title, "%"), own->title,
		       name, strstr(own->title, "%s") + 2);
	*step = (struct step){ .id = arena_printf(arena, "%s %s", own->name, name),
			       .title = arena_strdup(arena, title),
			       .component = name,
			       .after = ids,
			       .run = own->run,
			       .always = own->always };
	if (!ids || !step->id || !step->title)
		return no_memory(err);
	ids[0] = after;
	return 0;
}

/* The last step of each target of the group before this one; of the first, the choice. */
static int add_seal(struct builder *b, size_t group, struct error *err)
{
	struct step *step = &b->step[b->count];
	const char **ids = room_for_ids(b, RESTORE_LANES);

	if (!ids)
		return no_memory(err);
	for (size_t i = 0; group && i < RESTORE_LANES; i++)
		ids[i] = b->step[b->count - 1 - i * b->own_count].id;
	if (!group) {
		ids[0] = "choose";
		ids[1] = NULL;
	}
	*step = (struct step){ .id = group ? arena_printf(&b->test->arena, "seal %zu", group + 1) :
					     "seal",
			       .title = "seal the sandboxes",
			       .after = ids,
			       .run = restore_step_seal,
			       .always = group > 0 };
	b->count++;
	return step->id ? 0 : no_memory(err);
}

static int add_target(struct builder *b, struct restore_target *t, const char *seal,
		      struct error *err)
{
	t->seal = seal;
	for (size_t k = 0; k < b->own_count; k++) {
		const char *after = k ? b->step[b->count - 1].id : seal;

		if (add_own(b, t->component->name, &b->own[k], after, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Sandboxes are made when nothing else of the run is under way, a group at a time: the
 * processes that they consist of are copies of this one, which then has but one thread at work.
 */
static int add_groups(struct builder *b, struct error *err)
{
	struct restore_test *test = b->test;
	const char *seal = NULL;

	for (size_t i = 0; i < test->target_count; i++) {
		if (i % RESTORE_LANES == 0) {
			if (add_seal(b, i / RESTORE_LANES, err) < 0)
				return -1;
			seal = b->step[b->count - 1].id;
		}
		if (add_target(b, &test->target[i], seal, err) < 0)
			return -1;
	}
	return 0;
}

int restore_make_plan(struct restore_test *t, struct error *err)
{
	const bool dry = t->request->dry_run;
	struct builder b = { .test = t,
			     .own = dry ? foresee_steps : restore_steps,
			     .own_count = dry ? 1 : RESTORE_STEPS };
	size_t groups = (t->target_count + RESTORE_LANES - 1) / RESTORE_LANES;

	b.step = arena_alloc(&t->arena,
			     (1 + groups + b.own_count * t->target_count) * sizeof(*b.step));
	if (!b.step)
		return no_memory(err);
	b.step[b.count++] = (struct step){ .id = "choose",
					   .title = "choose the backups",
					   .run = restore_step_choose };
	if (add_groups(&b, err) < 0)
		return -1;
	t->plan = (struct plan){ .kind = dry ? "restore-plan" : "restore-test",
				 .step = b.step,
				 .step_count = b.count,
				 .lanes = RESTORE_LANES };
	return 0;
}
