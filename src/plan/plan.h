/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything muster does is a run of a plan: a table of steps with dependencies,
 * executed by this one engine, which sends typed events to sinks (the journal
 * first) and judges the checks that the steps yield.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/error.h"
#include "model/event.h"
#include "model/run.h"

struct plan_run;

struct step {
	const char *id;           /* stable, in reports */
	const char *title;        /* for people */
	const char *const *after; /* ids of steps that must have run; NULL: none */
	/* Yields checks by plan_check(); -1 with an error makes an `error` check and skips dependents. */
	int (*run)(struct plan_run *run, void *subject, struct error *err);
};

struct plan {
	const char *kind; /* "verify", "backup" */
	const struct step *step;
	size_t step_count;
};

/* A run under way. Fields are for steps to read. */
struct plan_run {
	char id[RUN_ID_SIZE];
	const struct plan *plan;
	const struct step *current;
	struct event_sink *sinks;
	struct checks checks;            /* all so far */
	int64_t started_ns, deadline_ns; /* deadline on the monotonic clock; 0: none */
};

/* Send a check to the journal and keep it for the verdict. */
MUST_CHECK int plan_check(struct plan_run *run, const struct check *check, struct error *err);
/* All of `checks`. */
MUST_CHECK int plan_checks(struct plan_run *run, const struct checks *checks, struct error *err);
/* Facts read from a backup file, for the history. `part` is a manifest part id. */
MUST_CHECK int plan_facts(struct plan_run *run, const char *component, const char *part,
			  const char *database, const char *set, uint64_t size, struct facts *facts,
			  struct error *err);
MUST_CHECK int plan_progress(struct plan_run *run, const char *subject, uint64_t done,
			     uint64_t total, struct error *err);

struct plan_request {
	const struct plan *plan;
	void *subject;  /* handed to each step */
	const char *id; /* of the run: the one that holds the lock */
	const char *platform, *command;
	struct event_sink *sinks; /* the journal first */
	int64_t time_limit_ns;    /* 0: none */
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
};

/*
 * Run it: steps in the order their dependencies allow, then the verdict. The
 * run's end is always recorded when the journal can be written; interruption and
 * the time limit are an `interrupted` check like another.
 */
MUST_CHECK int plan_execute(const struct plan_request *request, enum verdict *verdict,
			    struct error *err);

#endif
