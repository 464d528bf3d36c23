/* SPDX-License-Identifier: Apache-2.0 */
/* A list of what a file holds, for people to read: a table of contents, the largest keys. Not compared. */
#ifndef MODEL_OUTLINE_H
#define MODEL_OUTLINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define OUTLINE_NO_OFFSET UINT64_MAX

struct outline_entry {
	const char *kind;                 /* "TABLE DATA", "hash", "queue" */
	const char *scope, *name, *owner; /* "" when it has none; owned by the outline's arena */
	uint64_t id;                      /* dump id; 0: none */
	uint64_t offset; /* of its data in the content; OUTLINE_NO_OFFSET: none, or unknown */
	unsigned known;  /* of enum fact_measure: MEASURE_COUNT, MEASURE_BYTES */
	uint64_t count;  /* rows, elements */
	uint64_t
		bytes; /* of its content; of a key's largest: the memory that it is estimated to take */
};

struct outline {
	struct arena arena;
	struct outline_entry *item;
	size_t count, capacity;
};

/* A new entry with no id, offset or measures; copies the strings, of which NULL is "". NULL: out of memory. */
struct outline_entry *outline_add(struct outline *o, const char *kind, const char *scope,
				  const char *name, const char *owner);

void outline_release(struct outline *o);

#endif
