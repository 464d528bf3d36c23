/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as those see them who hold them against a schedule: when, of what kind, about what. */
#ifndef HISTORY_KNOWN_H
#define HISTORY_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

/* Texts live in the list. */
struct known_run {
	const char *id, *kind;
	int64_t started_ns, finished_ns; /* wall clock; finished 0: it has no end yet */
	const char *const *component;    /* that it had to itself, sorted */
	size_t component_count;
	bool succeeded; /* it passed, perhaps with warnings */
};

struct known_runs {
	struct known_run *item; /* the oldest start first */
	size_t count;
	struct arena arena;
};
void known_runs_release(struct known_runs *k);

/* Those that began at `since_ns` or later, of every kind. One without an end may be a dead one's. */
MUST_CHECK int history_known_runs(struct history *h, int64_t since_ns, struct known_runs *out,
				  struct error *err);

/* The newest run of `kind` that was about all of `component` (none: about anything). */
struct newest_question {
	const char *kind;
	const char *const *component;
	size_t component_count;
	bool succeeded; /* only those that passed, perhaps with warnings */
};
/* Its id and start; "" and 0 when there is none. */
MUST_CHECK int history_newest(struct history *h, const struct newest_question *q,
			      char id[RUN_ID_SIZE], int64_t *started_ns, struct error *err);

#endif
