/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rdb_value.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "format/rdb_parser.h"

/* The types of src/rdb.h; what is not here does not exist up to RDB version 11. */
static const struct type {
	bool known;
	enum rdb_kind kind;
	enum rdb_state first;
	enum rdb_pack_kind pack;
} types[] = {
	[0] = { true, RDB_KIND_STRING, RDB_STATE_VALUE_STRING, RDB_PACK_NONE },
	[1] = { true, RDB_KIND_LIST, RDB_STATE_ELEMENT_COUNT, RDB_PACK_NONE },
	[2] = { true, RDB_KIND_SET, RDB_STATE_ELEMENT_COUNT, RDB_PACK_NONE },
	[3] = { true, RDB_KIND_ZSET, RDB_STATE_ELEMENT_COUNT, RDB_PACK_NONE },
	[4] = { true, RDB_KIND_HASH, RDB_STATE_ELEMENT_COUNT, RDB_PACK_NONE },
	[5] = { true, RDB_KIND_ZSET, RDB_STATE_ELEMENT_COUNT, RDB_PACK_NONE },
	[6] = { true, RDB_KIND_MODULE, RDB_STATE_MODULE_ID, RDB_PACK_NONE },
	[7] = { true, RDB_KIND_MODULE, RDB_STATE_MODULE_ID, RDB_PACK_NONE },
	[9] = { true, RDB_KIND_HASH, RDB_STATE_BLOB, RDB_ZIPMAP },
	[10] = { true, RDB_KIND_LIST, RDB_STATE_BLOB, RDB_ZIPLIST },
	[11] = { true, RDB_KIND_SET, RDB_STATE_BLOB, RDB_INTSET },
	[12] = { true, RDB_KIND_ZSET, RDB_STATE_BLOB, RDB_ZIPLIST },
	[13] = { true, RDB_KIND_HASH, RDB_STATE_BLOB, RDB_ZIPLIST },
	[14] = { true, RDB_KIND_LIST, RDB_STATE_ELEMENT_COUNT, RDB_ZIPLIST },
	[15] = { true, RDB_KIND_STREAM, RDB_STATE_ELEMENT_COUNT, RDB_LISTPACK },
	[16] = { true, RDB_KIND_HASH, RDB_STATE_BLOB, RDB_LISTPACK },
	[17] = { true, RDB_KIND_ZSET, RDB_STATE_BLOB, RDB_LISTPACK },
	[18] = { true, RDB_KIND_LIST, RDB_STATE_ELEMENT_COUNT, RDB_LISTPACK },
	[19] = { true, RDB_KIND_STREAM, RDB_STATE_ELEMENT_COUNT, RDB_LISTPACK },
	[20] = { true, RDB_KIND_SET, RDB_STATE_BLOB, RDB_LISTPACK },
	[21] = { true, RDB_KIND_STREAM, RDB_STATE_ELEMENT_COUNT, RDB_LISTPACK },
};

enum { TYPE_ZSET_TEXT_SCORES = 3, TYPE_MODULE_PRE_GA = 6, TYPE_QUICKLIST_2 = 18 };

int rdb_value_init(struct rdb_value *v)
{
	v->sequence = XXH3_createState();
	return v->sequence ? 0 : -1;
}

void rdb_value_release(struct rdb_value *v)
{
	if (v->sequence)
		(void)XXH3_freeState(v->sequence);
	v->sequence = NULL;
}

bool rdb_value_known_type(uint8_t type)
{
	return type < sizeof(types) / sizeof(*types) && types[type].known;
}

void rdb_value_begin(struct rdb *r)
{
	const struct type *type = &types[r->type];
	struct rdb_value *v = &r->value;

	*v = (struct rdb_value){ .kind = type->kind, .sequence = v->sequence };
	r->pack.kind = type->pack;
	if (r->type == TYPE_MODULE_PRE_GA) {
		rdb_break(r, FINDING_UNSUPPORTED,
			  "a module's value as Redis 4.0 release candidates wrote it");
		return;
	}
	if (v->kind == RDB_KIND_LIST)
		(void)XXH3_128bits_reset(v->sequence);
	rdb_enter(r, type->first);
}

static uint8_t *put_le64(uint8_t *p, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		*p++ = (uint8_t)(value >> 8 * i);
	return p;
}

static uint8_t *put_hash(uint8_t *p, struct fingerprint f)
{
	return put_le64(put_le64(p, f.low), f.high);
}

static struct fingerprint hash_bytes(const uint8_t *p, size_t len)
{
	XXH128_hash_t h = XXH3_128bits(p, len);

	return (struct fingerprint){ .low = h.low64, .high = h.high64 };
}

static void add_field(struct rdb_value *v, struct fingerprint value)
{
	uint8_t pair[32];

	(void)put_hash(put_hash(pair, v->first), value);
	fingerprint_add(&v->content, hash_bytes(pair, sizeof(pair)));
}

/* Zero has two spellings and one meaning: packed and unpacked sorted sets differ in it. */
static void add_score(struct rdb_value *v, double score)
{
	uint8_t pair[24];
	uint64_t bits;

	if (score == 0)
		score = 0;
	memcpy(&bits, &score, sizeof(bits));
	(void)put_le64(put_hash(pair, v->first), bits);
	fingerprint_add(&v->content, hash_bytes(pair, sizeof(pair)));
	v->bytes += sizeof(score);
}

static void add_score_element(struct rdb *r)
{
	double score;

	if (rdb_element_as_score(&r->element, &score))
		add_score(&r->value, score);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "a score that is not a number");
}

static void add_list_element(struct rdb_value *v, struct fingerprint hash)
{
	uint8_t bytes[16];

	(void)put_hash(bytes, hash);
	(void)XXH3_128bits_update(v->sequence, bytes, sizeof(bytes));
}

/* A string of the value, wherever it was stored, in the order of the value. */
static void add_element(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	bool pairs = v->kind == RDB_KIND_HASH || v->kind == RDB_KIND_ZSET;

	v->elements++;
	if (v->kind == RDB_KIND_ZSET && v->second) {
		v->second = false;
		add_score_element(r);
		return;
	}
	v->bytes += r->element.length;
	if (v->kind == RDB_KIND_LIST)
		add_list_element(v, rdb_element_hash(&r->element));
	else if (v->kind == RDB_KIND_HASH && v->second)
		add_field(v, rdb_element_hash(&r->element));
	else if (pairs)
		v->first = rdb_element_hash(&r->element);
	else
		fingerprint_add(&v->content, rdb_element_hash(&r->element));
	v->second = pairs && !v->second;
}

void rdb_value_element(struct rdb *r)
{
	if (r->value.kind == RDB_KIND_STREAM)
		rdb_stream_element(r);
	else
		add_element(r);
}

struct fingerprint rdb_value_fingerprint(struct rdb *r)
{
	struct rdb_value *v = &r->value;
	uint8_t record[16 + 16 + 8 + 8 + 2], *p = record;

	if (v->kind == RDB_KIND_LIST) {
		XXH128_hash_t h = XXH3_128bits_digest(v->sequence);

		v->content = (struct fingerprint){ .low = h.low64, .high = h.high64 };
	}
	p = put_hash(p, r->key_hash);
	p = put_hash(p, v->content);
	p = put_le64(p, v->elements);
	p = put_le64(p, (uint64_t)r->expires_ms);
	*p++ = r->expires;
	*p++ = (uint8_t)v->kind;
	return hash_bytes(record, sizeof(record));
}

/* Redis drops such a key when it loads the file; it should never have been written. */
static void collection_done(struct rdb *r)
{
	struct rdb_value *v = &r->value;

	if (v->second) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "an odd number of elements for pairs");
		return;
	}
	if (!v->elements)
		rdb_note(r, FINDING_RISKY, "an empty collection, which Redis drops when it loads");
	rdb_key_done(r);
}

void rdb_on_value_string(struct rdb *r)
{
	add_element(r);
	rdb_key_done(r);
}

void rdb_on_blob(struct rdb *r)
{
	collection_done(r);
}

/* What a counted value consists of. */
static void next_part(struct rdb *r)
{
	struct rdb_value *v = &r->value;

	if (!v->left)
		collection_done(r);
	else if (r->pack.kind == RDB_PACK_NONE)
		rdb_enter(r, RDB_STATE_ELEMENT);
	else
		rdb_enter(r, r->type == TYPE_QUICKLIST_2 ? RDB_STATE_CONTAINER : RDB_STATE_NODE);
}

void rdb_on_count(struct rdb *r)
{
	r->value.left = r->length;
	if (r->value.kind == RDB_KIND_STREAM)
		rdb_stream_begin(r);
	else
		next_part(r);
}

void rdb_on_element(struct rdb *r)
{
	struct rdb_value *v = &r->value;

	add_element(r);
	if (v->kind == RDB_KIND_ZSET) {
		rdb_enter(r, r->type == TYPE_ZSET_TEXT_SCORES ? RDB_STATE_SCORE_LENGTH :
								RDB_STATE_SCORE);
		return;
	}
	v->left -= !v->second;
	next_part(r);
}

static void score_taken(struct rdb *r, double score)
{
	struct rdb_value *v = &r->value;

	if (isnan(score)) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a score that is not a number");
		return;
	}
	v->elements++;
	v->second = false;
	add_score(v, score);
	v->left--;
	next_part(r);
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

/* A node of a quicklist is one large element (1), or a listpack (2). */
void rdb_on_container(struct rdb *r)
{
	if (r->length == 1)
		rdb_enter(r, RDB_STATE_PLAIN_NODE);
	else if (r->length == 2)
		rdb_enter(r, RDB_STATE_NODE);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown list node container %" PRIu64,
			  r->length);
}

void rdb_on_plain_node(struct rdb *r)
{
	add_element(r);
	rdb_on_node(r);
}

void rdb_on_node(struct rdb *r)
{
	r->value.left--;
	next_part(r);
}

void rdb_on_module_id(struct rdb *r)
{
	rdb_enter(r, r->module_aux ? RDB_STATE_MODULE_AUX_WHEN_OPCODE : RDB_STATE_MODULE_OPCODE);
}

enum { MODULE_EOF, MODULE_SIGNED, MODULE_UNSIGNED, MODULE_FLOAT, MODULE_DOUBLE, MODULE_STRING };

void rdb_on_module_aux_when_opcode(struct rdb *r)
{
	if (r->length == MODULE_UNSIGNED)
		rdb_enter(r, RDB_STATE_MODULE_AUX_WHEN);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "module aux data without its time of loading");
}

void rdb_on_module_aux_when(struct rdb *r)
{
	rdb_enter(r, RDB_STATE_MODULE_OPCODE);
}

/* Each part of a module's data says what it is, so that it can be walked without the module. */
void rdb_on_module_opcode(struct rdb *r)
{
	static const enum rdb_state parts[] = { [MODULE_SIGNED] = RDB_STATE_MODULE_INTEGER,
						[MODULE_UNSIGNED] = RDB_STATE_MODULE_INTEGER,
						[MODULE_FLOAT] = RDB_STATE_MODULE_FLOAT,
						[MODULE_DOUBLE] = RDB_STATE_MODULE_DOUBLE,
						[MODULE_STRING] = RDB_STATE_MODULE_STRING };

	if (r->length > MODULE_STRING)
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown part %" PRIu64 " of module data",
			  r->length);
	else if (r->length != MODULE_EOF)
		rdb_enter(r, parts[r->length]);
	else if (r->module_aux)
		rdb_enter(r, RDB_STATE_OPCODE);
	else
		rdb_key_done(r);
}

void rdb_on_module_part(struct rdb *r)
{
	rdb_enter(r, RDB_STATE_MODULE_OPCODE);
}
