/* SPDX-License-Identifier: Apache-2.0 */
/* Where the steps of a run lie in time: lanes by component, ticks of an axis, the objective. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include "model/run.h"

struct timeline_lane {
	const struct run_step *step;
	int64_t offset_ns, length_ns; /* from the run's start; an open step goes on to the end */
	bool heads_component;         /* the first lane of its component */
};

struct timeline {
	struct timeline_lane *lane; /* by component, in the order in which they began */
	size_t count;
	int64_t span_ns; /* of the axis, at least 1 */
	int64_t tick_ns; /* between its ticks: at most TIMELINE_TICKS_MAX of them after 0 */
	/* The tightest objective that a recovery-time check names; 0: none. */
	int64_t objective_ns;
	const char *objective_of; /* the component whose it is; "" = the run as a whole's */
	bool objective_fits;      /* it lies on the axis; else beyond it */
	struct arena arena;
};
enum { TIMELINE_TICKS_MAX = 5 };

/* Into zeroed `out`, which borrows from `run`; -1: no memory. */
MUST_CHECK int timeline_make(const struct run *run, struct timeline *out);
void timeline_release(struct timeline *t);

/* The shortest of people's units by which an axis of that span has few enough ticks. */
int64_t timeline_tick(int64_t span_ns);

/* 0 to 1, of the span. */
double timeline_share(const struct timeline *t, int64_t ns);

/* The first duration that stands in a text ("within 1h30m"); 0: none. */
int64_t timeline_parse_objective(const char *text);

#endif
