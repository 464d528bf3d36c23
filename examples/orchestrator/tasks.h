/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks in PostgreSQL: the tables of schema.sql, as a restored database has them. */
#ifndef ORCHESTRATOR_TASKS_H
#define ORCHESTRATOR_TASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "database.h"

struct new_task {
	int64_t agent;     /* 0: none */
	int64_t workflow;  /* 0: the first that is live */
	int priority;      /* 0 to 9 */
	const char *input; /* a JSON object with "title" or "description" or both */
};

/* Its state is "queued". ERROR_NOT_FOUND when there is no such agent or workflow. */
MUST_CHECK int tasks_create(struct database *d, const struct new_task *t, int64_t *id,
			    struct error *err);

/* A queued task that nobody could be told of; one that is done already stays done. */
MUST_CHECK int tasks_cancel(struct database *d, int64_t id, const char *why, struct error *err);

/*
 * The task and its result as a JSON document, the caller's to free; NULL when there is no such
 * task. `finished` tells that it will not change any more.
 */
MUST_CHECK int tasks_read(struct database *d, int64_t id, char **document, bool *finished,
			  struct error *err);

enum tasks_outcome { TASKS_DONE, TASKS_DONE_BEFORE, TASKS_UNKNOWN };

/*
 * Do the work of a task (count the words of its text and take its SHA-256) and write the result,
 * all in one transaction that holds the task: whoever comes second finds it done.
 */
MUST_CHECK int tasks_work(struct database *d, int64_t id, enum tasks_outcome *outcome,
			  struct error *err);

/* Whether the tables are there. */
MUST_CHECK int tasks_ping(struct database *d, struct error *err);

#endif
