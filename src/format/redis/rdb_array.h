/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of Redis 8.8: sparse, indexed by 64-bit numbers. A count, whether there is
 * a cursor and the cursor, then per element its index, what it is stored as (string,
 * integer, float, short string) and that.
 */
#ifndef FORMAT_RDB_ARRAY_H
#define FORMAT_RDB_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

struct rdb;

struct rdb_array {
	uint64_t index, tag;
	bool some; /* an element came before */
};

void rdb_array_begin(struct rdb *r);

void rdb_on_array_has_cursor(struct rdb *r);
void rdb_on_array_cursor(struct rdb *r);
void rdb_on_array_index(struct rdb *r);
void rdb_on_array_tag(struct rdb *r);
void rdb_on_array_string(struct rdb *r);
void rdb_on_array_integer(struct rdb *r);
void rdb_on_array_float(struct rdb *r);

#endif
