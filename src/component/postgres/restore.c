/* SPDX-License-Identifier: Apache-2.0 */
/* The order of things. */
#include "component/postgres/restore.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "component/postgres/postgres.h"
#include "component/postgres/prove.h"
#include "stream/worker.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to restore PostgreSQL");
}

void postgres_restore_progress(const struct postgres_restore *r, enum restore_phase phase,
			       const char *what, uint64_t done, uint64_t total, bool of_bytes)
{
	if (r->job->progress)
		r->job->progress(r->job->cookie, phase, what, done, total, of_bytes);
}

const char *postgres_part_setting(const struct restore_part *p, const char *name)
{
	const struct fact *f = facts_find(p->facts, FACT_SETTING, "", name);

	return f && f->value[0] ? f->value : NULL;
}

const char *postgres_part_label(const struct restore_part *p)
{
	const char *told = postgres_part_setting(p, "database");

	if (p->kind == PART_GLOBALS)
		return part_kind_id(p->kind);
	return p->database[0] || !told ? p->database : told;
}

int postgres_restore_check(const struct postgres_restore *r, const struct restore_part *p,
			   const struct check *base, struct error *err, const char *fmt, ...)
{
	struct check check = *base;
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	check.component = "";
	check.subject = postgres_part_label(p);
	check.message = message;
	return checks_add(&r->out->checks, &check) < 0 ? no_memory(err) : 0;
}

int postgres_restore_note(const struct postgres_restore *r, const char *name, const char *value,
			  struct error *err)
{
	return restored_note_add(r->out, name, value) < 0 ? no_memory(err) : 0;
}

PGconn *postgres_restore_session(const struct postgres_restore *r, const char *database,
				 struct error *err)
{
	return session_open_pinned(&r->connect, database, NULL, err);
}

static bool is_loadable(const struct restore_part *p)
{
	return p->kind == PART_DUMP || p->kind == PART_SQL;
}

static bool is_taken(const struct postgres_restore *r, const char *name)
{
	static const char *const guarded[] = { "", "postgres", "template0", "template1" };

	for (size_t i = 0; i < sizeof(guarded) / sizeof(*guarded); i++) {
		if (strcmp(guarded[i], name) == 0)
			return true;
	}
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (strcmp(r->target[i].database, name) == 0)
			return true;
	}
	return strlen(name) >= POSTGRES_NAME_SIZE;
}

/* Plain SQL of --create makes the database that it connects to. */
static bool is_made(const struct restore_part *p, const char *name)
{
	const char *own = postgres_part_setting(p, "database");

	return p->format == FORMAT_PG_SQL && own && strcmp(own, name) == 0;
}

/* Its own name where it can be; plain SQL may make that itself. */
static void name_target(struct postgres_restore *r, size_t i)
{
	const struct restore_part *p = &r->job->part[i];
	bool own = p->kind == PART_DUMP && p->format != FORMAT_PG_SQL;
	char name[POSTGRES_NAME_SIZE] = "restored";

	if (own && !is_taken(r, postgres_part_label(p)))
		(void)snprintf(name, sizeof(name), "%s", postgres_part_label(p));
	for (unsigned n = 2; is_taken(r, name) || is_made(p, name); n++)
		(void)snprintf(name, sizeof(name), "restored_%u", n);
	memcpy(r->target[i].database, name, sizeof(name));
}

/* Rows of tables that an archive does not define belong into a database that has them. */
static bool is_data_only(const struct restore_part *p)
{
	const struct facts *f = p->facts;
	bool rows = false;

	if (p->kind != PART_DUMP || p->format == FORMAT_PG_SQL)
		return false;
	for (size_t i = 0; i < f->count; i++)
		rows |= f->item[i].kind == FACT_TABLE;
	/* an extension brings tables of its own, whose rows a dump may hold */
	return rows && !facts_find(f, FACT_SCHEMA_OBJECTS, "", "TABLE") &&
	       !facts_find(f, FACT_SCHEMA_OBJECTS, "", "EXTENSION");
}

/* By its first comment: pg_dumpall.c. */
static bool is_cluster(const struct restore_part *p)
{
	static const char title[] = "-- PostgreSQL database cluster dump\n";
	CLEANUP(cleanup_close)
	int fd = -1;
	char head[READER_HEAD];
	ssize_t n;

	if (p->kind != PART_SQL && p->format != FORMAT_PG_SQL)
		return false;
	fd = open(p->path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	return n > 0 && memmem(head, (size_t)n, title, sizeof(title) - 1);
}

static int choose_targets(struct postgres_restore *r, struct error *err)
{
	const struct check untried = {
		.name = check_name(CHECK_RESTORED),
		.verdict = VERDICT_SKIPPED,
		.required = true,
		.hint = "restore it by hand into a database that has its tables",
	};

	for (size_t i = 0; i < r->job->part_count; i++) {
		const struct restore_part *p = &r->job->part[i];

		if (!is_loadable(p))
			continue;
		if (is_data_only(p)) {
			if (postgres_restore_check(r, p, &untried, err,
						   "untried: the dump holds rows without the "
						   "definitions of their tables") < 0)
				return -1;
			continue;
		}
		r->target[i].loads = true;
		r->target[i].cluster = is_cluster(p);
		if (r->target[i].cluster)
			(void)snprintf(r->target[i].database, POSTGRES_NAME_SIZE, "postgres");
		else
			name_target(r, i);
	}
	return 0;
}

static int prepare(struct postgres_restore *r, struct error *err)
{
	postgres_restore_progress(r, RESTORE_PREPARE, "", 0, 0, false);
	if (choose_targets(r, err) < 0 || postgres_restore_preflight(r, err) < 0 ||
	    postgres_restore_settle(r, err) < 0)
		return -1;
	return postgres_restore_prepare(r, err);
}

static int each_target(struct postgres_restore *r,
		       int (*step)(struct postgres_restore *r, size_t part, struct error *err),
		       struct error *err)
{
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (r->target[i].loads && step(r, i, err) < 0)
			return error_context(err, "%s", r->target[i].database);
	}
	return 0;
}

static int load(struct postgres_restore *r, struct error *err)
{
	struct stat log;
	uint64_t from = stat(r->server->log, &log) == 0 ? (uint64_t)log.st_size : 0;

	if (each_target(r, postgres_restore_load, err) < 0)
		return -1;
	return postgres_restore_judge_log(r, from, err);
}

static int read_back(struct postgres_restore *r, struct error *err)
{
	r->reading = RESTORE_READ_BACK;
	return each_target(r, postgres_restore_read_back, err);
}

/* Each database that the dump of a whole cluster made or filled. */
static int prove_cluster(struct postgres_restore *r, size_t part, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);
	CLEANUP(cleanup_result)
	PGresult *rows =
		session ? session_query(session,
					"SELECT datname FROM pg_catalog.pg_database "
					"WHERE datallowconn AND NOT datistemplate ORDER BY datname",
					err) :
			  NULL;

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (postgres_prove(r->server, r->job, part, PQgetvalue(rows, i, 0), r->out, err) <
		    0)
			return -1;
	}
	return 0;
}

static int prove(struct postgres_restore *r, size_t part, struct error *err)
{
	if (r->target[part].cluster)
		return prove_cluster(r, part, err);
	return postgres_prove(r->server, r->job, part, r->target[part].database, r->out, err);
}

static int check(struct postgres_restore *r, struct error *err)
{
	return each_target(r, prove, err);
}

/* In the order of the phases. */
static int (*const steps[RESTORE_PHASE_COUNT])(struct postgres_restore *r, struct error *err) = {
	[RESTORE_PREPARE] = prepare,
	[RESTORE_LOAD] = load,
	[RESTORE_READ_BACK] = read_back,
	[RESTORE_CHECK] = check,
	[RESTORE_REPLICATE] = postgres_restore_replicate,
};

static int run_steps(struct postgres_restore *r, struct error *err)
{
	for (int phase = 0; phase < RESTORE_PHASE_COUNT; phase++) {
		if (phase == RESTORE_REPLICATE && !r->job->standby)
			continue;
		r->began_ns = clock_monotonic_ns();
		if (steps[phase] && steps[phase](r, err) < 0)
			return -1;
		r->out->took_ns[phase] = clock_monotonic_ns() - r->began_ns;
	}
	return 0;
}

int engine_postgres_restore(struct server *s, const struct restore_job *job, struct restored *out,
			    struct error *err)
{
	struct postgres_restore r = {
		.server = s, .job = job, .out = out, .jobs = worker_count(job->jobs)
	};
	int rc;

	if (restored_begin(out, job, err) < 0)
		return -1;
	r.target = calloc(job->part_count + 1, sizeof(*r.target));
	if (!r.target)
		return no_memory(err);
	server_connect_config(s, ENGINE_POSTGRESQL, &r.connect);
	rc = run_steps(&r, err);
	free(r.target);
	buf_release(&r.explained);
	postgres_settings_release(&r.settings);
	return rc;
}
