/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_databases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[RDB_KIND_COUNT] = {
#define X(name, id) [RDB_KIND_##name] = id,
	RDB_KIND_TABLE(X)
#undef X
};

const char *rdb_kind_id(enum rdb_kind kind)
{
	return kinds[kind];
}

/* The first index whose number is not below `number`. */
static size_t lower_bound(const struct rdb_databases *d, uint64_t number)
{
	size_t low = 0, high = d->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->item[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum rdb_selected rdb_databases_select(struct rdb_databases *d, uint64_t number)
{
	size_t at = lower_bound(d, number);

	d->current = at;
	if (at < d->count && d->item[at].number == number)
		return RDB_SELECTED;
	if (d->count == RDB_DATABASES_MAX)
		return RDB_TOO_MANY_DATABASES;
	if (d->count == d->capacity) {
		size_t capacity = d->capacity ? d->capacity * 2 : 16;
		struct rdb_database *grown = realloc(d->item, capacity * sizeof(*grown));

		if (!grown)
			return RDB_SELECT_NO_MEMORY;
		d->item = grown;
		d->capacity = capacity;
	}
	memmove(&d->item[at + 1], &d->item[at], (d->count - at) * sizeof(*d->item));
	d->item[at] = (struct rdb_database){ .number = number };
	d->count++;
	return RDB_SELECTED;
}

uint64_t rdb_database_keys(const struct rdb_database *db)
{
	uint64_t keys = 0;

	for (int kind = 0; kind < RDB_KIND_COUNT; kind++)
		keys += db->tally[kind].keys;
	return keys;
}

uint64_t rdb_database_expires(const struct rdb_database *db)
{
	uint64_t expires = 0;

	for (int kind = 0; kind < RDB_KIND_COUNT; kind++)
		expires += db->tally[kind].expires;
	return expires;
}

static int add_database(const struct rdb_database *db, const char *name, struct facts *out)
{
	struct fact *fact = facts_add(out, FACT_DATABASE, NULL, name);

	if (!fact)
		return -1;
	fact->known = MEASURE_COUNT | MEASURE_EXPIRES;
	fact->count = rdb_database_keys(db);
	fact->expires = rdb_database_expires(db);
	return 0;
}

static int add_keyspace(const struct rdb_database *db, const char *name, int kind, bool whole,
			struct facts *out)
{
	const struct rdb_tally *t = &db->tally[kind];
	struct fact *fact = facts_add(out, FACT_KEYSPACE, name, kinds[kind]);

	if (!fact)
		return -1;
	fact->known = MEASURE_COUNT | MEASURE_EXPIRES | MEASURE_BYTES;
	if (whole)
		fact->known |= MEASURE_FINGERPRINT;
	fact->count = t->keys;
	fact->expires = t->expires;
	fact->bytes = t->bytes;
	fact->fingerprint = t->fingerprint;
	return 0;
}

int rdb_databases_facts(const struct rdb_databases *d, bool whole, struct facts *out)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct rdb_database *db = &d->item[i];
		char name[24];

		if (!rdb_database_keys(db))
			continue;
		(void)snprintf(name, sizeof(name), "%" PRIu64, db->number);
		if (add_database(db, name, out) < 0)
			return -1;
		for (int kind = 0; kind < RDB_KIND_COUNT; kind++) {
			if (db->tally[kind].keys && add_keyspace(db, name, kind, whole, out) < 0)
				return -1;
		}
	}
	return 0;
}

void rdb_databases_release(struct rdb_databases *d)
{
	free(d->item);
	*d = (struct rdb_databases){ 0 };
}
