/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand: what was missed, what is stale, what is paused. */
#ifndef CMD_SCHEDULE_STATE_H
#define CMD_SCHEDULE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "history/history.h"
#include "history/missed.h"
#include "history/pause.h"
#include "schedule/calendar.h"

struct schedule_state {
	const struct schedule_config *config; /* borrowed */
	struct calendar *calendar;
	/*
	 * Times are held against runs: it is not switched off, and muster carries it out by itself
	 * or the history holds a run of its kind. Else nothing below but `pause` is judged.
	 */
	bool expected;
	int64_t since_ns; /* from when on; nothing before is missed or stale */

	const struct pause *pause; /* in force now; NULL: none. Lives in the states */

	uint64_t missed;      /* times since the newest run of its kind that covers it */
	int64_t missed_at_ns; /* the newest of them */
	char *missed_reason;  /* of that one; owned; NULL: none is missed */

	bool stale;             /* no success newer than stale_after_ns */
	int64_t stale_after_ns; /* 0: any age will do */
	int64_t success_ns;     /* start of the newest success; 0: none */
	char success[RUN_ID_SIZE];
};

struct schedule_states {
	struct schedule_state *item; /* in the order of the configuration */
	size_t count;
	struct pauses pauses; /* in force now */
	struct missed_list
		missed; /* found by this look, and not recorded before; the oldest first of each */
};
void schedule_states_release(struct schedule_states *s);

/* As of now. Changes nothing: what is not recorded yet is judged on the fly. */
MUST_CHECK int schedule_states_learn(const struct config *config, struct history *h, int64_t now_ns,
				     struct schedule_states *out, struct error *err);

/* Records what was missed and from when on schedules are expected; `h` is open for writing. */
MUST_CHECK int schedule_settle(const struct config *config, struct history *h, int64_t now_ns,
			       struct error *err);

#endif
