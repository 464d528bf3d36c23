/* SPDX-License-Identifier: Apache-2.0 */
/* The first keys of a snapshot whose time has passed, kept while it is read: as many as a reading has room for. */
#ifndef FORMAT_RDB_EXPIRED_H
#define FORMAT_RDB_EXPIRED_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "format/reader.h"
#include "format/redis/rdb_databases.h"

enum { RDB_EXPIRED_NAME = 64 };

struct rdb_expired_key {
	enum rdb_kind kind;
	uint64_t database, name_length;
	uint8_t name[RDB_EXPIRED_NAME]; /* its first bytes */
};

struct rdb_expired {
	size_t count;
	struct rdb_expired_key item[READING_EXPIRED]; /* in the file's order */
};

/* Fill the outline: databases by number, then keys. -1: out of memory. */
MUST_CHECK int rdb_expired_outline(const struct rdb_expired *e, const struct rdb_databases *d,
				   struct outline *out);

#endif
