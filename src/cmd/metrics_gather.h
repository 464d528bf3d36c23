/* SPDX-License-Identifier: Apache-2.0 */
/* Where the metrics' numbers come from: configuration, catalogue, history, calendars. */
#ifndef CMD_METRICS_GATHER_H
#define CMD_METRICS_GATHER_H

#include "cmd/schedule_state.h"
#include "config/config.h"
#include "history/history.h"
#include "history/tally.h"
#include "report/metrics.h"
#include "repository/catalogue.h"

struct metrics_question {
	const struct config *config;
	const struct catalogue *sets;
	struct history *history;
	int64_t now_ns; /* wall clock */
};

/* Borrows from what the question names. Zeroed before. */
struct metrics_gathered {
	struct metrics metrics;
	struct run_tallies runs;
	struct step_tallies steps;
	struct schedule_states states;
	struct arena arena;
};
void metrics_gathered_release(struct metrics_gathered *g);

/* Also after a failure, `out` is to be released. */
MUST_CHECK int metrics_gather(const struct metrics_question *q, struct metrics_gathered *out,
			      struct error *err);

/* Its parts, each of which fills its array of `out->metrics`. */
MUST_CHECK int metrics_gather_recoveries(const struct metrics_question *q,
					 struct metrics_gathered *out, struct error *err);
MUST_CHECK int metrics_gather_drill(const struct metrics_question *q, struct metrics_gathered *out,
				    struct error *err);
MUST_CHECK int metrics_gather_schedules(const struct metrics_question *q,
					struct metrics_gathered *out, struct error *err);

/* Zeroed room for `count` items in the arena, never for none; NULL: `err` says so. */
void *metrics_gather_room(struct metrics_gathered *out, size_t count, size_t item,
			  struct error *err);

#endif
