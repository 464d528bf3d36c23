/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of rdb_pack.c, rdb_ziplist.c and rdb_zipmap.c: a packed value is walked by
 * states. Each names what it takes (some bytes, or content); rdb_*_taken() is told
 * when that is complete and enters the next.
 */
#ifndef FORMAT_RDB_PACK_INTERN_H
#define FORMAT_RDB_PACK_INTERN_H

#include "format/redis/rdb_parser.h"

enum pack_state {
	LP_HEADER,
	LP_ENTRY,
	LP_NUMBER,
	LP_LENGTH,
	LP_CONTENT,
	LP_BACK_LENGTH,
	ZL_HEADER,
	ZL_PREVIOUS,
	ZL_PREVIOUS_LONG,
	ZL_ENTRY,
	ZL_NUMBER,
	ZL_LENGTH,
	ZL_CONTENT,
	IS_HEADER,
	IS_NUMBER,
	ZM_HEADER,
	ZM_KEY_LENGTH,
	ZM_KEY_LENGTH_LONG,
	ZM_KEY,
	ZM_VALUE_LENGTH,
	ZM_VALUE_LENGTH_LONG,
	ZM_GAP,
	ZM_VALUE,
	ZM_UNUSED,
	PACK_END
};

enum { LP_HEADER_SIZE = 6, ZL_HEADER_SIZE = 10, IS_HEADER_SIZE = 8, END_MARKER = 0xff };
#define UNSTATED UINT64_MAX

/* What is wrong with the entry being walked. */
void rdb_pack_bad(struct rdb *r, enum finding_code code, const char *what);

/* Collect `need` bytes; the value must have that many left. */
void rdb_pack_gather(struct rdb *r, enum pack_state state, unsigned need);

/* Pass on (or skip) `length` bytes of content. */
void rdb_pack_content(struct rdb *r, enum pack_state state, uint64_t length);

/* The end marker was met: nothing may follow, and the count must be the stated one. */
void rdb_pack_end_marker(struct rdb *r);

static inline uint64_t rdb_pack_little_endian(const uint8_t *p, unsigned count)
{
	uint64_t value = 0;

	while (count)
		value = value << 8 | p[--count];
	return value;
}

static inline int64_t rdb_pack_signed(const uint8_t *p, unsigned count)
{
	unsigned unused = 64 - 8 * count;

	return (int64_t)(rdb_pack_little_endian(p, count) << unused) >> unused;
}

/* The element taken is an entry. */
static inline void rdb_pack_element(struct rdb *r)
{
	r->pack.entries++;
	rdb_value_element(r);
}

static inline void rdb_pack_integer(struct rdb *r, int64_t value)
{
	rdb_element_integer(&r->element, value);
	rdb_pack_element(r);
}

void rdb_ziplist_taken(struct rdb *r);
void rdb_zipmap_taken(struct rdb *r);

#endif
