/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was to run and did not: the times of a calendar held against the runs that
 * began. Pure: runs, pauses and the time are passed in.
 */
#ifndef SCHEDULE_EXPECTED_H
#define SCHEDULE_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "schedule/calendar.h"

/* A run that the history knows, and what it had to itself: borrowed texts. */
struct expected_run {
	const char *id, *kind;
	int64_t started_ns, finished_ns; /* wall clock; finished 0: under way */
	const char *const *component;    /* names */
	size_t component_count;
	bool succeeded; /* it passed, perhaps with warnings */
};

struct expected_pause {
	int64_t began_ns, ends_ns; /* from began until before ends */
	const char *reason;
};

struct expected_question {
	const struct calendar *calendar;
	const char *kind;             /* of the runs that keep a time: "verify" */
	const char *const *component; /* all of which such a run must be about */
	size_t component_count;
	int64_t run_within_ns;          /* a run may begin so long after its time */
	int64_t after_ns;               /* times up to this one are judged already */
	int64_t now_ns;                 /* wall clock */
	const struct expected_run *run; /* of any kind, the oldest start first */
	size_t run_count;
	const struct expected_pause *pause;
	size_t pause_count;
};

enum { EXPECTED_REASON_SIZE = 240, EXPECTED_MISSED_MAX = 1000 };

struct missed_time {
	int64_t at_ns;
	/* 1; of the first, where there are more than EXPECTED_MISSED_MAX, all that came before, too */
	uint64_t times;
	char reason
		[EXPECTED_REASON_SIZE]; /* a phrase: "muster was not running: no verify began within 6h" */
};

struct expected_judgement {
	struct missed_time *missed; /* the newest EXPECTED_MISSED_MAX, oldest first; owned */
	size_t missed_count;
	uint64_t kept, paused; /* how many times */
	int64_t judged_ns; /* times up to this one are judged now: after_ns of the next question */
};

/*
 * Judge each time after `after_ns` whose `run_within_ns` is over: kept when a run of the kind,
 * about all components, began within it; paused when it fell into a pause; else missed. At most
 * a million are looked at; `judged_ns` tells how far that went.
 */
MUST_CHECK int expected_judge(const struct expected_question *q, struct expected_judgement *out,
			      struct error *err);
void expected_judgement_release(struct expected_judgement *j);

/* Is there any such time? Without one, no runs and pauses are needed. */
bool expected_any(const struct expected_question *q);

/* Is such a run about all of the components? */
bool expected_covers(const struct expected_run *run, const char *const *component, size_t count);

/*
 * How old the newest success may be when nothing else is said: twice the longest interval between
 * times from now on (of five years, or some thousand times). 0: there are no two to come.
 */
int64_t expected_stale_after(const struct calendar *c, int64_t now_ns);

/*
 * Is there no success newer than `stale_after_ns` (0: any age will do)? Nothing is expected before
 * `since_ns`: until then there need not have been one. `success_ns` 0: none is known.
 */
bool expected_is_stale(int64_t success_ns, int64_t since_ns, int64_t stale_after_ns,
		       int64_t now_ns);

#endif
