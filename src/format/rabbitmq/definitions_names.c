/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rabbitmq/definitions_names.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct definition_name_slot {
	uint64_t low, high; /* both 0: free */
	uint32_t value;
};

/* Each part is hashed with the hash so far as its seed, so that parts cannot run together. */
static XXH128_hash_t hash_name(const struct definition_name *name)
{
	const char *parts[] = { name->type, name->vhost, name->part[0], name->part[1],
				name->part[2] };
	XXH128_hash_t hash = { 0 };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		XXH64_hash_t seed = hash.low64 + i;
		XXH64_hash_t high = hash.high64;

		if (!parts[i])
			continue;
		hash = XXH3_128bits_withSeed(parts[i], strlen(parts[i]), seed);
		hash.high64 += high * 31;
	}
	hash.low64 |= 1; /* never the mark of a free slot */
	return hash;
}

/* Open addressing: the slot of `hash`, or the free one where it belongs. At most 3/4 are used. */
static struct definition_name_slot *find(const struct definition_names *names, XXH128_hash_t hash)
{
	size_t mask = names->capacity - 1;
	size_t at = (size_t)hash.high64 & mask;

	while (names->slot[at].low &&
	       (names->slot[at].low != hash.low64 || names->slot[at].high != hash.high64))
		at = (at + 1) & mask;
	return &names->slot[at];
}

static int make_room(struct definition_names *names)
{
	struct definition_names grown = { .capacity = names->capacity ? names->capacity * 2 : 64 };

	if (names->count < names->capacity / 4 * 3)
		return 0;
	grown.slot = calloc(grown.capacity, sizeof(*grown.slot));
	if (!grown.slot)
		return -1;
	for (size_t i = 0; i < names->capacity; i++) {
		const struct definition_name_slot *old = &names->slot[i];
		XXH128_hash_t hash = { .low64 = old->low, .high64 = old->high };

		if (old->low)
			*find(&grown, hash) = *old;
	}
	grown.count = names->count;
	free(names->slot);
	*names = grown;
	return 0;
}

int definition_names_put(struct definition_names *names, const struct definition_name *name,
			 uint32_t value, bool *found, uint32_t *kept)
{
	XXH128_hash_t hash = hash_name(name);
	struct definition_name_slot *slot;

	if (make_room(names) < 0)
		return -1;
	slot = find(names, hash);
	*found = slot->low != 0;
	if (!*found) {
		*slot = (struct definition_name_slot){ hash.low64, hash.high64, value };
		names->count++;
	}
	*kept = slot->value;
	return 0;
}

static bool has_hash(const struct definition_names *names, XXH128_hash_t hash)
{
	return names->capacity && find(names, hash)->low;
}

void definition_names_release(struct definition_names *names)
{
	free(names->slot);
	*names = (struct definition_names){ 0 };
}

bool definition_names_have(const struct definition_names *names, const struct definition_name *name)
{
	return has_hash(names, hash_name(name));
}

int definition_refer(struct definition_references *refs, const struct definition_names *names,
		     const struct definition_name *name, const struct definition_reference *as)
{
	XXH128_hash_t hash = hash_name(name);
	struct definition_reference *grown = refs->item;
	const char *copy;

	if (has_hash(names, hash))
		return 0;
	if (refs->count == refs->capacity) {
		size_t capacity = refs->capacity ? refs->capacity * 2 : 64;

		grown = realloc(refs->item, capacity * sizeof(*grown));
		if (!grown)
			return -1;
		refs->item = grown;
		refs->capacity = capacity;
	}
	copy = arena_strdup(&refs->arena, as->text);
	if (!copy)
		return -1;
	refs->item[refs->count++] = (struct definition_reference){
		.low = hash.low64,
		.high = hash.high64,
		.at = as->at,
		.text = copy,
		.type = name->type,
		.code = as->code,
		.from_policy = as->from_policy,
	};
	return 0;
}

bool definition_reference_holds(const struct definition_reference *ref,
				const struct definition_names *names)
{
	return has_hash(names, (XXH128_hash_t){ .low64 = ref->low, .high64 = ref->high });
}

void definition_references_release(struct definition_references *refs)
{
	free(refs->item);
	arena_release(&refs->arena);
	*refs = (struct definition_references){ 0 };
}
