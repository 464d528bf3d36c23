/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of keys: which states read a type, and the content hash that comes
 * out. The hash is of the logical value, not of its encoding: a list is the
 * sequence of its elements' hashes, a set, hash or sorted set the sum of its
 * members'.
 */
#ifndef FORMAT_RDB_VALUE_H
#define FORMAT_RDB_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "format/redis/rdb_databases.h"
#include "format/redis/rdb_state.h"

struct rdb;

struct rdb_value {
	enum rdb_kind kind;
	enum rdb_state each; /* what a counted part begins with */
	uint64_t left;       /* elements, pairs or nodes still to come */
	uint64_t elements;   /* met: fields and their values count apart */
	uint64_t bytes;      /* of all elements */
	uint64_t memory;     /* that it is estimated to take in the server */
	unsigned part;       /* of a pair: how much of it was met */
	struct fingerprint first, second;
	struct fingerprint content;
};

enum rdb_type_known { RDB_TYPE_READ, RDB_TYPE_UNSUPPORTED, RDB_TYPE_UNKNOWN };

/* What a type's number means in a file of this version and magic. */
enum rdb_type_known rdb_value_known_type(const struct rdb *r, uint8_t type);

/* The key was read: enter the first state of its value. */
void rdb_value_begin(struct rdb *r);

/* Enter what comes next of a counted value, or end it. */
void rdb_value_next(struct rdb *r);

/* An entry of a packed value is in the element. */
void rdb_value_element(struct rdb *r);

/* The expiry of the field just met is in r->hash: count the pair. */
void rdb_value_expiring(struct rdb *r);

/* Known once the value is complete; covers the key, its type and its expiry. */
struct fingerprint rdb_value_fingerprint(struct rdb *r);

/* What people call its elements: pairs count once. */
uint64_t rdb_value_count(const struct rdb_value *v);

/* Told when the states of these names have taken what they take. */
void rdb_on_value_string(struct rdb *r);
void rdb_on_count(struct rdb *r);
void rdb_on_element(struct rdb *r);
void rdb_on_score_length(struct rdb *r);
void rdb_on_score_text(struct rdb *r);
void rdb_on_score(struct rdb *r);
void rdb_on_blob(struct rdb *r);
void rdb_on_container(struct rdb *r);
void rdb_on_plain_node(struct rdb *r);
void rdb_on_node(struct rdb *r);

#endif
