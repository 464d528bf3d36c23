/* SPDX-License-Identifier: Apache-2.0 */
/* What fingerprints of snapshots are made of: XXH3-128 of bytes, numbers, and of hashes in order. */
#ifndef FORMAT_RDB_DIGEST_H
#define FORMAT_RDB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "model/facts.h"

struct fingerprint rdb_digest(const void *bytes, size_t len);

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

/* Of a sequence, one hash after the other: `so_far` begins as zero. */
struct fingerprint rdb_digest_fold(struct fingerprint so_far, struct fingerprint next);

/* Of a hash and two numbers that belong to it. */
struct fingerprint rdb_digest_tagged(struct fingerprint f, uint64_t a, uint64_t b);

#endif
