/* SPDX-License-Identifier: Apache-2.0 */
/* The states that a snapshot is taken apart by. */
#ifndef FORMAT_RDB_STATE_H
#define FORMAT_RDB_STATE_H

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
	X(SLOT_ID, LENGTH, 0, "a cluster slot")                                                    \
	X(SLOT_KEYS, LENGTH, 0, "a cluster slot's number of keys")                                 \
	X(SLOT_EXPIRES, LENGTH, 0, "a cluster slot's number of expiries")                          \
	X(IMPORT_JOB, STRING, 0, "a slot import")                                                  \
	X(IMPORT_RANGES, LENGTH, 0, "a slot import's number of ranges")                            \
	X(IMPORT_SLOT, LENGTH, 0, "a slot import's range")                                         \
	X(TEMPLATE_ID, LENGTH, 0, "a hash template")                                               \
	X(TEMPLATE_COUNT, LENGTH, 0, "a hash template's number of fields")                         \
	X(TEMPLATE_FIELD, STRING, 0, "a hash template's field")                                    \
	X(META_COUNT, LENGTH, 0, "a key's number of metadata classes")                             \
	X(META_CLASS, BYTES, 4, "a key's metadata class")                                          \
	X(KEY, STRING, 0, "a key's name")                                                          \
	X(VALUE_STRING, STRING, 0, "a string")                                                     \
	X(ELEMENT_COUNT, LENGTH, 0, "a number of elements")                                        \
	X(ELEMENT, STRING, 0, "an element")                                                        \
	X(SCORE_LENGTH, BYTES, 1, "a score")                                                       \
	X(SCORE_TEXT, BYTES, 0, "a score")                                                         \
	X(SCORE, BYTES, 8, "a score")                                                              \
	X(BLOB, PACK, 0, "a packed value")                                                         \
	X(MIN_EXPIRY, BYTES, 8, "a hash's next expiry")                                            \
	X(FIELD_EXPIRY, LENGTH, 0, "a field's expiry")                                             \
	X(FIELD_EXPIRY_MS, BYTES, 8, "a field's expiry")                                           \
	X(TEMPLATE_REFERENCE, LENGTH, 0, "a hash's template")                                      \
	X(ARRAY_HAS_CURSOR, LENGTH, 0, "an array's cursor")                                        \
	X(ARRAY_CURSOR, LENGTH, 0, "an array's cursor")                                            \
	X(ARRAY_INDEX, LENGTH, 0, "an array element's index")                                      \
	X(ARRAY_TAG, LENGTH, 0, "an array element's kind")                                         \
	X(ARRAY_STRING, STRING, 0, "an array element")                                             \
	X(ARRAY_INTEGER, BYTES, 8, "an array element")                                             \
	X(ARRAY_FLOAT, BYTES, 8, "an array element")                                               \
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
	X(NACK_COUNT, LENGTH, 0, "a group's number of released entries")                           \
	X(NACK, BYTES, 16, "a group's released entry")                                             \
	X(PRODUCER_LIMITS, LENGTH, 0, "a stream's limits of producers")                            \
	X(PRODUCER_COUNT, LENGTH, 0, "a stream's number of producers")                             \
	X(PRODUCER_NAME, STRING, 0, "a stream's producer")                                         \
	X(PRODUCER_ENTRIES, LENGTH, 0, "a producer's number of entries")                           \
	X(PRODUCER_ENTRY, STRING, 0, "a producer's entry")                                         \
	X(PRODUCER_ENTRY_ID, LENGTH, 0, "a producer's entry")                                      \
	X(PRODUCER_TOTALS, LENGTH, 0, "a stream's totals of producers")                            \
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

#endif
