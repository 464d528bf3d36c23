/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL: one connection, made when it is needed; no answer is waited for longer than 5 s. */
#ifndef ORCHESTRATOR_DATABASE_H
#define ORCHESTRATOR_DATABASE_H

#include <libpq-fe.h>

#include "backoff.h"
#include "base/cleanup.h"
#include "base/error.h"

/* Zeroed but for the URL: not connected. */
struct database {
	const char *url;
	PGconn *connection;
	struct backoff backoff;
	char sqlstate[6]; /* of the last statement that failed, "" when the server did not say */
};

struct statement {
	const char *sql;
	int count;
	const char *const *values; /* text, NULL for null */
};

/*
 * Run one statement; the result is the caller's, NULL with `err` set when there is none. A
 * connection that was lost before is made anew; one that is lost meanwhile is an error, since
 * the statement may have been carried out.
 */
PGresult *database_run(struct database *d, const struct statement *s, struct error *err);

/* As database_run(), for a statement without parameters whose result does not matter. */
MUST_CHECK int database_do(struct database *d, const char *sql, struct error *err);

/* For a local: PQclear() by address. */
void database_clear(PGresult **result);

void database_close(struct database *d);

#endif
