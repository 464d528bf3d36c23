/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules that somebody paused: until when, why and who. */
#ifndef HISTORY_PAUSE_H
#define HISTORY_PAUSE_H

#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

/* Texts are owned. */
struct pause {
	char *schedule; /* NULL: all schedules */
	char *reason, *author;
	int64_t began_ns, ends_ns; /* wall clock: from began until before ends, resumed or not */
};

struct pauses {
	struct pause *item; /* the first to begin first */
	size_t count;
};
void pauses_release(struct pauses *p);

/* Those that were in force at `since_ns` or later. */
MUST_CHECK int history_pauses(struct history *h, int64_t since_ns, struct pauses *out,
			      struct error *err);

/* Of those in force at `at_ns` for the schedule, by its name or as all are, the last to end; NULL: none. */
const struct pause *pauses_find(const struct pauses *p, const char *schedule, int64_t at_ns);

MUST_CHECK int history_add_pause(struct history *h, const struct pause *p, struct error *err);

/*
 * Ends at `now_ns` the pauses of that schedule (NULL: all pauses, of whatever schedules) that are
 * in force. `*ended` is how many there were.
 */
MUST_CHECK int history_resume(struct history *h, const char *schedule, int64_t now_ns,
			      size_t *ended, struct error *err);

#endif
