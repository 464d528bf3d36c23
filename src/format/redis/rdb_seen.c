/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_seen.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

/* Where `hash` is, or belongs. There is always a free slot. */
static size_t find(const uint64_t *slot, size_t capacity, uint64_t hash)
{
	size_t at = hash & (capacity - 1);

	while (slot[at] && slot[at] != hash)
		at = (at + 1) & (capacity - 1);
	return at;
}

static int grow(struct rdb_seen *s)
{
	size_t capacity = s->capacity ? s->capacity * 2 : FIRST_CAPACITY;
	uint64_t *slot = calloc(capacity, sizeof(*slot));

	if (!slot)
		return -1;
	for (size_t i = 0; i < s->capacity; i++) {
		if (s->slot[i])
			slot[find(slot, capacity, s->slot[i])] = s->slot[i];
	}
	free(s->slot);
	s->slot = slot;
	s->capacity = capacity;
	return 0;
}

enum rdb_met rdb_seen_add(struct rdb_seen *s, uint64_t hash)
{
	size_t at;

	hash += !hash; /* 0 marks a free slot */
	if (s->count < RDB_SEEN_MAX && s->count * 4 >= s->capacity * 3 && grow(s) < 0)
		return RDB_MET_NO_MEMORY;
	at = find(s->slot, s->capacity, hash);
	if (s->slot[at])
		return RDB_MET_AGAIN;
	if (s->count == RDB_SEEN_MAX)
		return RDB_MET_NEW;
	s->slot[at] = hash;
	s->count++;
	return RDB_MET_NEW;
}

void rdb_seen_release(struct rdb_seen *s)
{
	free(s->slot);
	*s = (struct rdb_seen){ 0 };
}
