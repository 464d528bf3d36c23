/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot to dump from: every table locked first, then exported. TRUNCATE and
 * rewrites show through an exported snapshot, so a table that is not locked when
 * it is taken means starting again.
 */
#ifndef COMPONENT_POSTGRES_SNAPSHOT_H
#define COMPONENT_POSTGRES_SNAPSHOT_H

#include <stdint.h>

#include "base/arena.h"
#include "component/postgres/session.h"

/* A table whose rows pg_dump copies. */
struct dumped_table {
	unsigned oid;
	const char *schema, *name;
	const char *quoted;    /* schema.name, as SQL */
	const char *columns;   /* (a, b) as pg_dump lists them, without generated ones; "" = all */
	const char *condition; /* "WHERE …" of an extension's configuration table; "" = none */
	bool has_rows;         /* false for partitioned tables, which are only locked */
	bool is_elsewhere;     /* unlogged, seen from a standby: its rows are on the primary only */
};

struct dumped_tables {
	struct arena arena;
	struct dumped_table *item; /* by oid */
	size_t count;
};
void dumped_tables_release(struct dumped_tables *t);

struct snapshot {
	char id[64], lsn[32];
	struct dumped_tables tables; /* as of the snapshot */
};
void snapshot_release(struct snapshot *s);

/*
 * Begin a read-only transaction in `session`, lock every table in it and export
 * its snapshot; both last until the transaction ends. 1: done; 0: a lock was not
 * to be had or a table changed meanwhile, the transaction is rolled back, `why`
 * says what stood in the way, try again later; -1: error.
 */
MUST_CHECK int snapshot_take(PGconn *session, int64_t lock_timeout_ns, struct snapshot *out,
			     struct error *why, struct error *err);

#endif
