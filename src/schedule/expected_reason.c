/* SPDX-License-Identifier: Apache-2.0 */
/* Why a time passed with no run, as far as the runs that there were tell. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "schedule/expected.intern.h"

/* Who used one of the components just then: whoever came was turned away. */
static const struct expected_run *holder_at(const struct expected_question *q, int64_t at_ns)
{
	for (size_t i = 0; i < q->run_count && q->run[i].started_ns < at_ns; i++) {
		const struct expected_run *run = &q->run[i];

		if ((!run->finished_ns || run->finished_ns > at_ns) && expected_shares(run, q))
			return run;
	}
	return NULL;
}

/* One of the kind, in time, that was not about everything. */
static const struct expected_run *partial_at(const struct expected_question *q, int64_t at_ns)
{
	for (size_t i = 0; i < q->run_count; i++) {
		const struct expected_run *run = &q->run[i];

		if (run->started_ns >= at_ns && run->started_ns - at_ns <= q->run_within_ns &&
		    strcmp(run->kind, q->kind) == 0)
			return run;
	}
	return NULL;
}

/* One that would have kept it, had it not begun later; that of the next time is not. */
static const struct expected_run *late_for(const struct expected_question *q, int64_t at_ns)
{
	struct calendar_time next;
	int64_t until = calendar_next(q->calendar, at_ns, &next) ? next.at_ns : INT64_MAX;

	for (size_t i = 0; i < q->run_count && q->run[i].started_ns < until; i++) {
		if (q->run[i].started_ns > at_ns && expected_keeps(&q->run[i], q))
			return &q->run[i];
	}
	return NULL;
}

static const char *left_out(const struct expected_run *run, const struct expected_question *q)
{
	for (size_t i = 0; i < q->component_count; i++) {
		if (!expected_covers(run, &q->component[i], 1))
			return q->component[i];
	}
	return "";
}

void expected_reason(const struct expected_question *q, int64_t at_ns,
		     char out[EXPECTED_REASON_SIZE])
{
	const struct expected_run *holder = holder_at(q, at_ns);
	const struct expected_run *partial = holder ? NULL : partial_at(q, at_ns);
	const struct expected_run *late = holder || partial ? NULL : late_for(q, at_ns);
	char time[CLOCK_RFC3339_SIZE], span[QUANTITY_TEXT_SIZE];

	if (holder)
		(void)snprintf(out, EXPECTED_REASON_SIZE, "the lock was held by %.40s %.40s",
			       holder->kind, holder->id);
	else if (partial)
		(void)snprintf(out, EXPECTED_REASON_SIZE, "run %.40s left out %.64s", partial->id,
			       left_out(partial, q));
	else if (late)
		(void)snprintf(out, EXPECTED_REASON_SIZE,
			       "the run began late: %.40s at %s, %s after its time", late->id,
			       clock_format_rfc3339(late->started_ns, time),
			       quantity_format_age(late->started_ns - at_ns, span));
	else
		(void)snprintf(out, EXPECTED_REASON_SIZE,
			       "muster was not running: no %.40s began within %s", q->kind,
			       quantity_format_duration(q->run_within_ns, span));
}
