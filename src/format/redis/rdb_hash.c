/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_hash.h"

#include <inttypes.h>
#include <stdlib.h>

#include "format/redis/rdb_parser.h"

enum { TYPE_METADATA = 24, TYPE_LISTPACK_EX = 25, EXPIRY_NONE = -1 };
/* The largest time that Redis 7.4 can hold in a field (EB_EXPIRE_TIME_MAX), and its "none" after it. */
#define EXPIRY_MAX ((UINT64_C(1) << 48) - 1)

void rdb_templates_release(struct rdb_templates *t)
{
	free(t->field);
	free(t->item);
	free(t->index);
	*t = (struct rdb_templates){ 0 };
}

/* The place of an id in the index of `size` places, a power of two: of its entry, or free. */
static size_t place(const struct rdb_templates *t, const uint32_t *index, size_t size, uint64_t id)
{
	size_t at = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (size - 1);

	while (index[at] && t->item[index[at] - 1].id != id)
		at = (at + 1) & (size - 1);
	return at;
}

static const struct rdb_template *find(const struct rdb_templates *t, uint64_t id)
{
	uint32_t number = t->capacity ? t->index[place(t, t->index, t->capacity * 2, id)] : 0;

	return number ? &t->item[number - 1] : NULL;
}

/* Room for one more, its index kept half empty. */
static int make_room(struct rdb_templates *t)
{
	size_t capacity = t->capacity ? t->capacity * 2 : 16;
	struct rdb_template *item;
	uint32_t *index;

	if (t->count < t->capacity)
		return 0;
	item = reallocarray(t->item, capacity, sizeof(*item));
	if (!item)
		return -1;
	t->item = item;
	index = calloc(capacity * 2, sizeof(*index));
	if (!index)
		return -1;
	for (size_t i = 0; i < t->count; i++)
		index[place(t, index, capacity * 2, item[i].id)] = (uint32_t)i + 1;
	free(t->index);
	t->index = index;
	t->capacity = capacity;
	return 0;
}

void rdb_on_template_id(struct rdb *r)
{
	struct rdb_templates *t = &r->templates;

	if (find(t, r->length)) {
		rdb_break(r, FINDING_DUPLICATE, "hash template %" PRIu64 " comes twice", r->length);
		return;
	}
	if (make_room(t) < 0) {
		rdb_no_memory(r);
		return;
	}
	t->index[place(t, t->index, t->capacity * 2, r->length)] = (uint32_t)t->count + 1;
	t->item[t->count++] = (struct rdb_template){ .id = r->length, .first = t->fields };
	rdb_enter(r, RDB_STATE_TEMPLATE_COUNT);
}

void rdb_on_template_count(struct rdb *r)
{
	struct rdb_templates *t = &r->templates;

	if (!r->length) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a hash template without fields");
		return;
	}
	if (r->length > RDB_TEMPLATE_FIELDS_MAX - t->fields) {
		rdb_break(r, FINDING_UNSUPPORTED, "more than %d fields in hash templates",
			  RDB_TEMPLATE_FIELDS_MAX);
		return;
	}
	t->left = r->length;
	t->item[t->count - 1].count = (size_t)r->length;
	rdb_enter(r, RDB_STATE_TEMPLATE_FIELD);
}

void rdb_on_template_field(struct rdb *r)
{
	struct rdb_templates *t = &r->templates;

	if (t->fields == t->field_capacity) {
		size_t capacity = t->field_capacity ? t->field_capacity * 2 : 64;
		struct rdb_template_field *grown = reallocarray(t->field, capacity, sizeof(*grown));

		if (!grown) {
			rdb_no_memory(r);
			return;
		}
		t->field = grown;
		t->field_capacity = capacity;
	}
	t->field[t->fields++] = (struct rdb_template_field){ .name = rdb_element_hash(&r->element),
							     .length = r->element.length };
	rdb_enter(r, --t->left ? RDB_STATE_TEMPLATE_FIELD : RDB_STATE_OPCODE);
}

void rdb_hash_choose(struct rdb *r, uint64_t id)
{
	r->hash.pattern = find(&r->templates, id);
	if (!r->hash.pattern)
		rdb_break(r, FINDING_BAD_REFERENCE, "there is no hash template %" PRIu64, id);
}

const struct rdb_template_field *rdb_hash_field(struct rdb *r)
{
	const struct rdb_template *p = r->hash.pattern;

	if (r->hash.at == p->count) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "more values than the %zu fields of its template", p->count);
		return NULL;
	}
	return &r->templates.field[p->first + r->hash.at++];
}

void rdb_on_template_reference(struct rdb *r)
{
	rdb_hash_choose(r, r->length);
	if (rdb_broken(r))
		return;
	r->value.left = r->hash.pattern->count;
	rdb_value_next(r);
}

/* Before the pairs, and before a listpack of them. */
void rdb_on_min_expiry(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };
	uint64_t next = cursor_le64(&c);

	if (next > EXPIRY_MAX + 1) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a hash's next expiry is %" PRIu64, next);
		return;
	}
	r->hash.next_expiry = next;
	rdb_enter(r, r->type == TYPE_LISTPACK_EX ? RDB_STATE_BLOB : RDB_STATE_ELEMENT_COUNT);
}

/* 0: none; else one more than it is after the hash's next expiry, or (before 7.4 was released) the time itself. */
void rdb_on_field_expiry(struct rdb *r)
{
	uint64_t expiry = r->length;

	if (expiry && expiry <= EXPIRY_MAX && r->type == TYPE_METADATA)
		expiry += r->hash.next_expiry - 1;
	if (expiry > EXPIRY_MAX) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a field's expiry is %" PRIu64, r->length);
		return;
	}
	r->hash.expiry = expiry;
	rdb_enter(r, RDB_STATE_ELEMENT);
}

/* Valkey: after the pair, the time itself or -1. */
void rdb_on_field_expiry_ms(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };
	int64_t expiry = (int64_t)cursor_le64(&c);

	if (expiry < EXPIRY_NONE) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a field's expiry is %" PRId64, expiry);
		return;
	}
	r->hash.expiry = expiry == EXPIRY_NONE ? 0 : (uint64_t)expiry;
	rdb_value_expiring(r);
}
