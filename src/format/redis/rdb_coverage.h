/* SPDX-License-Identifier: Apache-2.0 */
/* What no check of a snapshot sees: docs/formats/rdb.md says the same. */
#ifndef FORMAT_RDB_COVERAGE_H
#define FORMAT_RDB_COVERAGE_H

#include "model/coverage.h"

/* name, where, effect */
#define RDB_UNCOVERED(X)                                                                           \
	X(CHECKSUM, "the checksum, when all eight bytes of it become zero",                        \
	  "a warning: Redis writes zero when it is told not to compute it")                        \
	X(CONTENT, "without a checksum: names, values, expiries, the header's version",            \
	  "other facts: another fingerprint, other numbers")                                       \
	X(UNUSED,                                                                                  \
	  "without a checksum: idle times, use frequencies, aux fields that are no facts, "        \
	  "consumers' times, totals and first IDs of streams, the next expiry of a hash",          \
	  "nothing: no fact tells them")                                                           \
	X(ORDER, "without a checksum: the order of keys", "nothing: it has no meaning")            \
	X(MEMBERS, "a member or field that stands twice in one value",                             \
	  "Redis drops one of them, or refuses the file")                                          \
	X(MANY_KEYS, "a key that comes twice, both after 1,500,000 others",                        \
	  "Redis refuses the file")

enum rdb_uncovered {
#define X(name, where, effect) RDB_UNCOVERED_##name,
	RDB_UNCOVERED(X)
#undef X
		RDB_UNCOVERED_COUNT
};

extern const struct coverage rdb_coverage;

#endif
