/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand: what was missed, what is stale, what is paused. */
#ifndef CMD_SCHEDULE_STATE_H
#define CMD_SCHEDULE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/command.h"
#include "config/config.h"
#include "history/history.h"
#include "history/missed.h"
#include "history/pause.h"
#include "model/readiness.h"
#include "schedule/calendar.h"

struct schedule_state {
	const struct schedule_config *config; /* borrowed */
	struct calendar *calendar;
	const struct pause *pause; /* in force now; NULL: none. Lives in the states */

	/*
	 * Times are held against runs: it is not switched off, and muster carries it out by itself
	 * or the history holds a run of its kind. Else nothing below is set.
	 */
	bool expected;
	char *expression;  /* what makes it another schedule when it changes; owned */
	bool began;        /* the history knows from when on; else a run or a pause begins it */
	int64_t since_ns;  /* from when on; nothing before is missed or stale */
	int64_t judged_ns; /* times up to this one are judged */

	uint64_t missed;      /* times since the newest run that is of its kind and covers it */
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
	struct pauses pauses;
	struct expectations known; /* what the history had */
	struct missed_list found;  /* missed and not recorded before; of each the oldest first */
};
void schedule_states_release(struct schedule_states *s);

/* As of now. Changes nothing: what is not recorded yet is judged on the fly. */
MUST_CHECK int schedule_states_learn(const struct config *config, struct history *h, int64_t now_ns,
				     struct schedule_states *out, struct error *err);

/* The same as reports show it, one for each, freed by the caller; NULL: no memory. Borrows from `s`. */
struct readiness_schedule *schedule_states_readiness(const struct schedule_states *s);

/* Records what was missed and from when on schedules are expected; `h` is open for writing. */
MUST_CHECK int schedule_settle(const struct config *config, struct history *h, int64_t now_ns,
			       struct error *err);

/*
 * Queues notices, for those whose routes want them, of what is missed and what is stale, and of
 * what is so no more; `*queued` grows by their number. `h` is open for writing.
 */
MUST_CHECK int schedule_tell(const struct config *config, struct history *h, int64_t now_ns,
			     size_t *queued, struct error *err);

/*
 * For a command that changes how schedules stand: the configuration, whose schedules the arguments
 * must name (else ERROR_NOT_FOUND), and the history open for writing, settled until now.
 */
MUST_CHECK int schedule_open(const struct invocation *inv, struct config *config,
			     struct history **h, struct error *err);

#endif
