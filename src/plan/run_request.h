/* SPDX-License-Identifier: Apache-2.0 */
/* What a run is asked for with, of whatever kind: whose, of which components, recorded and told where. */
#ifndef PLAN_RUN_REQUEST_H
#define PLAN_RUN_REQUEST_H

#include "config/config.h"
#include "history/history.h"
#include "plan/plan.h"
#include "repository/catalogue.h"

struct run_request {
	const struct config *config;
	struct history *history;      /* open for writing, locked for `run` */
	const char *run;              /* id */
	const char *command;          /* as typed, for the record */
	const char *const *component; /* names; none: all that the kind of run is about */
	size_t component_count;
	bool offsite;             /* of the sets of the off-site copy, not of the repository's */
	int64_t time_limit_ns;    /* 0: the configuration's */
	struct event_sink *sinks; /* told beside the history; may be NULL */
	int (*stop_requested)(void);
	const struct plan_past *past; /* as in struct plan_request */
};

/* What a run came to. */
struct run_outcome {
	enum verdict verdict;
	enum error_kind cut_short; /* as in struct plan_request */
};

/* The component of the i-th name; NULL: ERROR_NOT_FOUND. */
const struct component_config *run_request_component(const struct run_request *r, size_t i,
						     struct error *err);

/* The sets that the request is about, into zeroed `out`, which must not be moved. */
MUST_CHECK int run_request_load_catalogue(const struct run_request *r, struct catalogue *out,
					  struct error *err);

/* A note of the run when its sets are the off-site copy's: what it finds is said of that. */
MUST_CHECK int run_request_note_place(const struct run_request *r, struct plan_run *run,
				      struct error *err);

/*
 * ERROR_NOT_FOUND unless `set` (catalogue_find(); NULL: none is wanted) names one. Asked before
 * a run begins: a name that was mistyped is no verdict on anything.
 */
MUST_CHECK int run_request_check_set(const struct run_request *r, const char *set,
				     struct error *err);

/* plan_execute(), recorded in the request's history. */
MUST_CHECK int run_request_execute(const struct run_request *r, const struct plan *plan,
				   void *subject, struct run_outcome *out, struct error *err);

#endif
