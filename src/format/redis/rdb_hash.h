/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes beyond pairs of strings: fields that expire (Redis 7.4, Valkey 9), and
 * field names kept once for many hashes (templates of Redis 8.10).
 */
#ifndef FORMAT_RDB_HASH_H
#define FORMAT_RDB_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "model/facts.h"

struct rdb;

/* A million names of fields at most, 32 bytes each; more are an error. */
enum { RDB_TEMPLATE_FIELDS_MAX = 1 << 20 };

struct rdb_template_field {
	struct fingerprint name;
	uint64_t length;
};

struct rdb_template {
	uint64_t id;
	size_t first, count; /* of `field` */
};

struct rdb_templates {
	struct rdb_template_field *field; /* owned */
	size_t fields, field_capacity;
	struct rdb_template *item; /* owned; in the file's order */
	uint32_t *index;           /* owned; by id, numbers of items and 0, twice the capacity */
	size_t count, capacity;
	uint64_t left; /* fields of the template being read, the last item */
};

/* Of the value being read. */
struct rdb_hash {
	uint64_t next_expiry; /* milliseconds; that the others of the value are told from */
	uint64_t expiry;      /* of the field being read; 0: none */
	const struct rdb_template *pattern; /* NULL before it is known */
	size_t at;                          /* which of its fields comes next */
};

void rdb_templates_release(struct rdb_templates *t);

/* The value names its template by this number; a finding when there is none. */
void rdb_hash_choose(struct rdb *r, uint64_t id);

/* The name of the field whose value is next; NULL after a finding: there are no more. */
const struct rdb_template_field *rdb_hash_field(struct rdb *r);

void rdb_on_template_id(struct rdb *r);
void rdb_on_template_count(struct rdb *r);
void rdb_on_template_field(struct rdb *r);
void rdb_on_template_reference(struct rdb *r);
void rdb_on_min_expiry(struct rdb *r);
void rdb_on_field_expiry(struct rdb *r);
void rdb_on_field_expiry_ms(struct rdb *r);

#endif
