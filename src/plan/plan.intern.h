/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the engine share: what a run tells, and which step runs when. */
#ifndef PLAN_PLAN_INTERN_H
#define PLAN_PLAN_INTERN_H

#include <pthread.h>

#include "plan/plan.h"

/* What all steps of a run have in common; but for `plan` and `sinks` only under the lock. */
struct plan_shared {
	pthread_mutex_t lock;
	pthread_cond_t step_ended;
	const struct plan *plan;
	struct event_sink *sinks;
	const struct plan_past *past;
	bool journal_failed;  /* a sink refused an event: the run ends */
	struct error cut;     /* why the run is to end: plan.tend() wants it, the journal refused */
	struct checks checks; /* all so far */
	char set[32];         /* the backup set it is about */
};

/* Record an event of the run. */
MUST_CHECK int plan_send(struct plan_run *run, struct event *event, struct error *err);

/* The verdict of a step by the checks that it yielded; it may yield none. */
enum verdict plan_step_verdict(const struct plan_run *run);

/* Of the step of that id; plan->step_count: there is none. */
size_t plan_step_index(const struct plan *plan, const char *id);

/* ERROR_INTERNAL: two steps of one id, dependencies on no step or in a circle. */
MUST_CHECK int plan_check_order(const struct plan *plan, struct error *err);

/*
 * Runs all steps. `cut` gets why they were not all run (interrupted, out of time);
 * `*dealt_with` counts those that were. -1 with `err`: the journal refused an event.
 */
MUST_CHECK int plan_run_steps(const struct plan_run *run, void *subject, size_t *dealt_with,
			      struct error *cut, struct error *err);

#endif
