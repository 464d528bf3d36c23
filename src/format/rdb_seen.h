/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys were met: a set of 64-bit hashes, so that one that comes twice is
 * noticed. At most 8 bytes for every half of a slot's use: 16 bytes a key at
 * worst, 32 MiB at the limit; keys past it are not looked up. Two different keys
 * are taken for one with a probability below one in ten million for a full set.
 */
#ifndef FORMAT_RDB_SEEN_H
#define FORMAT_RDB_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RDB_SEEN_MAX = 1500000 };

struct rdb_seen {
	uint64_t *slot; /* owned; open addressing, 0: free */
	size_t count, capacity;
	bool full; /* a key came after the last that there was room for */
};

enum rdb_met { RDB_MET_NEW, RDB_MET_AGAIN, RDB_MET_NO_MEMORY };

/* Keys of one name in two databases are two. */
static inline uint64_t rdb_seen_salt(uint64_t database)
{
	return database * UINT64_C(0x9e3779b97f4a7c15);
}

/* Look a key up and keep it. Once full, every key is new. */
enum rdb_met rdb_seen_add(struct rdb_seen *s, uint64_t hash);

/* Ask the processor for the place of `hash`, for an addition soon. */
static inline void rdb_seen_prefetch(const struct rdb_seen *s, uint64_t hash)
{
	if (s->capacity)
		__builtin_prefetch(&s->slot[hash & (s->capacity - 1)]);
}

void rdb_seen_release(struct rdb_seen *s);

#endif
