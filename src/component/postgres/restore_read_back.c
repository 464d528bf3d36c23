/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a database that was restored, read by several sessions on one snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "component/postgres/restore.h"
#include "component/postgres/source_facts.h"
#include "component/postgres/table_crew.h"

static const int64_t lock_timeout_ns = 10 * NS_PER_SECOND;
static const int64_t tick_ns = NS_PER_SECOND / 5;

/* A part being read back. */
struct reading_back {
	const struct postgres_restore *r;
	const struct restore_part *part;
	const char *database;
	struct restored_part *out;
	PGconn *session; /* holds the snapshot */
	struct snapshot snapshot;
	uint64_t *weight; /* of each table */
	uint64_t total;   /* bytes of all tables; 0: unknown */
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read back what was restored");
}

static void cleanup_reading_back(struct reading_back *b)
{
	PQfinish(b->session);
	snapshot_release(&b->snapshot);
	free(b->weight);
}

/*
 * Tables that have columns of certain types, or columns made of these: arrays, domains, ranges,
 * composites. Then the types.
 */
static const char tables_of_types[] =
	"WITH RECURSIVE used(type, root) AS (\n"
	" SELECT a.atttypid, c.oid FROM pg_catalog.pg_class c"
	"  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
	"  WHERE c.relkind = 'r' AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped\n"
	" UNION SELECT part.type, u.root FROM used u"
	"  JOIN pg_catalog.pg_type t ON t.oid = u.type CROSS JOIN LATERAL ("
	"   SELECT t.typelem WHERE t.typelem <> 0"
	"   UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0"
	"   UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid"
	"   UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid"
	"   UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a"
	"    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped"
	"  ) part(type))\n"
	"SELECT DISTINCT n.nspname, c.relname FROM used u"
	" JOIN pg_catalog.pg_class c ON c.oid = u.root"
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE u.type = ANY ('{%s}'::pg_catalog.regtype[])";
/* An archive does not tell by which TimeZone, bytea_output and lc_monetary they became text. */
#define SETTING_TYPES "pg_catalog.timestamptz,pg_catalog.bytea,pg_catalog.money"
/* Until version 12 all digits were written, since then the fewest that tell the number. */
#define FLOAT_TYPES "pg_catalog.float4,pg_catalog.float8"
enum { SHORTEST_FLOATS = 12 };

/* Their columns may come back in another order (restore_columns.c), and plain SQL is not asked for its own. */
static const char inheriting_tables[] =
	"SELECT DISTINCT n.nspname, c.relname FROM pg_catalog.pg_inherits i"
	" JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE c.relkind = 'r' AND NOT c.relispartition";

static int add_doubtful(PGconn *session, const char *tables, struct facts *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(session, tables, err);

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (!facts_add(out, FACT_TABLE, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1)))
			return no_memory(err);
	}
	return 0;
}

static int add_doubtful_types(PGconn *session, const char *types, struct facts *out,
			      struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };

	if (buf_printf(&sql, tables_of_types, types) < 0)
		return no_memory(err);
	return add_doubtful(session, sql.ptr, out, err);
}

static bool has_long_floats(const struct restore_part *p)
{
	const char *version = postgres_part_setting(p, "server_version");

	return version && strtoul(version, NULL, 10) < SHORTEST_FLOATS;
}

static int find_doubtful(const struct reading_back *b, struct facts *out, struct error *err)
{
	out->side = FACTS_RESTORED;
	if (!b->part->pinned && add_doubtful_types(b->session, SETTING_TYPES, out, err) < 0)
		return -1;
	if (has_long_floats(b->part) && add_doubtful_types(b->session, FLOAT_TYPES, out, err) < 0)
		return -1;
	if (b->part->format == FORMAT_PG_SQL &&
	    add_doubtful(b->session, inheriting_tables, out, err) < 0)
		return -1;
	facts_sort(out);
	return 0;
}

/* Every database has plpgsql from its beginning; dumps of old versions name it all the same. */
static int add_builtin_extensions(PGconn *session, const struct facts *backup, struct facts *out,
				  struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(
		session, "SELECT extname FROM pg_catalog.pg_extension WHERE oid < 16384", err);

	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		const char *name = PQgetvalue(rows, i, 0);

		if (facts_find(backup, FACT_EXTENSION, "", name) &&
		    !facts_add(out, FACT_EXTENSION, "", name))
			return no_memory(err);
	}
	facts_sort(out);
	return 0;
}

static int take_snapshot(struct reading_back *b, struct error *err)
{
	const char *encoding = postgres_part_setting(b->part, "encoding");
	struct error why = ERROR_INIT;
	int rc;

	b->session = postgres_restore_session(b->r, b->database, err);
	if (!b->session)
		return -1;
	if (encoding && PQsetClientEncoding(b->session, encoding) < 0)
		return session_error(b->session, NULL, "set the client encoding", err);
	rc = snapshot_take(b->session, lock_timeout_ns, &b->snapshot, &why, err);
	if (rc == 0)
		*err = why;
	if (rc <= 0)
		return -1;
	return postgres_restore_order_columns(b->part, b->session, &b->snapshot.tables, err);
}

/* The backup tells how large its tables are. */
static int weigh_tables(struct reading_back *b, struct error *err)
{
	const struct dumped_tables *t = &b->snapshot.tables;

	b->weight = calloc(t->count + 1, sizeof(*b->weight));
	if (!b->weight)
		return no_memory(err);
	for (size_t i = 0; i < t->count; i++) {
		const struct fact *f =
			facts_find(b->part->facts, FACT_TABLE, t->item[i].schema, t->item[i].name);

		if (f && f->known & MEASURE_BYTES)
			b->weight[i] = f->bytes;
		b->total += b->weight[i];
	}
	return 0;
}

static int await_crew(const struct reading_back *b, struct table_crew *crew, struct error *err)
{
	const struct dumped_table *table = NULL;
	uint64_t bytes = 0;
	int rc;

	do {
		rc = table_crew_wait(crew, tick_ns, &bytes, &table, err);
		postgres_restore_progress(b->r, b->r->reading, table ? table->name : "",
					  b->total && bytes > b->total ? b->total : bytes, b->total,
					  true);
	} while (rc == 0);
	return rc < 0 ? -1 : 0;
}

static int add_tables(const struct reading_back *b, const struct row_sum *sums, struct error *err)
{
	for (size_t i = 0; i < b->snapshot.tables.count; i++) {
		const struct dumped_table *t = &b->snapshot.tables.item[i];
		struct fact *fact;

		if (!t->has_rows && !t->is_elsewhere)
			continue;
		fact = facts_add(&b->out->facts, FACT_TABLE, t->schema, t->name);
		if (!fact)
			return no_memory(err);
		if (t->has_rows)
			row_sum_to_fact(&sums[i], fact);
	}
	return 0;
}

/* The tables by the crew, meanwhile the rest by the session that holds the snapshot. */
static int read_facts(struct reading_back *b, struct error *err)
{
	const struct table_crew_request request = {
		.connect = &b->r->connect,
		.database = b->database,
		.encoding = postgres_part_setting(b->part, "encoding"),
		.snapshot = &b->snapshot,
		.weight = b->weight,
		.sessions = b->r->jobs,
	};
	const struct source_options options = { .counts_only = false };
	CLEANUP(facts_release)
	struct facts before = { .side = FACTS_RESTORED };
	CLEANUP(cleanup_table_crew)
	struct table_crew *crew = table_crew_start(&request, err);

	postgres_restore_progress(b->r, b->r->reading, b->database, 0, b->total, true);
	if (!crew || source_sequences(b->session, &before, err) < 0 ||
	    source_facts_besides_tables(b->session, &options, &before, &b->out->facts, err) < 0 ||
	    await_crew(b, crew, err) < 0)
		return -1;
	return add_tables(b, table_crew_sums(crew), err);
}

static int read_database(struct postgres_restore *r, const struct restore_part *part,
			 const char *database, struct restored_part *out, struct error *err)
{
	CLEANUP(cleanup_reading_back)
	struct reading_back b = { .r = r, .part = part, .database = database, .out = out };

	if (take_snapshot(&b, err) < 0 || weigh_tables(&b, err) < 0 || read_facts(&b, err) < 0 ||
	    add_builtin_extensions(b.session, b.part->facts, &b.out->facts, err) < 0)
		return -1;
	return find_doubtful(&b, &b.out->doubtful, err);
}

/* The fact of one database among those of all, as format/postgres/pg_sql.c names it in a cluster's dump. */
static int merge_fact(struct facts *all, const struct fact *f, const char *database)
{
	bool scoped = f->kind == FACT_TABLE || f->kind == FACT_SEQUENCE;
	const char *scope =
		scoped ? arena_printf(&all->arena, "%s.%s", database, f->scope) : f->scope;
	const struct fact *known = scoped ? NULL : facts_find(all, f->kind, f->scope, f->name);
	struct fact *to = known ? &all->item[known - all->item] :
			  scope ? facts_add(all, f->kind, scope, f->name) :
				  NULL;

	if (!to)
		return -1;
	to->known |= f->known & ~(unsigned)MEASURE_VALUE;
	to->count += f->count;
	to->bytes += f->bytes;
	fingerprint_add(&to->fingerprint, f->fingerprint);
	if (!(f->known & MEASURE_VALUE))
		return 0;
	to->known |= MEASURE_VALUE;
	return fact_set_value(all, to, f->value);
}

static int merge(struct facts *all, const struct facts *one, const char *database,
		 struct error *err)
{
	for (size_t i = 0; i < one->count; i++) {
		if (merge_fact(all, &one->item[i], database) < 0)
			return no_memory(err);
	}
	facts_sort(all);
	return 0;
}

/* A database of a cluster. */
static int read_one_of_all(struct postgres_restore *r, size_t part, const char *database,
			   struct error *err)
{
	struct restored_part *out = &r->out->part[part], one = { 0 };
	int rc = read_database(r, &r->job->part[part], database, &one, err);

	if (rc == 0)
		rc = merge(&out->facts, &one.facts, database, err);
	if (rc == 0)
		rc = merge(&out->doubtful, &one.doubtful, database, err);
	facts_release(&one.facts);
	facts_release(&one.doubtful);
	return rc;
}

int postgres_restore_read_back(struct postgres_restore *r, size_t part, struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = NULL;
	CLEANUP(cleanup_result)
	PGresult *rows = NULL;

	if (!r->target[part].cluster)
		return read_database(r, &r->job->part[part], r->target[part].database,
				     &r->out->part[part], err);
	session = postgres_restore_session(r, "postgres", err);
	rows = session ? session_query(session,
				       "SELECT datname FROM pg_catalog.pg_database "
				       "WHERE datallowconn ORDER BY datname",
				       err) :
			 NULL;
	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		if (read_one_of_all(r, part, PQgetvalue(rows, i, 0), err) < 0)
			return -1;
	}
	return 0;
}
