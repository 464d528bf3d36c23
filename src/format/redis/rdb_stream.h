/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: nodes (each a listpack of a master entry and the entries that share
 * its fields), IDs, consumer groups, pending entries, consumers, producers. The
 * content is the sum of the hashes of live entries (ID, names, values), the last ID,
 * groups (name, last delivered ID, pending entries with their times and consumers)
 * and producers; not the bookkeeping that the types differ in.
 */
#ifndef FORMAT_RDB_STREAM_H
#define FORMAT_RDB_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/facts.h"

struct rdb;

struct rdb_stream {
	uint64_t nodes, groups, consumers, pending; /* still to come */
	unsigned numbers;                           /* of an ID list still to come */
	uint64_t live;                              /* entries met that are not deleted */
	bool first_node;
	uint8_t node_id[16];             /* of the last node: they ascend */
	uint64_t last_ms, last_sequence; /* the ID of the last entry met: they ascend too */
	bool some;                       /* there was one */

	/* Of the group being read. */
	struct fingerprint group;
	uint64_t group_pending, consumer_pending;
	/* Sums of the hashes of IDs: a group's pending entries are its consumers', each once. */
	struct fingerprint group_ids, consumer_ids;
	struct fingerprint consumer;  /* or the pending entry whose deliveries follow */
	struct fingerprint group_sum; /* of pending entries, consumers, and who has which */
	uint64_t numbers_read[3];

	/* Of the producers being read. */
	uint64_t producers, entries_left;
	struct fingerprint producer, producer_entry;

	/* Within a node. */
	unsigned expects;         /* of enum expects */
	int64_t entries, deleted; /* by the master entry */
	int64_t met, met_deleted;
	uint64_t fields;       /* of the master entry */
	uint64_t entry_fields; /* of the entry being read */
	uint64_t left;         /* elements of it still to come */
	int64_t flags;
	uint64_t ms, sequence;                          /* of the entry being read */
	struct fingerprint master_names, names, values; /* folded in their order */
	uint64_t master_bytes, bytes;                   /* of names; of names and values */
};

void rdb_stream_begin(struct rdb *r);

/* An entry of a stream's listpack is in the element. */
void rdb_stream_element(struct rdb *r);

void rdb_on_stream_node_id(struct rdb *r);
void rdb_on_stream_node(struct rdb *r);
void rdb_on_stream_meta(struct rdb *r);
void rdb_on_stream_groups(struct rdb *r);
void rdb_on_group_name(struct rdb *r);
void rdb_on_group_meta(struct rdb *r);
void rdb_on_pending_count(struct rdb *r);
void rdb_on_pending(struct rdb *r);
void rdb_on_deliveries(struct rdb *r);
void rdb_on_consumer_count(struct rdb *r);
void rdb_on_consumer_name(struct rdb *r);
void rdb_on_consumer_times(struct rdb *r);
void rdb_on_consumer_pending_count(struct rdb *r);
void rdb_on_consumer_pending(struct rdb *r);
void rdb_on_nack_count(struct rdb *r);
void rdb_on_nack(struct rdb *r);
void rdb_on_producer_limits(struct rdb *r);
void rdb_on_producer_count(struct rdb *r);
void rdb_on_producer_name(struct rdb *r);
void rdb_on_producer_entries(struct rdb *r);
void rdb_on_producer_entry(struct rdb *r);
void rdb_on_producer_entry_id(struct rdb *r);
void rdb_on_producer_totals(struct rdb *r);

#endif
