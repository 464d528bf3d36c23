/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that Redis packs into one string: listpack (src/listpack.c), ziplist
 * (src/ziplist.c), intset (src/intset.c), zipmap (src/zipmap.c). Walked entry by
 * entry as their bytes arrive; every length, back length, count and end marker is
 * checked, and each entry is handed to rdb_value_element() in `struct rdb`'s
 * element.
 */
#ifndef FORMAT_RDB_PACK_H
#define FORMAT_RDB_PACK_H

#include <stdint.h>

#include "base/cursor.h"

struct rdb;

enum rdb_pack_kind { RDB_PACK_NONE, RDB_LISTPACK, RDB_ZIPLIST, RDB_INTSET, RDB_ZIPMAP };

struct rdb_pack {
	enum rdb_pack_kind kind;
	unsigned state;                 /* of enum pack_state (rdb_pack.intern.h) */
	uint64_t size;                  /* of the whole, as the string's length says */
	uint64_t at;                    /* bytes consumed */
	uint64_t left;                  /* bytes of the entry's content still to come, or to skip */
	uint64_t entries;               /* met so far */
	uint64_t stated;                /* entries by the header; UINT64_MAX: it does not say */
	uint64_t entry_at, previous_at; /* where this and the previous entry begin */
	uint64_t tail;                  /* where the last begins, by a ziplist's header */
	uint64_t entry_size;            /* of a listpack entry, without its back length */
	int64_t previous;               /* of an intset */
	unsigned need, have, width;
	uint8_t encoding, gap;
	uint8_t bytes[16];
};

/* A packed value of `size` bytes follows. */
void rdb_pack_begin(struct rdb *r, enum rdb_pack_kind kind, uint64_t size);

/* Its next bytes, never more than `size` in all. What is wrong ends in rdb_break(). */
void rdb_pack_push(struct rdb *r, struct span piece);

/* All `size` bytes were pushed. */
void rdb_pack_end(struct rdb *r);

#endif
