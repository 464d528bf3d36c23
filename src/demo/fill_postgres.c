/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction creates the tables, copies the rows and adds the keys: a server
 * with wal_level=minimal then writes no WAL for them, and a fill cut short
 * leaves nothing.
 */
#include "demo/fill.h"

#include <libpq-fe.h>
#include <libpq/libpq-fs.h>
#include <stdio.h>

#include "demo/embedded.h"

enum { BLOCK_SIZE = 256 * 1024 };

struct session {
	PGconn *connection;
};

static void session_close(struct session *s)
{
	PQfinish(s->connection);
	s->connection = NULL;
}

static void ignore_notice(void *cookie, const char *message)
{
	(void)cookie;
	(void)message;
}

static int fail(const struct session *s, const char *doing, struct error *err)
{
	const char *message = PQerrorMessage(s->connection);

	return error_set(err, ERROR_TARGET, "PostgreSQL: %s: %.*s", doing,
			 (int)strcspn(message, "\n"), message);
}

static int session_open(struct session *s, const struct server *server, const char *database,
			struct error *err)
{
	char port[16];
	const char *const keys[] = { "host", "port", "user", "dbname", "client_encoding", NULL };
	const char *const values[] = { server->socket, port, server->user, database, "UTF8", NULL };

	(void)snprintf(port, sizeof(port), "%u", (unsigned)server->port);
	s->connection = PQconnectdbParams(keys, values, 0);
	if (PQstatus(s->connection) != CONNECTION_OK)
		return fail(s, "connect", err);
	(void)PQsetNoticeProcessor(s->connection, ignore_notice, NULL);
	return 0;
}

static int execute(struct session *s, const char *doing, const char *sql, struct error *err)
{
	PGresult *result = PQexec(s->connection, sql);
	ExecStatusType status = PQresultStatus(result);

	PQclear(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return fail(s, doing, err);
	return 0;
}

static int interrupted(const struct fill *fill, struct error *err)
{
	if (fill->stop_requested && fill->stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "the fill was interrupted");
	return 0;
}

static int send_rows(struct session *s, const struct fill *fill, enum demo_table table, char *block,
		     struct error *err)
{
	struct text t = { .at = block, .end = block + BLOCK_SIZE };

	for (uint64_t row = 0; row < fill->generator.rows[table]; row++) {
		if (t.end - t.at < GENERATOR_ROW_MAX) {
			if (PQputCopyData(s->connection, block, (int)(t.at - block)) < 0)
				return fail(s, demo_table_name(table), err);
			if (interrupted(fill, err) < 0)
				return -1;
			t.at = block;
		}
		generator_row(&fill->generator, table, row, &t);
		if (t.full)
			return error_set(err, ERROR_INTERNAL, "row %llu of %s is too long",
					 (unsigned long long)row, demo_table_name(table));
	}
	if (PQputCopyData(s->connection, block, (int)(t.at - block)) < 0)
		return fail(s, demo_table_name(table), err);
	return 0;
}

static int copy_table(struct session *s, const struct fill *fill, enum demo_table table,
		      char *block, struct error *err)
{
	char sql[512];
	PGresult *result;
	ExecStatusType status;

	(void)snprintf(sql, sizeof(sql), "COPY %s (%s) FROM STDIN", demo_table_name(table),
		       demo_table_columns(table));
	result = PQexec(s->connection, sql);
	status = PQresultStatus(result);
	PQclear(result);
	if (status != PGRES_COPY_IN)
		return fail(s, demo_table_name(table), err);
	if (send_rows(s, fill, table, block, err) < 0)
		return -1;
	if (PQputCopyEnd(s->connection, NULL) < 0)
		return fail(s, demo_table_name(table), err);
	while ((result = PQgetResult(s->connection)) != NULL) {
		status = PQresultStatus(result);
		PQclear(result);
		if (status != PGRES_COMMAND_OK)
			return fail(s, demo_table_name(table), err);
	}
	return 0;
}

static int write_large_object(struct session *s, const struct fill *fill, uint64_t index,
			      char *block, struct error *err)
{
	uint64_t offset;
	size_t len = generator_large_object(&fill->generator, index, block, BLOCK_SIZE, &offset);
	Oid id = lo_create(s->connection, DEMO_LARGE_OBJECT_FIRST + (Oid)index);
	int fd = id == InvalidOid ? -1 : lo_open(s->connection, id, INV_WRITE);

	if (fd < 0 || lo_lseek64(s->connection, fd, (pg_int64)offset, SEEK_SET) < 0 ||
	    lo_write(s->connection, fd, block, len) != (int)len || lo_close(s->connection, fd) < 0)
		return fail(s, "write a large object", err);
	return 0;
}

static int fill_tables(struct session *s, const struct fill *fill, struct error *err)
{
	CLEANUP(cleanup_free)
	char *block = malloc(BLOCK_SIZE);

	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory for rows");
	for (unsigned table = 0; table < DEMO_TABLE_COUNT; table++) {
		if (copy_table(s, fill, (enum demo_table)table, block, err) < 0)
			return -1;
	}
	for (uint64_t i = 0; i < fill->generator.large_objects; i++) {
		if (write_large_object(s, fill, i, block, err) < 0 || interrupted(fill, err) < 0)
			return -1;
	}
	return 0;
}

/* Large objects have owners and privileges of their own. */
static const char privileges_sql[] =
	"DO $$ DECLARE object oid; BEGIN FOR object IN SELECT oid FROM pg_largeobject_metadata "
	"LOOP "
	"EXECUTE format('ALTER LARGE OBJECT %s OWNER TO orchestrator_owner', object); "
	"EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO orchestrator_reader', object); "
	"END LOOP; END $$";

int fill_postgres(const struct server *server, const struct fill *fill, struct error *err)
{
	CLEANUP(session_close)
	struct session s = { 0 };

	if (session_open(&s, server, "postgres", err) < 0 ||
	    execute(&s, "create the database", "CREATE DATABASE " FILL_DATABASE, err) < 0)
		return -1;
	session_close(&s);
	if (session_open(&s, server, FILL_DATABASE, err) < 0 ||
	    execute(&s, "begin", "BEGIN; SET LOCAL maintenance_work_mem = '256MB'", err) < 0 ||
	    execute(&s, "schema.sql", demo_schema_sql, err) < 0 || fill_tables(&s, fill, err) < 0 ||
	    execute(&s, "keys.sql", demo_keys_sql, err) < 0 ||
	    execute(&s, "large objects", privileges_sql, err) < 0 ||
	    execute(&s, "commit", "COMMIT", err) < 0)
		return -1;
	return execute(&s, "analyze", "ANALYZE", err);
}
