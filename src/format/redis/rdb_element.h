/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One logical string of a snapshot (a key, a member, a value), however it is
 * stored: its length, its hash, and its first bytes. It arrives in pieces of any
 * size; only RDB_ELEMENT_TEXT bytes of it are kept.
 */
#ifndef FORMAT_RDB_ELEMENT_H
#define FORMAT_RDB_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "model/facts.h"

enum { RDB_ELEMENT_TEXT = 128, RDB_INTEGER_TEXT = 24 };

struct rdb_element {
	uint64_t length;
	struct span
		text; /* all of it unless `hashing`, then its first bytes; valid until the next begins */
	bool hashing;
	void *state; /* owned; an XXH3_state_t */
	uint8_t head[RDB_ELEMENT_TEXT];
};

MUST_CHECK int rdb_element_init(struct rdb_element *e);
void rdb_element_release(struct rdb_element *e);

void rdb_element_begin(struct rdb_element *e);
void rdb_element_push(struct rdb_element *e, struct span piece);

/* Begin and end with all of its bytes, borrowed until the next begins. */
void rdb_element_whole(struct rdb_element *e, struct span bytes);

/* Begin and end with an integer's decimal text: integers and their text are one value to Redis. */
void rdb_element_integer(struct rdb_element *e, int64_t value);

/* XXH3-128 of its bytes. */
struct fingerprint rdb_element_hash(const struct rdb_element *e);

/* Its text as a 64-bit integer, in the only spelling Redis would take for one. */
bool rdb_element_as_integer(const struct rdb_element *e, int64_t *out);

/* Its text as a score: any number but NaN. */
bool rdb_element_as_score(const struct rdb_element *e, double *out);

#endif
