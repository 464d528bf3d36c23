/* SPDX-License-Identifier: Apache-2.0 */
/* What a definitions file defines and refers to, as hashes: 32 bytes per object, whatever its name. */
#ifndef FORMAT_DEFINITIONS_NAMES_H
#define FORMAT_DEFINITIONS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "format/splitter.h"
#include "model/finding.h"

/* An object's identity: its type, its vhost ("" when it has none) and up to three names. */
struct definition_name {
	const char *type, *vhost;
	const char *part[3]; /* NULL: not used */
};

/* A map from identities to small numbers. Zeroed is empty and valid. */
struct definition_names {
	struct definition_name_slot *slot;
	size_t count, capacity;
};

/*
 * The number kept for `name`; `*found` tells whether it was there. Else `value` is
 * kept and yielded. -1 when out of memory.
 */
MUST_CHECK int definition_names_put(struct definition_names *names,
				    const struct definition_name *name, uint32_t value, bool *found,
				    uint32_t *kept);
void definition_names_release(struct definition_names *names);

/* A reference to what had not been defined when it was read. */
struct definition_reference {
	uint64_t low, high; /* hash of the name that is meant */
	struct splitter_place at;
	const char *text;       /* for people */
	const char *type;       /* static */
	enum finding_code code; /* when it does not hold */
	bool from_policy;       /* by a policy or parameter */
};

struct definition_references {
	struct arena arena;
	struct definition_reference *item;
	size_t count, capacity;
};

/*
 * Remember a reference to `name`, unless it is already in `names`; `as` holds its place,
 * code and text, which is copied. -1 when out of memory.
 */
MUST_CHECK int definition_refer(struct definition_references *refs,
				const struct definition_names *names,
				const struct definition_name *name,
				const struct definition_reference *as);
bool definition_names_have(const struct definition_names *names,
			   const struct definition_name *name);
/* Is what the reference means defined by now? */
bool definition_reference_holds(const struct definition_reference *ref,
				const struct definition_names *names);
void definition_references_release(struct definition_references *refs);

#endif
