/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daily verification: every byte of the newest backups read, every check of
 * CHECK_TABLE (model/check.h) made, judged, and recorded.
 */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include "config/config.h"
#include "history/history.h"
#include "plan/plan.h"

struct verify_request {
	const struct config *config;
	struct history *history;      /* open for writing, locked for `run` */
	const char *run;              /* id */
	const char *command;          /* as typed, for the record */
	const char *const *component; /* names; NULL: all. Unknown ones are ERROR_NOT_FOUND */
	size_t component_count;
	const char *set;          /* catalogue_find(); NULL: each component's newest */
	struct event_sink *sinks; /* told beside the history; may be NULL */
	int (*stop_requested)(void);
};

struct verify_result {
	enum verdict verdict;
	enum error_kind cut_short; /* as in struct plan_request */
};

/* -1 only when the run could not be made or recorded. */
MUST_CHECK int verify_run(const struct verify_request *request, struct verify_result *out,
			  struct error *err);

#endif
