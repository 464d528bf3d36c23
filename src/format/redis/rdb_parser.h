/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the RDB reader, shared by its rdb*.c. A snapshot is taken apart by
 * small states. Each says what it takes next (some bytes, a length, a string) and
 * which function is told when that is complete; that function enters the next
 * state. So the parser can stop at any byte, and keeps nothing but its state.
 *
 * The format is defined by Redis's src/rdb.h and src/rdb.c; docs/formats/rdb.md
 * tells it in words.
 */
#ifndef FORMAT_RDB_PARSER_H
#define FORMAT_RDB_PARSER_H

#include "format/redis/rdb_array.h"
#include "format/redis/rdb_databases.h"
#include "format/redis/rdb_element.h"
#include "format/redis/rdb_expired.h"
#include "format/redis/rdb_hash.h"
#include "format/redis/rdb_largest.h"
#include "format/redis/rdb_lzf.h"
#include "format/redis/rdb_module.h"
#include "format/redis/rdb_opcode.h"
#include "format/redis/rdb_pack.h"
#include "format/redis/rdb_seen.h"
#include "format/redis/rdb_state.h"
#include "format/redis/rdb_stream.h"
#include "format/redis/rdb_value.h"
#include "format/reader.h"

enum {
	RDB_NEWEST_VERSION = 15,
	RDB_VALKEY_VERSION = 80, /* the only one written with Valkey's magic so far */
	RDB_AUX_TEXT = 64,
	RDB_KEY_SHOWN = 64
};

/* Where within the thing being taken. */
enum rdb_phase {
	RDB_PHASE_BYTES,
	RDB_PHASE_LENGTH,
	RDB_PHASE_STRING_LENGTH,
	RDB_PHASE_STRING_INTEGER,
	RDB_PHASE_STRING_RAW,
	RDB_PHASE_LZF_STORED,   /* length of the compressed bytes */
	RDB_PHASE_LZF_ORIGINAL, /* length of what they decode to */
	RDB_PHASE_LZF
};

struct rdb {
	struct stage stage;
	struct reading *out;

	enum rdb_state state;
	enum rdb_phase phase;
	uint64_t at;      /* absolute offset of the next byte */
	uint64_t item_at; /* absolute offset where what is being taken began */
	unsigned need, have;
	uint8_t bytes[256]; /* a score's text is the longest */
	uint64_t length;    /* the length just taken */
	uint64_t stored;    /* bytes of a string still to come, as stored */
	uint64_t original;  /* decoded bytes still to come of an LZF string */
	struct rdb_lzf lzf;
	struct rdb_element
		element; /* the string just taken, or the one just met in a packed value */

	unsigned version;
	bool valkey;        /* the numbers above 21 and below 244 mean other things there */
	bool active_active; /* an aux field tells of replicated values */
	uint64_t crc;
	uint64_t trailing; /* bytes after the end */
	int aux;           /* index of the aux field being read, -1: one that is not kept */
	char aux_value[RDB_AUX_COUNT][RDB_AUX_TEXT + 1];
	uint64_t functions;
	struct fingerprint functions_sum;
	int64_t clock_ms;       /* of the snapshot; 0: it does not say */
	uint64_t expired;       /* keys whose time had passed then */
	uint64_t field_expires; /* fields of hashes with a time to live */
	struct rdb_slots slots;
	struct rdb_templates templates;
	struct rdb_modules modules;
	struct rdb_seen seen;
	struct rdb_largest largest;
	struct rdb_expired expired_keys; /* by the caller's clock */

	uint8_t type; /* of the key being read */
	bool expires;
	int64_t expires_ms;
	struct fingerprint key_hash;
	uint64_t key_length, key_at; /* its name's; where that is */
	size_t key_shown_length;
	uint8_t key_shown[RDB_KEY_SHOWN]; /* its first bytes, for messages */
	struct rdb_value value;
	struct rdb_pack pack;
	struct rdb_stream stream;
	struct rdb_hash hash;
	struct rdb_array array;
	struct rdb_module module;
	struct rdb_databases databases;
	bool no_memory;
};

/* Take what `state` takes next. */
void rdb_enter(struct rdb *r, enum rdb_state state);
/* As rdb_enter(), for a state whose number of bytes varies; at least 1, at most 255. */
void rdb_enter_bytes(struct rdb *r, enum rdb_state state, unsigned count);

/* A finding at the beginning of what is being taken; the rest of the file is only skipped. */
__attribute__((format(printf, 3, 4))) void rdb_break(struct rdb *r, enum finding_code code,
						     const char *fmt, ...);
/* A finding after which reading goes on. */
__attribute__((format(printf, 3, 4))) void rdb_note(struct rdb *r, enum finding_code code,
						    const char *fmt, ...);

static inline bool rdb_broken(const struct rdb *r)
{
	return r->state == RDB_STATE_BROKEN;
}

/* The value is complete: count its key and go on to the next. */
void rdb_key_done(struct rdb *r);

void rdb_no_memory(struct rdb *r);

extern const char *const rdb_aux_names[RDB_AUX_COUNT];
/* An aux field's seconds since 1970 as milliseconds; 0: not a time. */
int64_t rdb_clock_ms(const char *ctime_text);

#endif
