/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/source_facts.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/row_hash.h"

enum { TICK_BYTES = 1 << 20, OBJECT_PIECE = 1 << 20 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the facts of the source");
}

static int check_stop(const struct source_options *o, struct error *err)
{
	if (o->stop_requested && o->stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "interrupted while reading what is there");
	return 0;
}

/* Of an unlogged sequence a standby has the name only. */
static int add_sequence(PGconn *session, struct facts *out, PGresult *list, int row,
			struct error *err)
{
	const char *schema = PQgetvalue(list, row, 0), *name = PQgetvalue(list, row, 1);
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	CLEANUP(cleanup_result)
	PGresult *value = NULL;
	struct fact *fact;

	if (PQgetvalue(list, row, 3)[0] == 't')
		return facts_add(out, FACT_SEQUENCE, schema, name) ? 0 : no_memory(err);
	if (buf_printf(&sql, "SELECT last_value || ',' || is_called::pg_catalog.text FROM %s",
		       PQgetvalue(list, row, 2)) < 0)
		return no_memory(err);
	value = session_query(session, sql.ptr, err);
	if (!value)
		return -1;
	fact = facts_add(out, FACT_SEQUENCE, schema, name);
	if (!fact || fact_set_value(out, fact, PQgetvalue(value, 0, 0)) < 0)
		return no_memory(err);
	fact->known |= MEASURE_VALUE;
	return 0;
}

int source_sequences(PGconn *session, struct facts *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *list = session_query(
		session,
		"SELECT n.nspname, c.relname,"
		" pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),"
		" c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()\n"
		"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
		"c.relnamespace\n"
		"WHERE c.relkind = 'S' AND c.relpersistence <> 't'"
		" AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
		" AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
		"   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
		"   AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')"
		"  OR EXISTS (SELECT FROM pg_catalog.pg_extension e"
		"   WHERE c.oid = ANY (e.extconfig) AND e.oid >= 16384))",
		err);

	if (!list)
		return -1;
	for (int i = 0; i < PQntuples(list); i++) {
		if (add_sequence(session, out, list, i, err) < 0)
			return -1;
	}
	facts_sort(out);
	return 0;
}

static int keep_steady_sequences(PGconn *session, const struct facts *before, struct facts *out,
				 struct error *err)
{
	struct facts after = { .side = FACTS_SOURCE };
	int rc = source_sequences(session, &after, err);

	for (size_t i = 0; rc == 0 && i < before->count; i++) {
		const struct fact *b = &before->item[i];
		const struct fact *a = facts_find(&after, FACT_SEQUENCE, b->scope, b->name);
		struct fact *fact = facts_add(out, FACT_SEQUENCE, b->scope, b->name);

		if (!fact) {
			rc = no_memory(err);
		} else if (a && a->known & b->known & MEASURE_VALUE &&
			   strcmp(a->value, b->value) == 0) {
			rc = fact_set_value(out, fact, b->value) < 0 ? no_memory(err) : 0;
			fact->known |= MEASURE_VALUE;
		}
	}
	facts_release(&after);
	return rc;
}

static int copy_statement(const struct dumped_table *t, struct buf *sql)
{
	size_t len = strlen(t->columns);

	if (!*t->condition)
		return buf_printf(sql, "COPY %s %s TO STDOUT", t->quoted, t->columns);
	return buf_printf(sql, "COPY (SELECT %.*s FROM %s %s) TO STDOUT",
			  len > 2 ? (int)len - 2 : 1, len > 2 ? t->columns + 1 : "*", t->quoted,
			  t->condition);
}

static int end_copy(PGconn *session, const struct dumped_table *t, struct error *err)
{
	int rc = 0;
	PGresult *result;

	while ((result = PQgetResult(session))) {
		if (rc == 0 && PQresultStatus(result) != PGRES_COMMAND_OK)
			rc = session_error(session, result, t->quoted, err);
		PQclear(result);
	}
	return rc;
}

int source_table(PGconn *session, const struct dumped_table *t,
		 int (*tick)(void *cookie, uint64_t bytes, struct error *err), void *cookie,
		 struct row_sum *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	CLEANUP(cleanup_result)
	PGresult *begun = NULL;
	uint64_t next_tick = TICK_BYTES;
	char *line;
	int len;

	if (copy_statement(t, &sql) < 0)
		return no_memory(err);
	begun = session_exec(session, sql.ptr, 0, NULL, 0, err);
	if (!begun)
		return -1;
	if (PQresultStatus(begun) != PGRES_COPY_OUT)
		return session_error(session, begun, sql.ptr, err);
	while ((len = session_copy_row(session, &line, err)) > 0) {
		row_sum_add(out, (struct span){ (const uint8_t *)line, (size_t)len - 1 });
		PQfreemem(line);
		if (out->bytes < next_tick)
			continue;
		next_tick = out->bytes + TICK_BYTES;
		if (tick(cookie, out->bytes, err) < 0)
			return -1;
	}
	return len < 0 ? -1 : end_copy(session, t, err);
}

static int tick_stop(void *cookie, uint64_t bytes, struct error *err)
{
	(void)bytes;
	return check_stop(*(const struct source_options **)cookie, err);
}

static int fingerprint_table(PGconn *session, const struct source_options *o,
			     const struct dumped_table *t, struct fact *fact, struct error *err)
{
	struct row_sum sum = { 0 };

	if (source_table(session, t, tick_stop, &o, &sum, err) < 0)
		return -1;
	row_sum_to_fact(&sum, fact);
	return 0;
}

static int count_table(PGconn *session, const struct dumped_table *t, struct fact *fact,
		       struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	CLEANUP(cleanup_result)
	PGresult *row = NULL;

	if (buf_printf(&sql, "SELECT pg_catalog.count(*) FROM %s%s %s",
		       *t->condition ? "" : "ONLY ", t->quoted, t->condition) < 0)
		return no_memory(err);
	row = session_query(session, sql.ptr, err);
	if (!row)
		return -1;
	fact->count = strtoull(PQgetvalue(row, 0, 0), NULL, 10);
	fact->known = MEASURE_COUNT;
	return 0;
}

static int add_tables(PGconn *session, const struct source_options *o,
		      const struct snapshot *snapshot, struct facts *out, struct error *err)
{
	bool counts = o->counts_only;

	for (size_t i = 0; i < snapshot->tables.count; i++) {
		const struct dumped_table *t = &snapshot->tables.item[i];
		struct fact *fact;

		if (!t->has_rows)
			continue;
		if (check_stop(o, err) < 0)
			return -1;
		fact = facts_add(out, FACT_TABLE, t->schema, t->name);
		if (!fact)
			return no_memory(err);
		if (counts ? count_table(session, t, fact, err) < 0 :
			     fingerprint_table(session, o, t, fact, err) < 0)
			return -1;
	}
	return 0;
}

/* Piece by piece: an object may be terabytes long. */
static int hash_object(PGconn *session, const char *oid, struct row_hash *hash, struct row_sum *sum,
		       struct error *err)
{
	uint64_t offset = 0;
	int len;

	row_hash_begin_large_object(hash, (uint32_t)strtoul(oid, NULL, 10));
	do {
		CLEANUP(cleanup_result)
		PGresult *piece = NULL;
		char at[24], size[12];
		const char *const values[] = { oid, at, size };

		(void)snprintf(at, sizeof(at), "%" PRIu64, offset);
		(void)snprintf(size, sizeof(size), "%d", OBJECT_PIECE);
		piece = session_exec(session,
				     "SELECT pg_catalog.lo_get($1::oid, $2::int8, $3::int4)", 3,
				     values, 1, err);
		if (!piece)
			return -1;
		if (PQresultStatus(piece) != PGRES_TUPLES_OK || PQntuples(piece) != 1)
			return session_error(session, piece, "read a large object", err);
		len = PQgetlength(piece, 0, 0);
		row_hash_update(hash, (struct span){ (const uint8_t *)PQgetvalue(piece, 0, 0),
						     (size_t)len });
		offset += (uint64_t)len;
	} while (len == OBJECT_PIECE);
	row_hash_end(hash, sum);
	return 0;
}

static int sum_objects(PGconn *session, const struct source_options *o, struct row_sum *sum,
		       struct error *err)
{
	CLEANUP(cleanup_row_hash)
	struct row_hash *hash = row_hash_new();
	int count;

	if (!hash)
		return no_memory(err);
	if (session_command(session,
			    "DECLARE objects NO SCROLL CURSOR FOR SELECT oid "
			    "FROM pg_catalog.pg_largeobject_metadata ORDER BY oid",
			    NULL, err) < 0)
		return -1;
	do {
		CLEANUP(cleanup_result)
		PGresult *rows = session_query(session, "FETCH 1000 FROM objects", err);

		if (!rows || check_stop(o, err) < 0)
			return -1;
		count = PQntuples(rows);
		for (int i = 0; i < count; i++) {
			if (hash_object(session, PQgetvalue(rows, i, 0), hash, sum, err) < 0)
				return -1;
		}
	} while (count > 0);
	return session_command(session, "CLOSE objects", NULL, err);
}

static int count_objects(PGconn *session, struct fact *fact, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *row = session_query(
		session, "SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata", err);

	if (!row)
		return -1;
	fact->count = strtoull(PQgetvalue(row, 0, 0), NULL, 10);
	fact->known = MEASURE_COUNT;
	return 0;
}

static int add_objects(PGconn *session, const struct source_options *o, struct facts *out,
		       struct error *err)
{
	struct fact *fact = facts_add(out, FACT_LARGE_OBJECTS, "", "");
	struct row_sum sum = { 0 };

	if (!fact)
		return no_memory(err);
	if (o->counts_only)
		return count_objects(session, fact, err);
	if (sum_objects(session, o, &sum, err) < 0)
		return -1;
	row_sum_to_fact(&sum, fact);
	return 0;
}

static int add_extensions(PGconn *session, struct facts *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(
		session, "SELECT extname FROM pg_catalog.pg_extension WHERE oid >= 16384", err);

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (!facts_add(out, FACT_EXTENSION, "", PQgetvalue(rows, i, 0)))
			return no_memory(err);
	}
	return 0;
}

int source_facts_besides_tables(PGconn *session, const struct source_options *o,
				const struct facts *before, struct facts *out, struct error *err)
{
	if (keep_steady_sequences(session, before, out, err) < 0 ||
	    add_objects(session, o, out, err) < 0 || add_extensions(session, out, err) < 0)
		return -1;
	facts_sort(out);
	return 0;
}

int source_facts(PGconn *session, const struct source_options *o, const struct snapshot *snapshot,
		 const struct facts *before, struct facts *out, struct error *err)
{
	if (add_tables(session, o, snapshot, out, err) < 0)
		return -1;
	return source_facts_besides_tables(session, o, before, out, err);
}
