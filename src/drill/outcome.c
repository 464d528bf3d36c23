/* SPDX-License-Identifier: Apache-2.0 */
#include "drill/outcome.h"

static const struct {
	const char *name, *words;
} states[DRILL_STATE_COUNT] = {
#define X(id, name, words) [DRILL_STATE_##id] = { name, words },
	DRILL_STATE_TABLE(X)
#undef X
};

const char *drill_state_name(enum drill_record_state state)
{
	return states[state].name;
}

const char *drill_state_words(enum drill_record_state state)
{
	return states[state].words;
}

const char *drill_step_state_name(enum drill_step_state state)
{
	static const char *const names[DRILL_STEP_STATES] = {
		[DRILL_STEP_WAITING] = "waiting", [DRILL_STEP_READY] = "ready",
		[DRILL_STEP_RUNNING] = "running", [DRILL_STEP_DONE] = "done",
		[DRILL_STEP_FAILED] = "failed",   [DRILL_STEP_SKIPPED] = "skipped",
		[DRILL_STEP_REFUSED] = "refused",
	};

	return names[state];
}

const char *drill_outcome_name(enum drill_outcome o)
{
	static const char *const names[DRILL_OUTCOMES] = {
		[DRILL_OUTCOME_NONE] = "",
		[DRILL_OUTCOME_OPEN] = "OPEN",
		[DRILL_OUTCOME_MET] = "MET",
		[DRILL_OUTCOME_MISSED] = "MISSED",
		[DRILL_OUTCOME_NOT_MEASURED] = "NOT MEASURED",
	};

	return names[o];
}
