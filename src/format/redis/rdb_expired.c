/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_expired.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/quote.h"

static int add_database(const struct rdb_database *db, struct outline *out)
{
	struct outline_entry *entry;
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRIu64, db->number);
	entry = outline_add(out, READING_EXPIRED_DATABASE, NULL, number, NULL);
	if (!entry)
		return -1;
	entry->known = MEASURE_COUNT;
	entry->count = db->expired;
	return 0;
}

static int add_key(const struct rdb_expired_key *key, struct outline *out)
{
	enum { ESCAPE = 4 }; /* \xNN */
	char name[RDB_EXPIRED_NAME * ESCAPE + sizeof("…")], database[24];
	size_t shown = key->name_length < RDB_EXPIRED_NAME ? key->name_length : RDB_EXPIRED_NAME;

	(void)quote_bytes((struct span){ key->name, shown }, name, sizeof(name));
	if (shown < key->name_length)
		(void)strcat(name, "…");
	(void)snprintf(database, sizeof(database), "%" PRIu64, key->database);
	return outline_add(out, rdb_kind_id(key->kind), database, name, NULL) ? 0 : -1;
}

int rdb_expired_outline(const struct rdb_expired *e, const struct rdb_databases *d,
			struct outline *out)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->item[i].expired && add_database(&d->item[i], out) < 0)
			return -1;
	}
	for (size_t i = 0; i < e->count; i++) {
		if (add_key(&e->item[i], out) < 0)
			return -1;
	}
	return 0;
}
