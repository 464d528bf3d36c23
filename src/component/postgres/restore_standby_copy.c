/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the restored server by pg_basebackup, started as its standby. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/postgres.h"
#include "component/postgres/programs.h"
#include "component/postgres/restore_standby.intern.h"
#include "component/start.h"

/* Since then the server tells how far a base backup is. */
enum { TELLS_OF_BASE_BACKUPS = 13 };
static const int64_t tick_ns = NS_PER_SECOND / 10;

/* pg_basebackup's arguments. */
struct copy {
	struct arena arena;
	const char **argv;
	size_t count;
	bool no_memory;
};

static void cleanup_copy(struct copy *c)
{
	arena_release(&c->arena);
	free(c->argv);
}

__attribute__((format(printf, 2, 3))) static void add(struct copy *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	c->argv[c->count] = arena_vprintf(&c->arena, format, ap);
	va_end(ap);
	c->no_memory |= !c->argv[c->count];
	c->count++;
}

/* OLD=NEW, where an equals sign of OLD's has a backslash before it. */
static void add_mapping(struct copy *c, const char *from, const char *directory, int number)
{
	CLEANUP(buf_release)
	struct buf escaped = { 0 };

	for (const char *p = from; *p; p++) {
		if (buf_printf(&escaped, "%s%c", *p == '=' ? "\\" : "", *p) < 0)
			c->no_memory = true;
	}
	add(c, "--tablespace-mapping=%s=%s/tablespace-%d", escaped.len ? escaped.ptr : "",
	    directory, number);
}

static int add_all(const struct postgres_standby *s, const char *program,
		   const PGresult *tablespaces, struct copy *c, struct error *err)
{
	const struct server *from = s->r->server;
	const char *directory = s->server.place.directory;
	int count = PQntuples(tablespaces);

	c->argv = calloc((size_t)count + 24, sizeof(*c->argv));
	if (!c->argv)
		return postgres_standby_no_memory(err);
	add(c, "%s/pg_basebackup", program);
	add(c, "--pgdata=%s/data", directory);
	add(c, "--write-recovery-conf");
	add(c, "--wal-method=stream");
	add(c, "--create-slot");
	add(c, "--slot=%s", s->name);
	add(c, "--checkpoint=fast");
	add(c, "--no-sync");
	add(c, "--no-password");
	add(c, "--label=muster");
	add(c, "--dbname=application_name=%s", s->name);
	add(c, "--host=%s", from->socket);
	add(c, "--port=%u", (unsigned)from->port);
	add(c, "--username=%s", from->user);
	for (int i = 0; i < count; i++)
		add_mapping(c, PQgetvalue(tablespaces, i, 0), directory, i);
	return c->no_memory ? postgres_standby_no_memory(err) : 0;
}

static int open_log(const struct place *place, char path[128], struct error *err)
{
	int fd;

	(void)snprintf(path, 128, "%s/pg_basebackup.log", place->directory);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? error_set_errno(err, ERROR_IO, "create %s", path) : fd;
}

/* Bytes that were copied so far. */
static int show(const struct postgres_standby *s, uint64_t *copied, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = NULL;
	uint64_t total = 0;

	if (s->r->server_major >= TELLS_OF_BASE_BACKUPS) {
		row = session_query(s->primary,
				    "SELECT backup_streamed, COALESCE(backup_total, 0)"
				    " FROM pg_catalog.pg_stat_progress_basebackup LIMIT 1",
				    err);
		if (!row)
			return -1;
		if (PQntuples(row)) {
			*copied = strtoull(PQgetvalue(row, 0, 0), NULL, 10);
			total = strtoull(PQgetvalue(row, 0, 1), NULL, 10);
		}
	}
	/* the total is an estimate */
	postgres_restore_progress(s->r, RESTORE_REPLICATE, "base backup",
				  total && *copied > total ? total : *copied, total, true);
	return 0;
}

/* Its first error, whose consequences the others are; else its last words. */
static void quote(struct buf *text, char *out, size_t size)
{
	static const char mark[] = "error: ";
	char *at = text->len ? memmem(text->ptr, text->len, mark, sizeof(mark) - 1) : NULL;
	size_t len;

	out[0] = '\0';
	if (at) {
		at += sizeof(mark) - 1;
		len = text->len - (size_t)(at - text->ptr);
		memmove(text->ptr, at, len + 1); /* with its NUL */
		text->len = strcspn(text->ptr, "\n");
	}
	(void)process_quote_text(text, out, size);
}

static int explain(const struct process *p, const char *log, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct error ignored = ERROR_INIT;
	char end[80], words[600] = "";

	if (file_read(log, 1 << 20, &text, &ignored) == 0)
		quote(&text, words, sizeof(words));
	return error_set(err, ERROR_TARGET, "pg_basebackup %s%s%s",
			 process_describe_end(p, end, sizeof(end)), words[0] ? ": " : "", words);
}

/* Until it has ended, or nothing moves. */
static int await(const struct postgres_standby *s, struct process *p, struct error *err)
{
	uint64_t copied = 0;
	int64_t moved_ns = clock_monotonic_ns();

	for (;;) {
		uint64_t before = copied;
		int ended = process_wait(p, tick_ns, err);

		if (ended)
			return ended;
		if (show(s, &copied, err) < 0)
			return -1;
		if (copied != before || s->r->server_major < TELLS_OF_BASE_BACKUPS)
			moved_ns = clock_monotonic_ns();
		if (clock_monotonic_ns() - moved_ns > s->patience_ns)
			return error_set(err, ERROR_TARGET,
					 "pg_basebackup copied %" PRIu64
					 " bytes, and then nothing for %s",
					 copied, s->patience);
	}
}

static int run(const struct postgres_standby *s, const struct copy *c, struct error *err)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL };
	char path[128];
	CLEANUP(cleanup_close)
	int log = open_log(&s->server.place, path, err);
	CLEANUP(cleanup_process)
	struct process process = PROCESS_INIT;
	const struct process_spec spec = server_process_spec(&s->server.place, c->argv, env, log);

	postgres_restore_progress(s->r, RESTORE_REPLICATE, "base backup", 0, 0, true);
	if (log < 0 || process_start(&spec, &process, err) < 0 || await(s, &process, err) < 0)
		return -1;
	return process_succeeded(&process) ? 0 : explain(&process, path, err);
}

static int copy(const struct postgres_standby *s, struct error *err)
{
	CLEANUP(buf_release)
	struct buf program = { 0 };
	CLEANUP(cleanup_copy)
	struct copy c = { 0 };
	CLEANUP(cleanup_result)
	PGresult *tablespaces = NULL;

	if (postgres_program_directory("pg_basebackup", s->r->server_major, &program, err) < 0)
		return -1;
	/* those in the data directory have a relative path, and come along */
	tablespaces = session_query(s->primary,
				    "SELECT l FROM pg_catalog.pg_tablespace,"
				    " pg_catalog.pg_tablespace_location(oid) l"
				    " WHERE l LIKE '/%' ORDER BY oid",
				    err);
	if (!tablespaces || add_all(s, program.ptr, tablespaces, &c, err) < 0)
		return -1;
	return run(s, &c, err);
}

/* A standby waits for who reads it, rather than cancel a reading. It needs little memory of its own. */
static int add_settings(struct postgres_standby *s, struct postgres_settings *own)
{
	const struct postgres_settings *primary = &s->r->settings;
	int rc = 0;

	for (size_t i = 0; i < primary->count; i++)
		rc |= postgres_settings_add(own, primary->item[i].name, "%s",
					    primary->item[i].value);
	return rc | postgres_settings_add(own, "hot_standby", "on") |
	       postgres_settings_add(own, "hot_standby_feedback", "on") |
	       postgres_settings_add(own, "max_standby_streaming_delay", "-1") |
	       postgres_settings_add(own, "wal_receiver_status_interval", "1s") |
	       postgres_settings_add(own, "shared_buffers", "64MB") |
	       postgres_settings_add(own, "max_wal_size", "256MB");
}

static int start(struct postgres_standby *s, struct error *err)
{
	struct postgres_settings own = { 0 };
	struct place place = s->server.place;
	int rc;

	postgres_restore_progress(s->r, RESTORE_REPLICATE, "start of the standby", 0, 0, false);
	s->started_ns = clock_monotonic_ns();
	if (add_settings(s, &own) < 0)
		rc = postgres_standby_no_memory(err);
	else
		rc = engine_postgres_start_on_data(&place, own.item, own.count, &s->server, err);
	postgres_settings_release(&own);
	if (rc < 0)
		return error_context(err, "the standby");
	s->r->server->companion = s->server.process;
	s->server.process = (struct process)PROCESS_INIT;
	server_connect_config(&s->server, ENGINE_POSTGRESQL, &s->connect);
	return 0;
}

int postgres_standby_make(struct postgres_standby *s, struct error *err)
{
	const struct place *place = &s->server.place;

	if (postgres_restore_make_directory(place, place->directory, err) < 0 || copy(s, err) < 0)
		return -1;
	return start(s, err);
}
