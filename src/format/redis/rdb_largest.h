/* SPDX-License-Identifier: Apache-2.0 */
/* The largest keys of a snapshot, kept while it is read: as many as a reading has room for. */
#ifndef FORMAT_RDB_LARGEST_H
#define FORMAT_RDB_LARGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "format/redis/rdb_databases.h"
#include "format/reader.h"

enum { RDB_LARGEST_NAME = 64 };

struct rdb_largest_key {
	enum rdb_kind kind;
	uint64_t database, elements, bytes;
	uint64_t offset; /* of its value */
	size_t name_length;
	uint8_t name[RDB_LARGEST_NAME]; /* its first bytes */
};

struct rdb_largest {
	size_t count;
	struct rdb_largest_key item[READING_LARGEST]; /* falling by `bytes` */
};

/* Would a key of so many bytes be kept? */
static inline bool rdb_largest_wants(const struct rdb_largest *l, uint64_t bytes)
{
	return l->count < READING_LARGEST || bytes > l->item[READING_LARGEST - 1].bytes;
}

/* Keep it where it belongs; the smallest makes room. Of equal ones the first stays before. */
void rdb_largest_add(struct rdb_largest *l, const struct rdb_largest_key *key);

/* Fill the outline. -1: out of memory. */
MUST_CHECK int rdb_largest_outline(const struct rdb_largest *l, struct outline *out);

/* `length` bytes for people: what is not printable ASCII is '?'; ends in NUL. */
void rdb_show_bytes(char *out, const uint8_t *bytes, size_t length);

#endif
