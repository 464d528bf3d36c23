/* SPDX-License-Identifier: Apache-2.0 */
/* Taking bytes, lengths and strings, whichever way a string is stored. */
#include "format/redis/rdb_take.h"

#include <inttypes.h>
#include <string.h>

#include "format/redis/rdb_parser.h"

/* More than the memory of any machine that Redis runs on. */
#define LENGTH_MAX (UINT64_C(1) << 44)

enum take { TAKE_BYTES, TAKE_LENGTH, TAKE_STRING, TAKE_PACK };

static const struct row {
	enum take take;
	unsigned bytes;
	const char *words;
} rows[RDB_STATE_COUNT] = {
#define X(name, take, bytes, words) [RDB_STATE_##name] = { TAKE_##take, bytes, words },
	RDB_STATE_TABLE(X)
#undef X
};

static void (*const taken[RDB_STATE_COUNT])(struct rdb *r) = {
	[RDB_STATE_HEADER] = rdb_on_header,
	[RDB_STATE_OPCODE] = rdb_on_opcode,
	[RDB_STATE_AUX_NAME] = rdb_on_aux_name,
	[RDB_STATE_AUX_VALUE] = rdb_on_aux_value,
	[RDB_STATE_SELECT_DB] = rdb_on_select_db,
	[RDB_STATE_RESIZE_KEYS] = rdb_on_resize_keys,
	[RDB_STATE_RESIZE_EXPIRES] = rdb_on_resize_expires,
	[RDB_STATE_EXPIRE_SECONDS] = rdb_on_expire_seconds,
	[RDB_STATE_EXPIRE_MS] = rdb_on_expire_ms,
	[RDB_STATE_FREQUENCY] = rdb_on_ignored,
	[RDB_STATE_IDLE] = rdb_on_ignored,
	[RDB_STATE_FUNCTION] = rdb_on_function,
	[RDB_STATE_SLOT_ID] = rdb_on_slot_id,
	[RDB_STATE_SLOT_KEYS] = rdb_on_slot_keys,
	[RDB_STATE_SLOT_EXPIRES] = rdb_on_slot_expires,
	[RDB_STATE_IMPORT_JOB] = rdb_on_import_job,
	[RDB_STATE_IMPORT_RANGES] = rdb_on_import_ranges,
	[RDB_STATE_IMPORT_SLOT] = rdb_on_import_slot,
	[RDB_STATE_TEMPLATE_ID] = rdb_on_template_id,
	[RDB_STATE_TEMPLATE_COUNT] = rdb_on_template_count,
	[RDB_STATE_TEMPLATE_FIELD] = rdb_on_template_field,
	[RDB_STATE_META_COUNT] = rdb_on_meta_count,
	[RDB_STATE_META_CLASS] = rdb_on_meta_class,
	[RDB_STATE_KEY] = rdb_on_key,
	[RDB_STATE_VALUE_STRING] = rdb_on_value_string,
	[RDB_STATE_ELEMENT_COUNT] = rdb_on_count,
	[RDB_STATE_ELEMENT] = rdb_on_element,
	[RDB_STATE_SCORE_LENGTH] = rdb_on_score_length,
	[RDB_STATE_SCORE_TEXT] = rdb_on_score_text,
	[RDB_STATE_SCORE] = rdb_on_score,
	[RDB_STATE_BLOB] = rdb_on_blob,
	[RDB_STATE_MIN_EXPIRY] = rdb_on_min_expiry,
	[RDB_STATE_FIELD_EXPIRY] = rdb_on_field_expiry,
	[RDB_STATE_FIELD_EXPIRY_MS] = rdb_on_field_expiry_ms,
	[RDB_STATE_TEMPLATE_REFERENCE] = rdb_on_template_reference,
	[RDB_STATE_ARRAY_HAS_CURSOR] = rdb_on_array_has_cursor,
	[RDB_STATE_ARRAY_CURSOR] = rdb_on_array_cursor,
	[RDB_STATE_ARRAY_INDEX] = rdb_on_array_index,
	[RDB_STATE_ARRAY_TAG] = rdb_on_array_tag,
	[RDB_STATE_ARRAY_STRING] = rdb_on_array_string,
	[RDB_STATE_ARRAY_INTEGER] = rdb_on_array_integer,
	[RDB_STATE_ARRAY_FLOAT] = rdb_on_array_float,
	[RDB_STATE_CONTAINER] = rdb_on_container,
	[RDB_STATE_PLAIN_NODE] = rdb_on_plain_node,
	[RDB_STATE_NODE] = rdb_on_node,
	[RDB_STATE_STREAM_NODE_ID] = rdb_on_stream_node_id,
	[RDB_STATE_STREAM_NODE] = rdb_on_stream_node,
	[RDB_STATE_STREAM_META] = rdb_on_stream_meta,
	[RDB_STATE_STREAM_GROUPS] = rdb_on_stream_groups,
	[RDB_STATE_GROUP_NAME] = rdb_on_group_name,
	[RDB_STATE_GROUP_META] = rdb_on_group_meta,
	[RDB_STATE_PENDING_COUNT] = rdb_on_pending_count,
	[RDB_STATE_PENDING] = rdb_on_pending,
	[RDB_STATE_DELIVERIES] = rdb_on_deliveries,
	[RDB_STATE_CONSUMER_COUNT] = rdb_on_consumer_count,
	[RDB_STATE_CONSUMER_NAME] = rdb_on_consumer_name,
	[RDB_STATE_CONSUMER_TIMES] = rdb_on_consumer_times,
	[RDB_STATE_CONSUMER_PENDING_COUNT] = rdb_on_consumer_pending_count,
	[RDB_STATE_CONSUMER_PENDING] = rdb_on_consumer_pending,
	[RDB_STATE_NACK_COUNT] = rdb_on_nack_count,
	[RDB_STATE_NACK] = rdb_on_nack,
	[RDB_STATE_PRODUCER_LIMITS] = rdb_on_producer_limits,
	[RDB_STATE_PRODUCER_COUNT] = rdb_on_producer_count,
	[RDB_STATE_PRODUCER_NAME] = rdb_on_producer_name,
	[RDB_STATE_PRODUCER_ENTRIES] = rdb_on_producer_entries,
	[RDB_STATE_PRODUCER_ENTRY] = rdb_on_producer_entry,
	[RDB_STATE_PRODUCER_ENTRY_ID] = rdb_on_producer_entry_id,
	[RDB_STATE_PRODUCER_TOTALS] = rdb_on_producer_totals,
	[RDB_STATE_MODULE_ID] = rdb_on_module_id,
	[RDB_STATE_MODULE_AUX_WHEN_OPCODE] = rdb_on_module_aux_when_opcode,
	[RDB_STATE_MODULE_AUX_WHEN] = rdb_on_module_aux_when,
	[RDB_STATE_MODULE_OPCODE] = rdb_on_module_opcode,
	[RDB_STATE_MODULE_INTEGER] = rdb_on_module_integer,
	[RDB_STATE_MODULE_FLOAT] = rdb_on_module_bytes,
	[RDB_STATE_MODULE_DOUBLE] = rdb_on_module_bytes,
	[RDB_STATE_MODULE_STRING] = rdb_on_module_string,
	[RDB_STATE_CHECKSUM] = rdb_on_checksum,
};

const char *rdb_take_words(const struct rdb *r)
{
	return rows[r->state].words;
}

static void expect(struct rdb *r, enum rdb_phase phase, unsigned need)
{
	r->phase = phase;
	r->need = need;
	r->have = 0;
}

void rdb_enter(struct rdb *r, enum rdb_state state)
{
	const struct row *row = &rows[state];

	r->state = state;
	r->item_at = r->at;
	if (row->take == TAKE_BYTES)
		expect(r, RDB_PHASE_BYTES, row->bytes);
	else if (row->take == TAKE_LENGTH)
		expect(r, RDB_PHASE_LENGTH, 1);
	else
		expect(r, RDB_PHASE_STRING_LENGTH, 1);
}

void rdb_enter_bytes(struct rdb *r, enum rdb_state state, unsigned count)
{
	rdb_enter(r, state);
	r->need = count;
}

static bool packed(const struct rdb *r)
{
	return rows[r->state].take == TAKE_PACK;
}

static void string_begin(struct rdb *r, uint64_t length)
{
	if (packed(r))
		rdb_pack_begin(r, r->pack.kind, length);
	else
		rdb_element_begin(&r->element);
}

static void string_piece(struct rdb *r, struct span piece)
{
	if (packed(r))
		rdb_pack_push(r, piece);
	else
		rdb_element_push(&r->element, piece);
}

static void string_end(struct rdb *r)
{
	if (packed(r))
		rdb_pack_end(r);
	if (!rdb_broken(r))
		taken[r->state](r);
}

/* Strings of up to 11 characters that are integers are stored as such. */
static void integer_string(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, r->have } };
	int64_t value = r->need == 1 ? (int8_t)cursor_u8(&c) :
			r->need == 2 ? (int16_t)cursor_le16(&c) :
				       (int32_t)cursor_le32(&c);

	rdb_element_integer(&r->element, value);
	if (packed(r)) {
		uint8_t text[RDB_INTEGER_TEXT];
		size_t len = r->element.text.len;

		/* the walker hands out elements of its own */
		memcpy(text, r->element.text.ptr, len);
		rdb_pack_begin(r, r->pack.kind, len);
		rdb_pack_push(r, (struct span){ text, len });
	}
	if (!rdb_broken(r))
		string_end(r);
}

static void raw_string(struct rdb *r)
{
	string_begin(r, r->length);
	r->stored = r->length;
	r->phase = RDB_PHASE_STRING_RAW;
	if (!r->stored)
		string_end(r);
}

static void encoded_string(struct rdb *r)
{
	switch (r->length) {
	case 0:
	case 1:
	case 2:
		expect(r, RDB_PHASE_STRING_INTEGER, 1U << r->length);
		return;
	case 3:
		expect(r, RDB_PHASE_LZF_STORED, 1);
		return;
	default:
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown string encoding %" PRIu64, r->length);
	}
}

static void lzf_string(struct rdb *r)
{
	if (r->stored == 0 || r->length == 0 || r->length / RDB_LZF_MAX_EXPANSION > r->stored) {
		rdb_break(r, FINDING_BAD_LENGTH,
			  "%" PRIu64 " compressed bytes cannot decode to %" PRIu64, r->stored,
			  r->length);
		return;
	}
	r->original = r->length;
	rdb_lzf_begin(&r->lzf);
	string_begin(r, r->length);
	r->phase = RDB_PHASE_LZF;
}

/* A complete length; `encoded` when it is the number of a string encoding instead. */
static void length_taken(struct rdb *r, bool encoded)
{
	if (encoded && r->phase != RDB_PHASE_STRING_LENGTH) {
		rdb_break(r, FINDING_BAD_LENGTH, "a string encoding instead of a length");
		return;
	}
	if (r->phase != RDB_PHASE_LENGTH && r->length > LENGTH_MAX) {
		rdb_break(r, FINDING_BAD_LENGTH, "a string of %" PRIu64 " bytes", r->length);
		return;
	}
	switch (r->phase) {
	case RDB_PHASE_LENGTH:
		taken[r->state](r);
		return;
	case RDB_PHASE_STRING_LENGTH:
		if (encoded)
			encoded_string(r);
		else
			raw_string(r);
		return;
	case RDB_PHASE_LZF_STORED:
		r->stored = r->length;
		expect(r, RDB_PHASE_LZF_ORIGINAL, 1);
		return;
	default:
		lzf_string(r);
	}
}

static uint64_t big_endian(const uint8_t *p, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 8 | p[i];
	return value;
}

/* The first byte tells how many follow: its two high bits, or all of it. */
static void length_bytes(struct rdb *r)
{
	uint8_t first = r->bytes[0];

	if (r->have == 1 && (first >> 6 == 1 || first == 0x80 || first == 0x81)) {
		r->need = first >> 6 == 1 ? 2 : first == 0x80 ? 5 : 9;
		return;
	}
	if (first >> 6 == 2 && r->have == 1) {
		rdb_break(r, FINDING_BAD_LENGTH, "no length begins with byte 0x%02x", first);
		return;
	}
	if (first >> 6 == 1)
		r->length = (first & 0x3fU) << 8 | r->bytes[1];
	else if (first >> 6 == 2)
		r->length = big_endian(r->bytes + 1, r->have - 1);
	else
		r->length = first & 0x3fU;
	length_taken(r, first >> 6 == 3);
}

static void advance(struct rdb *r, struct span *in, size_t n)
{
	r->at += n;
	*in = (struct span){ in->ptr + n, in->len - n };
}

static void gather(struct rdb *r, struct span *in)
{
	size_t n = r->need - r->have;

	if (n > in->len)
		n = in->len;
	memcpy(r->bytes + r->have, in->ptr, n);
	r->have += (unsigned)n;
	advance(r, in, n);
	if (r->have < r->need)
		return;
	if (r->phase == RDB_PHASE_BYTES)
		taken[r->state](r);
	else if (r->phase == RDB_PHASE_STRING_INTEGER)
		integer_string(r);
	else
		length_bytes(r);
}

enum { LENGTH_BYTES_MAX = 9, BYTES_AT_ONCE = 8 };

/* The same as gathering byte by byte, for a length that lies in the block; false: an impossible one. */
static bool whole_length(struct rdb *r, struct span *in)
{
	const uint8_t *p = in->ptr;
	unsigned kind = p[0] >> 6, n = 1;

	if (kind == 0 || kind == 3) {
		r->length = p[0] & 0x3fU;
	} else if (kind == 1) {
		r->length = (p[0] & 0x3fU) << 8 | p[1];
		n = 2;
	} else if (p[0] == 0x80 || p[0] == 0x81) {
		n = p[0] == 0x80 ? 5 : 9;
		r->length = big_endian(p + 1, n - 1);
	} else {
		return false;
	}
	advance(r, in, n);
	length_taken(r, kind == 3);
	return true;
}

static void take(struct rdb *r, struct span *in)
{
	bool bytes = r->phase == RDB_PHASE_BYTES || r->phase == RDB_PHASE_STRING_INTEGER;

	if (r->have || in->len < LENGTH_BYTES_MAX || (bytes && r->need > BYTES_AT_ONCE)) {
		gather(r, in);
		return;
	}
	if (!bytes) {
		if (!whole_length(r, in))
			gather(r, in);
		return;
	}
	memcpy(r->bytes, in->ptr, BYTES_AT_ONCE);
	r->have = r->need;
	advance(r, in, r->need);
	if (r->phase == RDB_PHASE_BYTES)
		taken[r->state](r);
	else
		integer_string(r);
}

static struct span some_of(const struct span *in, uint64_t most)
{
	return (struct span){ in->ptr, in->len < most ? in->len : (size_t)most };
}

static void raw_piece(struct rdb *r, struct span *in)
{
	struct span piece = some_of(in, r->stored);

	r->stored -= piece.len;
	advance(r, in, piece.len);
	/* mostly a string lies in the block as one piece, and need not be copied */
	if (!packed(r) && !r->stored && !r->element.length)
		rdb_element_whole(&r->element, piece);
	else
		string_piece(r, piece);
	if (!r->stored && !rdb_broken(r))
		string_end(r);
}

/* What was decoded is passed on before what is wrong is told: findings do not depend on cuts. */
static void lzf_piece(struct rdb *r, struct span *in)
{
	struct span left = some_of(in, r->stored), out;
	size_t before = left.len;
	int rc = rdb_lzf_decode(&r->lzf, &left, &out);
	bool too_long = out.len > r->original;

	r->stored -= before - left.len;
	advance(r, in, before - left.len);
	out = some_of(&out, r->original);
	r->original -= out.len;
	if (!packed(r) && !r->original && !r->element.length)
		rdb_element_whole(&r->element, out);
	else
		string_piece(r, out);
	if (rdb_broken(r))
		return;
	if (too_long)
		rdb_break(r, FINDING_BAD_COMPRESSION,
			  "LZF decodes to more than the string's length");
	else if (rc < 0)
		rdb_break(r, FINDING_BAD_COMPRESSION, "LZF reference to before the string");
	else if (r->stored)
		return;
	else if (r->original || !rdb_lzf_complete(&r->lzf))
		rdb_break(r, FINDING_BAD_COMPRESSION,
			  "LZF ends %" PRIu64 " bytes before the string does", r->original);
	else
		string_end(r);
}

void rdb_take_push(struct rdb *r, struct span *in)
{
	while (in->len && r->state != RDB_STATE_END && !rdb_broken(r)) {
		if (r->phase == RDB_PHASE_STRING_RAW)
			raw_piece(r, in);
		else if (r->phase == RDB_PHASE_LZF)
			lzf_piece(r, in);
		else
			take(r, in);
		if (r->state == RDB_STATE_CHECKSUM && !r->have)
			return;
	}
}
