/* SPDX-License-Identifier: Apache-2.0 */
/* Something wrong in a backup's bytes: data that readers yield, never an error. */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/verdict.h"

/* name, id shown to people, verdict it leads to, one-line meaning (also the manual page's table) */
#define FINDING_TABLE(X)                                                                           \
	X(EMPTY, "empty", FAIL, "the file, or what it unpacks to, holds nothing")                  \
	X(BAD_MAGIC, "bad-magic", FAIL, "the leading bytes are not this format's")                 \
	X(UNKNOWN_FORMAT, "unknown-format", ERROR, "no reader knows this format")                  \
	X(NOT_A_BACKUP, "not-a-backup", FAIL,                                                      \
	  "a message, a program or a hole where data should be")                                   \
	X(UNSUPPORTED, "unsupported", ERROR, "a version or variant newer than this reader")        \
	X(TRUNCATED, "truncated", FAIL, "the stream ends before its format says")                  \
	X(TRAILING_DATA, "trailing-data", FAIL, "bytes follow the end of the format")              \
	X(CHECKSUM_MISMATCH, "checksum-mismatch", FAIL, "stored and computed checksums differ")    \
	X(LENGTH_MISMATCH, "length-mismatch", FAIL, "stored and counted lengths differ")           \
	X(BAD_COMPRESSION, "bad-compression", FAIL, "the compressed data cannot be decoded")       \
	X(EXPANSION_LIMIT, "expansion-limit", ERROR, "it unpacks to more than the limit allows")   \
	X(BAD_STRUCTURE, "bad-structure", FAIL, "a field or record is not what the format allows") \
	X(BAD_LENGTH, "bad-length", FAIL, "a length field is impossible")                          \
	X(MISSING_BLOCK, "missing-block", FAIL,                                                    \
	  "the table of contents names data that is not there")                                    \
	X(UNEXPECTED_BLOCK, "unexpected-block", FAIL,                                              \
	  "data that the table of contents does not name")                                         \
	X(REPEATED_BLOCK, "repeated-block", FAIL, "the same data block twice")                     \
	X(BAD_ROW, "bad-row", FAIL, "a row of table data is malformed")                            \
	X(BAD_REFERENCE, "bad-reference", FAIL, "an object refers to another that is not there")   \
	X(DUPLICATE, "duplicate", FAIL, "the same key or object twice")                            \
	X(BAD_SYNTAX, "bad-syntax", FAIL, "text that its grammar does not allow")                  \
	X(BAD_ENCODING, "bad-encoding", FAIL, "text that is not valid UTF-8")                      \
	X(UNSAFE, "unsafe", FAIL,                                                                  \
	  "restoring it would run programs, touch files or connect elsewhere")                     \
	X(NO_CHECKSUM, "no-checksum", WARN, "the format's checksum is switched off in this file")  \
	X(RISKY, "risky", WARN, "it would restore, and do something its reader may not expect")

enum finding_code {
#define X(name, id, verdict, meaning) FINDING_##name,
	FINDING_TABLE(X)
#undef X
		FINDING_CODE_COUNT
};

struct finding {
	enum finding_code code;
	const char *layer; /* what noticed: a codec's or a content format's id; static */
	uint64_t offset;   /* in the bytes of that format */
	char message[200];
};

struct findings {
	const char *layer;    /* given to each finding added; static */
	struct finding *item; /* in the order noticed */
	size_t count, capacity;
	uint64_t dropped; /* past FINDINGS_MAX we count, we do not store */
	bool no_memory;   /* one could not be stored: the reader's result is an error */
};
#define FINDINGS_INIT(format)                                                                      \
	{                                                                                          \
		.layer = (format)                                                                  \
	}
enum { FINDINGS_MAX = 1000 };

const char *finding_id(enum finding_code code);
const char *finding_meaning(enum finding_code code);
enum verdict finding_verdict(enum finding_code code);
bool finding_parse_id(const char *id, enum finding_code *out);

/* Never fails to the caller: see `no_memory`. Quote hostile bytes before putting them in. */
__attribute__((format(printf, 4, 5))) void findings_add(struct findings *f, enum finding_code code,
							uint64_t offset, const char *fmt, ...);

/* The worst of all; VERDICT_PASS when there are none; VERDICT_ERROR with `no_memory`. */
enum verdict findings_verdict(const struct findings *f);

/* The first of the gravest; NULL when there are none. */
const struct finding *findings_worst(const struct findings *f);

void findings_release(struct findings *f);

#endif
