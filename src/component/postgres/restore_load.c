/* SPDX-License-Identifier: Apache-2.0 */
/* pg_restore and psql: what they are given, and what their words come to. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/hearing.h"
#include "component/postgres/restore.h"
#include "component/start.h"

enum { TICK_MS = 200 };

/* One of the programs at work on a part. */
struct load {
	struct postgres_restore *r;
	const struct restore_part *part;
	const char *program; /* as people know it */
	struct hearing hearing;
	int in;         /* psql: the text that it reads; -1: none */
	bool parallel;  /* pg_restore in several sessions */
	uint64_t total; /* bytes of that, or entries of the table of contents; 0: unknown */
	bool succeeded; /* its exit code was 0 */
};

static void cleanup_load(struct load *l)
{
	hearing_close(&l->hearing);
	cleanup_close(&l->in);
}

static int begin(struct load *l, const struct string_list *benign, struct error *err)
{
	l->hearing.model = (struct messages){ .of_psql = l->in >= 0,
					      .parallel = l->parallel,
					      .harmless = &l->r->job->config->harmless,
					      .benign = benign,
					      .complaints = &l->r->out->complaints,
					      .explained = &l->r->explained };
	return hearing_open(&l->hearing, err);
}

/* How far it is: psql's place in its input, or what pg_restore told. */
static void show(const struct load *l)
{
	enum restore_phase phase = l->part->kind == PART_GLOBALS ? RESTORE_PREPARE : RESTORE_LOAD;
	off_t at = l->in >= 0 ? lseek(l->in, 0, SEEK_CUR) : 0;
	const struct heard h = hearing_sum(&l->hearing);
	uint64_t done = l->in >= 0 ? (at > 0 ? (uint64_t)at : 0) : h.items;

	if (l->total && done > l->total)
		done = l->total;
	postgres_restore_progress(l->r, phase,
				  h.present[0] ? h.present : postgres_part_label(l->part), done,
				  l->total, l->in >= 0);
}

static int run(struct load *l, const char *const *argv, struct error *err)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PGTZ=UTC",
					   NULL };
	CLEANUP(cleanup_process)
	struct process process = PROCESS_INIT;
	struct process_spec spec = server_process_spec(&l->r->server->place, argv, env, -1);
	int ended;

	spec.in = l->in;
	spec.err = l->hearing.out;
	show(l);
	if (process_start(&spec, &process, err) < 0)
		return -1;
	cleanup_close(&l->hearing.out);
	l->hearing.out = -1;
	do {
		if (hearing_listen(&l->hearing, TICK_MS, err) < 0)
			return -1;
		ended = process_wait(&process, 0, err);
		if (ended < 0)
			return -1;
		show(l);
	} while (!ended);
	l->succeeded = process_succeeded(&process);
	if (hearing_listen(&l->hearing, 0, err) < 0)
		return -1;
	return hearing_end(&l->hearing, err);
}

/*
 * Its sum is more than it told of. A worker's error counts again with each item that the worker
 * does afterwards: restore_toc_entry() and mark_restore_job_done() in pg_backup_archiver.c.
 */
static bool tells_too_little(const struct load *l, const struct heard *h)
{
	return h->summed_up > h->harmless && (!l->parallel || !h->harmless);
}

static int judge(const struct load *l, const char *version, struct error *err)
{
	const struct heard h = hearing_sum(&l->hearing);
	struct check check = { .name = check_name(CHECK_RESTORED), .verdict = VERDICT_PASS };

	if (h.lacking[0]) {
		(void)error_set(err, ERROR_TARGET, "%s", h.lacking);
		return error_hint(err, "restoring needs memory, and room in TMPDIR for the whole "
				       "database");
	}
	/* pg_restore counts the errors at its end, if it gets there */
	if (!l->succeeded && !h.complaints && !h.has_sum)
		return error_set(err, ERROR_TARGET, "%s ended before its end", l->program);
	if (h.complaints || tells_too_little(l, &h))
		check.verdict = VERDICT_FAIL;
	if (h.complaints)
		return postgres_restore_check(l->r, l->part, &check, err,
					      "%s complained %llu times: %s", l->program,
					      (unsigned long long)h.complaints, h.first);
	if (check.verdict == VERDICT_FAIL)
		return postgres_restore_check(l->r, l->part, &check, err,
					      "%s counted %llu errors, of which it told only %llu",
					      l->program, (unsigned long long)h.summed_up,
					      (unsigned long long)h.harmless);
	return postgres_restore_check(l->r, l->part, &check, err,
				      "%s %s restored it without a complaint", l->program, version);
}

static int run_pg_restore(struct postgres_restore *r, const struct restore_part *p,
			  const char *database, struct error *err)
{
	const char *entries = postgres_part_setting(p, "toc_entries");
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };
	char jobs[24], directory[128];
	int unpacked =
		p->format == FORMAT_PG_TAR ? postgres_restore_unpack(r, p, directory, err) : 0;
	/* pg_restore takes its own tar in one session only */
	bool alone = r->jobs == 1 || (p->format == FORMAT_PG_TAR && !unpacked);
	const char *argv[] = { r->pg_restore,
			       "--no-password",
			       "--verbose",
			       "--dbname",
			       NULL,
			       jobs,
			       unpacked > 0 ? directory : p->path,
			       NULL };
	CLEANUP(cleanup_load)
	struct load l = { .r = r,
			  .part = p,
			  .program = "pg_restore",
			  .hearing = HEARING_INIT,
			  .in = -1,
			  .parallel = !alone };

	(void)snprintf(jobs, sizeof(jobs), "--jobs=%u", alone ? 1 : r->jobs);
	if (unpacked < 0 || session_conninfo(&r->connect, database, &conninfo, err) < 0 ||
	    begin(&l, NULL, err) < 0)
		return -1;
	argv[4] = conninfo.ptr;
	l.total = entries ? strtoull(entries, NULL, 10) : 0;
	return run(&l, argv, err) < 0 ? -1 : judge(&l, r->out->program_version, err);
}

static int run_psql(struct postgres_restore *r, const struct restore_part *p,
		    const struct connect_config *connect, const char *database,
		    const struct string_list *benign, struct error *err)
{
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };
	/* an error that does no harm must not keep the rest from being loaded */
	bool stops = !benign && !r->job->config->harmless.count;
	const char *argv[] = { r->psql,         "--no-psqlrc",
			       "--no-password", "--quiet",
			       "--set",         stops ? "ON_ERROR_STOP=1" : "ON_ERROR_STOP=0",
			       "--dbname",      NULL,
			       "--file=-",      NULL };
	CLEANUP(cleanup_load)
	struct load l = { .r = r, .part = p, .program = "psql", .hearing = HEARING_INIT, .in = -1 };
	struct stat status = { 0 };

	if (session_conninfo(connect, database, &conninfo, err) < 0)
		return -1;
	argv[7] = conninfo.ptr;
	l.in = open(p->path, O_RDONLY | O_CLOEXEC);
	if (l.in < 0 || fstat(l.in, &status) < 0)
		return error_set_errno(err, ERROR_IO, "open %s", p->path);
	l.total = (uint64_t)status.st_size;
	if (begin(&l, benign, err) < 0)
		return -1;
	return run(&l, argv, err) < 0 ? -1 : judge(&l, r->out->program_version, err);
}

int postgres_restore_psql(struct postgres_restore *r, const struct restore_part *p,
			  const char *user, const struct string_list *benign, struct error *err)
{
	struct connect_config connect = r->connect;

	connect.user = user;
	return run_psql(r, p, &connect, "postgres", benign, err);
}

/* The newest database, and its oid. */
static int newest_database(const struct postgres_restore *r, char name[POSTGRES_NAME_SIZE],
			   unsigned long *oid, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);
	CLEANUP(cleanup_result)
	PGresult *row = session ? session_query(session,
						"SELECT oid, datname FROM pg_catalog.pg_database "
						"WHERE datallowconn ORDER BY oid DESC LIMIT 1",
						err) :
				  NULL;

	if (!row)
		return -1;
	*oid = strtoul(PQgetvalue(row, 0, 0), NULL, 10);
	(void)snprintf(name, POSTGRES_NAME_SIZE, "%s", PQgetvalue(row, 0, 1));
	return 0;
}

/* Plain SQL may make a database for itself and connect to it: then that is the target. */
static int load_sql(struct postgres_restore *r, const struct restore_part *p,
		    struct postgres_target *target, struct error *err)
{
	char name[POSTGRES_NAME_SIZE];
	unsigned long before = 0, after = 0;

	if (newest_database(r, name, &before, err) < 0 ||
	    run_psql(r, p, &r->connect, target->database, NULL, err) < 0 ||
	    newest_database(r, name, &after, err) < 0)
		return -1;
	if (after > before)
		memcpy(target->database, name, sizeof(name));
	return 0;
}

int postgres_restore_load(struct postgres_restore *r, size_t part, struct error *err)
{
	const struct restore_part *p = &r->job->part[part];

	if (r->target[part].cluster)
		return postgres_restore_cluster(r, p, err);
	if (p->kind == PART_DUMP && p->format != FORMAT_PG_SQL)
		return run_pg_restore(r, p, r->target[part].database, err);
	return load_sql(r, p, &r->target[part], err);
}
