/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One complete backup set: every component's parts under temporary names, what
 * they hold, then all renamed, then the manifest. All or nothing: when a part
 * cannot be taken, none of the set is left.
 */
#ifndef PLAN_BACKUP_H
#define PLAN_BACKUP_H

#include "config/config.h"
#include "format/manifest.h"
#include "history/history.h"
#include "plan/plan.h"

struct backup_request {
	const struct config *config;
	struct history *history;      /* open for writing, locked for `run` */
	const char *run;              /* id */
	const char *command;          /* as typed, for the record */
	const char *const *component; /* names; NULL: all with an engine that backs up */
	size_t component_count;
	struct event_sink *sinks; /* told beside the history; may be NULL */
	int (*stop_requested)(void);
};

struct backup_result {
	enum verdict verdict;
	enum error_kind cut_short; /* as in struct plan_request */
	struct manifest manifest;  /* of the set; without files when it was not published */
	char manifest_path[4096];  /* "" when the set was not published */
};
void backup_result_release(struct backup_result *r);

/* Into zeroed `out`. -1 only when the run could not be made or recorded. */
MUST_CHECK int backup_run(const struct backup_request *request, struct backup_result *out,
			  struct error *err);

#endif
