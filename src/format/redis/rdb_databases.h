/* SPDX-License-Identifier: Apache-2.0 */
/* What a snapshot holds, counted per database and type, and turned into facts. */
#ifndef FORMAT_RDB_DATABASES_H
#define FORMAT_RDB_DATABASES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/facts.h"

/* name, as Redis's TYPE says it (a module's own name there); the numbers take part in fingerprints */
#define RDB_KIND_TABLE(X)                                                                          \
	X(STRING, "string")                                                                        \
	X(LIST, "list")                                                                            \
	X(SET, "set")                                                                              \
	X(ZSET, "zset")                                                                            \
	X(HASH, "hash")                                                                            \
	X(STREAM, "stream")                                                                        \
	X(MODULE, "module")                                                                        \
	X(ARRAY, "array")

enum rdb_kind {
#define X(name, id) RDB_KIND_##name,
	RDB_KIND_TABLE(X)
#undef X
		RDB_KIND_COUNT
};

/* Aux fields that become settings; a file may hold any others. */
enum rdb_aux {
	RDB_AUX_REDIS_VER,
	RDB_AUX_VALKEY_VER,
	RDB_AUX_CTIME,
	RDB_AUX_USED_MEM,
	RDB_AUX_AOF_BASE,
	RDB_AUX_COUNT
};

const char *rdb_kind_id(enum rdb_kind kind);

struct rdb_tally {
	uint64_t keys, expires, bytes;
	struct fingerprint fingerprint;
};

struct rdb_database {
	uint64_t number;
	bool hinted; /* RESIZEDB told the two numbers below */
	uint64_t hinted_keys, hinted_expires;
	uint64_t left_out_keys, left_out_expires; /* hinted, and on purpose not there */
	uint64_t expired;                         /* by the caller's clock */
	struct rdb_tally tally[RDB_KIND_COUNT];
};

/* Sorted by number. A snapshot of more than this is not read further. */
enum { RDB_DATABASES_MAX = 16384 };

struct rdb_databases {
	struct rdb_database *item; /* owned */
	size_t count, capacity;
	size_t current; /* index; valid once one was selected */
};

enum rdb_selected { RDB_SELECTED, RDB_TOO_MANY_DATABASES, RDB_SELECT_NO_MEMORY };

/* Make `number` current, with nothing counted yet when it is new. */
MUST_CHECK enum rdb_selected rdb_databases_select(struct rdb_databases *d, uint64_t number);

static inline struct rdb_database *rdb_databases_current(const struct rdb_databases *d)
{
	return &d->item[d->current];
}

uint64_t rdb_database_keys(const struct rdb_database *db);
uint64_t rdb_database_expires(const struct rdb_database *db);

/*
 * A FACT_DATABASE per database with keys, a FACT_KEYSPACE per type in it. The
 * fingerprints are known only of a file that was understood to its end.
 */
MUST_CHECK int rdb_databases_facts(const struct rdb_databases *d, bool whole, struct facts *out);

void rdb_databases_release(struct rdb_databases *d);

#endif
