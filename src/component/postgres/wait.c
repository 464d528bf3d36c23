/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/wait.h"

#include <libpq-events.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "component/postgres/session.h"

enum { TICK_MS = 100 };

/* The patience is the connection's own data, and ends with it. */
static int on_event(PGEventId event, void *info, void *owner)
{
	(void)owner;
	if (event == PGEVT_CONNDESTROY)
		free(PQinstanceData(((PGEventConnDestroy *)info)->conn, on_event));
	return 1;
}

int session_set_patience(PGconn *session, const struct patience *patience, struct error *err)
{
	struct patience *kept = PQinstanceData(session, on_event);

	if (kept) {
		*kept = *patience;
		return 0;
	}
	kept = malloc(sizeof(*kept));
	if (kept)
		*kept = *patience;
	if (!kept || !PQregisterEventProc(session, on_event, "patience", NULL) ||
	    !PQsetInstanceData(session, on_event, kept)) {
		free(kept);
		return error_set(err, ERROR_NOMEM, "no memory for a connection to PostgreSQL");
	}
	return 0;
}

/* Until something of the answer came; `began` on the monotonic clock. */
static int wait_for_bytes(PGconn *session, int64_t began, struct error *err)
{
	const struct patience *p = PQinstanceData(session, on_event);
	struct pollfd socket = { .fd = PQsocket(session), .events = POLLIN };
	char limit[QUANTITY_TEXT_SIZE];

	if (PQflush(session) > 0)
		socket.events |= POLLOUT;
	while (poll(&socket, 1, TICK_MS) <= 0) {
		if (p && p->stop_requested && p->stop_requested())
			return error_set(err, ERROR_INTERRUPTED,
					 "interrupted while waiting for PostgreSQL");
		if (p && p->answer_ns && clock_monotonic_ns() - began > p->answer_ns)
			return error_set(err, ERROR_TARGET, "PostgreSQL gave no answer within %s",
					 quantity_format_duration(p->answer_ns, limit));
	}
	/* a broken connection shows in the result */
	(void)PQconsumeInput(session);
	return 0;
}

static int wait_for_result(PGconn *session, struct error *err)
{
	int64_t began = clock_monotonic_ns();

	while (PQisBusy(session)) {
		if (wait_for_bytes(session, began, err) < 0)
			return -1;
	}
	return 0;
}

static bool begins_copy(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_COPY_OUT;
}

PGresult *session_exec(PGconn *session, const char *sql, int count, const char *const *values,
		       int result_format, struct error *err)
{
	PGresult *last = NULL, *next;
	int sent = count ? PQsendQueryParams(session, sql, count, NULL, values, NULL, NULL,
					     result_format) :
			   PQsendQuery(session, sql);

	if (!sent)
		return PQmakeEmptyPGresult(session, PGRES_FATAL_ERROR);
	do {
		if (wait_for_result(session, err) < 0) {
			PQclear(last);
			return NULL;
		}
		next = PQgetResult(session);
		if (next) {
			PQclear(last);
			last = next;
		}
	} while (next && !begins_copy(next));
	return last ? last : PQmakeEmptyPGresult(session, PGRES_FATAL_ERROR);
}

int session_copy_row(PGconn *session, char **row, struct error *err)
{
	int64_t began = 0;
	int len;

	while ((len = PQgetCopyData(session, row, 1)) == 0) {
		began = began ? began : clock_monotonic_ns();
		if (wait_for_bytes(session, began, err) < 0)
			return -1;
	}
	if (len == -2)
		return session_error(session, NULL, "COPY", err);
	return len < 0 ? 0 : len;
}
