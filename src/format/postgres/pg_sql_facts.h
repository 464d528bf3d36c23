/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader of plain SQL collects, with the identities that the archive of
 * the same snapshot gives: tables with their rows, sequences, large objects, roles,
 * kinds of objects. Per name about 300 bytes; nothing grows with the data.
 */
#ifndef FORMAT_PG_SQL_FACTS_H
#define FORMAT_PG_SQL_FACTS_H

#include "base/arena.h"
#include "base/error.h"
#include "format/postgres/pg_archive_map.h"
#include "format/postgres/pg_sql_name.h"
#include "format/reader.h"
#include "format/row_hash.h"

struct pg_sql_table {
	const char *schema, *name; /* owned by the arena */
	struct row_sum rows;       /* of COPY */
	uint64_t inserted;         /* rows of INSERT */
	bool filled;               /* by a statement, not only named in a comment */
	bool unknown;              /* some of its data could not be counted */
	size_t outline;            /* index in reading->contents plus 1, or 0 */
};

enum { PG_SQL_KINDS_MAX = 256 };

struct pg_sql_facts {
	struct reading *reading; /* borrowed */
	struct arena arena;
	struct pg_sql_table *table;
	size_t table_count, table_capacity;
	struct pg_archive_map tables; /* hashes of identities to indexes */
	struct pg_archive_map seen;   /* hashes of the identities of other facts */
	struct {
		char name[PG_SQL_KIND_SIZE];
		uint64_t count;
	} kind[PG_SQL_KINDS_MAX];
	size_t kind_count;
	/* Of a cluster's dump, and the database that is connected to: it goes before each schema. */
	bool cluster;
	char database[PG_SQL_NAME_SIZE];
	struct pg_sql_entry entry;          /* the last comment's */
	bool entry_filled;                  /* a statement gave its table rows */
	size_t entry_outline;               /* as in the table */
	char search_path[PG_SQL_NAME_SIZE]; /* its first schema */
};

void pg_sql_facts_release(struct pg_sql_facts *f);

/* -1: out of memory, for all that return int. */

/* A comment that names what follows; copied. */
MUST_CHECK int pg_sql_facts_entry(struct pg_sql_facts *f, const struct pg_sql_entry *entry);

/* The table of a statement, new or old; NULL when out of memory. Valid until the next call. */
struct pg_sql_table *pg_sql_facts_table(struct pg_sql_facts *f, const struct pg_sql_name *n);
/* Rows were added to it. */
void pg_sql_facts_filled(struct pg_sql_facts *f, const struct pg_sql_table *t);

MUST_CHECK int pg_sql_facts_sequence(struct pg_sql_facts *f, struct pg_sql_name *n,
				     const char *value, uint64_t offset);
/* A role, extension: once, whatever the number of calls. */
MUST_CHECK int pg_sql_facts_once(struct pg_sql_facts *f, enum fact_kind kind, const char *name);
/* The first value stays. */
MUST_CHECK int pg_sql_facts_setting(struct pg_sql_facts *f, const char *name, const char *value);
/* One more object of the kind; past PG_SQL_KINDS_MAX kinds none. */
void pg_sql_facts_kind(struct pg_sql_facts *f, const char *kind);

/* The text has ended: put everything into the reading; `whole` when nothing of it is missing. */
MUST_CHECK int pg_sql_facts_finish(struct pg_sql_facts *f, bool whole);

#endif
