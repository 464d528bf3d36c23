/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large objects as plain SQL restores them: lo_create, then lo_open, lowrite with
 * bytea literals, lo_close. Counted and fingerprinted as format/row_hash.h says.
 */
#ifndef FORMAT_PG_SQL_OBJECTS_H
#define FORMAT_PG_SQL_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "format/row_hash.h"
#include "model/finding.h"

struct pg_sql_objects {
	struct row_hash *hash; /* owned */
	struct findings *findings;
	struct row_sum sum;
	uint64_t created, created_sum; /* as sets of oids */
	uint64_t written, written_sum;
	bool open, wrong;
	uint32_t oid;
	unsigned state;
	uint8_t byte;
};

/* -1: out of memory. Borrows `findings`. */
MUST_CHECK int pg_sql_objects_init(struct pg_sql_objects *o, struct findings *findings);
void pg_sql_objects_release(struct pg_sql_objects *o);

void pg_sql_objects_create(struct pg_sql_objects *o, uint32_t oid);
void pg_sql_objects_open(struct pg_sql_objects *o, uint32_t oid, uint64_t offset);
/* A bytea literal begins; its text, in pieces; and its end. */
void pg_sql_objects_begin_write(struct pg_sql_objects *o, uint64_t offset);
void pg_sql_objects_write(struct pg_sql_objects *o, struct span text);
void pg_sql_objects_end_write(struct pg_sql_objects *o, uint64_t offset);
void pg_sql_objects_close(struct pg_sql_objects *o, uint64_t offset);

/* The text has ended. true: all that were created were written. */
bool pg_sql_objects_end(struct pg_sql_objects *o, uint64_t offset);

#endif
