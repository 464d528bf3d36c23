/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A standby of the restored server: made by pg_basebackup, seen to stream, read back as the
 * restored server was. What is restored is hostile: it may have changed what the server's
 * configuration file says, so what streaming needs stands on the command lines.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/restore_standby.intern.h"

/* What a reading of the standby came to. */
struct counts {
	size_t tables, sequences; /* equal */
	size_t elsewhere;         /* unlogged: not on a standby */
	size_t different;
};

int postgres_standby_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a standby of the restored server");
}

static int choose_name(struct postgres_standby *s, struct error *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set_errno(err, ERROR_IO, "random numbers");
	(void)snprintf(s->name, sizeof(s->name), "muster_%016llx", (unsigned long long)random);
	return 0;
}

static int open_primary(struct postgres_standby *s, struct error *err)
{
	s->primary = postgres_restore_session(s->r, "postgres", err);
	return s->primary ? 0 : -1;
}

/* ---- read it back ---- */

static int add_difference(const struct postgres_standby *s, const struct check *found,
			  struct error *err)
{
	struct check check = *found;

	return checks_addf(&s->r->out->checks, &check, "the standby differs: %s", found->message) <
			       0 ?
		       postgres_standby_no_memory(err) :
		       0;
}

static void count(const struct facts *found, struct counts *n)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct fact *f = &found->item[i];

		if (f->kind != FACT_TABLE && f->kind != FACT_SEQUENCE)
			continue;
		if (!f->known)
			n->elsewhere++;
		else if (f->kind == FACT_TABLE)
			n->tables++;
		else
			n->sequences++;
	}
}

static int compare_part(const struct postgres_standby *s, size_t part, struct facts *found,
			struct counts *n, struct error *err)
{
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_REPLICATION),
		.component = "",
		.subject = postgres_part_label(&s->r->job->part[part]),
		.mode = FACTS_EQUAL,
		.severity = VERDICT_FAIL,
	};
	CLEANUP(checks_release)
	struct checks checks = { 0 };

	if (facts_compare(&s->r->out->part[part].facts, found, &policy, &checks) < 0)
		return postgres_standby_no_memory(err);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict != VERDICT_FAIL)
			continue;
		n->different++;
		if (add_difference(s, &checks.item[i], err) < 0)
			return -1;
	}
	count(found, n);
	return 0;
}

/* By the code, and in the order, that read the restored server. */
static int read_back(struct postgres_standby *s, struct restored *second, struct counts *n,
		     struct error *err)
{
	struct postgres_restore on = *s->r;

	if (restored_begin(second, on.job, err) < 0)
		return -1;
	on.server = &s->server;
	on.connect = s->connect;
	on.out = second;
	on.reading = RESTORE_REPLICATE;
	for (size_t i = 0; i < on.job->part_count; i++) {
		if (!on.target[i].loads)
			continue;
		if (postgres_restore_read_back(&on, i, err) < 0)
			return error_context(err, "read back the standby");
		if (compare_part(s, i, &second->part[i].facts, n, err) < 0)
			return -1;
	}
	return 0;
}

static int compare(struct postgres_standby *s, struct counts *n, struct error *err)
{
	struct restored second = { 0 };
	int rc = read_back(s, &second, n, err);

	restored_release(&second);
	return rc;
}

/* ---- say how it went ---- */

__attribute__((format(printf, 4, 5))) static int report(const struct postgres_standby *s,
							struct check base, struct error *err,
							const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	base.name = check_name(CHECK_REPLICATION);
	base.component = base.subject = "";
	return checks_addf(&s->r->out->checks, &base, "%s", message) < 0 ?
		       postgres_standby_no_memory(err) :
		       0;
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_SECOND;
}

static int note(const struct postgres_standby *s, struct error *err)
{
	char up[32], lag[80];

	(void)snprintf(up, sizeof(up), "%.3f s",
		       seconds(s->started_ns + s->streamed_ns - s->r->began_ns));
	(void)snprintf(lag, sizeof(lag), "%.1f ms, %llu bytes", seconds(s->lag_ns) * 1000,
		       s->behind);
	if (postgres_restore_note(s->r, "standby up after", up, err) < 0 ||
	    postgres_restore_note(s->r, "standby lag", lag, err) < 0)
		return -1;
	return postgres_restore_note(s->r, "standby",
				     "by pg_basebackup, beside the restored server, which was "
				     "started again to let it stream (max_wal_senders=8)",
				     err);
}

static int report_equal(const struct postgres_standby *s, const struct counts *n, struct error *err)
{
	char lag[32], elsewhere[80] = "";

	(void)snprintf(lag, sizeof(lag), "%.1f ms", seconds(s->lag_ns) * 1000);
	if (n->elsewhere)
		(void)snprintf(elsewhere, sizeof(elsewhere),
			       "; not on a standby, since unlogged: %zu", n->elsewhere);
	return report(s, (struct check){ .verdict = VERDICT_PASS, .found = lag }, err,
		      "a standby streamed within %.1f s, %llu bytes and %s behind; %zu tables and "
		      "%zu sequences equal%s",
		      seconds(s->streamed_ns), s->behind, lag, n->tables, n->sequences, elsewhere);
}

static int report_why(const struct postgres_standby *s, struct error *err)
{
	return report(s,
		      (struct check){ .verdict = VERDICT_FAIL,
				      .hint = "its log is postgresql.log in the server's directory "
					      "\"standby\", which --keep leaves" },
		      err, "%s", s->why);
}

/* As postgres_standby_stream(). */
static int judge(struct postgres_standby *s, struct error *err)
{
	struct counts n = { 0 };
	int rc = postgres_standby_stream(s, err);

	if (rc > 0)
		rc = compare(s, &n, err) < 0 ? -1 : postgres_standby_look_again(s, err);
	if (rc < 0 || (s->streamed_ns && note(s, err) < 0))
		return -1;
	if (rc == 0)
		return report_why(s, err);
	return n.different ? 0 : report_equal(s, &n, err);
}

/* ---- the order of things ---- */

/* Whether it is gone: a killed standby's connection keeps it for some moments. */
static bool drop_slot(const struct postgres_standby *s)
{
	static const char drop[] = "SELECT pg_catalog.pg_drop_replication_slot(slot_name)"
				   " FROM pg_catalog.pg_replication_slots"
				   " WHERE slot_name = $1 AND NOT active";
	static const char end[] = "SELECT pg_catalog.pg_terminate_backend(active_pid)"
				  " FROM pg_catalog.pg_replication_slots WHERE slot_name = $1";
	const char *const values[] = { s->name };
	struct error ignored = ERROR_INIT;
	PGresult *row;
	bool gone;

	PQclear(session_exec(s->primary, drop, 1, values, 0, &ignored));
	row = session_exec(s->primary, end, 1, values, 0, &ignored);
	gone = PQresultStatus(row) == PGRES_TUPLES_OK && PQntuples(row) == 0;
	PQclear(row);
	return gone;
}

/* What could not be made leaves nothing: the restored server goes on without it. */
static void take_down(struct postgres_standby *s)
{
	int64_t deadline = clock_monotonic_ns() + 10 * NS_PER_SECOND;
	struct error ignored = ERROR_INIT;

	process_stop(&s->r->server->companion, SIGINT, 10 * NS_PER_SECOND);
	s->r->server->companion = (struct process)PROCESS_INIT;
	while (s->primary && PQstatus(s->primary) == CONNECTION_OK && !drop_slot(s) &&
	       clock_monotonic_ns() < deadline)
		(void)usleep(10000);
	if (file_remove_tree(s->server.place.directory, &ignored) < 0)
		error_clear(&ignored); /* it goes with the sandbox */
}

/* That there is no standby says nothing of the backup, and the rest of the proof is worth having. */
static int report_error(struct postgres_standby *s, const struct error *what, struct error *err)
{
	const char *hint = what->hint[0] ? what->hint :
					   "a standby needs as much disk as the restored server "
					   "(restore.disk_max), and memory for a second one";

	return report(s, (struct check){ .verdict = VERDICT_ERROR, .hint = hint }, err, "%s",
		      what->message);
}

static int run(struct postgres_standby *s, struct error *err)
{
	struct stat log;
	uint64_t from = stat(s->r->server->log, &log) == 0 ? (uint64_t)log.st_size : 0;

	if (choose_name(s, err) < 0 || open_primary(s, err) < 0 ||
	    postgres_standby_make(s, err) < 0 || judge(s, err) < 0)
		return -1;
	return postgres_restore_judge_standby_log(s->r, s->server.log, from, err);
}

int postgres_restore_replicate(struct postgres_restore *r, struct error *err)
{
	struct postgres_standby s = { .r = r, .server = SERVER_INIT };
	struct error what = ERROR_INIT;
	int rc = 0;

	s.patience_ns =
		r->job->standby_patience_ns ? r->job->standby_patience_ns : 60 * NS_PER_SECOND;
	(void)quantity_format_duration(s.patience_ns, s.patience);
	postgres_restore_progress(r, RESTORE_REPLICATE, "", 0, 0, false);
	if (postgres_restore_settle_streaming(r, err) < 0)
		return error_context(err, "make the restored server ready for a standby");
	s.server.place = r->server->place;
	/* at its socket only: the port is the primary's */
	s.server.place.own_network = false;
	(void)snprintf(s.server.place.directory, sizeof(s.server.place.directory), "%.71s/standby",
		       r->server->place.directory);
	if (run(&s, &what) < 0) {
		take_down(&s);
		rc = report_error(&s, &what, err);
	}
	PQfinish(s.primary);
	return rc;
}
