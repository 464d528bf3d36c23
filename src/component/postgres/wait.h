/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a PostgreSQL server, but not for ever: libpq's own calls block until
 * an answer comes, and take no notice of a signal. These ask again and again
 * whether to give up.
 */
#ifndef COMPONENT_POSTGRES_WAIT_H
#define COMPONENT_POSTGRES_WAIT_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* How long a session waits. It keeps a copy. */
struct patience {
	int64_t answer_ns; /* for each answer; 0: as long as it takes */
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
};

MUST_CHECK int session_set_patience(PGconn *session, const struct patience *patience,
				    struct error *err);

/* As PQexecParams(); NULL only when patience ended, with ERROR_INTERRUPTED or ERROR_TARGET. */
PGresult *session_exec(PGconn *session, const char *sql, int count, const char *const *values,
		       int result_format, struct error *err);

/* Bytes of the next row of COPY … TO STDOUT, newline included, PQfreemem() to free it; 0 at the end; -1. */
MUST_CHECK int session_copy_row(PGconn *session, char **row, struct error *err);

#endif
