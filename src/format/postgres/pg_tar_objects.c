/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_tar_objects.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format/postgres/pg_tar_name.h"

enum { LISTS_SINCE = 16 }; /* minor version: one list per entry */

static enum pg_archive_put put(struct pg_tar_index *x, uint64_t key, uint64_t offset)
{
	enum pg_archive_put result;

	if (x->count == x->capacity) {
		size_t capacity = x->capacity ? x->capacity * 2 : 16;
		struct pg_archive_slot *grown = realloc(x->item, capacity * sizeof(*grown));

		if (!grown)
			return PUT_NO_MEMORY;
		x->item = grown;
		x->capacity = capacity;
	}
	result = pg_archive_map_put(&x->map, key, offset);
	if (result == PUT_NEW)
		x->item[x->count++] = (struct pg_archive_slot){ key, offset };
	return result;
}

static void release(struct pg_tar_index *x)
{
	pg_archive_map_release(&x->map);
	free(x->item);
}

int pg_tar_objects_init(struct pg_tar_objects *o, struct findings *findings, struct error *err)
{
	*o = (struct pg_tar_objects){ .findings = findings, .hash = row_hash_new() };
	return o->hash ? 0 : error_set(err, ERROR_NOMEM, "out of memory for large objects");
}

void pg_tar_objects_release(struct pg_tar_objects *o)
{
	row_hash_free(o->hash);
	release(&o->found);
	release(&o->listed);
	release(&o->lists);
	*o = (struct pg_tar_objects){ 0 };
}

void pg_tar_objects_begin(struct pg_tar_objects *o, uint32_t oid, uint64_t offset)
{
	o->oid = oid;
	o->offset = offset;
	row_hash_begin_large_object(o->hash, oid);
}

void pg_tar_objects_push(struct pg_tar_objects *o, struct span content)
{
	row_hash_update(o->hash, content);
}

enum pg_archive_put pg_tar_objects_end(struct pg_tar_objects *o, bool sound)
{
	enum pg_archive_put result = put(&o->found, o->oid, o->offset);

	if (result == PUT_NEW)
		row_hash_end(o->hash, &o->sum);
	o->unsound |= !sound || result != PUT_NEW;
	return result;
}

enum pg_archive_put pg_tar_objects_list_begin(struct pg_tar_objects *o, uint32_t dump_id,
					      uint64_t offset)
{
	o->offset = offset;
	o->len = 0;
	o->bad = false;
	return put(&o->lists, (uint64_t)dump_id + 1, offset);
}

/* "16401 blob_16401.dat", without its newline */
static void take_line(struct pg_tar_objects *o)
{
	char *space = o->len < sizeof(o->line) ? memchr(o->line, ' ', o->len) : NULL;
	struct pg_tar_name name = { .role = ROLE_OTHER };
	char *end = NULL;

	if (space) {
		o->line[o->len] = '\0';
		pg_tar_name_parse(space + 1, &name);
		*space = '\0';
		end = o->line;
		for (uint64_t oid = 0; *end >= '0' && *end <= '9'; end++) {
			oid = oid * 10 + (uint64_t)(*end - '0');
			if (oid > name.id)
				break;
			o->oid = (uint32_t)oid;
		}
	}
	if (!space || *end || end == o->line || name.role != ROLE_OBJECT || name.directory_len ||
	    o->oid != name.id) {
		if (!o->bad)
			findings_add(o->findings, FINDING_BAD_STRUCTURE, o->offset,
				     "a line of a list of large objects is not valid");
		o->bad = true;
		return;
	}
	switch (put(&o->listed, name.id, o->offset)) {
	case PUT_NEW:
		break;
	case PUT_THERE:
		findings_add(o->findings, FINDING_DUPLICATE, o->offset,
			     "large object %" PRIu32 " is listed twice", name.id);
		break;
	case PUT_NO_MEMORY:
		o->no_memory = true;
		break;
	}
}

void pg_tar_objects_list_push(struct pg_tar_objects *o, struct span text)
{
	while (text.len) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		size_t room = o->len < sizeof(o->line) ? sizeof(o->line) - o->len : 0;

		if (room)
			memcpy(o->line + o->len, text.ptr, n < room ? n : room);
		o->len += n;
		n += end != NULL;
		text.ptr += n;
		text.len -= n;
		if (end) {
			take_line(o);
			o->len = 0;
		}
	}
}

int pg_tar_objects_list_end(struct pg_tar_objects *o, struct error *err)
{
	if (o->len)
		findings_add(o->findings, FINDING_TRUNCATED, o->offset,
			     "a list of large objects ends within a line");
	return o->no_memory ? error_set(err, ERROR_NOMEM, "out of memory for large objects") : 0;
}

/* Those that are in one of two places but not in the other. */
static void report_others(struct pg_tar_objects *o)
{
	for (size_t i = 0; i < o->listed.count; i++) {
		const struct pg_archive_slot *slot = &o->listed.item[i];

		if (!pg_archive_map_get(&o->found.map, slot->key))
			findings_add(o->findings, FINDING_MISSING_BLOCK, slot->value,
				     "blob_%" PRIu64 ".dat is listed and missing", slot->key);
	}
	for (size_t i = 0; i < o->found.count; i++) {
		const struct pg_archive_slot *slot = &o->found.item[i];

		if (!pg_archive_map_get(&o->listed.map, slot->key))
			findings_add(o->findings, FINDING_UNEXPECTED_BLOCK, slot->value,
				     "blob_%" PRIu64 ".dat, which no list names", slot->key);
	}
}

static void join_entry(struct pg_tar_objects *o, struct pg_archive_contents *c, size_t i,
		       bool counted, unsigned minor)
{
	uint32_t dump_id = c->data[i].dump_id;
	const uint64_t *offset =
		pg_archive_map_get(&o->lists.map, minor < LISTS_SINCE ? 1 : (uint64_t)dump_id + 1);
	struct pg_archive_data *entry;

	if (!offset)
		return;
	entry = pg_archive_contents_block(c, dump_id, *offset);
	if (entry)
		entry->counted = counted;
}

static void report_lists(struct pg_tar_objects *o, const struct pg_archive_contents *c,
			 size_t entries, unsigned minor)
{
	for (size_t i = 0; i < o->lists.count; i++) {
		const struct pg_archive_slot *slot = &o->lists.item[i];
		const struct pg_archive_data *entry;

		entry = pg_archive_contents_data(c, (uint32_t)(slot->key - 1));
		if (minor < LISTS_SINCE ? slot->key == 1 && entries :
					  entry && entry->kind == DATA_LARGE_OBJECTS)
			continue;
		findings_add(o->findings, FINDING_UNEXPECTED_BLOCK, slot->value,
			     "a list of large objects, for which the table of contents has no "
			     "entry");
	}
}

void pg_tar_objects_join(struct pg_tar_objects *o, struct pg_archive_contents *contents,
			 unsigned minor, bool whole)
{
	uint64_t before = o->findings->count + o->findings->dropped;
	size_t entries = 0;
	bool counted;

	if (whole)
		report_others(o);
	counted = whole && !o->unsound && o->findings->count + o->findings->dropped == before;
	contents->objects = o->sum;
	for (size_t i = 0; i < o->found.count; i++)
		pg_archive_contents_object(contents, (uint32_t)o->found.item[i].key);

	for (size_t i = 0; i < contents->data_count; i++) {
		if (contents->data[i].kind != DATA_LARGE_OBJECTS)
			continue;
		entries++;
		join_entry(o, contents, i, counted, minor);
	}
	if (contents->complete)
		report_lists(o, contents, entries, minor);
}
