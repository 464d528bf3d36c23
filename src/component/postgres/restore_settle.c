/* SPDX-License-Identifier: Apache-2.0 */
/* The settings under which the server is loaded: good ones for a throw-away load, or production's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "component/postgres/postgres.h"
#include "component/postgres/restore.h"

static const uint64_t mib = 1 << 20;

void postgres_settings_release(struct postgres_settings *s)
{
	arena_release(&s->arena);
}

int postgres_settings_add(struct postgres_settings *s, const char *name, const char *format, ...)
{
	va_list ap;
	char *value;

	va_start(ap, format);
	value = arena_vprintf(&s->arena, format, ap);
	va_end(ap);
	if (!value || s->count == POSTGRES_SETTINGS_MAX)
		return -1;
	s->item[s->count++] = (struct restored_note){ name, value };
	return 0;
}

/* Bytes that the server may plan with. */
static uint64_t memory_of(const struct server *s)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);

	if (s->place.memory_max)
		return s->place.memory_max;
	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2 : 1024 * mib;
}

static unsigned long long mib_within(uint64_t bytes, uint64_t least_mib, uint64_t most_mib)
{
	uint64_t n = bytes / mib;

	return n < least_mib ? least_mib : n > most_mib ? most_mib : n;
}

/*
 * Indexes are built in maintenance_work_mem, per session; pages go to the system's cache
 * anyway, so more shared buffers gain little; no checkpoint but the last.
 */
static int add_bulk(const struct postgres_restore *r, struct postgres_settings *s)
{
	uint64_t memory = memory_of(r->server);

	return postgres_settings_add(s, "shared_buffers", "%lluMB",
				     mib_within(memory / 8, 32, 1024)) |
	       postgres_settings_add(s, "maintenance_work_mem", "%lluMB",
				     mib_within(memory / 4 / r->jobs, 32, 1024)) |
	       postgres_settings_add(s, "max_parallel_maintenance_workers", "%u",
				     r->jobs > 1 ? 2 : 0) |
	       postgres_settings_add(s, "max_wal_size", "4GB") |
	       postgres_settings_add(s, "checkpoint_timeout", "1h");
}

/* The built-in values of all that engine_postgres_start() sets otherwise. */
static int add_builtin(struct postgres_settings *s)
{
	return postgres_settings_add(s, "shared_buffers", "128MB") |
	       postgres_settings_add(s, "fsync", "on") |
	       postgres_settings_add(s, "synchronous_commit", "on") |
	       postgres_settings_add(s, "full_page_writes", "on") |
	       postgres_settings_add(s, "wal_level", "replica") |
	       postgres_settings_add(s, "max_wal_size", "1GB") |
	       postgres_settings_add(s, "autovacuum", "on") | postgres_settings_add(s, "jit", "on");
}

/* A buffer larger than half of the memory here would end the server, and prove nothing. */
static int fits(const struct postgres_restore *r, PGconn *session, const char *value,
		struct error *err)
{
	const char *const values[] = { value };
	CLEANUP(cleanup_result)
	PGresult *row =
		session_exec(session, "SELECT pg_catalog.pg_size_bytes($1)", 1, values, 0, err);

	if (!row)
		return -1;
	return PQresultStatus(row) == PGRES_TUPLES_OK &&
	       strtoull(PQgetvalue(row, 0, 0), NULL, 10) <= memory_of(r->server) / 2;
}

static const char *known_setting(const char *name)
{
	static const char *const known[] = { "shared_buffers",
					     "maintenance_work_mem",
					     "max_wal_size",
					     "checkpoint_timeout",
					     "fsync",
					     "full_page_writes",
					     "synchronous_commit",
					     "wal_level",
					     "max_parallel_maintenance_workers",
					     "autovacuum" };

	if (strncmp(name, "setting.", 8) == 0)
		name += 8; /* as a manifest's notes have them */
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i], name) == 0)
			return known[i];
	}
	return NULL;
}

static int add_one_of_production(const struct postgres_restore *r, PGconn *session,
				 struct postgres_settings *s, const struct restored_note *p,
				 struct error *err)
{
	const char *name = known_setting(p->name);
	char left_out[160], note[80];
	int fit = 1;

	if (!name)
		return 0;
	if (strcmp(name, "shared_buffers") == 0 || strcmp(name, "maintenance_work_mem") == 0)
		fit = fits(r, session, p->value, err);
	if (fit < 0)
		return -1;
	if (fit)
		return postgres_settings_add(s, name, "%s", p->value) < 0 ?
			       error_set(err, ERROR_NOMEM, "no memory for settings") :
			       0;
	(void)snprintf(note, sizeof(note), "production.%s", name);
	(void)snprintf(left_out, sizeof(left_out),
		       "%.60s, left out: more than half of the memory here", p->value);
	return postgres_restore_note(r, note, left_out, err);
}

static int add_production(const struct postgres_restore *r, struct postgres_settings *s,
			  struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);

	if (!session)
		return -1;
	for (size_t i = 0; i < r->job->production_count; i++) {
		if (add_one_of_production(r, session, s, &r->job->production[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Extensions whose library has to be there when the server starts. */
static const char *const preloaded[] = { "timescaledb", "citus",  "pg_cron",           "pgaudit",
					 "pglogical",   "pg_net", "pg_stat_statements" };

static const struct postgres_target *target_with(const struct postgres_restore *r,
						 const char *extension)
{
	for (size_t i = 0; i < r->job->part_count; i++) {
		if (facts_find(r->job->part[i].facts, FACT_EXTENSION, "", extension))
			return &r->target[i];
	}
	return NULL;
}

/* 1: libraries are to be loaded. */
static int add_preloaded(const struct postgres_restore *r, struct postgres_settings *s)
{
	CLEANUP(buf_release)
	struct buf list = { 0 };
	int rc = 0;

	for (size_t i = 0; i < sizeof(preloaded) / sizeof(*preloaded); i++) {
		const struct postgres_target *t = target_with(r, preloaded[i]);

		if (!t)
			continue;
		rc |= buf_printf(&list, "%s%s", list.len ? "," : "", preloaded[i]);
		/* its jobs would run, and it lives in one database only */
		if (strcmp(preloaded[i], "pg_cron") == 0)
			rc |= postgres_settings_add(s, "cron.database_name", "%s", t->database) |
			      postgres_settings_add(s, "cron.launch_active_jobs", "off");
	}
	if (list.len)
		rc |= postgres_settings_add(s, "shared_preload_libraries", "%s", list.ptr);
	return rc < 0 ? -1 : list.len > 0;
}

/* What people should know of the server: all that is not as built in, but where its files lie. */
static int note_settings(const struct postgres_restore *r, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = postgres_restore_session(r, "postgres", err);
	CLEANUP(cleanup_result)
	PGresult *rows = NULL;

	if (!session)
		return -1;
	rows = session_query(session,
			     "SELECT 'setting.' || name, pg_catalog.current_setting(name)\n"
			     "FROM pg_catalog.pg_settings\n"
			     "WHERE source IN ('configuration file', 'command line')"
			     " AND setting IS DISTINCT FROM boot_val"
			     " AND name !~ '^(unix_socket|log_|lc_|data_|config_|hba_|ident_)'\n"
			     "ORDER BY 1",
			     err);
	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (postgres_restore_note(r, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), err) <
		    0)
			return -1;
	}
	return 0;
}

int postgres_restore_settle(struct postgres_restore *r, struct error *err)
{
	struct postgres_settings *s = &r->settings;
	int rc = r->job->realistic ? add_builtin(s) : add_bulk(r, s);
	int preloads;

	if (rc == 0 && r->job->realistic && add_production(r, s, err) < 0)
		return -1;
	preloads = add_preloaded(r, s);
	if (rc < 0 || preloads < 0)
		return error_set(err, ERROR_NOMEM, "no memory for settings");
	if (engine_postgres_restart(r->server, s->item, s->count, err) < 0)
		return preloads ? error_hint(err, "extensions of the backup need libraries that "
						  "the server loads when it starts: install them "
						  "for this PostgreSQL") :
				  -1;
	return note_settings(r, err);
}

/* The last that was added counts; NULL: none was. */
static const char *value_of(const struct postgres_settings *s, const char *name)
{
	for (size_t i = s->count; i > 0; i--) {
		if (strcmp(s->item[i - 1].name, name) == 0)
			return s->item[i - 1].value;
	}
	return NULL;
}

int postgres_restore_settle_streaming(struct postgres_restore *r, struct error *err)
{
	struct postgres_settings *s = &r->settings;
	const char *level = value_of(s, "wal_level");
	int rc = postgres_settings_add(s, "max_wal_senders", "8") |
		 postgres_settings_add(s, "max_replication_slots", "10") |
		 /* a backup may tell to wait for standbys that are not here */
		 postgres_settings_add(s, "synchronous_standby_names", "%s", "");

	if (!level || strcmp(level, "logical") != 0)
		rc |= postgres_settings_add(s, "wal_level", "replica");
	/* a standby that has ended must not fill the disk */
	if (r->server_major >= 13)
		rc |= postgres_settings_add(s, "max_slot_wal_keep_size", "1GB");
	/* the load is done */
	if (!r->job->realistic)
		rc |= postgres_settings_add(s, "max_wal_size", "1GB") |
		      postgres_settings_add(s, "checkpoint_timeout", "5min");
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for settings");
	return engine_postgres_restart(r->server, s->item, s->count, err);
}
