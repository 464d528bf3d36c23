/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens in a run, as it happens. The journal stores events; terminal,
 * reports, metrics and pages render them and never compute anything of their own.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "model/check.h"
#include "model/facts.h"

/* name, id in the journal and in JSON */
#define EVENT_TABLE(X)                                                                             \
	X(RUN_STARTED, "run-started")                                                              \
	X(STEP_STARTED, "step-started")                                                            \
	X(PROGRESS, "step-progress")                                                               \
	X(CHECK, "check")                                                                          \
	X(FACTS, "facts")                                                                          \
	X(NOTE, "note")                                                                            \
	X(STEP_FINISHED, "step-finished")                                                          \
	X(RUN_FINISHED, "run-finished")

enum event_type {
#define X(name, id) EVENT_##name,
	EVENT_TABLE(X)
#undef X
		EVENT_TYPE_COUNT
};

const char *event_type_id(enum event_type type);

/* All pointers are borrowed for the call. Fields that a type does not use are zero. */
struct event {
	enum event_type type;
	int64_t at_ns;         /* wall clock */
	const char *run;       /* id of the run */
	const char *kind;      /* RUN_STARTED: "verify", "backup" */
	const char *step;      /* STEP_*, PROGRESS, CHECK: id of the step */
	const char *component; /* STEP_*, FACTS; may be NULL */
	/* FACTS: the file's path relative to the repository; RUN_STARTED: the command line; NOTE: its name */
	const char *subject;
	const char *part, *database; /* FACTS: a manifest part id; "" unless of a database */
	const char *set;             /* FACTS, RUN_FINISHED: id of the backup set; may be NULL */
	const char *platform;        /* RUN_STARTED */
	const struct check *check;   /* CHECK */
	struct facts *facts;         /* FACTS */
	/* PROGRESS: total 0 when unknown. FACTS: the file's size in `done` */
	uint64_t done, total;
	bool of_objects;      /* PROGRESS: objects are counted, not bytes */
	enum verdict verdict; /* *_FINISHED */
	int64_t duration_ns;  /* *_FINISHED */
	const char *text;     /* NOTE, RUN_FINISHED: one sentence */
};

/* Whoever wants to know. An error from a journal ends the run; renderers return 0. */
struct event_sink {
	int (*receive)(struct event_sink *self, const struct event *event, struct error *err);
	struct event_sink *next; /* told after this one; NULL: none */
};

/* Tell every sink in the chain, also after one failed; -1 when any failed. */
MUST_CHECK int event_send(struct event_sink *first, const struct event *event, struct error *err);

#endif
