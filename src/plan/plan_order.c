/* SPDX-License-Identifier: Apache-2.0 */
/* Can a plan be ordered? */
#include <stdlib.h>
#include <string.h>

#include "plan/plan.intern.h"

size_t plan_step_index(const struct plan *plan, const char *id)
{
	size_t i = 0;

	while (i < plan->step_count && strcmp(plan->step[i].id, id) != 0)
		i++;
	return i;
}

/* Names that no step bears, and ids that two bear. */
static int check_ids(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->step[i];

		if (plan_step_index(plan, step->id) != i)
			return error_set(err, ERROR_INTERNAL, "plan %s has two steps %s",
					 plan->kind, step->id);
		for (const char *const *after = step->after; after && *after; after++) {
			if (plan_step_index(plan, *after) == plan->step_count)
				return error_set(
					err, ERROR_INTERNAL,
					"plan %s: step %s comes after %s, which is no step",
					plan->kind, step->id, *after);
		}
	}
	return 0;
}

static bool may_be_placed(const struct plan *plan, size_t i, const bool *placed)
{
	if (placed[i])
		return false;
	for (const char *const *after = plan->step[i].after; after && *after; after++) {
		if (!placed[plan_step_index(plan, *after)])
			return false;
	}
	return true;
}

int plan_check_order(const struct plan *plan, struct error *err)
{
	CLEANUP(cleanup_free)
	bool *placed = calloc(plan->step_count + 1, sizeof(*placed));

	if (!placed)
		return error_set(err, ERROR_NOMEM, "no memory for plan %s", plan->kind);
	if (check_ids(plan, err) < 0)
		return -1;
	for (size_t n = 0; n < plan->step_count; n++) {
		size_t i = 0;

		while (i < plan->step_count && !may_be_placed(plan, i, placed))
			i++;
		if (i < plan->step_count) {
			placed[i] = true;
			continue;
		}
		for (i = 0; placed[i];)
			i++;
		return error_set(err, ERROR_INTERNAL, "plan %s: step %s waits for itself",
				 plan->kind, plan->step[i].id);
	}
	return 0;
}
