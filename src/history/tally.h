/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts over the whole history, for monitoring. Each question reads a few rows, however
 * many runs there were: the sums are kept by the database as events are appended.
 */
#ifndef HISTORY_TALLY_H
#define HISTORY_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

/* Runs of a kind, ever. Those that were cut short count as they will be recovered. */
struct run_tally {
	char *kind;                       /* owned */
	uint64_t started, failed, errors; /* the last two: how many ended with that verdict */
};
struct run_tallies {
	struct run_tally *item; /* by kind */
	size_t count;
};
MUST_CHECK int history_tally_runs(struct history *h, struct run_tallies *out, struct error *err);
void run_tallies_release(struct run_tallies *t);

enum { STEP_BUCKETS = 7 };
/* What the durations of steps are counted by: the upper bounds, in seconds. */
extern const int64_t tally_step_bounds[STEP_BUCKETS];

/* How long a step of the runs of a kind took. Steps that were skipped do not count. */
struct step_tally {
	char *kind, *step;                /* owned; without the component: "restore" */
	uint64_t count[STEP_BUCKETS + 1]; /* up to that bound and no other; beyond all */
	int64_t sum_ns;
};
struct step_tallies {
	struct step_tally *item; /* by kind and step */
	size_t count;
};
MUST_CHECK int history_tally_steps(struct history *h, struct step_tallies *out, struct error *err);
void step_tallies_release(struct step_tallies *t);

/* The messages to a receiver: those that wait now, and how often one was sent or given up, ever. */
struct message_tally {
	uint64_t sent, given_up, waiting;
};
MUST_CHECK int history_tally_messages(struct history *h, const char *receiver,
				      struct message_tally *out, struct error *err);

#endif
