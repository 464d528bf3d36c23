/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY text as pg_dump stores a table's data: one line per row, columns parted
 * by tabs, then the line "\." and empty lines. Counts and fingerprints the rows
 * (format/row_hash.h), which may be cut anywhere between two pushes.
 *
 * Source: "Text Format" of PostgreSQL's COPY, and dumpTableData_copy() of pg_dump.
 */
#ifndef FORMAT_COPY_TEXT_H
#define FORMAT_COPY_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "format/row_hash.h"
#include "format/postgres/row_text.h"

/* name, what a person reads */
#define COPY_FAULT_TABLE(X)                                                                        \
	X(NONE, "no fault")                                                                        \
	X(COLUMNS, "a row has not as many columns as the COPY statement names")                    \
	X(NUL, "a row holds a zero byte")                                                          \
	X(MARKER, "a row holds the end marker \\., and something else")                            \
	X(CARRIAGE_RETURN, "a row holds a carriage return that is not escaped")                    \
	X(JOINED, "a row ends with a backslash, which makes it one with the next")                 \
	X(ENCODING, "a row is not valid in the dump's encoding, UTF8")                             \
	X(UNFINISHED, "the data ends within a line")                                               \
	X(NO_END, "the data ends without the end marker \\.")                                      \
	X(AFTER_END, "data follows the end marker \\.")

enum copy_fault {
#define X(name, meaning) COPY_FAULT_##name,
	COPY_FAULT_TABLE(X)
#undef X
};

const char *copy_fault_meaning(enum copy_fault fault);

/* Rows that are not UTF-8 and have no other fault: copy_text_in_utf8() makes it one. */
struct copy_not_utf8 {
	uint64_t row, count; /* the first, and how many */
};

struct copy_text {
	struct row_sum sum;    /* rows so far; those with a fault count too */
	enum copy_fault fault; /* the first one */
	uint64_t fault_row;    /* its row, from 1 */
	uint64_t faults;       /* how many rows or ends were wrong */
	struct copy_not_utf8 not_utf8;
	uint64_t columns;        /* every row must have as many; 0: a table without columns */
	struct row_hash *hash;   /* of the line that the last push cut; borrowed */
	struct row_text row;     /* of the line, so far */
	uint64_t partial_tabs;   /* tabs of the line that was cut, so far */
	uint8_t partial_head[2]; /* its first bytes */
	bool in_line, ended;
	bool overrun; /* bytes after the end marker were told */
};

/* Start anew for a table with that many columns. Keeps `hash` (row_hash_new()). */
void copy_text_begin(struct copy_text *c, uint64_t columns, struct row_hash *hash);

void copy_text_push(struct copy_text *c, struct span text);

/* As copy_text_push(), but the end marker's line is the last that is taken: returns how many bytes were. */
size_t copy_text_rows(struct copy_text *c, struct span text);

/* The data has ended: look for the end marker. */
void copy_text_end(struct copy_text *c);

/* The encoding, which may be known only at the end, is UTF8. */
void copy_text_in_utf8(struct copy_text *c);

/*
 * Counts the columns that a COPY statement names, fed in pieces:
 * `COPY public.t (id, "a, b") FROM stdin;` has two. Zeroed is a valid start.
 */
struct copy_columns {
	uint64_t count;
	bool quoted, in_list;
};
void copy_columns_push(struct copy_columns *c, struct span piece);

#endif
