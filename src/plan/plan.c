/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of plans: orders the steps, runs them, records what happens, judges. */
#include "plan/plan.h"

#include <string.h>

#include "base/clock.h"

enum step_state { STEP_WAITING, STEP_DONE, STEP_FAILED, STEP_SKIPPED };

static int send(struct plan_run *run, struct event *event, struct error *err)
{
	event->at_ns = clock_wall_ns();
	event->run = run->id;
	if (run->current && !event->step)
		event->step = run->current->id;
	if (event_send(run->sinks, event, err) == 0)
		return 0;
	run->journal_failed = true;
	return -1;
}

int plan_check(struct plan_run *run, const struct check *check, struct error *err)
{
	struct event event = { .type = EVENT_CHECK, .check = check };

	/* counted before it is told: a verdict must not miss what a sink lost */
	if (checks_add(&run->checks, check) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a check");
	event.check = &run->checks.item[run->checks.count - 1];
	return send(run, &event, err);
}

int plan_checks(struct plan_run *run, const struct checks *checks, struct error *err)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (plan_check(run, &checks->item[i], err) < 0)
			return -1;
	}
	return 0;
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

	if (!run->set[0] && set)
		(void)snprintf(run->set, sizeof(run->set), "%s", set);
	return send(run, &event, err);
}

int plan_may_go_on(const struct plan_run *run, struct error *err)
{
	int number = run->stop_requested ? run->stop_requested() : 0;

	if (number)
		return error_set(err, ERROR_INTERRUPTED, "stopped by signal %d (%s)", number,
				 strsignal(number));
	if (run->deadline_ns && clock_monotonic_ns() >= run->deadline_ns)
		return error_set(err, ERROR_TIMEOUT, "the run's time limit passed");
	return 0;
}

int plan_progress(struct plan_run *run, const char *subject, uint64_t done, uint64_t total,
		  struct error *err)
{
	struct event event = {
		.type = EVENT_PROGRESS, .subject = subject, .done = done, .total = total
	};

	if (send(run, &event, err) < 0)
		return -1;
	return plan_may_go_on(run, err);
}

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

static bool is_ready(const struct plan *plan, const struct step *step, const bool *placed)
{
	for (const char *const *after = step->after; after && *after; after++) {
		if (!placed[index_of(plan, *after)])
			return false;
	}
	return true;
}

/* The table's own order wherever the dependencies leave a choice. */
static int order_steps(const struct plan *plan, size_t *order, bool *placed, struct error *err)
{
	for (size_t n = 0; n < plan->step_count; n++) {
		size_t i = 0;

		while (i < plan->step_count &&
		       (placed[i] || !is_ready(plan, &plan->step[i], placed)))
			i++;
		if (i < plan->step_count) {
			placed[i] = true;
			order[n] = i;
			continue;
		}
		for (i = 0; placed[i];)
			i++;
		return error_set(err, ERROR_INTERNAL, "plan %s: step %s waits for itself",
				 plan->kind, plan->step[i].id);
	}
	return 0;
}

/* The first step before this one that did not do its work; NULL when all did. */
static const struct step *hindrance(const struct plan *plan, const struct step *step,
				    const enum step_state *state)
{
	for (const char *const *after = step->after; after && *after; after++) {
		size_t i = index_of(plan, *after);

		if (state[i] != STEP_DONE)
			return &plan->step[i];
	}
	return NULL;
}

static int add_step_check(struct plan_run *run, const struct check *base, const char *message,
			  struct error *err)
{
	struct check check = *base;

	check.name = check_name(CHECK_STEP);
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
	return send(run, &end, err);
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

/* The checks from `first` on, as the verdict of their step; a step may yield none. */
static enum verdict step_verdict(const struct plan_run *run, size_t first)
{
	const struct checks own = { .item = run->checks.item + first,
				    .count = run->checks.count - first };

	return own.count ? checks_verdict(&own) : VERDICT_PASS;
}

static int run_step(struct plan_run *run, void *subject, enum step_state *state, struct error *err)
{
	struct event start = { .type = EVENT_STEP_STARTED, .text = run->current->title };
	struct event end = { .type = EVENT_STEP_FINISHED };
	struct error cause = ERROR_INIT;
	size_t first = run->checks.count;
	int64_t started_ns = clock_monotonic_ns();
	int rc;

	if (send(run, &start, err) < 0)
		return -1;
	rc = run->current->run(run, subject, &cause);
	if (run->journal_failed) {
		*err = cause;
		return error_set(err, ERROR_IO, "the journal refused an event");
	}
	*state = rc < 0 ? STEP_FAILED : STEP_DONE;
	if (rc < 0 && record_failure(run, &cause, err) < 0)
		return -1;
	end.verdict = rc < 0 ? verdict_worse(step_verdict(run, first), VERDICT_ERROR) :
			       step_verdict(run, first);
	end.duration_ns = clock_monotonic_ns() - started_ns;
	return send(run, &end, err);
}

/* Number of steps that were dealt with; less than all when the run was cut short. */
static int run_steps(struct plan_run *run, const size_t *order, enum step_state *state,
		     void *subject, size_t *dealt_with, struct error *cut)
{
	struct error err = ERROR_INIT;

	for (*dealt_with = 0; *dealt_with < run->plan->step_count; (*dealt_with)++) {
		size_t i = order[*dealt_with];
		const struct step *step = &run->plan->step[i];
		const struct step *cause = hindrance(run->plan, step, state);
		int rc;

		if (plan_may_go_on(run, cut) < 0)
			return 0;
		run->current = step;
		if (cause)
			state[i] = STEP_SKIPPED;
		rc = cause ? skip_step(run, cause, &err) : run_step(run, subject, &state[i], &err);
		run->current = NULL;
		if (rc < 0) {
			*cut = err;
			return -1;
		}
		/* a step that gave up because it had to is not a step dealt with */
		if (state[i] == STEP_FAILED && plan_may_go_on(run, cut) < 0)
			return 0;
	}
	return 0;
}

static int record_cut(struct plan_run *run, const struct error *cut, size_t dealt_with,
		      struct error *err)
{
	struct check check = { .name = check_name(CHECK_INTERRUPTED),
			       .verdict = VERDICT_ERROR,
			       .message = cut->message,
			       .hint = cut->kind == ERROR_TIMEOUT ? "give it more time_limit" :
								    "run it again" };
	char expected[48], found[48];

	(void)snprintf(expected, sizeof(expected), "%zu steps", run->plan->step_count);
	(void)snprintf(found, sizeof(found), "%zu steps", dealt_with);
	check.expected = expected;
	check.found = found;
	return plan_check(run, &check, err);
}

static int record_end(struct plan_run *run, enum verdict verdict, struct error *err)
{
	struct event end = { .type = EVENT_RUN_FINISHED,
			     .verdict = verdict,
			     .set = run->set,
			     .duration_ns = clock_monotonic_ns() - run->began_ns };

	return send(run, &end, err);
}

static int execute(struct plan_run *run, const struct plan_request *request, const size_t *order,
		   enum step_state *state, enum verdict *verdict, struct error *err)
{
	struct event start = { .type = EVENT_RUN_STARTED,
			       .kind = request->plan->kind,
			       .platform = request->platform,
			       .subject = request->command };
	struct error cut = ERROR_INIT, late = ERROR_INIT;
	size_t dealt_with = 0;
	int rc = send(run, &start, err);

	if (rc < 0)
		return -1;
	rc = run_steps(run, order, state, request->subject, &dealt_with, &cut);
	if (rc < 0)
		*err = cut;
	else if (cut.kind)
		rc = record_cut(run, &cut, dealt_with, err);
	if (request->cut_short && rc == 0)
		*request->cut_short = cut.kind;
	*verdict = checks_verdict(&run->checks);
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
	const struct plan *plan = request->plan;
	struct plan_run run = { .plan = plan,
				.sinks = request->sinks,
				.stop_requested = request->stop_requested,
				.started_ns = clock_wall_ns(),
				.began_ns = clock_monotonic_ns() };
	CLEANUP(cleanup_free)
	size_t *order = calloc(plan->step_count + 1, sizeof(*order));
	CLEANUP(cleanup_free)
	bool *placed = calloc(plan->step_count + 1, sizeof(*placed));
	CLEANUP(cleanup_free)
	enum step_state *state = calloc(plan->step_count + 1, sizeof(*state));
	int rc;

	*verdict = VERDICT_ERROR;
	if (request->cut_short)
		*request->cut_short = ERROR_NONE;
	if (!order || !placed || !state)
		return error_set(err, ERROR_NOMEM, "no memory for plan %s", plan->kind);
	if (check_ids(plan, err) < 0 || order_steps(plan, order, placed, err) < 0)
		return -1;
	(void)snprintf(run.id, sizeof(run.id), "%s", request->id);
	if (request->time_limit_ns)
		run.deadline_ns = run.began_ns + request->time_limit_ns;
	rc = execute(&run, request, order, state, verdict, err);
	checks_release(&run.checks);
	return rc;
}
