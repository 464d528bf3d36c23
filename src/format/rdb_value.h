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
#include "format/rdb_databases.h"

struct rdb;
struct XXH3_state_s;

struct rdb_value {
	enum rdb_kind kind;
	uint64_t left;     /* elements, pairs or nodes still to come */
	uint64_t elements; /* met: fields and their values count apart */
	uint64_t bytes;    /* of all elements */
	bool second;       /* the next element completes a pair */
	struct fingerprint first;
	struct fingerprint content;
	struct XXH3_state_s *sequence; /* owned; the elements of a list */
};

MUST_CHECK int rdb_value_init(struct rdb_value *v);
void rdb_value_release(struct rdb_value *v);

bool rdb_value_known_type(uint8_t type);

/* The key was read: enter the first state of its value. */
void rdb_value_begin(struct rdb *r);

/* An entry of a packed value is in the element. */
void rdb_value_element(struct rdb *r);

/* Known once the value is complete; covers the key, its type and its expiry. */
struct fingerprint rdb_value_fingerprint(struct rdb *r);

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
void rdb_on_module_id(struct rdb *r);
void rdb_on_module_aux_when_opcode(struct rdb *r);
void rdb_on_module_aux_when(struct rdb *r);
void rdb_on_module_opcode(struct rdb *r);
void rdb_on_module_part(struct rdb *r);

#endif
