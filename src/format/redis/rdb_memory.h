/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory a key takes in the server: an estimate from what the snapshot
 * shows, after what MEMORY USAGE of Redis 7.0 adds up (src/object.c), for a 64-bit
 * server with jemalloc. A packed value is counted as it is stored, others as the
 * general encoding of their type.
 */
#ifndef FORMAT_RDB_MEMORY_H
#define FORMAT_RDB_MEMORY_H

#include <stdint.h>

enum {
	RDB_MEMORY_OBJECT = 16,    /* struct redisObject */
	RDB_MEMORY_ENTRY = 24 + 8, /* struct dictEntry, and its place in the table */
	RDB_MEMORY_LIST_NODE = 32, /* struct quicklistNode */
	RDB_MEMORY_SKIPLIST = 48,  /* struct zskiplistNode with 4/3 levels */
	RDB_MEMORY_RADIX =
		264, /* an entry of a radix tree, as src/object.c reckons: an ID, a node, 30 words */
	RDB_MEMORY_TREE = 500,  /* a radix tree's first nodes */
	RDB_MEMORY_PENDING = 40 /* struct streamNACK */
};

/* What jemalloc gives for `size`: multiples of 16 up to 128, then four classes per doubling. */
static inline uint64_t rdb_memory_allocated(uint64_t size)
{
	unsigned shift;

	if (size <= 8)
		return 8;
	if (size <= 128)
		return (size + 15) & ~UINT64_C(15);
	shift = 61U - (unsigned)__builtin_clzll(size - 1);
	return (((size - 1) >> shift) + 1) << shift;
}

/* A string of the server's own kind (src/sds.h): header, bytes, NUL. */
static inline uint64_t rdb_memory_string(uint64_t length)
{
	uint64_t header = length < 32 ? 1 : length < 256 ? 3 : length < 65536 ? 5 : 9;

	return rdb_memory_allocated(header + length + 1);
}

#endif
