/* SPDX-License-Identifier: Apache-2.0 */
/* What was to run and did not, as the history keeps it; and from when on each schedule is expected. */
#ifndef HISTORY_MISSED_H
#define HISTORY_MISSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

/* A time that passed with no run. Texts are owned. */
struct missed {
	char *schedule, *kind, *reason;
	int64_t at_ns;      /* the time that passed, wall clock */
	int64_t noticed_ns; /* when that was recorded; 0: it is not yet */
	int64_t times; /* how many times the row stands for: more than 1 after a very long gap */
	bool told;     /* a notice of it was queued */
};

struct missed_list {
	struct missed *item; /* the oldest time first */
	size_t count;
};
void missed_list_release(struct missed_list *l);

struct missed_filter {
	const char *schedule; /* NULL: any */
	int64_t since_ns;     /* times from this one on; 0: all */
	bool untold;          /* only those of which no notice was queued */
};
MUST_CHECK int history_missed(struct history *h, const struct missed_filter *filter,
			      struct missed_list *out, struct error *err);

/* Takes down a missed time; one that is known stays as it is. */
MUST_CHECK int history_add_missed(struct history *h, const struct missed *m, struct error *err);

/* A notice of the schedule's missed times up to `at_ns` was queued. */
MUST_CHECK int history_missed_told(struct history *h, const char *schedule, int64_t at_ns,
				   struct error *err);

/* From when on a schedule is expected, and how far it was judged. */
struct expectation {
	int64_t since_ns;  /* wall clock; 0: it is not known to the history yet */
	int64_t judged_ns; /* times up to this one are judged */
};
/*
 * All zero unless the history knows the schedule with this expression, which stands for all that
 * makes it another one (kind, calendar, zone).
 */
MUST_CHECK int history_expectation(struct history *h, const char *schedule, const char *expression,
				   struct expectation *out, struct error *err);
MUST_CHECK int history_set_expectation(struct history *h, const char *schedule,
				       const char *expression, const struct expectation *e,
				       struct error *err);
/* Nothing is expected of it any more. */
MUST_CHECK int history_drop_expectation(struct history *h, const char *schedule, struct error *err);

#endif
