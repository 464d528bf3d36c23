/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in several sessions at a time. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "component/postgres/prove.intern.h"
#include "stream/worker.h"

enum { SESSIONS_MAX = 8 };

struct lane {
	PGconn *session;
	struct proof_query *query; /* the one under way; NULL: none */
	int64_t began_ns;
};

struct lanes {
	struct proof *proof;
	struct lane lane[SESSIONS_MAX];
	size_t count;
	struct proof_query *query;
	size_t query_count, next, done;
};

static void close_lanes(struct lanes *l)
{
	for (size_t i = 0; i < l->count; i++)
		PQfinish(l->lane[i].session);
}

static int open_lanes(struct lanes *l, struct error *err)
{
	size_t wanted = worker_count(l->proof->job->jobs);
	int encoding = PQclientEncoding(l->proof->session);

	if (wanted > SESSIONS_MAX)
		wanted = SESSIONS_MAX;
	if (wanted > l->query_count)
		wanted = l->query_count;
	for (; l->count < wanted; l->count++) {
		PGconn *session =
			session_open_pinned(&l->proof->connect, l->proof->database, NULL, err);

		if (!session)
			return -1;
		l->lane[l->count].session = session;
		(void)PQsetClientEncoding(session, pg_encoding_to_char(encoding));
	}
	return 0;
}

static int send_next(struct lanes *l, struct lane *lane, struct error *err)
{
	lane->query = NULL;
	if (l->next == l->query_count)
		return 0;
	lane->query = &l->query[l->next++];
	lane->began_ns = clock_monotonic_ns();
	if (!PQsendQuery(lane->session, lane->query->sql))
		return session_error(lane->session, NULL, "the restored server", err);
	return 0;
}

/* What has come of the answer; the next statement when it is whole. */
static int receive(struct lanes *l, struct lane *lane, struct error *err)
{
	struct proof_query *q = lane->query;

	if (!PQconsumeInput(lane->session))
		return session_error(lane->session, NULL, "the restored server", err);
	while (!PQisBusy(lane->session)) {
		PGresult *result = PQgetResult(lane->session);

		if (!result) {
			q->took_ns = clock_monotonic_ns() - lane->began_ns;
			proof_progress(l->proof, q->what, ++l->done, l->query_count);
			return send_next(l, lane, err);
		}
		PQclear(q->result);
		q->result = result;
	}
	return 0;
}

static int wait_for_any(struct lanes *l, struct error *err)
{
	struct pollfd socket[SESSIONS_MAX];

	for (size_t i = 0; i < l->count; i++) {
		struct lane *lane = &l->lane[i];

		socket[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
		if (!lane->query)
			continue;
		socket[i].fd = PQsocket(lane->session);
		if (PQflush(lane->session) > 0)
			socket[i].events |= POLLOUT;
	}
	if (poll(socket, l->count, -1) < 0)
		return 0;
	for (size_t i = 0; i < l->count; i++) {
		if (socket[i].revents && receive(l, &l->lane[i], err) < 0)
			return -1;
	}
	return 0;
}

static int run_lanes(struct lanes *l, struct error *err)
{
	if (open_lanes(l, err) < 0)
		return -1;
	for (size_t i = 0; i < l->count; i++) {
		if (send_next(l, &l->lane[i], err) < 0)
			return -1;
	}
	while (l->done < l->query_count) {
		if (wait_for_any(l, err) < 0)
			return -1;
	}
	return 0;
}

static int run(struct proof *p, struct proof_query *query, size_t count, struct error *err)
{
	struct lanes l = { .proof = p, .query = query, .query_count = count };
	int rc = run_lanes(&l, err);

	close_lanes(&l);
	return rc;
}

struct proof_query *proof_run_rows(struct proof *p, const PGresult *list, int sql, int what,
				   struct error *err)
{
	size_t count = (size_t)PQntuples(list);
	struct proof_query *query = calloc(count + 1, sizeof(*query));

	if (!query) {
		(void)proof_no_memory(err);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		query[i].sql = PQgetvalue(list, (int)i, sql);
		query[i].what = PQgetvalue(list, (int)i, what);
	}
	if (run(p, query, count, err) == 0)
		return query;
	proof_queries_free(query, count);
	return NULL;
}

void proof_queries_free(struct proof_query *query, size_t count)
{
	for (size_t i = 0; query && i < count; i++)
		PQclear(query[i].result);
	free(query);
}
