/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: nodes (each a listpack of a master entry and the entries that share
 * its fields), IDs, consumer groups, pending entries, consumers.
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
	uint8_t node_id[16]; /* of the last node: they ascend */
	uint64_t group_pending, consumer_pending;
	/* Sums of the hashes of IDs: a group's pending entries are its consumers', each once. */
	struct fingerprint group_ids, consumer_ids;

	/* Within a node. */
	unsigned expects;         /* of enum expects */
	int64_t entries, deleted; /* by the master entry */
	int64_t met, met_deleted;
	uint64_t fields;       /* of the master entry */
	uint64_t entry_fields; /* of the entry being read */
	uint64_t left;         /* elements of it still to come */
	int64_t flags;
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

#endif
