/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a standby streams: what is written now is seen there, and how soon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "component/postgres/restore_standby.intern.h"
#include "component/start.h"

enum { LSN_SIZE = 32, WRITES = 5 };
static const int64_t tick_ns = NS_PER_SECOND / 50;
static const useconds_t glance_us = 200;

/* What the primary knows of its standby. */
struct seen {
	bool is_there, is_streaming;
	char state[32];
	char replayed[LSN_SIZE];
	long long
		behind; /* bytes that it has not replayed of those up to an LSN; below 0: it has more */
};

static int look(const struct postgres_standby *s, const char *lsn, struct seen *out,
		struct error *err)
{
	const char *const values[] = { s->name, lsn };
	CLEANUP(cleanup_result)
	PGresult *row = session_exec(
		s->primary,
		"SELECT state, COALESCE(replay_lsn::pg_catalog.text, ''),"
		" COALESCE(pg_catalog.pg_wal_lsn_diff($2::pg_catalog.pg_lsn, replay_lsn),"
		"  9223372036854775807)\n"
		"FROM pg_catalog.pg_stat_replication WHERE application_name = $1"
		" ORDER BY state = 'streaming' DESC LIMIT 1",
		2, values, 0, err);

	*out = (struct seen){ 0 };
	if (!row)
		return -1;
	if (PQresultStatus(row) != PGRES_TUPLES_OK)
		return session_error(s->primary, row, "ask how far the standby is", err);
	if (!PQntuples(row))
		return 0;
	out->is_there = true;
	(void)snprintf(out->state, sizeof(out->state), "%s", PQgetvalue(row, 0, 0));
	(void)snprintf(out->replayed, sizeof(out->replayed), "%s", PQgetvalue(row, 0, 1));
	out->is_streaming = strcmp(out->state, "streaming") == 0;
	out->behind = strtoll(PQgetvalue(row, 0, 2), NULL, 10);
	return 0;
}

/* How far the primary has written to its disk. */
static int written(const struct postgres_standby *s, char lsn[LSN_SIZE], struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row =
		session_query(s->primary, "SELECT pg_catalog.pg_current_wal_flush_lsn()", err);

	if (!row)
		return -1;
	(void)snprintf(lsn, LSN_SIZE, "%s", PQgetvalue(row, 0, 0));
	return 0;
}

static int stands_still(struct postgres_standby *s, const struct seen *seen)
{
	if (!seen->is_there)
		(void)snprintf(s->why, sizeof(s->why),
			       "replication is not active: the standby runs, but for %s no "
			       "connection of its came to the restored server",
			       s->patience);
	else if (!seen->is_streaming)
		(void)snprintf(s->why, sizeof(s->why),
			       "replication is not active: for %s the standby's connection "
			       "was in the state \"%s\"",
			       s->patience, seen->state);
	else
		(void)snprintf(s->why, sizeof(s->why),
			       "the standby streams, but has replayed nothing for %s, and is "
			       "%lld bytes behind",
			       s->patience, seen->behind);
	return 0;
}

/* A kill, such as for want of memory, says nothing of the backup. */
static int has_ended(struct postgres_standby *s, struct error *err)
{
	struct error what = ERROR_INIT;
	char end[80];

	(void)error_set(&what, ERROR_TARGET, "the standby %s",
			process_describe_end(&s->r->server->companion, end, sizeof(end)));
	(void)server_explain("the standby", &s->server, &what);
	if (strstr(end, "signal")) {
		*err = what;
		return -1;
	}
	(void)snprintf(s->why, sizeof(s->why), "%.690s", what.message);
	return 0;
}

/* As postgres_standby_stream(): until it streams and has replayed all up to `lsn`. */
static int await(struct postgres_standby *s, const char *lsn, struct error *err)
{
	int64_t moved_ns = clock_monotonic_ns();
	struct seen before = { 0 }, seen;

	for (;;) {
		int ended;

		if (look(s, lsn, &seen, err) < 0)
			return -1;
		if (seen.is_streaming && seen.behind <= 0)
			return 1;
		if (strcmp(seen.state, before.state) != 0 ||
		    strcmp(seen.replayed, before.replayed) != 0)
			moved_ns = clock_monotonic_ns();
		before = seen;
		ended = process_wait(&s->r->server->companion, tick_ns, err);
		if (ended)
			return ended < 0 ? -1 : has_ended(s, err);
		if (clock_monotonic_ns() - moved_ns > s->patience_ns)
			return stands_still(s, &seen);
	}
}

static int await_all(struct postgres_standby *s, struct error *err)
{
	char lsn[LSN_SIZE];

	postgres_restore_progress(s->r, RESTORE_REPLICATE, "streaming", 0, 0, false);
	return written(s, lsn, err) < 0 ? -1 : await(s, lsn, err);
}

/* The two sides of a database that was made to be written into. */
struct pair {
	PGconn *writer, *reader;
};

static void cleanup_pair(struct pair *p)
{
	PQfinish(p->writer);
	PQfinish(p->reader);
}

/* 1: the row is seen; 0: not until then, monotonic. */
static int await_row(const struct pair *p, const char *number, int64_t end_ns, struct error *err)
{
	const char *const values[] = { number };

	do {
		CLEANUP(cleanup_result)
		PGresult *row = session_exec(p->reader,
					     "SELECT FROM public.written WHERE n = "
					     "$1::pg_catalog.int4",
					     1, values, 0, err);

		if (!row)
			return -1;
		if (PQresultStatus(row) != PGRES_TUPLES_OK)
			return session_error(p->reader, row, "read what was written", err);
		if (PQntuples(row))
			return 1;
		(void)usleep(glance_us);
	} while (clock_monotonic_ns() < end_ns);
	return 0;
}

static int write_and_see(struct postgres_standby *s, const struct pair *p, int n, struct error *err)
{
	char sql[80], number[12];
	int64_t committed_ns, lag_ns;
	int rc;

	(void)snprintf(number, sizeof(number), "%d", n);
	(void)snprintf(sql, sizeof(sql), "INSERT INTO public.written VALUES (%d)", n);
	if (session_command(p->writer, sql, NULL, err) < 0)
		return -1;
	committed_ns = clock_monotonic_ns();
	rc = await_row(p, number, committed_ns + s->patience_ns, err);
	lag_ns = clock_monotonic_ns() - committed_ns;
	s->lag_ns = lag_ns > s->lag_ns ? lag_ns : s->lag_ns;
	if (rc == 0)
		(void)snprintf(s->why, sizeof(s->why),
			       "the standby streams, but what was written on the restored server "
			       "cannot be seen there after %s",
			       s->patience);
	return rc;
}

/*
 * A role or a database of the backup's may have these otherwise; a commit that waited for
 * nobody would be older than it seems.
 */
static const char writing[] =
	"SELECT pg_catalog.set_config('default_transaction_read_only', 'off',"
	" false), pg_catalog.set_config('synchronous_commit', 'local', false)";

static int try_writes(struct postgres_standby *s, struct error *err)
{
	CLEANUP(cleanup_pair)
	struct pair p = { .writer = session_open_pinned(&s->r->connect, s->name, NULL, err) };
	int rc;

	if (!p.writer || session_command(p.writer, writing, NULL, err) < 0 ||
	    session_command(p.writer, "CREATE TABLE public.written (n pg_catalog.int4)", NULL,
			    err) < 0)
		return -1;
	rc = await_all(s, err);
	if (rc <= 0)
		return rc;
	p.reader = session_open_pinned(&s->connect, s->name, NULL, err);
	if (!p.reader)
		return -1;
	for (int i = 0; i < WRITES; i++) {
		rc = write_and_see(s, &p, i, err);
		if (rc <= 0)
			return rc;
	}
	return 1;
}

/*
 * In a database of its own, from the template that nobody writes to: triggers on events or
 * logins, which a backup may hold, are of its databases.
 */
static int measure(struct postgres_standby *s, struct error *err)
{
	struct error ignored = ERROR_INIT;
	char sql[120];
	int rc;

	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", s->name);
	if (session_command(s->primary, writing, NULL, err) < 0 ||
	    session_command(s->primary, sql, NULL, err) < 0)
		return -1;
	rc = try_writes(s, err);
	(void)snprintf(sql, sizeof(sql), "DROP DATABASE %s", s->name);
	if (session_command(s->primary, sql, NULL, rc < 0 ? &ignored : err) < 0 || rc < 0)
		return -1;
	return rc ? await_all(s, err) : 0;
}

int postgres_standby_stream(struct postgres_standby *s, struct error *err)
{
	int rc = await_all(s, err);

	if (rc <= 0)
		return rc;
	s->streamed_ns = clock_monotonic_ns() - s->started_ns;
	return measure(s, err);
}

int postgres_standby_look_again(struct postgres_standby *s, struct error *err)
{
	struct seen seen;
	char lsn[LSN_SIZE];

	if (written(s, lsn, err) < 0 || look(s, lsn, &seen, err) < 0)
		return -1;
	s->behind = seen.behind > 0 ? (unsigned long long)seen.behind : 0;
	if (seen.is_streaming)
		return 1;
	(void)snprintf(s->why, sizeof(s->why),
		       "the standby streamed, and ceased to while it was read back");
	return 0;
}
