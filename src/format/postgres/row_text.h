/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands within a row of COPY text that COPY FROM would refuse, or would not read
 * as one row. Source: CopyReadLineText() of src/backend/commands/copyfromparse.c of
 * PostgreSQL.
 */
#ifndef FORMAT_ROW_TEXT_H
#define FORMAT_ROW_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/utf8.h"

enum row_text_seen {
	ROW_NUL = 1,
	ROW_CARRIAGE_RETURN = 2, /* one that is not escaped */
	ROW_MARKER = 4,          /* the two bytes of the end marker, the first not escaped, */
	ROW_MARKER_IN_FRONT = 8, /* and they begin the row */
};

/* A row, whose bytes come in pieces without its newline. Zeroed is a valid start. */
struct row_text {
	uint64_t len; /* bytes of the pieces before; its owner adds them */
	struct utf8_run utf8;
	uint8_t seen;  /* enum row_text_seen */
	bool escaping; /* it ends with a backslash that is not escaped */
};

/* Control characters but the tab, backslashes, bytes past ASCII: nothing else matters. */
static inline bool row_text_is_rare(uint8_t byte)
{
	return (byte < ' ' && byte != '\t') || byte == '\\' || byte >= 0x80;
}

/* A piece begins, which may hold more than the row: returns how many of its bytes belong to what the last one cut. */
size_t row_text_go_on(struct row_text *t, struct span piece);

/* piece.ptr[at] is rare and no newline, the first such that no call has gone past: returns where to look on. */
size_t row_text_rare(struct row_text *t, struct span piece, size_t at);

static inline bool row_text_is_sound(const struct row_text *t)
{
	return !(t->seen | t->escaping | t->utf8.left | t->utf8.bad);
}

#endif
