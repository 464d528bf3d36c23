/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content fingerprints of PostgreSQL data, the same for a dump's bytes and for
 * a live server.
 *
 * Rows: the element is a row's line in COPY text form, without its newline; its
 * hash is XXH3 with 128 bits, seed 0. A table's fingerprint is the sum of its
 * rows' hashes modulo 2^128, so order does not matter and parts add up.
 *
 * Large objects: the element is the object's oid in decimal, ':', and all of its
 * content as lo_get(oid) yields it (holes are zeros); same hash, same sum. An
 * empty object counts, with the element "16401:".
 */
#ifndef FORMAT_ROW_HASH_H
#define FORMAT_ROW_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "model/facts.h"

/* A sum of elements; zeroed is empty and valid. */
struct row_sum {
	struct fingerprint fingerprint;
	uint64_t count;
	uint64_t bytes; /* rows: COPY text with newlines; large objects: content alone */
};

/* One whole line without its newline: libpq's PQgetCopyData() less its last byte. */
void row_sum_add(struct row_sum *sum, struct span line);

/* Parts add up to the whole. */
void row_sum_merge(struct row_sum *sum, const struct row_sum *part);

/* Sets count, bytes and fingerprint of `fact`, and marks them known. */
void row_sum_to_fact(const struct row_sum *sum, struct fact *fact);

/* An element that comes in pieces: a row across blocks, a large object. */
struct row_hash;

/* NULL when out of memory. One may be used for any number of elements, one after the other. */
struct row_hash *row_hash_new(void);
void row_hash_free(struct row_hash *h);

void row_hash_begin_row(struct row_hash *h);
void row_hash_begin_large_object(struct row_hash *h, uint32_t oid);
void row_hash_update(struct row_hash *h, struct span piece);
/* Add the element to `sum`; the next one has to be begun. */
void row_hash_end(struct row_hash *h, struct row_sum *sum);

static inline void cleanup_row_hash(struct row_hash **h)
{
	row_hash_free(*h);
}

#endif
