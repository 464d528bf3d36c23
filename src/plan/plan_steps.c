/* SPDX-License-Identifier: Apache-2.0 */
/* Which step of a plan runs when, and what becomes of those that cannot. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plan/plan.intern.h"

enum step_state { STEP_WAITING, STEP_RUNNING, STEP_DONE, STEP_FAILED, STEP_SKIPPED };

/* A step and, while it runs, its thread, which then sets `state`, under the lock. */
struct slot {
	struct plan_run run;
	void *subject;
	pthread_t thread;
	enum step_state state;
	struct error err; /* what the journal said, when it refused an event */
};

struct schedule {
	const struct plan *plan;
	struct plan_shared *shared;
	struct slot *slot; /* one per step */
	unsigned running;
};

static size_t index_of(const struct plan *plan, const char *id)
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

		if (index_of(plan, step->id) != i)
			return error_set(err, ERROR_INTERNAL, "plan %s has two steps %s",
					 plan->kind, step->id);
		for (const char *const *after = step->after; after && *after; after++) {
			if (index_of(plan, *after) == plan->step_count)
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
		if (!placed[index_of(plan, *after)])
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

static bool is_over(enum step_state state)
{
	return state == STEP_DONE || state == STEP_FAILED || state == STEP_SKIPPED;
}

static bool is_ready(const struct schedule *s, const struct slot *slot)
{
	if (slot->state != STEP_WAITING)
		return false;
	for (const char *const *after = slot->run.current->after; after && *after; after++) {
		if (!is_over(s->slot[index_of(s->plan, *after)].state))
			return false;
	}
	return true;
}

/* The table's own order wherever the dependencies leave a choice. */
static struct slot *next_ready(const struct schedule *s)
{
	struct slot *found = NULL;

	(void)pthread_mutex_lock(&s->shared->lock);
	for (size_t i = 0; !found && i < s->plan->step_count; i++) {
		if (is_ready(s, &s->slot[i]))
			found = &s->slot[i];
	}
	(void)pthread_mutex_unlock(&s->shared->lock);
	return found;
}

/* The first step before this one that did not do its work; NULL when all did. */
static const struct step *hindrance(const struct schedule *s, const struct step *step)
{
	for (const char *const *after = step->after; !step->always && after && *after; after++) {
		const struct slot *before = &s->slot[index_of(s->plan, *after)];

		if (before->state != STEP_DONE)
			return before->run.current;
	}
	return NULL;
}

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

static int skip_step(struct plan_run *run, const struct step *cause, struct error *err)
{
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

/* 0 or, when the journal refused an event, -1; *done tells whether the step did its work. */
static int run_step(struct plan_run *run, void *subject, bool *done, struct error *err)
{
	struct event start = { .type = EVENT_STEP_STARTED, .text = run->current->title };
	struct event end = { .type = EVENT_STEP_FINISHED };
	struct error cause = ERROR_INIT;
	int64_t started_ns = clock_monotonic_ns();

	*done = false;
	if (plan_send(run, &start, err) < 0)
		return -1;
	*done = run->current->run(run, subject, &cause) >= 0;
	if (journal_failed(run->shared)) {
		*err = cause;
		return error_set(err, ERROR_IO, "the journal refused an event");
	}
	if (!*done && record_failure(run, &cause, err) < 0)
		return -1;
	end.verdict = plan_step_verdict(run);
	if (!*done)
		end.verdict = verdict_worse(end.verdict, VERDICT_ERROR);
	end.duration_ns = clock_monotonic_ns() - started_ns;
	return plan_send(run, &end, err);
}

static void *work(void *argument)
{
	struct slot *slot = argument;
	struct plan_shared *shared = slot->run.shared;
	bool done = false;

	(void)(run_step(&slot->run, slot->subject, &done, &slot->err) < 0); /* its error is kept */
	(void)pthread_mutex_lock(&shared->lock);
	slot->state = done ? STEP_DONE : STEP_FAILED;
	(void)pthread_cond_signal(&shared->step_ended);
	(void)pthread_mutex_unlock(&shared->lock);
	return NULL;
}

/*
 * In a thread of its own; in this one when there is but one lane, or when the system gives
 * no other. True: it is over already.
 */
static bool begin(struct schedule *s, struct slot *slot)
{
	const struct step *cause = hindrance(s, slot->run.current);

	slot->thread = pthread_self();
	s->running++;
	if (cause) {
		(void)(skip_step(&slot->run, cause, &slot->err) < 0); /* its error is kept */
		slot->state = STEP_SKIPPED;
		return true;
	}
	slot->state = STEP_RUNNING;
	if (s->plan->lanes > 1 && pthread_create(&slot->thread, NULL, work, slot) == 0)
		return false;
	slot->thread = pthread_self();
	(void)work(slot);
	return true;
}

static struct slot *find_ended(struct schedule *s, const bool *collected)
{
	for (size_t i = 0; i < s->plan->step_count; i++) {
		if (!collected[i] && is_over(s->slot[i].state))
			return &s->slot[i];
	}
	return NULL;
}

/* Waits until a step has ended; NULL: none is running, and none has ended unseen. */
static struct slot *collect(struct schedule *s, bool *collected)
{
	struct slot *slot;

	(void)pthread_mutex_lock(&s->shared->lock);
	while (!(slot = find_ended(s, collected)) && s->running)
		(void)pthread_cond_wait(&s->shared->step_ended, &s->shared->lock);
	(void)pthread_mutex_unlock(&s->shared->lock);
	if (!slot)
		return NULL;
	collected[slot - s->slot] = true;
	s->running--;
	if (!pthread_equal(slot->thread, pthread_self()))
		(void)pthread_join(slot->thread, NULL);
	return slot;
}

static void start_ready(struct schedule *s)
{
	unsigned lanes = s->plan->lanes > 1 ? s->plan->lanes : 1;
	struct slot *slot = NULL;

	while (s->running < lanes && (slot = next_ready(s))) {
		/* one that is over is looked at before another begins */
		if (begin(s, slot))
			return;
	}
}

static int run_all(struct schedule *s, const struct plan_run *run, bool *collected,
		   size_t *dealt_with, struct error *cut, struct error *err)
{
	int rc = 0;

	*dealt_with = 0;
	for (;;) {
		struct slot *slot;

		if (rc == 0 && cut->kind == ERROR_NONE && plan_may_go_on(run, cut) == 0)
			start_ready(s);
		slot = collect(s, collected);
		if (!slot)
			return rc;
		if (slot->err.kind != ERROR_NONE && rc == 0) {
			*err = slot->err;
			rc = -1;
		}
		/* a step that gave up because it had to is not a step dealt with */
		if (slot->state != STEP_FAILED || cut->kind != ERROR_NONE ||
		    plan_may_go_on(run, cut) == 0)
			++*dealt_with;
	}
}

int plan_run_steps(const struct plan_run *run, void *subject, size_t *dealt_with, struct error *cut,
		   struct error *err)
{
	const struct plan *plan = run->shared->plan;
	struct schedule s = { .plan = plan, .shared = run->shared };
	CLEANUP(cleanup_free)
	struct slot *slots = calloc(plan->step_count + 1, sizeof(*slots));
	CLEANUP(cleanup_free)
	bool *collected = calloc(plan->step_count + 1, sizeof(*collected));

	if (!slots || !collected)
		return error_set(err, ERROR_NOMEM, "no memory for plan %s", plan->kind);
	s.slot = slots;
	for (size_t i = 0; i < plan->step_count; i++) {
		slots[i].run = *run;
		slots[i].run.current = &plan->step[i];
		slots[i].subject = subject;
	}
	return run_all(&s, run, collected, dealt_with, cut, err);
}
