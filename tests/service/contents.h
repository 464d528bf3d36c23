/* SPDX-License-Identifier: Apache-2.0 */
/* Random contents for a PostgreSQL database: every type that a column can have, odd names, odd tables. */
#ifndef TESTS_SERVICE_CONTENTS_H
#define TESTS_SERVICE_CONTENTS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Which characters names and texts are made of: those that the database's encoding has. */
enum contents_characters {
	CONTENTS_UNICODE,
	CONTENTS_LATIN,
	CONTENTS_JAPANESE,
	CONTENTS_BYTES, /* that are no text; the session's client encoding must be SQL_ASCII */
};

struct contents {
	PGconn *session; /* borrowed, of the database that is filled */
	uint64_t random;
	enum contents_characters characters;
	unsigned names; /* made so far */
};

/* A type of columns, with expressions of it, each of another text. */
struct contents_type {
	const char *name, *values[8]; /* at least two, then NULL */
	const char *extension;        /* that brings it; NULL: built in */
	bool by_setting; /* how it reads as text depends on TimeZone, bytea_output or lc_monetary */
};
extern const struct contents_type contents_types[];
extern const size_t contents_type_count;

/* All of these fail the test when the server refuses. */

/* MUSTER_TEST_SEED, else the time's; printed. */
uint64_t contents_seed(void);
void contents_begin(struct contents *c, PGconn *session, uint64_t seed);
size_t contents_below(struct contents *c, size_t n);

/* Types that contents_types[] names, and the extensions that are installed here. */
void contents_make_types(struct contents *c);
/* Whether the type can be there, once contents_make_types() was called. */
bool contents_has_type(struct contents *c, const struct contents_type *type);
size_t contents_value_count(const struct contents_type *type);
/* public.types, a column per type and, where `arrays`, one of arrays of it, and as many rows. */
void contents_fill_types(struct contents *c, size_t rows, bool arrays);
/* Schema "valued": per type a table of its name, with a row (n int, v TYPE) per value, n from 0. */
void contents_fill_values(struct contents *c);
#define CONTENTS_VALUED "valued"
/* So many tables of random names, columns and text in public and a schema of random name; a sequence. */
void contents_fill_odd_tables(struct contents *c, size_t count);
/* Rows that look like COPY's own marks, tables without columns or rows, large objects. */
void contents_fill_oddities(struct contents *c);
/* Partitions, inheritance, generated and dropped columns, long values, what holds no rows of its own. */
void contents_fill_structures(struct contents *c);

/* Runs the statements of `sql` and empties it. */
void contents_run(struct contents *c, struct buf *sql);
void contents_add_name(struct contents *c, struct buf *sql, const char *name);

#endif
