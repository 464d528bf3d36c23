/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress on standard error. On a terminal: one line, redrawn at most five times
 * a second once the work has taken a second, and erased at the end. Elsewhere:
 * whole lines, one per interval. With -q: nothing.
 *
 *	struct progress progress;
 *	progress_begin(&progress, inv, "reading backups");
 *	… progress_update(&progress, done, total, path) as often as one likes …
 *	progress_end(&progress);
 *
 * As a sink of events (`&progress.sink`) it follows a run's steps by itself; those that run
 * at the same time share the line.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/command.h"
#include "model/event.h"

/* What is under way: a step of a run, or all that there is when nobody tells of steps. */
struct progress_lane {
	char step[100];  /* its id; "" = free, but for the first lane */
	char label[200]; /* free of what could steer the terminal */
	int64_t started_ns;
	uint64_t done, total; /* total 0: unknown */
	uint64_t first_done;  /* what was done when it started, for the rate */
	bool of_objects;      /* else bytes */
};
enum { PROGRESS_LANES = 8 };

struct progress {
	struct event_sink sink; /* stays first: the sink is the progress */
	const struct terminal *terminal;
	enum { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_REDRAWN } mode;
	bool verbose, drawn;
	int64_t interval_ns;
	int64_t (*now_ns)(void); /* clock_monotonic_ns */
	int64_t shown_ns;
	struct progress_lane lane[PROGRESS_LANES];
};

/* Starts the clock. `inv` is kept until progress_end(). */
void progress_begin(struct progress *p, const struct invocation *inv, const char *label);

/*
 * So many bytes of `total` (0: unknown) are done. `label` (NULL: as before) says
 * of what; it may come from outside. Cheap: call it for each block.
 */
void progress_update(struct progress *p, uint64_t done, uint64_t total, const char *label);

/* Erases the line. Call it before anything else is written; updates may follow. */
void progress_clear(struct progress *p);

/* As progress_clear(); safe twice and on a zeroed one. */
void progress_end(struct progress *p);

#endif
