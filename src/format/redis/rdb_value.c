/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_value.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format/redis/rdb_digest.h"
#include "format/redis/rdb_memory.h"
#include "format/redis/rdb_parser.h"

/*
 * The types of src/rdb.h: what comes first, and what each counted part begins with.
 * Those from 22 on have a version of Redis's before which they did not exist.
 */
static const struct type {
	bool known, unsupported;
	enum rdb_kind kind;
	enum rdb_state first, each;
	enum rdb_pack_kind pack;
	unsigned since;
} types[] = {
#define TYPE(KIND, FIRST, EACH, PACK, SINCE)                                                       \
	{                                                                                          \
		true, false, RDB_KIND_##KIND, RDB_STATE_##FIRST, RDB_STATE_##EACH, RDB_##PACK,     \
			SINCE                                                                      \
	}
#define PACKED(KIND, HOW, SINCE) TYPE(KIND, BLOB, BLOB, HOW, SINCE)
	[0] = TYPE(STRING, VALUE_STRING, VALUE_STRING, PACK_NONE, 0),
	[1] = TYPE(LIST, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0),
	[2] = TYPE(SET, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0),
	[3] = TYPE(ZSET, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0),
	[4] = TYPE(HASH, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0),
	[5] = TYPE(ZSET, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0),
	[6] = { .unsupported = true },
	[7] = TYPE(MODULE, MODULE_ID, MODULE_ID, PACK_NONE, 0),
	[9] = PACKED(HASH, ZIPMAP, 0),
	[10] = PACKED(LIST, ZIPLIST, 0),
	[11] = PACKED(SET, INTSET, 0),
	[12] = PACKED(ZSET, ZIPLIST, 0),
	[13] = PACKED(HASH, ZIPLIST, 0),
	[14] = TYPE(LIST, ELEMENT_COUNT, NODE, ZIPLIST, 0),
	[15] = TYPE(STREAM, ELEMENT_COUNT, STREAM_NODE_ID, LISTPACK, 0),
	[16] = PACKED(HASH, LISTPACK, 0),
	[17] = PACKED(ZSET, LISTPACK, 0),
	[18] = TYPE(LIST, ELEMENT_COUNT, CONTAINER, LISTPACK, 0),
	[19] = TYPE(STREAM, ELEMENT_COUNT, STREAM_NODE_ID, LISTPACK, 0),
	[20] = PACKED(SET, LISTPACK, 0),
	[21] = TYPE(STREAM, ELEMENT_COUNT, STREAM_NODE_ID, LISTPACK, 0),
	[22] = TYPE(HASH, ELEMENT_COUNT, FIELD_EXPIRY, PACK_NONE, 12),
	[23] = PACKED(HASH, LISTPACK, 12),
	[24] = TYPE(HASH, MIN_EXPIRY, FIELD_EXPIRY, PACK_NONE, 12),
	[25] = TYPE(HASH, MIN_EXPIRY, BLOB, LISTPACK, 12),
	[26] = TYPE(STREAM, ELEMENT_COUNT, STREAM_NODE_ID, LISTPACK, 13),
	[27] = TYPE(STREAM, ELEMENT_COUNT, STREAM_NODE_ID, LISTPACK, 14),
	[28] = TYPE(ARRAY, ELEMENT_COUNT, ARRAY_INDEX, PACK_NONE, 14),
	/* 29 and 31 are what DUMP writes, never a file. 33, in version 14 29, is what only Redis built with
	 * an option (ENABLE_GCRA) writes. */
	[29] = { .unsupported = true, .since = 14 },
	[30] = PACKED(HASH, LISTPACK, 15),
	[31] = { .unsupported = true, .since = 15 },
	[32] = TYPE(HASH, TEMPLATE_REFERENCE, ELEMENT, PACK_NONE, 15),
	[33] = { .unsupported = true, .since = 14 },
};
/* The one number that Valkey gave out. */
static const struct type valkey_hash = TYPE(HASH, ELEMENT_COUNT, ELEMENT, PACK_NONE, 0);

enum { TYPE_ZSET_TEXT_SCORES = 3, TYPE_VALKEY_HASH = 22, TYPE_HASH_TTL_1 = 23 };
enum { TYPE_HASH_TTL_2 = 25, TYPE_TEMPLATE_PACKED = 30, TYPE_TEMPLATE = 32 };
enum { CONTAINER_PLAIN = 1, CONTAINER_PACKED = 2 };

static const struct type *type_of(const struct rdb *r, uint8_t number)
{
	static const struct type unknown = { .known = false };

	if (number >= sizeof(types) / sizeof(*types))
		return &unknown;
	if (r->valkey && number >= TYPE_VALKEY_HASH)
		return number == TYPE_VALKEY_HASH ? &valkey_hash : &unknown;
	return types[number].since <= r->version ? &types[number] : &unknown;
}

enum rdb_type_known rdb_value_known_type(const struct rdb *r, uint8_t number)
{
	const struct type *type = type_of(r, number);

	if (type->unsupported)
		return RDB_TYPE_UNSUPPORTED;
	return type->known ? RDB_TYPE_READ : RDB_TYPE_UNKNOWN;
}

void rdb_value_begin(struct rdb *r)
{
	const struct type *type = type_of(r, r->type);
	struct rdb_value *v = &r->value;

	*v = (struct rdb_value){ .kind = type->kind,
				 .each = type->each,
				 .memory = RDB_MEMORY_OBJECT };
	r->pack.kind = type->pack;
	if (v->kind == RDB_KIND_HASH)
		r->hash = (struct rdb_hash){ 0 };
	rdb_enter(r, type->first);
}

/* Is the value's third part of each pair an expiry? */
static bool triples(const struct rdb *r)
{
	return (r->type == TYPE_HASH_TTL_1 || r->type == TYPE_HASH_TTL_2) && !r->valkey;
}

static bool by_template(const struct rdb *r)
{
	return r->type == TYPE_TEMPLATE || r->type == TYPE_TEMPLATE_PACKED;
}

/* Both are met, and the expiry is known: 0 is none. */
static void add_field(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	struct fingerprint pair = rdb_digest_fold(v->first, v->second);

	if (r->hash.expiry) {
		pair = rdb_digest_tagged(pair, r->hash.expiry, 1);
		r->field_expires++;
	}
	fingerprint_add(&v->content, pair);
	v->part = 0;
}

/* Zero has two spellings and one meaning: packed and unpacked sorted sets differ in it. */
static void add_score(struct rdb_value *v, double score)
{
	uint8_t pair[24];
	uint64_t bits;

	if (score == 0)
		score = 0;
	memcpy(&bits, &score, sizeof(bits));
	(void)rdb_put_le64(rdb_put_hash(pair, v->first), bits);
	fingerprint_add(&v->content, rdb_digest(pair, sizeof(pair)));
	v->bytes += sizeof(score);
	v->elements++;
	v->part = 0;
}

static void add_score_element(struct rdb *r)
{
	double score;

	if (rdb_element_as_score(&r->element, &score))
		add_score(&r->value, score);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "a score that is not a number");
}

static void add_field_expiry_element(struct rdb *r)
{
	int64_t expiry;

	if (!rdb_element_as_integer(&r->element, &expiry) || expiry < 0) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a field's expiry that is not a number");
		return;
	}
	r->hash.expiry = (uint64_t)expiry;
	add_field(r);
}

/* A template's own value: of a packed one the first entry tells which template. */
static void add_template_value(struct rdb *r)
{
	const struct rdb_template_field *field;
	int64_t id;

	if (!r->hash.pattern) {
		if (!rdb_element_as_integer(&r->element, &id) || id < 0)
			rdb_break(r, FINDING_BAD_STRUCTURE, "a hash does not name its template");
		else
			rdb_hash_choose(r, (uint64_t)id);
		return;
	}
	field = rdb_hash_field(r);
	if (!field)
		return;
	r->value.first = field->name;
	r->value.second = rdb_element_hash(&r->element);
	r->value.elements += 2;
	r->value.bytes += field->length + r->element.length;
	add_field(r);
}

static void add_hash_element(struct rdb *r)
{
	struct rdb_value *v = &r->value;

	if (by_template(r)) {
		add_template_value(r);
		return;
	}
	if (v->part == 2) {
		add_field_expiry_element(r);
		return;
	}
	v->elements++;
	v->bytes += r->element.length;
	if (v->part++ == 0) {
		v->first = rdb_element_hash(&r->element);
		return;
	}
	v->second = rdb_element_hash(&r->element);
	if (!triples(r) && !(r->valkey && r->type == TYPE_VALKEY_HASH))
		add_field(r);
}

/* A string of the value, wherever it was stored, in the order of the value. */
static void add_element(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	struct fingerprint hash;

	if (v->kind == RDB_KIND_HASH) {
		add_hash_element(r);
		return;
	}
	if (v->kind == RDB_KIND_ZSET && v->part) {
		add_score_element(r);
		return;
	}
	v->elements++;
	v->bytes += r->element.length;
	hash = rdb_element_hash(&r->element);
	if (v->kind == RDB_KIND_LIST) {
		v->content = rdb_digest_fold(v->content, hash);
	} else if (v->kind == RDB_KIND_ZSET) {
		v->first = hash;
		v->part = 1;
	} else {
		fingerprint_add(&v->content, hash);
	}
}

void rdb_value_element(struct rdb *r)
{
	if (r->value.kind == RDB_KIND_STREAM)
		rdb_stream_element(r);
	else
		add_element(r);
}

uint64_t rdb_value_count(const struct rdb_value *v)
{
	bool pairs = v->kind == RDB_KIND_HASH || v->kind == RDB_KIND_ZSET;

	return pairs ? v->elements / 2 : v->elements;
}

struct fingerprint rdb_value_fingerprint(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	uint8_t record[16 + 16 + 8 + 8 + 2], *p = record;
	struct fingerprint f;

	p = rdb_put_hash(p, r->key_hash);
	p = rdb_put_hash(p, v->content);
	p = rdb_put_le64(p, v->elements);
	p = rdb_put_le64(p, (uint64_t)r->expires_ms);
	*p++ = r->expires;
	*p++ = (uint8_t)v->kind;
	f = rdb_digest(record, sizeof(record));
	return r->module.has_meta ? rdb_digest_fold(f, r->module.meta) : f;
}

/* Redis drops such a key when it loads the file; it should never have been written. */
static void collection_done(struct rdb *r)
{
	struct rdb_value *v = &r->value;

	if (v->part) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "an odd number of elements for pairs");
		return;
	}
	if (by_template(r) && (!r->hash.pattern || r->hash.at != r->hash.pattern->count)) {
		rdb_break(r, FINDING_LENGTH_MISMATCH, "fewer values than its template has fields");
		return;
	}
	if (!v->elements)
		rdb_note(r, FINDING_RISKY, "an empty collection, which Redis drops when it loads");
	rdb_key_done(r);
}

void rdb_on_value_string(struct rdb *r)
{
	int64_t number;

	add_element(r);
	if (!rdb_element_as_integer(&r->element, &number))
		r->value.memory += rdb_memory_string(r->element.length);
	rdb_key_done(r);
}

void rdb_on_blob(struct rdb *r)
{
	r->value.memory += rdb_memory_allocated(r->pack.size);
	collection_done(r);
}

/* What a counted value consists of. */
void rdb_value_next(struct rdb *r)
{
	if (r->value.left)
		rdb_enter(r, r->value.each);
	else
		collection_done(r);
}

void rdb_on_count(struct rdb *r)
{
	r->value.left = r->length;
	if (r->value.kind == RDB_KIND_STREAM)
		rdb_stream_begin(r);
	else if (r->value.kind == RDB_KIND_ARRAY)
		rdb_array_begin(r);
	else
		rdb_value_next(r);
}

void rdb_on_element(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	bool template = v->kind == RDB_KIND_HASH && by_template(r);

	add_element(r);
	if (rdb_broken(r))
		return;
	v->memory += rdb_memory_string(r->element.length);
	if (v->kind == RDB_KIND_ZSET) {
		v->memory += RDB_MEMORY_SKIPLIST;
		rdb_enter(r, r->type == TYPE_ZSET_TEXT_SCORES ? RDB_STATE_SCORE_LENGTH :
								RDB_STATE_SCORE);
		return;
	}
	if (v->part == 1) {
		rdb_enter(r, RDB_STATE_ELEMENT);
		return;
	}
	if (v->part == 2) {
		rdb_enter(r, RDB_STATE_FIELD_EXPIRY_MS);
		return;
	}
	if (!template)
		v->memory += RDB_MEMORY_ENTRY;
	v->left--;
	rdb_value_next(r);
}

void rdb_value_expiring(struct rdb *r)
{
	add_field(r);
	r->value.memory += RDB_MEMORY_ENTRY + sizeof(r->hash.expiry);
	r->value.left--;
	rdb_value_next(r);
}

static void score_taken(struct rdb *r, double score)
{
	struct rdb_value *v = &r->value;

	if (isnan(score)) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a score that is not a number");
		return;
	}
	add_score(v, score);
	v->memory += RDB_MEMORY_ENTRY;
	v->left--;
	rdb_value_next(r);
}

/* Text scores have three special lengths for what is not finite. */
void rdb_on_score_length(struct rdb *r)
{
	uint8_t length = r->bytes[0];

	if (length == 255)
		score_taken(r, -INFINITY);
	else if (length == 254)
		score_taken(r, INFINITY);
	else if (length == 253 || length == 0)
		rdb_break(r, FINDING_BAD_STRUCTURE, "a score that is not a number");
	else
		rdb_enter_bytes(r, RDB_STATE_SCORE_TEXT, length);
}

void rdb_on_score_text(struct rdb *r)
{
	double score;

	rdb_element_whole(&r->element, (struct span){ r->bytes, r->have });
	score_taken(r, rdb_element_as_score(&r->element, &score) ? score : NAN);
}

void rdb_on_score(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };
	uint64_t bits = cursor_le64(&c);
	double score;

	memcpy(&score, &bits, sizeof(score));
	score_taken(r, score);
}

void rdb_on_container(struct rdb *r)
{
	if (r->length == CONTAINER_PLAIN)
		rdb_enter(r, RDB_STATE_PLAIN_NODE);
	else if (r->length == CONTAINER_PACKED)
		rdb_enter(r, RDB_STATE_NODE);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown list node container %" PRIu64,
			  r->length);
}

static void node_done(struct rdb *r, uint64_t size)
{
	r->value.memory += RDB_MEMORY_LIST_NODE + rdb_memory_allocated(size);
	r->value.left--;
	rdb_value_next(r);
}

void rdb_on_plain_node(struct rdb *r)
{
	add_element(r);
	node_done(r, r->element.length);
}

void rdb_on_node(struct rdb *r)
{
	node_done(r, r->pack.size);
}
