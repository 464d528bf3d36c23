/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_coverage.h"

static const struct uncovered rows[RDB_UNCOVERED_COUNT] = {
#define X(name, where, effect) [RDB_UNCOVERED_##name] = { where, effect },
	RDB_UNCOVERED(X)
#undef X
};

const struct coverage rdb_coverage = {
	.id = "rdb",
	.versions = "Redis's 1 to 15 (Redis 1.2 to 8.10), Valkey's 80 (Valkey 9)",
	.checked = "A CRC-64 over everything before it. Without one (before version 5, or switched "
		   "off) "
		   "every opcode, length, encoding and packed value, and how many keys, expiries, "
		   "entries "
		   "and pending entries there should be.",
	.row = rows,
	.count = RDB_UNCOVERED_COUNT,
};
