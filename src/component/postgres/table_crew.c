/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/table_crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "component/postgres/source_facts.h"
#include "stream/worker.h"

struct table_crew {
	const struct table_crew_request *request;
	size_t *order; /* indexes of tables with rows, by falling weight */
	size_t count;
	struct row_sum *sum;
	pthread_t thread[WORKER_MAX];
	unsigned threads;
	atomic_bool stop;
	atomic_size_t begun; /* of `order` */
	_Atomic uint64_t bytes;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	unsigned running;
	struct error error; /* the first */
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read tables");
}

static int join_snapshot(PGconn *session, const struct table_crew_request *r, struct error *err)
{
	char sql[160];

	if (r->encoding && PQsetClientEncoding(session, r->encoding) < 0)
		return session_error(session, NULL, "set the client encoding", err);
	(void)snprintf(sql, sizeof(sql),
		       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
		       "SET TRANSACTION SNAPSHOT '%s'",
		       r->snapshot->id);
	return session_command(session, sql, NULL, err);
}

/* A thread's own. */
struct reading_table {
	struct table_crew *crew;
	uint64_t told; /* bytes of the table that the crew knows of */
};

static void tell(struct reading_table *r, uint64_t bytes)
{
	(void)atomic_fetch_add(&r->crew->bytes, bytes - r->told);
	r->told = bytes;
}

static int tick(void *cookie, uint64_t bytes, struct error *err)
{
	struct reading_table *r = cookie;

	tell(r, bytes);
	if (atomic_load(&r->crew->stop))
		return error_set(err, ERROR_INTERRUPTED, "reading of tables was given up");
	return 0;
}

/* Each table goes to who is free first. */
static int read_tables(struct table_crew *crew, struct error *err)
{
	const struct table_crew_request *r = crew->request;
	CLEANUP(cleanup_session)
	PGconn *session = session_open_pinned(r->connect, r->database, NULL, err);
	size_t next;

	if (!session || join_snapshot(session, r, err) < 0)
		return -1;
	while (!atomic_load(&crew->stop) &&
	       (next = atomic_fetch_add(&crew->begun, 1)) < crew->count) {
		size_t i = crew->order[next];
		struct reading_table table = { .crew = crew };

		if (source_table(session, &r->snapshot->tables.item[i], tick, &table, &crew->sum[i],
				 err) < 0)
			return -1;
		tell(&table, crew->sum[i].bytes);
	}
	return 0;
}

static void *run(void *cookie)
{
	struct table_crew *crew = cookie;
	struct error err = ERROR_INIT;
	int rc = read_tables(crew, &err);

	(void)pthread_mutex_lock(&crew->lock);
	if (rc < 0 && crew->error.kind == ERROR_NONE)
		crew->error = err;
	if (rc < 0)
		atomic_store(&crew->stop, true);
	crew->running--;
	(void)pthread_cond_signal(&crew->changed);
	(void)pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static int by_falling_weight(const void *a, const void *b, void *weights)
{
	const uint64_t *weight = weights;
	uint64_t x = weight[*(const size_t *)a], y = weight[*(const size_t *)b];

	return (x < y) - (x > y);
}

static int put_in_order(struct table_crew *crew)
{
	const struct table_crew_request *r = crew->request;
	size_t tables = r->snapshot->tables.count;

	crew->order = calloc(tables + 1, sizeof(*crew->order));
	crew->sum = calloc(tables + 1, sizeof(*crew->sum));
	if (!crew->order || !crew->sum)
		return -1;
	for (size_t i = 0; i < tables; i++) {
		if (r->snapshot->tables.item[i].has_rows)
			crew->order[crew->count++] = i;
	}
	qsort_r(crew->order, crew->count, sizeof(*crew->order), by_falling_weight,
		(void *)(uintptr_t)r->weight);
	return 0;
}

struct table_crew *table_crew_start(const struct table_crew_request *request, struct error *err)
{
	CLEANUP(cleanup_table_crew)
	struct table_crew *crew = calloc(1, sizeof(*crew));
	unsigned wanted = worker_count(request->sessions);

	if (!crew) {
		(void)no_memory(err);
		return NULL;
	}
	crew->request = request;
	(void)pthread_mutex_init(&crew->lock, NULL);
	(void)pthread_cond_init(&crew->changed, NULL);
	if (put_in_order(crew) < 0) {
		(void)no_memory(err);
		return NULL;
	}
	if (wanted > crew->count)
		wanted = (unsigned)crew->count;
	crew->running = wanted;
	while (crew->threads < wanted) {
		if (worker_start(&crew->thread[crew->threads], run, crew, err) < 0)
			return NULL;
		crew->threads++;
	}
	return TAKE(crew);
}

int table_crew_wait(struct table_crew *crew, int64_t tick_ns, uint64_t *bytes,
		    const struct dumped_table **table, struct error *err)
{
	struct timespec until;
	size_t begun;
	int rc;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (until.tv_nsec + tick_ns) / NS_PER_SECOND;
	until.tv_nsec = (until.tv_nsec + tick_ns) % NS_PER_SECOND;
	(void)pthread_mutex_lock(&crew->lock);
	if (crew->running)
		(void)pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
	rc = crew->running == 0;
	if (crew->error.kind != ERROR_NONE) {
		*err = crew->error;
		rc = -1;
	}
	(void)pthread_mutex_unlock(&crew->lock);
	begun = atomic_load(&crew->begun);
	begun = begun < crew->count ? begun : crew->count;
	*bytes = atomic_load(&crew->bytes);
	*table = begun ? &crew->request->snapshot->tables.item[crew->order[begun - 1]] : NULL;
	return rc;
}

const struct row_sum *table_crew_sums(const struct table_crew *crew)
{
	return crew->sum;
}

void table_crew_free(struct table_crew *crew)
{
	if (!crew)
		return;
	atomic_store(&crew->stop, true);
	for (unsigned i = 0; i < crew->threads; i++)
		(void)pthread_join(crew->thread[i], NULL);
	(void)pthread_cond_destroy(&crew->changed);
	(void)pthread_mutex_destroy(&crew->lock);
	free(crew->order);
	free(crew->sum);
	free(crew);
}
