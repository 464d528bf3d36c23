/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What monitoring is told: how things stand, rendered for Prometheus. Pure. Labels are
 * names of the configuration and of our own tables: never ids, paths or times.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "history/tally.h"
#include "model/verdict.h"

/* What stands for the whole in the label `component`. */
#define METRICS_WHOLE "platform"

/* All texts are borrowed; times are wall clock, in ns; "none" is what a sample is left out for. */

struct metrics_component {
	const char *name, *engine;
	int64_t last_success_ns; /* time of the newest backup; 0: there is none, which is told */
	int64_t max_age_ns;      /* 0: none */
	uint64_t size;           /* bytes of that backup's files in the repository */
	unsigned copies;         /* places that hold it */
};

struct metrics_check {
	const char *component, *kind, *check;
	enum verdict verdict; /* error is told as unknown, as is what was never checked */
};

/* Of a component, or of METRICS_WHOLE. */
struct metrics_recovery {
	const char *component;
	int64_t time_ns, point_ns; /* measured by the last restore test; 0: never, told; -1: none */
	int64_t time_objective_ns, point_objective_ns; /* 0: none */
	double bytes_per_second; /* of its restore; 0: never, told; -1: none */
};

/* The last one that is over, and what is to be done because of any. */
struct metrics_drill {
	enum verdict status;           /* error: none, or could not tell */
	int64_t began_ns, duration_ns; /* 0: there was none, told */
	int64_t time_ns, point_ns;     /* of the whole; 0: none, or not measured, told */
	bool is_of_the_whole;          /* else METRICS_WHOLE is another's name: not told */
	uint64_t actions[2];           /* that are open; whose day is over */
};

struct metrics_run {
	const char *kind;
	uint64_t started, failed, errors;
	enum verdict last; /* of the newest finished run; error: none, or could not tell */
	bool in_progress;
};

struct metrics_schedule {
	const char *name, *kind;
	bool expected; /* it is switched on, and muster carries it out or has seen it carried out */
	int64_t last_success_ns; /* start of the newest run that passed; 0: there is none, told */
	int64_t max_interval_ns, run_within_ns; /* 0: none */
	int64_t next_ns;                        /* 0: there is none, told */
	int64_t stale_after_ns;                 /* 0: none: nothing is stale */
	bool stale, paused;
	uint64_t missed;
};

struct metrics_receiver {
	const char *name, *type; /* "mail" */
	uint64_t sent, failed, waiting;
};

struct metrics {
	const char *platform, *version, *compiler;
	struct metrics_component *component;
	size_t component_count;
	struct metrics_check *check;
	size_t check_count;
	struct metrics_recovery *recovery;
	size_t recovery_count;
	struct metrics_run *run;
	size_t run_count;
	struct metrics_schedule *schedule;
	size_t schedule_count;
	struct metrics_receiver *receiver;
	size_t receiver_count;
	const struct metrics_drill *drill; /* NULL: nothing is told of drills */
	const struct step_tally *step;
	size_t step_count;
};

/* Appends all of it, families in a fixed order; -1 when out of memory. */
MUST_CHECK int metrics_text(const struct metrics *m, struct buf *out);

#endif
