/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of plans: what a run tells, and how it is judged. */
#include "plan/plan.h"

#include <string.h>

#include "base/clock.h"
#include "plan/plan.intern.h"

/* Under the lock. */
static int send_locked(struct plan_run *run, struct event *event, struct error *err)
{
	event->at_ns = clock_wall_ns();
	event->run = run->id;
	if (run->current && !event->step)
		event->step = run->current->id;
	if (run->current && !event->component)
		event->component = run->current->component;
	if (event_send(run->shared->sinks, event, err) == 0)
		return 0;
	run->shared->journal_failed = true;
	return -1;
}

int plan_send(struct plan_run *run, struct event *event, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&run->shared->lock);
	rc = send_locked(run, event, err);
	(void)pthread_mutex_unlock(&run->shared->lock);
	return rc;
}

static void tally(struct plan_run *run, const struct check *check)
{
	enum verdict weight = check_weight(check);

	run->worst = run->checked ? verdict_worse(run->worst, weight) : weight;
	run->checked = true;
}

enum verdict plan_step_verdict(const struct plan_run *run)
{
	return run->checked ? run->worst : VERDICT_PASS;
}

static int check_locked(struct plan_run *run, const struct check *check, struct error *err)
{
	struct checks *all = &run->shared->checks;
	struct event event = { .type = EVENT_CHECK };
	struct check own = *check;

	own.step = run->current ? run->current->id : "";
	own.again = false;
	/* counted before it is told: a verdict must not miss what a sink lost */
	if (checks_add_last(all, &own) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a check");
	event.check = &all->item[all->count - 1];
	tally(run, event.check);
	return send_locked(run, &event, err);
}

void plan_begin_again(struct plan_run *run)
{
	(void)pthread_mutex_lock(&run->shared->lock);
	checks_begin_again(&run->shared->checks, run->current->id);
	(void)pthread_mutex_unlock(&run->shared->lock);
}

void plan_end_again(struct plan_run *run, enum verdict verdict)
{
	(void)pthread_mutex_lock(&run->shared->lock);
	/* nothing is kept of what is superseded, for which no memory could be missing */
	(void)(checks_end_again(&run->shared->checks, run->current->id, verdict, NULL) < 0);
	(void)pthread_mutex_unlock(&run->shared->lock);
}

int plan_check(struct plan_run *run, const struct check *check, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&run->shared->lock);
	rc = check_locked(run, check, err);
	(void)pthread_mutex_unlock(&run->shared->lock);
	return rc;
}

int plan_checks(struct plan_run *run, const struct checks *checks, struct error *err)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (plan_check(run, &checks->item[i], err) < 0)
			return -1;
	}
	return 0;
}

void plan_about_set(struct plan_run *run, const char *set)
{
	struct plan_shared *shared = run->shared;

	(void)pthread_mutex_lock(&shared->lock);
	(void)snprintf(shared->set, sizeof(shared->set), "%s", set);
	(void)pthread_mutex_unlock(&shared->lock);
}

int plan_note(struct plan_run *run, const char *component, const char *name, const char *text,
	      struct error *err)
{
	struct event event = {
		.type = EVENT_NOTE, .component = component, .subject = name, .text = text
	};

	return plan_send(run, &event, err);
}

int plan_facts(struct plan_run *run, const char *component, const char *part, const char *database,
	       const char *set, uint64_t size, struct facts *facts, struct error *err)
{
	struct event event = { .type = EVENT_FACTS,
			       .component = component,
			       .part = part,
			       .database = database,
			       .set = set,
			       .done = size,
			       .facts = facts };
	struct plan_shared *shared = run->shared;
	int rc;

	(void)pthread_mutex_lock(&shared->lock);
	if (!shared->set[0] && set)
		(void)snprintf(shared->set, sizeof(shared->set), "%s", set);
	rc = send_locked(run, &event, err);
	(void)pthread_mutex_unlock(&shared->lock);
	return rc;
}

static bool is_cut(struct plan_shared *shared, struct error *err)
{
	bool cut;

	(void)pthread_mutex_lock(&shared->lock);
	cut = shared->cut.kind != ERROR_NONE;
	if (cut)
		*err = shared->cut;
	(void)pthread_mutex_unlock(&shared->lock);
	return cut;
}

int plan_may_go_on(const struct plan_run *run, struct error *err)
{
	int number = run->stop_requested ? run->stop_requested() : 0;

	if (number)
		return error_set(err, ERROR_INTERRUPTED, "stopped by signal %d (%s)", number,
				 strsignal(number));
	if (is_cut(run->shared, err))
		return -1;
	if (run->deadline_ns && clock_monotonic_ns() >= run->deadline_ns)
		return error_set(err, ERROR_TIMEOUT, "the run's time limit passed");
	return 0;
}

static int send_progress(struct plan_run *run, struct event *event, struct error *err)
{
	event->type = EVENT_PROGRESS;
	if (plan_send(run, event, err) < 0)
		return -1;
	return plan_may_go_on(run, err);
}

int plan_progress(struct plan_run *run, const char *subject, uint64_t done, uint64_t total,
		  struct error *err)
{
	struct event event = { .subject = subject, .done = done, .total = total };

	return send_progress(run, &event, err);
}

int plan_progress_objects(struct plan_run *run, const char *subject, uint64_t done, uint64_t total,
			  struct error *err)
{
	struct event event = {
		.subject = subject, .done = done, .total = total, .of_objects = true
	};

	return send_progress(run, &event, err);
}

static int record_cut(struct plan_run *run, const struct error *cut, size_t dealt_with,
		      struct error *err)
{
	struct check check = { .name = check_name(CHECK_INTERRUPTED),
			       .verdict = VERDICT_ERROR,
			       .message = cut->message,
			       .hint = cut->kind == ERROR_TIMEOUT ?
					       "give it more time: --timeout, or run.time_limit" :
					       "run it again" };
	char expected[48], found[48];

	(void)snprintf(expected, sizeof(expected), "%zu steps", run->shared->plan->step_count);
	(void)snprintf(found, sizeof(found), "%zu steps", dealt_with);
	check.expected = expected;
	check.found = found;
	return plan_check(run, &check, err);
}

static int record_end(struct plan_run *run, enum verdict verdict, struct error *err)
{
	struct event end = { .type = EVENT_RUN_FINISHED,
			     .verdict = verdict,
			     .set = run->shared->set,
			     .duration_ns = clock_monotonic_ns() - run->began_ns };

	return plan_send(run, &end, err);
}

static int take_past(struct plan_run *run, const struct plan_past *past, struct error *err)
{
	for (size_t i = 0; i < past->checks->count; i++) {
		if (checks_add(&run->shared->checks, &past->checks->item[i]) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for checks");
	}
	/* as if it had begun then: both clocks tell of the same stretch of time */
	run->began_ns -= run->started_ns - past->started_ns;
	run->started_ns = past->started_ns;
	return 0;
}

static int execute(struct plan_run *run, const struct plan_request *request, enum verdict *verdict,
		   struct error *err)
{
	struct event start = { .type = EVENT_RUN_STARTED,
			       .kind = request->plan->kind,
			       .platform = request->platform,
			       .subject = request->command };
	struct error cut = ERROR_INIT, late = ERROR_INIT;
	size_t dealt_with = 0;
	int rc = request->past ? take_past(run, request->past, err) : plan_send(run, &start, err);

	if (rc < 0)
		return -1;
	if (request->opened && !request->past)
		rc = request->opened(run, request->opened_cookie, err);
	if (rc == 0 && request->plan->begun)
		rc = request->plan->begun(run, request->subject, err);
	if (rc == 0)
		rc = plan_run_steps(run, request->subject, &dealt_with, &cut, err);
	if (rc == 0 && cut.kind)
		rc = record_cut(run, &cut, dealt_with, err);
	if (request->cut_short && rc == 0)
		*request->cut_short = cut.kind;
	*verdict = checks_verdict(&run->shared->checks);
	if (rc < 0) {
		*verdict = verdict_worse(*verdict, VERDICT_ERROR);
		/* the journal may take the end where it refused something bulky; the first error stands */
		(void)(record_end(run, *verdict, &late) < 0);
		return -1;
	}
	if (record_end(run, *verdict, err) < 0) {
		*verdict = verdict_worse(*verdict, VERDICT_ERROR);
		return -1;
	}
	return 0;
}

int plan_execute(const struct plan_request *request, enum verdict *verdict, struct error *err)
{
	struct plan_shared shared = { .plan = request->plan,
				      .sinks = request->sinks,
				      .past = request->past,
				      .lock = PTHREAD_MUTEX_INITIALIZER,
				      .step_ended = PTHREAD_COND_INITIALIZER };
	struct plan_run run = { .id = request->id,
				.shared = &shared,
				.stop_requested = request->stop_requested,
				.started_ns = clock_wall_ns(),
				.began_ns = clock_monotonic_ns() };
	int rc;

	*verdict = VERDICT_ERROR;
	if (request->cut_short)
		*request->cut_short = ERROR_NONE;
	if (plan_check_order(request->plan, err) < 0)
		return -1;
	if (request->time_limit_ns)
		run.deadline_ns = run.began_ns + request->time_limit_ns;
	rc = execute(&run, request, verdict, err);
	checks_release(&shared.checks);
	return rc;
}
