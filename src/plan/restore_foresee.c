/* SPDX-License-Identifier: Apache-2.0 */
/* What a restore test would do, what it would need, how long it would take: without doing it. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/restore_test.intern.h"

static int note_file(struct plan_run *run, const struct restore_target *t,
		     const struct restore_file *f, const struct backup_set *set, struct error *err)
{
	char text[1024], size[QUANTITY_TEXT_SIZE];
	uint64_t bytes = 0;

	for (size_t i = 0; set && i < set->file_count; i++) {
		if (strcmp(set->file[i].path, f->path) == 0)
			bytes = set->file[i].size;
	}
	(void)snprintf(text, sizeof(text), "%s%s%s%s", f->judged.subject, bytes ? " (" : "",
		       bytes ? quantity_format_size(bytes, size) : "", bytes ? ")" : "");
	return plan_note(run, t->component->name, "file", text, err);
}

/* The newest proof of the component's, of whichever set. */
static const struct proof *newest_proof(const struct proofs *proofs)
{
	const struct proof *newest = NULL;

	for (size_t i = 0; i < proofs->count; i++) {
		if (!newest || proofs->item[i].proven_ns > newest->proven_ns)
			newest = &proofs->item[i];
	}
	return newest;
}

static int note_expected_time(struct plan_run *run, const struct restore_test *test,
			      const struct restore_target *t, struct error *err)
{
	CLEANUP(proofs_release)
	struct proofs proofs = { 0 };
	const struct proof *last;
	char text[160], took[QUANTITY_TEXT_SIZE], age[QUANTITY_TEXT_SIZE];

	if (test->request->past &&
	    history_proofs(test->request->past, t->component->name, &proofs, err) < 0)
		return -1;
	last = newest_proof(&proofs);
	if (last)
		(void)snprintf(text, sizeof(text),
			       "about %s to restore, as %s ago (set %s, run %s)",
			       quantity_format_duration(last->restore_ns, took),
			       quantity_format_age(clock_wall_ns() - last->proven_ns, age),
			       last->set, last->run);
	else
		(void)snprintf(text, sizeof(text), "not known: no restore test of it has passed");
	return plan_note(run, t->component->name, "expected time", text, err);
}

static int note_objective(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	char text[QUANTITY_TEXT_SIZE];

	return plan_note(run, t->component->name, "objective",
			 quantity_format_duration(restore_objective_of(t), text), err);
}

static int check_tools(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const struct engine *engine = engine_of(t->engine);

	if (engine->tools && engine->tools(t->component, &checks, err) < 0)
		return -1;
	return plan_checks(run, &checks, err);
}

int restore_step_foresee(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *test = subject;
	struct restore_target *t = restore_target_of(run, test);

	for (size_t i = 0; i < t->file_count; i++) {
		if (note_file(run, t, &t->file[i], t->set, err) < 0)
			return -1;
	}
	if (!t->file_count)
		return 0;
	if (note_objective(run, t, err) < 0 || note_expected_time(run, test, t, err) < 0)
		return -1;
	if (check_tools(run, t, err) < 0)
		return -1;
	return restore_check_room(run, test, t, err);
}
