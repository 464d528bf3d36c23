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
};

struct missed_list {
	struct missed *item; /* the oldest time first */
	size_t count;
};
void missed_list_release(struct missed_list *l);
/* Appends `m`, taking its texts, also when it fails. */
MUST_CHECK int missed_list_add(struct missed_list *l, const struct missed *m, struct error *err);

struct missed_filter {
	const char *schedule; /* NULL: any */
	int64_t since_ns;     /* times from this one on; 0: all */
};
MUST_CHECK int history_missed(struct history *h, const struct missed_filter *filter,
			      struct missed_list *out, struct error *err);

/* Takes down a missed time; one that is known stays as it is. */
MUST_CHECK int history_add_missed(struct history *h, const struct missed *m, struct error *err);

/* From when on a schedule is expected, and how far it was judged. Texts are owned. */
struct expectation {
	char *schedule;
	char *expression;  /* all that makes it another schedule when it changes */
	int64_t since_ns;  /* nothing before is expected; wall clock */
	int64_t judged_ns; /* times up to this one are judged */
};

struct expectations {
	struct expectation *item; /* by name */
	size_t count;
};
void expectations_release(struct expectations *e);
/* NULL: the history does not know it, or knows another expression. */
const struct expectation *expectations_find(const struct expectations *e, const char *schedule,
					    const char *expression);

MUST_CHECK int history_expectations(struct history *h, struct expectations *out, struct error *err);
/* Instead of what was known of the schedule. */
MUST_CHECK int history_set_expectation(struct history *h, const struct expectation *e,
				       struct error *err);
/* Nothing is expected of it any more. */
MUST_CHECK int history_drop_expectation(struct history *h, const char *schedule, struct error *err);

#endif
