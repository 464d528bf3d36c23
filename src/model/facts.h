/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a database, cache or broker holds, as counted things: one type for the
 * source, the backup file and the restored server, so that they can be compared.
 *
 * A fact is (kind, scope, name) with measures, each of which may be unknown.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "model/check.h"

/*
 * name, JSON array, JSON key of scope, of name, of count, noun in messages.
 * NULL: facts of this kind have no such part.
 */
#define FACT_TABLE_ROWS(X)                                                                         \
	X(TABLE, "tables", "schema", "name", "rows", "table")                                      \
	X(LARGE_OBJECTS, "large_objects", NULL, NULL, "count", "large objects")                    \
	X(SEQUENCE, "sequences", "schema", "name", NULL, "sequence")                               \
	X(SCHEMA_OBJECTS, "schema_objects", NULL, "type", "count", "schema objects")               \
	X(EXTENSION, "extensions", NULL, "name", NULL, "extension")                                \
	X(ROLE, "roles", NULL, "name", NULL, "role")                                               \
	X(TABLESPACE, "tablespaces", NULL, "name", NULL, "tablespace")                             \
	X(DATABASE, "databases", NULL, "database", "keys", "database")                             \
	X(KEYSPACE, "keyspaces", "database", "type", "keys", "keys")                               \
	X(BROKER_OBJECTS, "objects", "vhost", "type", "count", "broker objects")                   \
	X(SETTING, "settings", NULL, "name", NULL, "setting")

enum fact_kind {
#define X(kind, array, scope, name, count, noun) FACT_##kind,
	FACT_TABLE_ROWS(X)
#undef X
		FACT_KIND_COUNT
};

/*
 * Order-independent content: the sum modulo 2^128 of a 128-bit hash of each
 * element (row, key, object). Additive, so parts add up to the whole.
 */
struct fingerprint {
	uint64_t low, high;
};

static inline void fingerprint_add(struct fingerprint *sum, struct fingerprint element)
{
	sum->low += element.low;
	sum->high += element.high + (sum->low < element.low);
}

enum { FINGERPRINT_TEXT_SIZE = 33 };
/* 32 lower-case hex digits, high word first. Returns `out`. */
char *fingerprint_format(struct fingerprint f, char out[FINGERPRINT_TEXT_SIZE]);
bool fingerprint_parse(const char *text, struct fingerprint *out);

enum fact_measure {
	MEASURE_COUNT = 1 << 0, /* rows, keys, objects */
	MEASURE_BYTES =
		1 << 1, /* of content: COPY text, key and value lengths, large object bytes */
	MEASURE_EXPIRES = 1 << 2, /* keys with a time to live */
	MEASURE_FINGERPRINT = 1 << 3,
	MEASURE_VALUE = 1 << 4, /* text: a sequence's value, an extension's version, a setting */
};

struct fact {
	enum fact_kind kind;
	unsigned known;           /* of enum fact_measure */
	const char *scope, *name; /* "" when the kind has none; owned by the facts' arena */
	uint64_t count, bytes, expires;
	struct fingerprint fingerprint;
	const char *value; /* "" unless known */
};

/* Which of the three sides a description comes from. */
enum facts_side { FACTS_SOURCE, FACTS_BACKUP, FACTS_RESTORED };

struct facts {
	enum facts_side side;
	struct arena arena;
	struct fact *item;
	size_t count, capacity;
	bool sorted;
};

/* Zeroed facts with `side` set are empty and valid. */
void facts_release(struct facts *f);

/*
 * A new fact with nothing known; copies the strings. The pointer is valid until
 * the next call. NULL when out of memory.
 */
struct fact *facts_add(struct facts *f, enum fact_kind kind, const char *scope, const char *name);

/* The first of that identity, or NULL. Linear until facts_sort() was called, then by bisection. */
const struct fact *facts_find(const struct facts *f, enum fact_kind kind, const char *scope,
			      const char *name);

/* Order by kind, scope, name (bytes). Readers call it once when done. */
void facts_sort(struct facts *f);

/* Order of two facts by kind, scope, name. */
int fact_compare_identity(const struct fact *a, const struct fact *b);

/* Set a fact's text, copied; -1 when out of memory. */
MUST_CHECK int fact_set_value(struct facts *f, struct fact *fact, const char *value);

/* The sum of a kind's counts; `*all_known` false when some are unknown. */
uint64_t facts_total(const struct facts *f, enum fact_kind kind, bool *all_known);

const char *facts_side_name(enum facts_side side); /* "source", "backup", "restored" */
bool facts_side_parse(const char *name, enum facts_side *out);

struct fact_words {
	const char *array, *scope_key, *name_key, *count_key, *noun;
};
const struct fact_words *fact_kind_words(enum fact_kind kind);

enum facts_mode {
	FACTS_EQUAL, /* the two describe one state */
	/*
	 * As FACTS_EQUAL, but a sequence may be ahead of what was expected: sequences
	 * ignore snapshots, so the dump reads them later than the source was looked at.
	 */
	FACTS_SAME_SNAPSHOT,
	/* `expected` is an earlier state: nothing vanished, no count fell by more than `count_drop` */
	FACTS_PLAUSIBLE,
};

/* What facts_compare() looks at and how it names what it yields. */
struct facts_policy {
	const char *check_name; /* of each check yielded, from CHECK_TABLE */
	const char *component;  /* borrowed */
	const char *subject;    /* prefix of each subject, such as the file; borrowed; may be "" */
	enum facts_mode mode;
	double count_drop;     /* FACTS_PLAUSIBLE: share of the expected count, 0 to 1 */
	unsigned kinds;        /* bit per fact_kind to compare; 0: all */
	unsigned measures;     /* of enum fact_measure; 0: all */
	enum verdict severity; /* of a difference */
	size_t max_differences; /* checks for single differences; the rest is one check with their number. 0: 20 */
};

/*
 * Compare two descriptions; both get sorted. Yields one passing check per kind
 * that agrees (with how many facts and which measures were compared), and one
 * check per difference: expected only, found only, or measures that differ.
 * A measure unknown on either side is not compared; a kind of which nothing
 * could be compared yields VERDICT_SKIPPED. 0, or -1 when out of memory.
 */
MUST_CHECK int facts_compare(struct facts *expected, struct facts *found,
			     const struct facts_policy *policy, struct checks *out);

#endif
