/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything muster does is a run of a plan: a table of steps with dependencies,
 * executed by this one engine, which sends typed events to sinks (the journal
 * first) and judges the checks that the steps yield.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

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
	int (*stop_requested)(void);   /* as in the request */
	bool journal_failed;           /* a sink refused an event: the run ends */
	struct checks checks;          /* all so far */
	int64_t started_ns;            /* wall clock */
	int64_t began_ns, deadline_ns; /* monotonic clock; deadline 0: none */
	char set[32]; /* the backup set it is about, for its end; a step sets it, else the first plan_facts() does */
};

/* Send a check to the journal and keep it for the verdict. */
MUST_CHECK int plan_check(struct plan_run *run, const struct check *check, struct error *err);
/* All of `checks`. */
MUST_CHECK int plan_checks(struct plan_run *run, const struct checks *checks, struct error *err);
/* Facts read from a backup file, for the history. `part` is a manifest part id. */
MUST_CHECK int plan_facts(struct plan_run *run, const char *component, const char *part,
			  const char *database, const char *set, uint64_t size, struct facts *facts,
			  struct error *err);
/* Also where a long step learns that it must end: as plan_may_go_on(). */
MUST_CHECK int plan_progress(struct plan_run *run, const char *subject, uint64_t done,
			     uint64_t total, struct error *err);
/* -1 with ERROR_INTERRUPTED or ERROR_TIMEOUT when the run was asked to stop or is out of time. */
MUST_CHECK int plan_may_go_on(const struct plan_run *run, struct error *err);

struct plan_request {
	const struct plan *plan;
	void *subject;  /* handed to each step */
	const char *id; /* of the run: the one that holds the lock */
	const char *platform, *command;
	struct event_sink *sinks; /* the journal first */
	int64_t time_limit_ns;    /* 0: none */
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
	enum error_kind *
		cut_short; /* out, for the exit code: ERROR_INTERRUPTED, ERROR_TIMEOUT or ERROR_NONE; may be NULL */
};

/*
 * Run it: steps in the order their dependencies allow, then the verdict. The
 * run's end is always recorded when the journal can be written; interruption and
 * the time limit are an `interrupted` check like another. A step that fails is a
 * `step` check, and so is each that was skipped for it. -1 is for a plan that
 * cannot be ordered and for a journal that cannot be written, never for a verdict.
 */
MUST_CHECK int plan_execute(const struct plan_request *request, enum verdict *verdict,
			    struct error *err);

#endif
