/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the runs that a crash or a kill left without an end, and never greener than recorded. */
#include "history/lock.h"

#include <string.h>

#include "base/clock.h"
#include "history/unfinished.h"

static int add_interrupted(struct run *run, int64_t last_sign_ns, struct error *err)
{
	char since[CLOCK_RFC3339_SIZE];
	struct check check = { .name = check_name(CHECK_INTERRUPTED),
			       .verdict = VERDICT_ERROR,
			       .expected = "the run's end",
			       .hint = "run it again" };

	check.found = arena_printf(&run->arena, "last sign of life %s",
				   clock_format_rfc3339(last_sign_ns, since));
	if (!check.found ||
	    checks_addf(&run->checks, &check,
			"the run was cut short: it was killed, or the machine went down") < 0)
		return error_set(err, ERROR_NOMEM, "history: no memory to judge run %s", run->id);
	return 0;
}

int history_judge_interrupted(struct run *run, int64_t last_sign_ns, struct error *err)
{
	if (add_interrupted(run, last_sign_ns, err) < 0)
		return -1;
	run->verdict = checks_verdict(&run->checks);
	return 0;
}

static bool knows_interruption(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (strcmp(checks->item[i].name, check_name(CHECK_INTERRUPTED)) == 0)
			return true;
	}
	return false;
}

static int record_end(struct history *h, struct run *run, int64_t last_sign_ns, struct error *err)
{
	/* an earlier recovery may itself have been cut short between the two events */
	bool known = knows_interruption(&run->checks);
	struct event check = { .type = EVENT_CHECK, .at_ns = clock_wall_ns(), .run = run->id };
	struct event end = { .type = EVENT_RUN_FINISHED,
			     .at_ns = check.at_ns,
			     .run = run->id,
			     .duration_ns = last_sign_ns - run->started_ns,
			     .text = "cut short; ended by recovery" };

	if (!known) {
		if (history_judge_interrupted(run, last_sign_ns, err) < 0)
			return -1;
		check.check = &run->checks.item[run->checks.count - 1];
		if (event_send(history_sink(h), &check, err) < 0)
			return -1;
	}
	end.verdict = verdict_worse(checks_verdict(&run->checks), VERDICT_ERROR);
	return event_send(history_sink(h), &end, err);
}

static int recover_run(struct history *h, const char *id, struct error *err)
{
	struct run run = { 0 };
	int64_t last_sign_ns = 0;
	bool resumable = false;
	int rc = query_run(h, id, &run, &last_sign_ns, err);

	if (rc == 0)
		rc = unfinished_look(h, &run, &last_sign_ns, &resumable, err);
	if (rc == 0 && !resumable)
		rc = record_end(h, &run, last_sign_ns, err);
	run_release(&run);
	return rc < 0 ? -1 : 0;
}

/* Those that began after this look at who holds what are not among the runs it is about. */
static int recover_all(struct history *h, struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };
	CLEANUP(cleanup_free)
	char(*ids)[RUN_ID_SIZE] = NULL;
	size_t count = 0;

	if (query_unfinished(h, &ids, &count, err) < 0)
		return -1;
	if (count && history_holders(h, &holders, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!holders_know_run(&holders, ids[i]) && recover_run(h, ids[i], err) < 0)
			return error_context(err, "end the interrupted run %s", ids[i]);
	}
	return 0;
}

int history_recover(struct history *h, struct error *err)
{
	if (h->in_memory)
		return 0;
	/* whoever wants the same waits here, and then finds nothing left to do */
	if (history_begin(h, err) < 0)
		return -1;
	return history_end(h, recover_all(h, err), err);
}

static int end_drill(struct history *h, const char *id, struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };
	CLEANUP(run_release)
	struct run run = { .kind = NULL };
	int64_t last_sign_ns = 0;
	int rc;

	if (history_holders(h, &holders, err) < 0)
		return -1;
	if (h->in_memory || holders_know_run(&holders, id))
		return error_set(err, ERROR_BUSY, "run %s is under way", id);
	rc = query_run(h, id, &run, &last_sign_ns, err);
	if (rc > 0)
		return error_set(err, ERROR_NOT_FOUND, "no run %s in the history", id);
	if (rc < 0 || run.finished_ns)
		return rc;
	return record_end(h, &run, last_sign_ns, err);
}

int history_end_drill(struct history *h, const char *run, struct error *err)
{
	bool alone = !h->in_transaction;
	int rc;

	if (alone && history_begin(h, err) < 0)
		return -1;
	rc = end_drill(h, run, err);
	return alone ? history_end(h, rc, err) : rc;
}
