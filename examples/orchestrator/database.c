/* SPDX-License-Identifier: Apache-2.0 */
/* Statements are sent and polled for: PQexec() would wait for ever on a server that is stopped. */
#include "database.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "log.h"

static const int64_t answer_ns = 5 * NS_PER_SECOND;

/* libpq's words are lines of text; the first says it. */
static int length_of_line(const char *text)
{
	return (int)strcspn(text, "\n");
}

static void drop(struct database *d)
{
	PQfinish(d->connection);
	d->connection = NULL;
}

static void hear(void *cookie, const char *said)
{
	(void)cookie;
	log_line(LOG_LEVEL_WARNING, "PostgreSQL: %.*s", length_of_line(said), said);
}

static int connect_to(struct database *d, struct error *err)
{
	const char *const names[] = { "dbname", "connect_timeout", "fallback_application_name",
				      NULL };
	const char *const values[] = { d->url, "3", "orchestrator", NULL };

	if (!backoff_may_try(&d->backoff))
		return error_set(err, ERROR_TARGET, "PostgreSQL could not be reached a moment ago");
	d->connection = PQconnectdbParams(names, values, 1);
	if (PQstatus(d->connection) == CONNECTION_OK) {
		(void)PQsetNoticeProcessor(d->connection, hear, NULL);
		backoff_succeeded(&d->backoff);
		return 0;
	}
	(void)error_set(err, ERROR_TARGET, "%.*s", length_of_line(PQerrorMessage(d->connection)),
			PQerrorMessage(d->connection));
	drop(d);
	backoff_failed(&d->backoff);
	return -1;
}

/* A server that ended has said so, or hung up: it is there to be read. */
static int be_connected(struct database *d, struct error *err)
{
	if (d->connection) {
		struct pollfd p = { .fd = PQsocket(d->connection), .events = POLLIN };
		bool in_transaction = PQtransactionStatus(d->connection) != PQTRANS_IDLE;

		while (PQstatus(d->connection) == CONNECTION_OK && poll(&p, 1, 0) > 0 &&
		       PQconsumeInput(d->connection)) {
		}
		if (PQstatus(d->connection) == CONNECTION_OK && poll(&p, 1, 0) == 0)
			return 0;
		drop(d);
		if (in_transaction)
			return error_set(err, ERROR_TARGET, "PostgreSQL hung up");
	}
	return connect_to(d, err);
}

static int wait_readable(struct database *d, int64_t until_ns, struct error *err)
{
	struct pollfd p = { .fd = PQsocket(d->connection), .events = POLLIN };

	while (PQisBusy(d->connection)) {
		int64_t left_ns = until_ns - clock_monotonic_ns();
		int ready = left_ns > 0 ? poll(&p, 1, (int)(left_ns / 1000000) + 1) : 0;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return error_set(err, ERROR_TIMEOUT, "PostgreSQL does not answer");
		if (!PQconsumeInput(d->connection))
			return error_set(err, ERROR_TARGET, "PostgreSQL: %.*s",
					 length_of_line(PQerrorMessage(d->connection)),
					 PQerrorMessage(d->connection));
	}
	return 0;
}

/* The last result of the statement, after which libpq has none. */
static PGresult *take_result(struct database *d, struct error *err)
{
	int64_t until_ns = clock_monotonic_ns() + answer_ns;
	PGresult *last = NULL, *next;

	for (;;) {
		if (wait_readable(d, until_ns, err) < 0) {
			PQclear(last);
			return NULL;
		}
		next = PQgetResult(d->connection);
		if (!next)
			break;
		PQclear(last);
		last = next;
	}
	if (!last)
		(void)error_set(err, ERROR_TARGET, "PostgreSQL hung up");
	return last;
}

PGresult *database_run(struct database *d, const struct statement *s, struct error *err)
{
	PGresult *result = NULL;
	const char *said;

	d->sqlstate[0] = '\0';
	if (be_connected(d, err) < 0)
		return NULL;
	if (PQsendQueryParams(d->connection, s->sql, s->count, NULL, s->values, NULL, NULL, 0))
		result = take_result(d, err);
	else
		(void)error_set(err, ERROR_TARGET, "PostgreSQL: %.*s",
				length_of_line(PQerrorMessage(d->connection)),
				PQerrorMessage(d->connection));
	if (!result) {
		drop(d);
		return NULL;
	}
	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	said = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	(void)snprintf(d->sqlstate, sizeof(d->sqlstate), "%s", said ? said : "");
	said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	(void)error_set(err, ERROR_TARGET, "PostgreSQL: %s", said ? said : "hung up");
	PQclear(result);
	/* whatever transaction was open is given up */
	if (PQstatus(d->connection) != CONNECTION_OK ||
	    PQtransactionStatus(d->connection) != PQTRANS_IDLE)
		drop(d);
	return NULL;
}

int database_do(struct database *d, const char *sql, struct error *err)
{
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &(struct statement){ .sql = sql }, err);

	return result ? 0 : -1;
}

void database_clear(PGresult **result)
{
	PQclear(*result);
}

void database_close(struct database *d)
{
	drop(d);
}
