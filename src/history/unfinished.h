/* SPDX-License-Identifier: Apache-2.0 */
/* Drills that have no end yet: under way, or cut short and perhaps to be gone on with. */
#ifndef HISTORY_UNFINISHED_H
#define HISTORY_UNFINISHED_H

#include "base/clock.h"
#include "history/history.h"

/* For so long after its last sign of life a drill that nobody carries out may be resumed. */
#define UNFINISHED_RESUMABLE_NS (24 * 3600 * NS_PER_SECOND)

/* Texts and times of the newest drill that has no end. */
struct history_drill {
	char run[RUN_ID_SIZE]; /* "": there is none */
	bool alive;            /* a process holds a lock for it */
	bool resumable;       /* not alive, has told its plan, and a sign of life recently enough */
	int64_t started_ns;   /* wall clock */
	int64_t last_sign_ns; /* of its last event or entry; wall clock */
};

/*
 * One that is neither alive nor resumable, as it has told no plan ("plan.yaml"), or for too long
 * nothing, is the next history_recover()'s to end.
 */
MUST_CHECK int history_unfinished_drill(struct history *h, struct history_drill *out,
					struct error *err);

/*
 * End the drill as history_recover() would, although it may be resumed: somebody has said that it
 * will not. ERROR_BUSY: a process carries it out; of one that has an end nothing is changed. In a
 * transaction of the caller's, or its own.
 */
MUST_CHECK int history_end_drill(struct history *h, const char *run, struct error *err);

#endif
