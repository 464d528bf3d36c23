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
struct plan_shared;

struct step {
	const char *id;           /* stable, in reports */
	const char *title;        /* for people */
	const char *component;    /* whose work it is; NULL: the platform's */
	const char *const *after; /* ids of steps that must have run; NULL: none */
	/*
	 * Yields checks by plan_check(); -1 with an error makes an `error` check and skips
	 * dependents. In a plan of several lanes it runs in a thread of its own.
	 */
	int (*run)(struct plan_run *run, void *subject, struct error *err);
	/*
	 * Instead of `run`, of a step that waits for a person or a time: asked a few times a second,
	 * in the thread of plan_execute(). 1: it is over; 0: not yet; -1 as of `run`.
	 */
	int (*poll)(struct plan_run *run, void *subject, struct error *err);
	bool always; /* also when a step before it failed or was skipped: it tears down */
	bool alone; /* runs in the thread of plan_execute(), while no thread of a step's does: it forks */
};

struct plan {
	const char *
		kind; /* "verify", "verify-offsite", "verify-set", "backup", "copy", "restore-test" */
	const struct step *step;
	size_t step_count;
	unsigned
		lanes; /* steps at a time, as their dependencies allow; 0 and 1: one after the other */
	/* All may be NULL, and are called in the thread of plan_execute(). */
	/* The run has begun, or is taken up again; no step has. */
	int (*begun)(struct plan_run *run, void *subject, struct error *err);
	/* A few times a second. 1: no step shall begin now; -1: the run ends, for that reason. */
	int (*tend)(void *subject, struct error *err);
	/* A step is over, and did its work or not. -1: the journal refused what there is to say of it. */
	int (*ended)(struct plan_run *run, void *subject, bool done, struct error *err);
};

/* A run under way, as one of its steps sees it. */
struct plan_run {
	const char *id;
	const struct step *current;
	int (*stop_requested)(void);   /* as in the request */
	int64_t started_ns;            /* wall clock */
	int64_t began_ns, deadline_ns; /* monotonic clock; deadline 0: none */
	struct plan_shared *shared;
	/* of the checks that this step has yielded */
	bool checked;
	enum verdict worst;
	bool hinders; /* set by the step: it did its work, and what comes after it is skipped all the same */
};

/* Send a check to the journal and keep it for the verdict. */
MUST_CHECK int plan_check(struct plan_run *run, const struct check *check, struct error *err);
/* All of `checks`. */
MUST_CHECK int plan_checks(struct plan_run *run, const struct checks *checks, struct error *err);
/* The backup set that the run is about, for its end; else the first plan_facts() tells it. */
void plan_about_set(struct plan_run *run, const char *set);
/* What people may want to know and nothing judges. `component` may be NULL. */
MUST_CHECK int plan_note(struct plan_run *run, const char *component, const char *name,
			 const char *text, struct error *err);
/* Facts of one side, for the history. `part` is a manifest part id. */
MUST_CHECK int plan_facts(struct plan_run *run, const char *component, const char *part,
			  const char *database, const char *set, uint64_t size, struct facts *facts,
			  struct error *err);
/* Also where a long step learns that it must end: as plan_may_go_on(). */
MUST_CHECK int plan_progress(struct plan_run *run, const char *subject, uint64_t done,
			     uint64_t total, struct error *err);
/* The same of objects, not bytes. */
MUST_CHECK int plan_progress_objects(struct plan_run *run, const char *subject, uint64_t done,
				     uint64_t total, struct error *err);
/* -1 with ERROR_INTERRUPTED or ERROR_TIMEOUT when the run was asked to stop or is out of time. */
MUST_CHECK int plan_may_go_on(const struct plan_run *run, struct error *err);

/* What an earlier process did of the same run before it was killed. */
struct plan_past {
	int64_t started_ns; /* wall clock */
	const struct checks
		*checks; /* they count in the verdict, unless their steps are done again */
	const bool
		*over; /* per step of the plan: it is not run again, and what comes after it may */
};

struct plan_request {
	const struct plan *plan;
	void *subject;  /* handed to each step */
	const char *id; /* of the run: the one that holds the lock */
	const char *platform, *command;
	struct event_sink *sinks; /* the journal first */
	int64_t time_limit_ns;    /* 0: none */
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
	const struct plan_past *past; /* of a run that is taken up again; NULL: it is a new one */
	/* What a new run is to note first; NULL: nothing. */
	int (*opened)(struct plan_run *run, const void *cookie, struct error *err);
	const void *opened_cookie;
	enum error_kind *
		cut_short; /* out, for the exit code: ERROR_INTERRUPTED, ERROR_TIMEOUT or ERROR_NONE; may be NULL */
};

/*
 * Run it: steps as their dependencies allow, in the table's order where these leave a
 * choice, then the verdict. Sinks are told by one thread at a time. The
 * run's end is always recorded when the journal can be written; interruption and
 * the time limit are an `interrupted` check like another. A step that fails is a
 * `step` check, and so is each that was skipped for it. -1 is for a plan that
 * cannot be ordered and for a journal that cannot be written, never for a verdict.
 */
MUST_CHECK int plan_execute(const struct plan_request *request, enum verdict *verdict,
			    struct error *err);

#endif
