/* SPDX-License-Identifier: Apache-2.0 */
/* One step of a run: its begin, its work and its end, as the journal is told of them. */
#include <pthread.h>

#include "base/clock.h"
#include "plan/plan.intern.h"

static int add_step_check(struct plan_run *run, const struct check *base, const char *message,
			  struct error *err)
{
	struct check check = *base;

	check.name = check_name(CHECK_STEP);
	check.component = run->current->component;
	check.subject = run->current->id;
	check.message = message;
	check.required = true;
	return plan_check(run, &check, err);
}

int plan_step_skip(struct plan_slot *slot, const struct step *cause, struct error *err)
{
	struct plan_run *run = &slot->run;
	struct check base = { .verdict = VERDICT_SKIPPED };
	struct event end = { .type = EVENT_STEP_FINISHED, .verdict = VERDICT_SKIPPED };
	char message[160];

	(void)snprintf(message, sizeof(message), "not run, because step %s was not completed",
		       cause->id);
	if (add_step_check(run, &base, message, err) < 0)
		return -1;
	return plan_send(run, &end, err);
}

/* What stopped a step: our own end is told once, after the steps; the rest is its error. */
static int record_failure(struct plan_run *run, const struct error *cause, struct error *err)
{
	struct check base = { .verdict = VERDICT_ERROR, .hint = cause->hint };
	struct error ignored = ERROR_INIT;

	if (plan_may_go_on(run, &ignored) < 0)
		return 0;
	return add_step_check(
		run, &base, cause->kind ? cause->message : "the step failed without a reason", err);
}

static bool journal_failed(struct plan_shared *shared)
{
	bool failed;

	(void)pthread_mutex_lock(&shared->lock);
	failed = shared->journal_failed;
	(void)pthread_mutex_unlock(&shared->lock);
	return failed;
}

int plan_step_begin(struct plan_slot *slot, struct error *err)
{
	struct event start = { .type = EVENT_STEP_STARTED, .text = slot->run.current->title };

	slot->began_ns = clock_monotonic_ns();
	plan_begin_again(&slot->run);
	return plan_send(&slot->run, &start, err);
}

int plan_step_end(struct plan_slot *slot, bool done, const struct error *cause, struct error *err)
{
	struct plan_run *run = &slot->run;
	struct event end = { .type = EVENT_STEP_FINISHED };

	if (!done && record_failure(run, cause, err) < 0)
		return -1;
	end.verdict = plan_step_verdict(run);
	if (!done)
		end.verdict = verdict_worse(end.verdict, VERDICT_ERROR);
	end.duration_ns = clock_monotonic_ns() - slot->began_ns;
	plan_end_again(run, end.verdict);
	return plan_send(run, &end, err);
}

/* 0 or, when the journal refused an event, -1; *done tells whether the step did its work. */
static int run_step(struct plan_slot *slot, bool *done, struct error *err)
{
	struct plan_run *run = &slot->run;
	struct error cause = ERROR_INIT;

	*done = false;
	if (plan_step_begin(slot, err) < 0)
		return -1;
	*done = run->current->run(run, slot->subject, &cause) >= 0;
	if (journal_failed(run->shared)) {
		*err = cause;
		return error_set(err, ERROR_IO, "the journal refused an event");
	}
	return plan_step_end(slot, *done, &cause, err);
}

void *plan_step_work(void *argument)
{
	struct plan_slot *slot = argument;
	struct plan_shared *shared = slot->run.shared;
	bool done = false;

	(void)(run_step(slot, &done, &slot->err) < 0); /* its error is kept */
	(void)pthread_mutex_lock(&shared->lock);
	slot->state = done ? STEP_DONE : STEP_FAILED;
	(void)pthread_cond_signal(&shared->step_ended);
	(void)pthread_mutex_unlock(&shared->lock);
	return NULL;
}
