/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_array.h"

#include <inttypes.h>

#include "format/redis/rdb_digest.h"
#include "format/redis/rdb_memory.h"
#include "format/redis/rdb_parser.h"

enum { TAG_STRING, TAG_INTEGER, TAG_FLOAT, TAG_SHORT_STRING };
enum { SLOT_SIZE = 8 };

void rdb_array_begin(struct rdb *r)
{
	r->array = (struct rdb_array){ 0 };
	if (r->length)
		rdb_enter(r, RDB_STATE_ARRAY_HAS_CURSOR);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "an array without elements");
}

void rdb_on_array_has_cursor(struct rdb *r)
{
	if (r->length > 1)
		rdb_break(r, FINDING_BAD_STRUCTURE, "an array's flag is %" PRIu64, r->length);
	else
		rdb_enter(r, r->length ? RDB_STATE_ARRAY_CURSOR : RDB_STATE_ARRAY_INDEX);
}

void rdb_on_array_cursor(struct rdb *r)
{
	fingerprint_add(&r->value.content,
			rdb_digest_tagged((struct fingerprint){ 0 }, r->length, 1));
	rdb_enter(r, RDB_STATE_ARRAY_INDEX);
}

void rdb_on_array_index(struct rdb *r)
{
	r->array.index = r->length;
	if (r->length == UINT64_MAX)
		rdb_break(r, FINDING_BAD_STRUCTURE, "an array element's index is no index");
	else
		rdb_enter(r, RDB_STATE_ARRAY_TAG);
}

void rdb_on_array_tag(struct rdb *r)
{
	static const enum rdb_state states[] = { [TAG_STRING] = RDB_STATE_ARRAY_STRING,
						 [TAG_INTEGER] = RDB_STATE_ARRAY_INTEGER,
						 [TAG_FLOAT] = RDB_STATE_ARRAY_FLOAT,
						 [TAG_SHORT_STRING] = RDB_STATE_ARRAY_STRING };

	r->array.tag = r->length;
	if (r->length > TAG_SHORT_STRING)
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown kind %" PRIu64 " of an array element",
			  r->length);
	else
		rdb_enter(r, states[r->length]);
}

static void add(struct rdb *r, struct fingerprint content, uint64_t bytes)
{
	struct rdb_value *v = &r->value;

	fingerprint_add(&v->content, rdb_digest_tagged(content, r->array.index, 0));
	v->elements++;
	v->bytes += bytes;
	v->memory += SLOT_SIZE;
	if (r->array.tag == TAG_STRING)
		v->memory += rdb_memory_string(bytes);
	v->left--;
	rdb_value_next(r);
}

void rdb_on_array_string(struct rdb *r)
{
	add(r, rdb_element_hash(&r->element), r->element.length);
}

/* An integer is stored so whenever its text is the shortest spelling: it is that text. */
void rdb_on_array_integer(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };

	rdb_element_integer(&r->element, (int64_t)cursor_le64(&c));
	add(r, rdb_element_hash(&r->element), r->element.length);
}

/* A float is stored so whenever its text comes back from it; its bits stand for the text. */
void rdb_on_array_float(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };

	add(r, rdb_digest_tagged((struct fingerprint){ 0 }, cursor_le64(&c), TAG_FLOAT), 8);
}
