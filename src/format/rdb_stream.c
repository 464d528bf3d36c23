/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rdb_stream.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "format/rdb_parser.h"

enum { TYPE_STREAM_1 = 15, TYPE_STREAM_3 = 21 };
enum { ID_SIZE = 16, TIME_SIZE = 8 };
enum { FLAG_DELETED = 1, FLAG_SAME_FIELDS = 2 };

/* Of a node: the master entry, then entries until as many are met as it states. */
enum expects {
	MASTER_COUNT,
	MASTER_DELETED,
	MASTER_FIELD_COUNT,
	MASTER_FIELD,
	MASTER_END,
	ENTRY_FLAGS,
	ENTRY_MS,
	ENTRY_SEQUENCE,
	ENTRY_FIELD_COUNT,
	ENTRY_PART,
	ENTRY_SIZE
};

static bool has_first_id(const struct rdb *r)
{
	return r->type > TYPE_STREAM_1;
}

static void next_node(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->nodes) {
		s->nodes--;
		rdb_enter(r, RDB_STATE_STREAM_NODE_ID);
		return;
	}
	/* length and last ID; from the second type on also first ID, largest deleted ID, entries added */
	s->numbers = has_first_id(r) ? 8 : 3;
	rdb_enter(r, RDB_STATE_STREAM_META);
}

void rdb_stream_begin(struct rdb *r)
{
	r->stream = (struct rdb_stream){ .nodes = r->length, .first_node = true };
	next_node(r);
}

void rdb_on_stream_node_id(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (r->element.length != ID_SIZE) {
		rdb_break(r, FINDING_BAD_LENGTH, "a stream node's ID of %" PRIu64 " bytes",
			  r->element.length);
		return;
	}
	if (!s->first_node && memcmp(r->element.text.ptr, s->node_id, ID_SIZE) <= 0) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a stream's nodes do not ascend");
		return;
	}
	memcpy(s->node_id, r->element.text.ptr, ID_SIZE);
	s->first_node = false;
	s->expects = MASTER_COUNT;
	s->met = s->met_deleted = 0;
	rdb_enter(r, RDB_STATE_STREAM_NODE);
}

/* Most parts of an entry are integers; -1 is never a valid value of those that call this. */
static int64_t number(struct rdb *r)
{
	int64_t value;

	if (rdb_element_as_integer(&r->element, &value) && value >= 0)
		return value;
	rdb_break(r, FINDING_BAD_STRUCTURE,
		  "a stream node's entry has no number where one belongs");
	return -1;
}

static void entry_fields_known(struct rdb_stream *s)
{
	s->left = s->entry_fields;
	if (!(s->flags & FLAG_SAME_FIELDS))
		s->left *= 2; /* names and values */
	s->expects = s->left ? ENTRY_PART : ENTRY_SIZE;
}

static void master_element(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	switch ((enum expects)s->expects) {
	case MASTER_COUNT:
		s->entries = number(r);
		s->expects = MASTER_DELETED;
		return;
	case MASTER_DELETED:
		s->deleted = number(r);
		s->expects = MASTER_FIELD_COUNT;
		return;
	case MASTER_FIELD_COUNT:
		s->left = s->fields = (uint64_t)number(r);
		s->expects = s->left ? MASTER_FIELD : MASTER_END;
		return;
	case MASTER_FIELD:
		if (--s->left == 0)
			s->expects = MASTER_END;
		return;
	default:
		if (number(r) > 0)
			rdb_break(r, FINDING_BAD_STRUCTURE,
				  "a stream's master entry does not end in 0");
		s->expects = ENTRY_FLAGS;
	}
}

/* Each entry ends in the number of its parts, so that it can be walked backwards. */
static void entry_done(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	uint64_t parts = s->entry_fields + 3;

	if (!(s->flags & FLAG_SAME_FIELDS))
		parts += s->entry_fields + 1;
	if ((uint64_t)number(r) != parts && !rdb_broken(r))
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a stream entry does not have %" PRIu64 " parts", parts);
	if (s->flags & FLAG_DELETED)
		s->met_deleted++;
	else
		s->met++;
	s->expects = ENTRY_FLAGS;
}

void rdb_stream_element(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	int64_t difference;

	switch ((enum expects)s->expects) {
	case ENTRY_FLAGS:
		s->flags = number(r);
		s->expects = ENTRY_MS;
		return;
	case ENTRY_MS:
	case ENTRY_SEQUENCE:
		/* the sequence goes back when the milliseconds advance */
		if (!rdb_element_as_integer(&r->element, &difference))
			(void)number(r);
		s->entry_fields = s->fields;
		if (s->expects == ENTRY_MS)
			s->expects = ENTRY_SEQUENCE;
		else if (s->flags & FLAG_SAME_FIELDS)
			entry_fields_known(s);
		else
			s->expects = ENTRY_FIELD_COUNT;
		return;
	case ENTRY_FIELD_COUNT:
		s->entry_fields = (uint64_t)number(r);
		entry_fields_known(s);
		return;
	case ENTRY_PART:
		if (--s->left == 0)
			s->expects = ENTRY_SIZE;
		return;
	case ENTRY_SIZE:
		entry_done(r);
		return;
	default:
		master_element(r);
	}
}

void rdb_on_stream_node(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->expects != ENTRY_FLAGS) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a stream node ends inside an entry");
		return;
	}
	if (s->met != s->entries || s->met_deleted != s->deleted) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a stream node states %" PRId64 " entries and %" PRId64
			  " deleted ones, %" PRId64 " and %" PRId64 " are there",
			  s->entries, s->deleted, s->met, s->met_deleted);
		return;
	}
	s->live += (uint64_t)s->met;
	next_node(r);
}

void rdb_on_stream_meta(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	bool is_length = s->numbers == (has_first_id(r) ? 8U : 3U);

	if (is_length && r->length != s->live) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a stream of %" PRIu64 " entries, %" PRIu64 " are there", r->length,
			  s->live);
		return;
	}
	rdb_enter(r, --s->numbers ? RDB_STATE_STREAM_META : RDB_STATE_STREAM_GROUPS);
}

static void next_group(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->groups) {
		rdb_key_done(r);
		return;
	}
	s->groups--;
	rdb_enter(r, RDB_STATE_GROUP_NAME);
}

void rdb_on_stream_groups(struct rdb *r)
{
	r->stream.groups = r->length;
	next_group(r);
}

void rdb_on_group_name(struct rdb *r)
{
	/* last delivered ID; from the second type on also how many entries were read */
	r->stream.numbers = has_first_id(r) ? 3 : 2;
	rdb_enter(r, RDB_STATE_GROUP_META);
}

void rdb_on_group_meta(struct rdb *r)
{
	rdb_enter(r, --r->stream.numbers ? RDB_STATE_GROUP_META : RDB_STATE_PENDING_COUNT);
}

static struct fingerprint id_hash(const struct rdb *r)
{
	XXH128_hash_t h = XXH3_128bits(r->bytes, ID_SIZE);

	return (struct fingerprint){ .low = h.low64, .high = h.high64 };
}

static void next_pending(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->pending)
		s->pending--;
	else {
		rdb_enter(r, RDB_STATE_CONSUMER_COUNT);
		return;
	}
	rdb_enter(r, RDB_STATE_PENDING);
}

void rdb_on_pending_count(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	s->pending = s->group_pending = r->length;
	s->consumer_pending = 0;
	s->group_ids = s->consumer_ids = (struct fingerprint){ 0 };
	next_pending(r);
}

void rdb_on_pending(struct rdb *r)
{
	fingerprint_add(&r->stream.group_ids, id_hash(r));
	rdb_enter(r, RDB_STATE_DELIVERIES);
}

void rdb_on_deliveries(struct rdb *r)
{
	next_pending(r);
}

/* A pending entry belongs to exactly one consumer (Redis refuses any other file). */
static void group_done(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->consumer_pending != s->group_pending)
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a group of %" PRIu64 " pending entries, its consumers have %" PRIu64,
			  s->group_pending, s->consumer_pending);
	else if (s->group_ids.low != s->consumer_ids.low ||
		 s->group_ids.high != s->consumer_ids.high)
		rdb_break(r, FINDING_BAD_REFERENCE,
			  "a group's pending entries are not those of its consumers");
	else
		next_group(r);
}

static void next_consumer(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->consumers) {
		group_done(r);
		return;
	}
	s->consumers--;
	rdb_enter(r, RDB_STATE_CONSUMER_NAME);
}

void rdb_on_consumer_count(struct rdb *r)
{
	r->stream.consumers = r->length;
	next_consumer(r);
}

void rdb_on_consumer_name(struct rdb *r)
{
	/* seen; from the third type on also active */
	rdb_enter_bytes(r, RDB_STATE_CONSUMER_TIMES,
			r->type == TYPE_STREAM_3 ? 2 * TIME_SIZE : TIME_SIZE);
}

void rdb_on_consumer_times(struct rdb *r)
{
	rdb_enter(r, RDB_STATE_CONSUMER_PENDING_COUNT);
}

static void next_consumer_pending(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->pending) {
		next_consumer(r);
		return;
	}
	s->pending--;
	rdb_enter(r, RDB_STATE_CONSUMER_PENDING);
}

void rdb_on_consumer_pending_count(struct rdb *r)
{
	r->stream.pending = r->length;
	next_consumer_pending(r);
}

void rdb_on_consumer_pending(struct rdb *r)
{
	r->stream.consumer_pending++;
	fingerprint_add(&r->stream.consumer_ids, id_hash(r));
	next_consumer_pending(r);
}
