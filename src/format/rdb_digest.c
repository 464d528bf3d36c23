/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rdb_digest.h"

#define XXH_INLINE_ALL /* the lengths hashed here are constants, mostly */
#include <xxhash.h>

struct fingerprint rdb_digest(const void *bytes, size_t len)
{
	XXH128_hash_t h = XXH3_128bits(bytes, len);

	return (struct fingerprint){ .low = h.low64, .high = h.high64 };
}

struct fingerprint rdb_digest_fold(struct fingerprint so_far, struct fingerprint next)
{
	uint8_t pair[32];

	(void)rdb_put_hash(rdb_put_hash(pair, so_far), next);
	return rdb_digest(pair, sizeof(pair));
}

struct fingerprint rdb_digest_tagged(struct fingerprint f, uint64_t a, uint64_t b)
{
	uint8_t bytes[32];

	(void)rdb_put_le64(rdb_put_le64(rdb_put_hash(bytes, f), a), b);
	return rdb_digest(bytes, sizeof(bytes));
}
