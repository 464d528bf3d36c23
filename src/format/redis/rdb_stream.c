/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_stream.h"

#include <inttypes.h>
#include <string.h>

#include "format/redis/rdb_digest.h"
#include "format/redis/rdb_memory.h"
#include "format/redis/rdb_parser.h"

enum { TYPE_STREAM_1 = 15, TYPE_STREAM_3 = 21, TYPE_STREAM_4 = 26, TYPE_STREAM_5 = 27 };
enum { ID_SIZE = 16, TIME_SIZE = 8 };
enum { FLAG_DELETED = 1, FLAG_SAME_FIELDS = 2 };
/* What is summed up to a stream's content, told apart. */
enum { SUM_ENTRY = 1, SUM_LAST_ID, SUM_GROUP, SUM_PENDING, SUM_OWN, SUM_NACK, SUM_PRODUCER };

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
	r->value.memory += 2 * RDB_MEMORY_TREE; /* of nodes, of groups */
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
	s->values = (struct fingerprint){ 0 };
	if (s->flags & FLAG_SAME_FIELDS) {
		s->names = s->master_names;
		s->bytes = s->master_bytes;
	} else {
		s->left *= 2; /* names and values */
		s->names = s->values;
		s->bytes = 0;
	}
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
		s->master_names = (struct fingerprint){ 0 };
		s->master_bytes = 0;
		s->expects = s->left ? MASTER_FIELD : MASTER_END;
		return;
	case MASTER_FIELD:
		s->master_names = rdb_digest_fold(s->master_names, rdb_element_hash(&r->element));
		s->master_bytes += r->element.length;
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
	s->expects = ENTRY_FLAGS;
	if (s->flags & FLAG_DELETED) {
		s->met_deleted++;
		return;
	}
	s->met++;
	fingerprint_add(&r->value.content,
			rdb_digest_fold(rdb_digest_tagged(rdb_digest_fold(s->names, s->values),
							  s->ms, s->sequence),
					(struct fingerprint){ .low = SUM_ENTRY }));
	r->value.bytes += s->bytes;
}

static uint64_t big_endian(const uint8_t *p)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | p[i];
	return value;
}

/* Both numbers are told as differences from the node's, which wrap around: the sequence goes
 * back when the milliseconds advance. */
static void entry_id(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	bool is_ms = s->expects == ENTRY_MS;
	int64_t difference;

	if (!rdb_element_as_integer(&r->element, &difference)) {
		(void)number(r);
		return;
	}
	if (is_ms) {
		s->ms = big_endian(s->node_id) + (uint64_t)difference;
		s->expects = ENTRY_SEQUENCE;
		return;
	}
	s->sequence = big_endian(s->node_id + 8) + (uint64_t)difference;
	if (s->some &&
	    (s->ms < s->last_ms || (s->ms == s->last_ms && s->sequence <= s->last_sequence))) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "a stream's entries do not ascend");
		return;
	}
	s->some = true;
	s->last_ms = s->ms;
	s->last_sequence = s->sequence;
	s->entry_fields = s->fields;
	if (s->flags & FLAG_SAME_FIELDS)
		entry_fields_known(s);
	else
		s->expects = ENTRY_FIELD_COUNT;
}

/* Names come before their values; entries with the master's fields have values alone. */
static void entry_part(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	struct fingerprint hash = rdb_element_hash(&r->element);

	if (!(s->flags & FLAG_SAME_FIELDS) && s->left % 2 == 0)
		s->names = rdb_digest_fold(s->names, hash);
	else
		s->values = rdb_digest_fold(s->values, hash);
	s->bytes += r->element.length;
	if (--s->left == 0)
		s->expects = ENTRY_SIZE;
}

void rdb_stream_element(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	switch ((enum expects)s->expects) {
	case ENTRY_FLAGS:
		s->flags = number(r);
		s->expects = ENTRY_MS;
		return;
	case ENTRY_MS:
	case ENTRY_SEQUENCE:
		entry_id(r);
		return;
	case ENTRY_FIELD_COUNT:
		s->entry_fields = (uint64_t)number(r);
		entry_fields_known(s);
		return;
	case ENTRY_PART:
		entry_part(r);
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
	r->value.elements = s->live;
	r->value.memory += RDB_MEMORY_RADIX + rdb_memory_allocated(r->pack.size);
	next_node(r);
}

/* The ID of the last entry ever added, which may be gone. */
static void last_id(struct rdb *r, uint64_t ms, uint64_t sequence)
{
	struct rdb_stream *s = &r->stream;
	struct fingerprint tag = { .low = SUM_LAST_ID };

	if (s->some && (ms < s->last_ms || (ms == s->last_ms && sequence < s->last_sequence))) {
		rdb_break(r, FINDING_BAD_STRUCTURE,
			  "a stream's last ID is before that of its last entry");
		return;
	}
	fingerprint_add(&r->value.content, rdb_digest_tagged(tag, ms, sequence));
}

void rdb_on_stream_meta(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	unsigned which = (has_first_id(r) ? 8 : 3) - s->numbers;

	if (which == 0 && r->length != s->live) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a stream of %" PRIu64 " entries, %" PRIu64 " are there", r->length,
			  s->live);
		return;
	}
	if (which < 3)
		s->numbers_read[which] = r->length;
	if (which == 2) {
		last_id(r, s->numbers_read[1], s->numbers_read[2]);
		if (rdb_broken(r))
			return;
	}
	rdb_enter(r, --s->numbers ? RDB_STATE_STREAM_META : RDB_STATE_STREAM_GROUPS);
}

static void next_group(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->groups) {
		s->groups--;
		rdb_enter(r, RDB_STATE_GROUP_NAME);
	} else if (r->type >= TYPE_STREAM_4) {
		s->numbers = 2;
		rdb_enter(r, RDB_STATE_PRODUCER_LIMITS);
	} else {
		rdb_key_done(r);
	}
}

void rdb_on_stream_groups(struct rdb *r)
{
	r->stream.groups = r->length;
	next_group(r);
}

void rdb_on_group_name(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	s->group = rdb_element_hash(&r->element);
	r->value.bytes += r->element.length;
	r->value.memory += RDB_MEMORY_RADIX + rdb_memory_string(r->element.length) +
			   2 * RDB_MEMORY_TREE; /* of pending entries, of consumers */
	/* last delivered ID; from the second type on also how many entries were read */
	s->numbers = has_first_id(r) ? 3 : 2;
	rdb_enter(r, RDB_STATE_GROUP_META);
}

void rdb_on_group_meta(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	unsigned which = (has_first_id(r) ? 3 : 2) - s->numbers;

	s->numbers_read[which] = r->length;
	if (which == 1)
		s->group = rdb_digest_tagged(s->group, s->numbers_read[0], s->numbers_read[1]);
	rdb_enter(r, --s->numbers ? RDB_STATE_GROUP_META : RDB_STATE_PENDING_COUNT);
}

static struct fingerprint id_hash(const struct rdb *r)
{
	return rdb_digest(r->bytes, ID_SIZE);
}

static void next_pending(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->pending) {
		rdb_enter(r, RDB_STATE_CONSUMER_COUNT);
		return;
	}
	s->pending--;
	rdb_enter(r, RDB_STATE_PENDING);
}

void rdb_on_pending_count(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	s->pending = s->group_pending = r->length;
	s->consumer_pending = 0;
	s->group_ids = s->consumer_ids = s->group_sum = (struct fingerprint){ 0 };
	next_pending(r);
}

/* An ID and when it was delivered; how often follows. */
void rdb_on_pending(struct rdb *r)
{
	fingerprint_add(&r->stream.group_ids, id_hash(r));
	r->stream.consumer = rdb_digest(r->bytes, r->have);
	r->value.memory += 2 * RDB_MEMORY_RADIX + RDB_MEMORY_PENDING;
	rdb_enter(r, RDB_STATE_DELIVERIES);
}

void rdb_on_deliveries(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	fingerprint_add(&s->group_sum, rdb_digest_tagged(s->consumer, r->length, SUM_PENDING));
	next_pending(r);
}

/* A pending entry belongs to exactly one consumer (Redis refuses any other file), or was released. */
static void group_done(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->consumer_pending != s->group_pending) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "a group of %" PRIu64 " pending entries, its consumers have %" PRIu64,
			  s->group_pending, s->consumer_pending);
	} else if (s->group_ids.low != s->consumer_ids.low ||
		   s->group_ids.high != s->consumer_ids.high) {
		rdb_break(r, FINDING_BAD_REFERENCE,
			  "a group's pending entries are not those of its consumers");
	} else {
		fingerprint_add(
			&r->value.content,
			rdb_digest_tagged(rdb_digest_fold(s->group, s->group_sum), SUM_GROUP, 0));
		next_group(r);
	}
}

static void next_consumer(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->consumers) {
		s->consumers--;
		rdb_enter(r, RDB_STATE_CONSUMER_NAME);
	} else if (r->type >= TYPE_STREAM_5) {
		rdb_enter(r, RDB_STATE_NACK_COUNT);
	} else {
		group_done(r);
	}
}

void rdb_on_consumer_count(struct rdb *r)
{
	r->stream.consumers = r->length;
	next_consumer(r);
}

void rdb_on_consumer_name(struct rdb *r)
{
	r->stream.consumer = rdb_element_hash(&r->element);
	fingerprint_add(&r->stream.group_sum, rdb_digest_tagged(r->stream.consumer, SUM_OWN, 0));
	r->value.bytes += r->element.length;
	r->value.memory +=
		RDB_MEMORY_RADIX + rdb_memory_string(r->element.length) + RDB_MEMORY_TREE;
	/* seen; from the third type on also active */
	rdb_enter_bytes(r, RDB_STATE_CONSUMER_TIMES,
			r->type >= TYPE_STREAM_3 ? 2 * TIME_SIZE : TIME_SIZE);
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
	struct rdb_stream *s = &r->stream;
	struct fingerprint id = id_hash(r);

	s->consumer_pending++;
	fingerprint_add(&s->consumer_ids, id);
	fingerprint_add(&s->group_sum,
			rdb_digest_tagged(rdb_digest_fold(s->consumer, id), SUM_OWN, 1));
	next_consumer_pending(r);
}

static void next_nack(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->pending) {
		group_done(r);
		return;
	}
	s->pending--;
	rdb_enter(r, RDB_STATE_NACK);
}

void rdb_on_nack_count(struct rdb *r)
{
	r->stream.pending = r->length;
	next_nack(r);
}

/* Pending, and released by its consumer: it has none. */
void rdb_on_nack(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;
	struct fingerprint id = id_hash(r);

	s->consumer_pending++;
	fingerprint_add(&s->consumer_ids, id);
	fingerprint_add(&s->group_sum, rdb_digest_tagged(id, SUM_NACK, 0));
	next_nack(r);
}

/* For how long and how many IDs of entries are remembered per producer. */
void rdb_on_producer_limits(struct rdb *r)
{
	rdb_enter(r, --r->stream.numbers ? RDB_STATE_PRODUCER_LIMITS : RDB_STATE_PRODUCER_COUNT);
}

static void next_producer(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (s->producers) {
		s->producers--;
		rdb_enter(r, RDB_STATE_PRODUCER_NAME);
		return;
	}
	s->numbers = 2;
	rdb_enter(r, RDB_STATE_PRODUCER_TOTALS);
}

void rdb_on_producer_count(struct rdb *r)
{
	r->stream.producers = r->length;
	next_producer(r);
}

void rdb_on_producer_name(struct rdb *r)
{
	r->stream.producer = rdb_element_hash(&r->element);
	r->value.memory += 2 * RDB_MEMORY_RADIX;
	rdb_enter(r, RDB_STATE_PRODUCER_ENTRIES);
}

static void next_producer_entry(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	if (!s->entries_left) {
		next_producer(r);
		return;
	}
	s->entries_left--;
	rdb_enter(r, RDB_STATE_PRODUCER_ENTRY);
}

void rdb_on_producer_entries(struct rdb *r)
{
	r->stream.entries_left = r->length;
	next_producer_entry(r);
}

void rdb_on_producer_entry(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	s->producer_entry = rdb_digest_fold(s->producer, rdb_element_hash(&r->element));
	s->numbers = 2;
	r->value.memory += RDB_MEMORY_RADIX;
	rdb_enter(r, RDB_STATE_PRODUCER_ENTRY_ID);
}

void rdb_on_producer_entry_id(struct rdb *r)
{
	struct rdb_stream *s = &r->stream;

	s->numbers_read[2 - s->numbers] = r->length;
	if (--s->numbers) {
		rdb_enter(r, RDB_STATE_PRODUCER_ENTRY_ID);
		return;
	}
	fingerprint_add(&r->value.content,
			rdb_digest_fold(rdb_digest_tagged(s->producer_entry, s->numbers_read[0],
							  s->numbers_read[1]),
					(struct fingerprint){ .low = SUM_PRODUCER }));
	next_producer_entry(r);
}

/* How many IDs were added, how many were repeated. */
void rdb_on_producer_totals(struct rdb *r)
{
	if (--r->stream.numbers)
		rdb_enter(r, RDB_STATE_PRODUCER_TOTALS);
	else
		rdb_key_done(r);
}
