/* SPDX-License-Identifier: Apache-2.0 */
#include "format/row_hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

struct row_hash {
	XXH3_state_t *state;
	uint64_t bytes;    /* of content so far */
	uint64_t line_end; /* bytes that the element's own end adds: a row's newline */
};

static void add_element(struct row_sum *sum, XXH128_hash_t hash, uint64_t bytes)
{
	struct fingerprint element = { .low = hash.low64, .high = hash.high64 };

	fingerprint_add(&sum->fingerprint, element);
	sum->count++;
	sum->bytes += bytes;
}

void row_sum_add(struct row_sum *sum, struct span line)
{
	add_element(sum, XXH3_128bits(line.ptr, line.len), line.len + 1);
}

void row_sum_merge(struct row_sum *sum, const struct row_sum *part)
{
	fingerprint_add(&sum->fingerprint, part->fingerprint);
	sum->count += part->count;
	sum->bytes += part->bytes;
}

void row_sum_to_fact(const struct row_sum *sum, struct fact *fact)
{
	fact->count = sum->count;
	fact->bytes = sum->bytes;
	fact->fingerprint = sum->fingerprint;
	fact->known |= MEASURE_COUNT | MEASURE_BYTES | MEASURE_FINGERPRINT;
}

struct row_hash *row_hash_new(void)
{
	struct row_hash *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->state = XXH3_createState();
	if (!h->state) {
		free(h);
		return NULL;
	}
	row_hash_begin_row(h);
	return h;
}

void row_hash_free(struct row_hash *h)
{
	if (!h)
		return;
	(void)XXH3_freeState(h->state);
	free(h);
}

void row_hash_begin_row(struct row_hash *h)
{
	(void)XXH3_128bits_reset(h->state);
	h->bytes = 0;
	h->line_end = 1;
}

void row_hash_begin_large_object(struct row_hash *h, uint32_t oid)
{
	char prefix[sizeof("4294967295:")];
	int len = snprintf(prefix, sizeof(prefix), "%" PRIu32 ":", oid);

	(void)XXH3_128bits_reset(h->state);
	(void)XXH3_128bits_update(h->state, prefix, (size_t)len);
	h->bytes = 0;
	h->line_end = 0;
}

void row_hash_update(struct row_hash *h, struct span piece)
{
	if (!piece.len)
		return;
	(void)XXH3_128bits_update(h->state, piece.ptr, piece.len);
	h->bytes += piece.len;
}

void row_hash_end(struct row_hash *h, struct row_sum *sum)
{
	add_element(sum, XXH3_128bits_digest(h->state), h->bytes + h->line_end);
}
