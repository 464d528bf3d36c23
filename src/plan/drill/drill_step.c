/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that muster does: what they do, how long it takes, what becomes of failures. */
#include <string.h>

#include "base/clock.h"
#include "plan/drill/drill.intern.h"

static drill_work_fn *const works[DRILL_WORK_COUNT] = {
	[DRILL_WORK_READY] = drill_ready,      [DRILL_WORK_SEAL] = drill_seal,
	[DRILL_WORK_FETCH] = drill_fetch,      [DRILL_WORK_RESTORE] = drill_restore,
	[DRILL_WORK_PROVE] = drill_prove,      [DRILL_WORK_SOUND] = drill_share,
	[DRILL_WORK_REPLICATE] = drill_share,  [DRILL_WORK_STATISTICS] = drill_share,
	[DRILL_WORK_ROUND_TRIP] = drill_share, [DRILL_WORK_DEPLOY] = drill_deploy,
	[DRILL_WORK_HEALTH] = drill_health,    [DRILL_WORK_SMOKE] = drill_trials,
	[DRILL_WORK_WORKFLOWS] = drill_trials, [DRILL_WORK_MONITOR] = drill_monitor,
	[DRILL_WORK_LOGS] = drill_logs,        [DRILL_WORK_JUDGE] = drill_judge,
	[DRILL_WORK_REMOVE] = drill_remove,    [DRILL_WORK_REPORT] = drill_report,
};

/* An error that does not keep what comes after it from beginning. */
static int record_error(struct plan_run *run, const struct error *cause, struct error *err)
{
	const struct check check = { .name = check_name(CHECK_STEP),
				     .component = run->current->component,
				     .subject = run->current->id,
				     .verdict = VERDICT_ERROR,
				     .message = cause->message,
				     .hint = cause->hint,
				     .required = true };

	return plan_check(run, &check, err);
}

/* A backup that holds less than its source did is a loss, and still all that people would have. */
static bool can_be_restored(const struct drill *d, const struct drill_step *step)
{
	const struct restore_test *t = &d->fleet.test;

	for (size_t i = 0; i < t->target_count; i++) {
		if (!t->target[i].restorable)
			return false;
	}
	return step->work == DRILL_WORK_FETCH && t->target_count > 0;
}

/* What becomes of the drill; `rc` and `cause`: of the step's work. */
static int deal_with_failure(struct plan_run *run, struct drill *d, const struct drill_step *step,
			     int rc, const struct error *cause, struct error *err)
{
	enum drill_failure how = step->on_failure;
	int word = how == DRILL_FAILURE_GO_ON || (rc == 0 && can_be_restored(d, step));

	if (rc < 0 && record_error(run, cause, err) < 0)
		return -1;
	if (!word && how == DRILL_FAILURE_ASK) {
		word = drill_ask(run, d, err);
		if (word < 0)
			return -1;
	}
	run->hinders = !word;
	return 0;
}

/* What is done in the sandbox, or for it. */
static bool needs_sandbox(const struct drill_step *step)
{
	switch (step->work) {
	case DRILL_WORK_FETCH:
	case DRILL_WORK_RESTORE:
	case DRILL_WORK_PROVE:
	case DRILL_WORK_SOUND:
	case DRILL_WORK_REPLICATE:
	case DRILL_WORK_STATISTICS:
	case DRILL_WORK_ROUND_TRIP:
		return step->kind == DRILL_AUTOMATIC;
	default:
		return false;
	}
}

static int work(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	drill_work_fn *fn = step->kind == DRILL_COMMAND ? drill_run_command : works[step->work];

	if (needs_sandbox(step) && !drill_has_sandbox(d))
		return error_set(err, ERROR_USAGE, "there is no sandbox: %s",
				 d->removed ? "it has been removed" :
					      "no step before has sealed one");
	if (fn)
		return fn(run, d, step, err);
	return error_set(err, ERROR_INTERNAL, "nothing carries out \"%s\"",
			 drill_work_name(step->work));
}

int drill_run_step(struct plan_run *run, void *subject, struct error *err)
{
	struct drill *d = subject;
	struct drill_state *s = drill_state_of(run, d);
	struct error cause = ERROR_INIT, ignored = ERROR_INIT;
	int64_t took_ns;
	int rc;

	s->began_ns = clock_monotonic_ns();
	s->before_entry = drill_last_entry(d);
	rc = work(run, d, s->step, &cause);
	if (rc == 0 && strcmp(s->step->id, d->plan->validated) == 0 &&
	    s->step->work != DRILL_WORK_JUDGE)
		rc = drill_look_at_services(run, d, &cause);
	took_ns = clock_monotonic_ns() - s->began_ns;
	s->erred = rc < 0;
	s->failed = rc < 0 || (run->checked && run->worst >= VERDICT_ERROR);
	if (rc < 0 && plan_may_go_on(run, &ignored) < 0) {
		*err = cause;
		return -1;
	}
	/* what was not to be done took no time */
	if (rc == 0 && run->checked && run->worst == VERDICT_SKIPPED)
		return 0;
	if (!s->failed)
		return drill_judge_objective(run, d, s->step, took_ns, err);
	return deal_with_failure(run, d, s->step, rc, &cause, err);
}

int drill_report(struct plan_run *run, struct drill *d, const struct drill_step *step,
		 struct error *err)
{
	(void)run;
	(void)step;
	return d->request->write_report ? d->request->write_report(d->request->cookie, err) : 0;
}
