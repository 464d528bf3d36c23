/* SPDX-License-Identifier: Apache-2.0 */
/* How a drill, a step of it, an objective and a criterion may stand, and what these are called. */
#ifndef DRILL_OUTCOME_H
#define DRILL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

/* name in JSON, in words */
#define DRILL_STATE_TABLE(X)                                                                       \
	X(PREPARING, "preparing", "in preparation") /* T0 has not come */                          \
	X(UNDER_WAY, "under-way", "under way")                                                     \
	X(HELD, "held", "held") /* no new step begins */                                           \
	X(INTERRUPTED, "interrupted",                                                              \
	  "interrupted") /* no process is at it, or it was cut short */                            \
	X(OVER, "over", "over")

enum drill_record_state {
#define X(id, name, words) DRILL_STATE_##id,
	DRILL_STATE_TABLE(X)
#undef X
		DRILL_STATE_COUNT
};
const char *drill_state_name(enum drill_record_state state);
const char *drill_state_words(enum drill_record_state state);

enum drill_step_state {
	DRILL_STEP_WAITING, /* for other steps */
	DRILL_STEP_READY,   /* for a person */
	DRILL_STEP_RUNNING,
	DRILL_STEP_DONE, /* perhaps too late: then its verdict is one all the same */
	DRILL_STEP_FAILED,
	DRILL_STEP_SKIPPED,
	DRILL_STEP_REFUSED,
};
enum { DRILL_STEP_STATES = DRILL_STEP_REFUSED + 1 };
const char *drill_step_state_name(enum drill_step_state state); /* "waiting", "ready", … */

/* How something stands against what was wanted of it. */
enum drill_outcome {
	DRILL_OUTCOME_NONE, /* nothing was wanted */
	DRILL_OUTCOME_OPEN, /* it is too early to tell */
	DRILL_OUTCOME_MET,
	DRILL_OUTCOME_MISSED,
	DRILL_OUTCOME_NOT_MEASURED,
};
enum { DRILL_OUTCOMES = DRILL_OUTCOME_NOT_MEASURED + 1 };
const char *drill_outcome_name(
	enum drill_outcome o); /* "", "OPEN", "MET", "MISSED", "NOT MEASURED" */

/* name in JSON, what is demanded */
#define DRILL_CRITERION_TABLE(X)                                                                   \
	X(RTO, "recovery-time", "RTO achieved")                                                    \
	X(RPO, "recovery-point", "RPO achieved")                                                   \
	X(OPERATIONAL, "operational", "All systems operational after recovery")                    \
	X(INTEGRITY, "integrity", "Data integrity verified")                                       \
	X(WORKFLOWS, "workflows", "Critical workflows execute")                                    \
	X(MONITORING, "monitoring", "Monitoring and alerts function")                              \
	X(REPLICATION, "replication", "Replication is active")                                     \
	X(OBJECTIVES, "objectives", "Steps within their objectives")                               \
	X(MILESTONES, "milestones", "Milestones met")                                              \
	X(REPORT, "report", "Post-drill report completed")

enum drill_criterion_id {
#define X(id, name, title) DRILL_CRITERION_##id,
	DRILL_CRITERION_TABLE(X)
#undef X
		DRILL_CRITERION_COUNT
};

struct drill_criterion {
	const char *name, *title;
	bool open;            /* it is too early to tell */
	enum verdict verdict; /* unless it is open; skipped: the plan does not ask for it */
	const char *sentence; /* without a full stop */
};

#endif
