/* SPDX-License-Identifier: Apache-2.0 */
/* The newest that the history knows of a component or a kind of run, for monitoring. */
#ifndef HISTORY_LATEST_H
#define HISTORY_LATEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

enum { LATEST_NAME_SIZE = 48, LATEST_CHECKS_MAX = 64 };

/* Checks of one name, taken together: the worst of their verdicts; a required skip is an error. */
struct latest_check {
	char name[LATEST_NAME_SIZE];
	enum verdict verdict;
};
struct latest_checks {
	struct latest_check item[LATEST_CHECKS_MAX]; /* by name; more than these are left out */
	size_t count;
};

/*
 * What the newest finished run of a kind that has a word on the component said of it; of
 * `component` NULL, what the newest of all said of the platform as a whole. None: no check.
 */
MUST_CHECK int history_latest_checks(struct history *h, const char *kind, const char *component,
				     struct latest_checks *out, struct error *err);

/*
 * What such a check, one that was not skipped, found last, in the newest ten runs of the kind
 * that have a word on the component; "" when there is none.
 */
struct latest_question {
	const char *kind, *component, *check;
};
MUST_CHECK int history_latest_found(struct history *h, const struct latest_question *q,
				    char out[LATEST_NAME_SIZE], struct error *err);

/* What the newest restore of a component moved, in its step "restore …". */
struct latest_restore {
	uint64_t bytes;      /* of the backup's files, as they are stored; 0: none, or not told */
	int64_t duration_ns; /* 0: not told */
};
MUST_CHECK int history_latest_restore(struct history *h, const char *component,
				      struct latest_restore *out, struct error *err);

/* The newest finished run of a kind; started_ns 0: there is none. */
struct latest_run {
	int64_t started_ns; /* wall clock */
	int64_t duration_ns;
	enum verdict verdict;
};
MUST_CHECK int history_latest_run(struct history *h, const char *kind, struct latest_run *out,
				  struct error *err);

/* Which runs count. */
struct latest_scope {
	const char *kind;
	const char *const *component; /* each of which the run must have a word on */
	size_t component_count;
	const char *check; /* and this check, one that was not skipped; NULL: any event of it */
	bool any_verdict;  /* else only those that passed, perhaps with warnings */
};
/* The newest of them, among the newest thousand of their kind; started_ns 0: none. */
MUST_CHECK int history_latest_covering(struct history *h, const struct latest_scope *scope,
				       struct latest_run *out, struct error *err);

#endif
