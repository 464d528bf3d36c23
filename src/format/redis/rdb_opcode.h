/* SPDX-License-Identifier: Apache-2.0 */
/* What surrounds the keys: header, opcodes, databases, cluster slots, functions, checksum. */
#ifndef FORMAT_RDB_OPCODE_H
#define FORMAT_RDB_OPCODE_H

#include <stdbool.h>
#include <stdint.h>

struct rdb;
struct rdb_database;

enum { RDB_SLOTS = 16384, RDB_JOB_NAME = 40 };

/* Cluster slots: each says how many keys of the database follow until the next one. */
struct rdb_slots {
	uint64_t count;     /* met in the file */
	uint64_t left_out;  /* of them, without the keys that they state */
	bool open;          /* keys of one are being read */
	uint64_t number;    /* of it */
	uint64_t offset;    /* of its opcode */
	uint64_t stated[2]; /* keys, expiries */
	uint64_t before[2]; /* of the database, when it began */
	uint64_t ranges;    /* of an import, still to come */
	uint64_t first;     /* of the range being read */
	bool second;
};

/* The current database; without a SELECTDB keys go to 0. NULL: no memory, or too many. */
struct rdb_database *rdb_database_current(struct rdb *r);

void rdb_on_header(struct rdb *r);
void rdb_on_opcode(struct rdb *r);
void rdb_on_aux_name(struct rdb *r);
void rdb_on_aux_value(struct rdb *r);
void rdb_on_select_db(struct rdb *r);
void rdb_on_resize_keys(struct rdb *r);
void rdb_on_resize_expires(struct rdb *r);
void rdb_on_expire_seconds(struct rdb *r);
void rdb_on_expire_ms(struct rdb *r);
void rdb_on_ignored(struct rdb *r);
void rdb_on_function(struct rdb *r);
void rdb_on_slot_id(struct rdb *r);
void rdb_on_slot_keys(struct rdb *r);
void rdb_on_slot_expires(struct rdb *r);
void rdb_on_import_job(struct rdb *r);
void rdb_on_import_ranges(struct rdb *r);
void rdb_on_import_slot(struct rdb *r);
void rdb_on_checksum(struct rdb *r);

#endif
