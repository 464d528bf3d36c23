/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_largest.h"

#include <inttypes.h>
#include <stdio.h>

void rdb_show_bytes(char *out, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = (char)(bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '?');
	out[length] = '\0';
}

void rdb_largest_add(struct rdb_largest *l, const struct rdb_largest_key *key)
{
	size_t at = l->count < READING_LARGEST ? l->count++ : READING_LARGEST - 1;

	for (; at && l->item[at - 1].bytes < key->bytes; at--)
		l->item[at] = l->item[at - 1];
	l->item[at] = *key;
}

int rdb_largest_outline(const struct rdb_largest *l, struct outline *out)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct rdb_largest_key *key = &l->item[i];
		char name[RDB_LARGEST_NAME + 1], database[24];
		struct outline_entry *e;

		rdb_show_bytes(name, key->name, key->name_length);
		(void)snprintf(database, sizeof(database), "%" PRIu64, key->database);
		e = outline_add(out, rdb_kind_id(key->kind), database, name, NULL);
		if (!e)
			return -1;
		e->known = MEASURE_COUNT | MEASURE_BYTES;
		e->count = key->elements;
		e->bytes = key->bytes;
		e->offset = key->offset;
	}
	return 0;
}
