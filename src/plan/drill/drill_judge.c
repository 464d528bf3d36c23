/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery time and recovery point of the platform, as they were measured. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/drill/drill.intern.h"

/* The first step, of those that come before it, for which the platform cannot be called recovered; NULL: none. */
static const struct drill_state *what_failed(const struct drill *d, const struct drill_state *of)
{
	for (size_t i = 0; i < of->step->after.count; i++) {
		const struct drill_state *before =
			&d->state[drill_state_by_id(d, of->step->after.item[i]) - d->state];
		const struct drill_state *earlier = what_failed(d, before);

		if (earlier)
			return earlier;
		if (before->step->on_clock && (before->failed || !before->done))
			return before;
	}
	return NULL;
}

static int64_t rto_of(const struct drill *d)
{
	return d->config->rto_ns ? d->config->rto_ns : DRILL_RTO_NS;
}

/* It ends with the plan's `validated`, which may be the step under way. */
static int judge_time(struct plan_run *run, const struct drill *d, struct error *err)
{
	const struct drill_state *end = drill_state_by_id(d, d->plan->validated);
	const struct drill_state *failed;
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_RECOVERY_TIME,
			      .expected = quantity_format_duration(rto_of(d), want),
			      .found = "not recovered" };
	int64_t end_ns;

	if (!d->t0_ns || !end)
		return judge_skipped(run, &q, err, "the drill did not begin");
	failed = what_failed(d, end);
	if (failed)
		return judge(run, &q, false, err,
			     "the platform was not shown to be recovered: \"%s\" failed",
			     failed->step->title);
	end_ns = end->ended_ns ? end->ended_ns : clock_wall_ns();
	q.found = quantity_format_duration(end_ns - d->t0_ns, got);
	return judge(run, &q, end_ns - d->t0_ns <= rto_of(d), err,
		     "recovered and validated %s after T0, objective %s", got, want);
}

int drill_judge(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	(void)step;
	if (judge_time(run, d, err) < 0)
		return -1;
	return drill_judge_point(run, d, err);
}
