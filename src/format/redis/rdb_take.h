/* SPDX-License-Identifier: Apache-2.0 */
/* Running the states of rdb_parser.h over bytes. */
#ifndef FORMAT_RDB_TAKE_H
#define FORMAT_RDB_TAKE_H

#include "base/cursor.h"

struct rdb;

/*
 * Run until the bytes end, the checksum is next, the snapshot is complete or
 * broken. `bytes` is advanced past what was consumed, at least one byte.
 */
void rdb_take_push(struct rdb *r, struct span *bytes);

/* What the file ends inside of, for a message. */
const char *rdb_take_words(const struct rdb *r);

/* Told when a key's name was taken. */
void rdb_on_key(struct rdb *r);

#endif
