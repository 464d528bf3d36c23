/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers by number: dump ids to data entries, and which owners were seen. 16 bytes per slot. */
#ifndef FORMAT_PG_ARCHIVE_MAP_H
#define FORMAT_PG_ARCHIVE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct pg_archive_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

/* A zeroed map is empty and valid. */
struct pg_archive_map {
	struct pg_archive_slot *slot;
	size_t count, capacity;
};

enum pg_archive_put { PUT_NEW, PUT_THERE, PUT_NO_MEMORY };

/* Put `value` under `key` (not 0) unless the key is there already. */
MUST_CHECK enum pg_archive_put pg_archive_map_put(struct pg_archive_map *m, uint64_t key,
						  uint64_t value);

/* The value under `key`, or NULL; valid until the next put. */
const uint64_t *pg_archive_map_get(const struct pg_archive_map *m, uint64_t key);

void pg_archive_map_release(struct pg_archive_map *m);

#endif
