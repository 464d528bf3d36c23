/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys were met: a set of 64-bit hashes, so that one that comes twice is
 * noticed. It takes 11 to 22 bytes a key, and 16 MiB at most: once it is full, keys
 * are looked up and not kept. That two different keys of the set have one hash is
 * less probable than one in ten million.
 */
#ifndef FORMAT_RDB_SEEN_H
#define FORMAT_RDB_SEEN_H

#include <stddef.h>
#include <stdint.h>

enum { RDB_SEEN_MAX = 1500000 };

struct rdb_seen {
	uint64_t *slot; /* owned; open addressing, 0: free */
	size_t count, capacity;
};

enum rdb_met { RDB_MET_NEW, RDB_MET_AGAIN, RDB_MET_NO_MEMORY };

/* Keys of one name in two databases are two. */
static inline uint64_t rdb_seen_salt(uint64_t database)
{
	return database * UINT64_C(0x9e3779b97f4a7c15);
}

/* Look a key up and keep it, while there is room. */
enum rdb_met rdb_seen_add(struct rdb_seen *s, uint64_t hash);

void rdb_seen_release(struct rdb_seen *s);

#endif
