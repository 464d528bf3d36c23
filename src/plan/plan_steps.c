/* SPDX-License-Identifier: Apache-2.0 */
/* Which step of a plan runs when, and what becomes of those that cannot. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plan/plan.intern.h"

/* How often people, times and the plan's tending are looked after. */
enum { TEND_MS = 200 };

struct schedule {
	const struct plan *plan;
	struct plan_shared *shared;
	struct plan_slot *slot; /* one per step */
	unsigned running;       /* threads of steps */
	unsigned polled;        /* steps under way that have none */
	bool held;              /* no step shall begin */
};

static bool is_over(enum plan_step_state state)
{
	return state == STEP_DONE || state == STEP_FAILED || state == STEP_SKIPPED;
}

static bool is_ready(const struct schedule *s, const struct plan_slot *slot)
{
	if (slot->state != STEP_WAITING)
		return false;
	/* one whose end was not looked at yet, the plan has not been told of */
	for (const char *const *after = slot->run.current->after; after && *after; after++) {
		if (!s->slot[plan_step_index(s->plan, *after)].collected)
			return false;
	}
	return true;
}

/* The table's own order wherever the dependencies leave a choice. */
static struct plan_slot *next_ready(const struct schedule *s)
{
	struct plan_slot *found = NULL;

	(void)pthread_mutex_lock(&s->shared->lock);
	for (size_t i = 0; !found && i < s->plan->step_count; i++) {
		if (is_ready(s, &s->slot[i]))
			found = &s->slot[i];
	}
	(void)pthread_mutex_unlock(&s->shared->lock);
	/* what must be alone is not overtaken for ever */
	return found && found->run.current->alone && s->running ? NULL : found;
}

/* The first step before this one after which it cannot be run; NULL: there is none. */
static const struct step *hindrance(const struct schedule *s, const struct step *step)
{
	for (const char *const *after = step->after; !step->always && after && *after; after++) {
		const struct plan_slot *before = &s->slot[plan_step_index(s->plan, *after)];

		if (before->state != STEP_DONE || before->run.hinders)
			return before->run.current;
	}
	return NULL;
}

/* A step that waits for somebody. True: it is over already, since the journal refused it. */
static bool begin_polled(struct schedule *s, struct plan_slot *slot)
{
	s->polled++;
	slot->state = plan_step_begin(slot, &slot->err) < 0 ? STEP_FAILED : STEP_RUNNING;
	return slot->state == STEP_FAILED;
}

/*
 * In a thread of its own; in this one when there is but one lane, when it must be alone, or
 * when the system gives no other. True: it is over already.
 */
static bool begin(struct schedule *s, struct plan_slot *slot)
{
	const struct step *step = slot->run.current;
	const struct step *cause = hindrance(s, step);

	slot->thread = pthread_self();
	if (step->poll && !cause)
		return begin_polled(s, slot);
	s->running++;
	if (cause) {
		(void)(plan_step_skip(slot, cause, &slot->err) < 0); /* its error is kept */
		slot->state = STEP_SKIPPED;
		return true;
	}
	slot->state = STEP_RUNNING;
	if (s->plan->lanes > 1 && !step->alone &&
	    pthread_create(&slot->thread, NULL, plan_step_work, slot) == 0)
		return false;
	slot->thread = pthread_self();
	(void)plan_step_work(slot);
	return true;
}

static bool is_polled(const struct plan_slot *slot)
{
	return slot->run.current->poll && slot->state == STEP_RUNNING;
}

/* Asks those that wait whether they still do. */
static void poll_steps(struct schedule *s)
{
	for (size_t i = 0; s->polled && i < s->plan->step_count; i++) {
		struct plan_slot *slot = &s->slot[i];
		struct error cause = ERROR_INIT;
		int rc = is_polled(slot) ?
				 slot->run.current->poll(&slot->run, slot->subject, &cause) :
				 0;

		if (rc == 0)
			continue;
		(void)(plan_step_end(slot, rc > 0, &cause, &slot->err) < 0); /* its error is kept */
		slot->state = rc > 0 ? STEP_DONE : STEP_FAILED;
	}
}

/* The run ends: nobody is waited for any more. */
static void give_up_polled(struct schedule *s)
{
	for (size_t i = 0; s->polled && i < s->plan->step_count; i++) {
		struct plan_slot *slot = &s->slot[i];
		struct event end = { .type = EVENT_STEP_FINISHED, .verdict = VERDICT_SKIPPED };

		if (!is_polled(slot))
			continue;
		end.duration_ns = clock_monotonic_ns() - slot->began_ns;
		(void)(plan_send(&slot->run, &end, &slot->err) < 0); /* its error is kept */
		slot->state = STEP_SKIPPED;
	}
}

static struct plan_slot *find_ended(const struct schedule *s)
{
	for (size_t i = 0; i < s->plan->step_count; i++) {
		if (!s->slot[i].collected && is_over(s->slot[i].state))
			return &s->slot[i];
	}
	return NULL;
}

/* For a thread to end, or, where somebody is to be looked after, for a while. */
static void await(struct schedule *s)
{
	struct timespec until;

	if (!s->plan->tend && !s->polled) {
		(void)pthread_cond_wait(&s->shared->step_ended, &s->shared->lock);
		return;
	}
	until = clock_moment_ahead(TEND_MS * (NS_PER_SECOND / 1000));
	(void)pthread_cond_timedwait(&s->shared->step_ended, &s->shared->lock, &until);
}

/* A step that has ended unseen; waits a while for one. NULL: none has. */
static struct plan_slot *collect(struct schedule *s)
{
	struct plan_slot *slot;

	(void)pthread_mutex_lock(&s->shared->lock);
	slot = find_ended(s);
	if (!slot && (s->running || s->polled || s->held)) {
		await(s);
		slot = find_ended(s);
	}
	(void)pthread_mutex_unlock(&s->shared->lock);
	if (!slot)
		return NULL;
	slot->collected = true;
	if (slot->run.current->poll && slot->began_ns)
		s->polled--;
	else
		s->running--;
	if (!pthread_equal(slot->thread, pthread_self()))
		(void)pthread_join(slot->thread, NULL);
	return slot;
}

static void start_ready(struct schedule *s)
{
	unsigned lanes = s->plan->lanes > 1 ? s->plan->lanes : 1;
	struct plan_slot *slot = NULL;

	while (s->running < lanes && (slot = next_ready(s))) {
		/* one that is over is looked at before another begins */
		if (begin(s, slot))
			return;
	}
}

/* Steps that ask whether they may go on learn that they may not. */
static void cut_steps(struct schedule *s, const struct error *cause)
{
	s->held = false;
	(void)pthread_mutex_lock(&s->shared->lock);
	if (s->shared->cut.kind == ERROR_NONE)
		s->shared->cut = *cause;
	(void)pthread_mutex_unlock(&s->shared->lock);
}

/* What the plan itself has to say: shall steps begin, shall the run end? */
static void tend(struct schedule *s)
{
	struct error cause = ERROR_INIT;
	int rc = s->plan->tend ? s->plan->tend(s->slot[0].subject, &cause) : 0;

	s->held = rc > 0;
	if (rc < 0)
		cut_steps(s, &cause);
}

/* Begins what may begin, unless the run is to end. */
static void go_on(struct schedule *s, const struct plan_run *run, struct error *cut)
{
	if (cut->kind == ERROR_NONE)
		tend(s);
	if (cut->kind == ERROR_NONE && plan_may_go_on(run, cut) == 0) {
		if (!s->held)
			start_ready(s);
		poll_steps(s);
		return;
	}
	s->held = false;
	give_up_polled(s);
}

static int tell_end(const struct schedule *s, struct plan_slot *slot, struct error *err)
{
	if (slot->err.kind != ERROR_NONE) {
		*err = slot->err;
		return -1;
	}
	return s->plan->ended ?
		       s->plan->ended(&slot->run, slot->subject, slot->state == STEP_DONE, err) :
		       0;
}

static int run_all(struct schedule *s, const struct plan_run *run, size_t *dealt_with,
		   struct error *cut, struct error *err)
{
	struct error failed = ERROR_INIT;
	int rc = 0;

	*dealt_with = 0;
	for (;;) {
		struct plan_slot *slot;

		if (rc == 0)
			go_on(s, run, cut);
		else
			give_up_polled(s);
		slot = collect(s);
		if (!slot && !s->running && !s->polled && !s->held)
			return rc;
		if (!slot)
			continue;
		if (tell_end(s, slot, &failed) < 0 && rc == 0) {
			*err = failed;
			cut_steps(s, &failed);
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
	const struct plan_past *past = run->shared->past;
	struct schedule s = { .plan = plan, .shared = run->shared };
	CLEANUP(cleanup_free)
	struct plan_slot *slots = calloc(plan->step_count + 1, sizeof(*slots));

	if (!slots)
		return error_set(err, ERROR_NOMEM, "no memory for plan %s", plan->kind);
	s.slot = slots;
	for (size_t i = 0; i < plan->step_count; i++) {
		slots[i].run = *run;
		slots[i].run.current = &plan->step[i];
		slots[i].subject = subject;
		if (!past || !past->over[i])
			continue;
		slots[i].state = STEP_DONE;
		slots[i].collected = true;
	}
	return run_all(&s, run, dealt_with, cut, err);
}
