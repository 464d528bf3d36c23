/* SPDX-License-Identifier: Apache-2.0 */
/* What fingerprints of snapshots are made of: XXH3-128 of bytes, numbers, and of hashes in order. */
#ifndef FORMAT_RDB_DIGEST_H
#define FORMAT_RDB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL /* the lengths hashed here are constants, mostly */
#include <xxhash.h>

#include "model/facts.h"

/* Appends in little-endian order; returns what is after. */
static inline uint8_t *rdb_put_le64(uint8_t *p, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		*p++ = (uint8_t)(value >> 8 * i);
	return p;
}

static inline uint8_t *rdb_put_hash(uint8_t *p, struct fingerprint f)
{
	return rdb_put_le64(rdb_put_le64(p, f.low), f.high);
}

static inline struct fingerprint rdb_digest(const void *bytes, size_t len)
{
	XXH128_hash_t h = XXH3_128bits(bytes, len);

	return (struct fingerprint){ .low = h.low64, .high = h.high64 };
}

/* Of a sequence, one hash after the other: `so_far` begins as zero. */
static inline struct fingerprint rdb_digest_fold(struct fingerprint so_far, struct fingerprint next)
{
	uint8_t pair[32];

	(void)rdb_put_hash(rdb_put_hash(pair, so_far), next);
	return rdb_digest(pair, sizeof(pair));
}

/* Of a hash and two numbers that belong to it. */
static inline struct fingerprint rdb_digest_tagged(struct fingerprint f, uint64_t a, uint64_t b)
{
	uint8_t bytes[32];

	(void)rdb_put_le64(rdb_put_le64(rdb_put_hash(bytes, f), a), b);
	return rdb_digest(bytes, sizeof(bytes));
}

#endif
