/* SPDX-License-Identifier: Apache-2.0 */
/* What the API answers to what; HTTP itself is api.c's. */
#ifndef ORCHESTRATOR_ROUTES_H
#define ORCHESTRATOR_ROUTES_H

#include <stdatomic.h>
#include <stddef.h>

#include "broker.h"
#include "cache.h"
#include "database.h"

enum { BODY_MAX = 65536 };

/* The connections that one request at a time uses. */
struct stores {
	struct database database;
	struct cache cache;
	struct broker broker;
};

/* Of the whole process. */
struct counters {
	atomic_ulong requests, tasks_created, cache_hits, cache_misses, errors;
};

struct request {
	const char *method;
	const char *path;
	const char *body; /* `length` bytes, no NUL behind them */
	size_t length;
};

struct answer {
	unsigned status;
	char *text;         /* malloc'd; NULL: no memory */
	const char *type;   /* media type */
	const char *cached; /* "hit", "miss" or NULL */
	const char *allow;  /* methods, for a 405 */
	char location[48];  /* "" for none */
};

/* Fill `out`, whatever the request is; its text is the caller's to free. */
void routes_answer(struct stores *stores, struct counters *counters, const struct request *request,
		   struct answer *out);

/* A body that says what is wrong and what to do. */
void routes_error(struct answer *out, unsigned status, const char *message, const char *hint);

#endif
