/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the engine share: what a run tells, one step of it, and which step runs when. */
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

/* The step begins, perhaps for the second time; has ended: what it yielded before counts no more. */
void plan_begin_again(struct plan_run *run);
void plan_end_again(struct plan_run *run, enum verdict verdict);

/* The verdict of a step by the checks that it yielded; it may yield none. */
enum verdict plan_step_verdict(const struct plan_run *run);

/* Of the step of that id; plan->step_count: there is none. */
size_t plan_step_index(const struct plan *plan, const char *id);

/* ERROR_INTERNAL: two steps of one id, dependencies on no step or in a circle. */
MUST_CHECK int plan_check_order(const struct plan *plan, struct error *err);

enum plan_step_state { STEP_WAITING, STEP_RUNNING, STEP_DONE, STEP_FAILED, STEP_SKIPPED };

/* A step and, while it runs, its thread, which then sets `state`, under the lock. */
struct plan_slot {
	struct plan_run run;
	void *subject;
	pthread_t thread;
	enum plan_step_state state;
	int64_t began_ns; /* monotonic */
	bool collected;   /* its end was looked at */
	struct error err; /* what the journal said, when it refused an event */
};

/* -1 with `err`: the journal refused an event. */

/* Its begin. */
MUST_CHECK int plan_step_begin(struct plan_slot *slot, struct error *err);
/* Its end. `cause`: what kept it from its work, unless it is `done`. */
MUST_CHECK int plan_step_end(struct plan_slot *slot, bool done, const struct error *cause,
			     struct error *err);
/* It cannot be run, since `cause` was not completed. */
MUST_CHECK int plan_step_skip(struct plan_slot *slot, const struct step *cause, struct error *err);
/* All of a slot, for a thread: sets `state` and, when the journal refused an event, `err`. NULL. */
void *plan_step_work(void *slot);

/*
 * Runs all steps. `cut` gets why they were not all run (interrupted, out of time);
 * `*dealt_with` counts those that were. -1 with `err`: the journal refused an event.
 */
MUST_CHECK int plan_run_steps(const struct plan_run *run, void *subject, size_t *dealt_with,
			      struct error *cut, struct error *err);

#endif
