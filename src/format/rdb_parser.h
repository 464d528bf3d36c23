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

#include "format/rdb_databases.h"
#include "format/rdb_element.h"
#include "format/rdb_lzf.h"
#include "format/rdb_pack.h"
#include "format/rdb_stream.h"
#include "format/rdb_value.h"
#include "format/reader.h"

enum { RDB_NEWEST_VERSION = 11, RDB_AUX_TEXT = 64, RDB_KEY_SHOWN = 32 };

/* name, what it takes, how many bytes (0: told on entering), words for a truncated file */
#define RDB_STATE_TABLE(X)                                                                         \
	X(HEADER, BYTES, 9, "the header")                                                          \
	X(OPCODE, BYTES, 1, "the list of keys")                                                    \
	X(AUX_NAME, STRING, 0, "an aux field's name")                                              \
	X(AUX_VALUE, STRING, 0, "an aux field's value")                                            \
	X(SELECT_DB, LENGTH, 0, "a database number")                                               \
	X(RESIZE_KEYS, LENGTH, 0, "a database's number of keys")                                   \
	X(RESIZE_EXPIRES, LENGTH, 0, "a database's number of expiries")                            \
	X(EXPIRE_SECONDS, BYTES, 4, "an expiry")                                                   \
	X(EXPIRE_MS, BYTES, 8, "an expiry")                                                        \
	X(FREQUENCY, BYTES, 1, "a key's use frequency")                                            \
	X(IDLE, LENGTH, 0, "a key's idle time")                                                    \
	X(FUNCTION, STRING, 0, "a function library")                                               \
	X(KEY, STRING, 0, "a key's name")                                                          \
	X(VALUE_STRING, STRING, 0, "a string")                                                     \
	X(ELEMENT_COUNT, LENGTH, 0, "a number of elements")                                        \
	X(ELEMENT, STRING, 0, "an element")                                                        \
	X(SCORE_LENGTH, BYTES, 1, "a score")                                                       \
	X(SCORE_TEXT, BYTES, 0, "a score")                                                         \
	X(SCORE, BYTES, 8, "a score")                                                              \
	X(BLOB, PACK, 0, "a packed value")                                                         \
	X(CONTAINER, LENGTH, 0, "a list node's container")                                         \
	X(PLAIN_NODE, STRING, 0, "a plain list node")                                              \
	X(NODE, PACK, 0, "a packed list node")                                                     \
	X(STREAM_NODE_ID, STRING, 0, "a stream node's ID")                                         \
	X(STREAM_NODE, PACK, 0, "a stream node")                                                   \
	X(STREAM_META, LENGTH, 0, "a stream's IDs")                                                \
	X(STREAM_GROUPS, LENGTH, 0, "a stream's number of groups")                                 \
	X(GROUP_NAME, STRING, 0, "a consumer group's name")                                        \
	X(GROUP_META, LENGTH, 0, "a consumer group's IDs")                                         \
	X(PENDING_COUNT, LENGTH, 0, "a group's number of pending entries")                         \
	X(PENDING, BYTES, 24, "a pending entry")                                                   \
	X(DELIVERIES, LENGTH, 0, "a pending entry's deliveries")                                   \
	X(CONSUMER_COUNT, LENGTH, 0, "a group's number of consumers")                              \
	X(CONSUMER_NAME, STRING, 0, "a consumer's name")                                           \
	X(CONSUMER_TIMES, BYTES, 0, "a consumer's times")                                          \
	X(CONSUMER_PENDING_COUNT, LENGTH, 0, "a consumer's number of pending entries")             \
	X(CONSUMER_PENDING, BYTES, 16, "a consumer's pending entry")                               \
	X(MODULE_ID, LENGTH, 0, "a module's ID")                                                   \
	X(MODULE_AUX_WHEN_OPCODE, LENGTH, 0, "a module's aux data")                                \
	X(MODULE_AUX_WHEN, LENGTH, 0, "a module's aux data")                                       \
	X(MODULE_OPCODE, LENGTH, 0, "a module's data")                                             \
	X(MODULE_INTEGER, LENGTH, 0, "a module's integer")                                         \
	X(MODULE_FLOAT, BYTES, 4, "a module's float")                                              \
	X(MODULE_DOUBLE, BYTES, 8, "a module's double")                                            \
	X(MODULE_STRING, STRING, 0, "a module's string")                                           \
	X(CHECKSUM, BYTES, 8, "the checksum")                                                      \
	X(END, BYTES, 0, "")                                                                       \
	X(BROKEN, BYTES, 0, "")

enum rdb_state {
#define X(name, take, bytes, words) RDB_STATE_##name,
	RDB_STATE_TABLE(X)
#undef X
		RDB_STATE_COUNT
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
	uint64_t crc;
	uint64_t trailing; /* bytes after the end */
	int aux;           /* index of the aux field being read, -1: one that is not kept */
	char aux_value[RDB_AUX_COUNT][RDB_AUX_TEXT + 1];
	uint64_t functions;
	struct fingerprint functions_sum;

	uint8_t type; /* of the key being read */
	bool expires;
	int64_t expires_ms;
	struct fingerprint key_hash;
	uint64_t key_length;
	size_t key_shown_length;
	uint8_t key_shown[RDB_KEY_SHOWN]; /* its first bytes, for messages */
	struct rdb_value value;
	struct rdb_pack pack;
	struct rdb_stream stream;
	bool module_aux; /* the module data belongs to no key */
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

#endif
