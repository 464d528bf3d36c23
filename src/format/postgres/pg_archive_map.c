/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_map.h"

#include <stdlib.h>
#include <xxhash.h>

enum { FIRST_CAPACITY = 64 }; /* a power of two, as every capacity */

/*
 * Open addressing with linear probing, at most half full. The keys come from a
 * hostile file: seeding with where the slots happen to lie keeps its author from
 * choosing keys that all collide. Nothing that leaves the map depends on it.
 */
static struct pg_archive_slot *find(const struct pg_archive_map *m, uint64_t key)
{
	uint64_t seed = (uint64_t)(uintptr_t)m->slot;
	size_t mask = m->capacity - 1;
	size_t at = (size_t)XXH3_64bits_withSeed(&key, sizeof(key), seed) & mask;

	while (m->slot[at].key && m->slot[at].key != key)
		at = (at + 1) & mask;
	return &m->slot[at];
}

static int grow(struct pg_archive_map *m)
{
	struct pg_archive_map larger = { .count = m->count };

	larger.capacity = m->capacity ? m->capacity * 2 : FIRST_CAPACITY;
	larger.slot = calloc(larger.capacity, sizeof(*larger.slot));
	if (!larger.slot)
		return -1;
	for (size_t i = 0; i < m->capacity; i++) {
		if (m->slot[i].key)
			*find(&larger, m->slot[i].key) = m->slot[i];
	}
	free(m->slot);
	*m = larger;
	return 0;
}

enum pg_archive_put pg_archive_map_put(struct pg_archive_map *m, uint64_t key, uint64_t value)
{
	struct pg_archive_slot *slot;

	if (m->count * 2 >= m->capacity && grow(m) < 0)
		return PUT_NO_MEMORY;
	slot = find(m, key);
	if (slot->key)
		return PUT_THERE;
	*slot = (struct pg_archive_slot){ .key = key, .value = value };
	m->count++;
	return PUT_NEW;
}

const uint64_t *pg_archive_map_get(const struct pg_archive_map *m, uint64_t key)
{
	struct pg_archive_slot *slot;

	if (!m->count)
		return NULL;
	slot = find(m, key);
	return slot->key ? &slot->value : NULL;
}

void pg_archive_map_release(struct pg_archive_map *m)
{
	free(m->slot);
	*m = (struct pg_archive_map){ 0 };
}
