/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8 (RFC 3629 section 4: no overlong forms, no surrogates, at most U+10FFFF). */
#ifndef MODEL_UTF8_H
#define MODEL_UTF8_H

#include <stdbool.h>

#include "base/cursor.h"

enum { UTF8_LENGTH_MAX = 4 };

/* Bytes of the character that `s` begins with, 1 to 4; 0 when it is malformed, cut short or `s` is empty. */
size_t utf8_length(struct span s);

/*
 * Whether a character of more than one byte steers a terminal or hides text: C1
 * controls, marks and overrides of direction, line and paragraph separators, BOM.
 */
bool utf8_steers(struct span character);

/* Characters that come in pieces, cut anywhere. Zeroed is a valid start. */
struct utf8_run {
	uint8_t left;      /* bytes that the last one lacks */
	uint8_t low, high; /* the range of the next of them */
	bool bad;          /* something was malformed */
};

/*
 * Takes bytes past ASCII at the front of `s`, and the rest of a character that was cut:
 * returns how many. Stops, with `bad` set, before the byte that makes one malformed.
 */
size_t utf8_run_push(struct utf8_run *r, struct span s);

static inline bool utf8_run_is_whole(const struct utf8_run *r)
{
	return !r->bad && !r->left;
}

/* The same of text that may be ASCII as well. */
struct utf8_text {
	struct utf8_run run;
	uint64_t bad_at; /* where it was noticed first that it is malformed, in all pieces */
	uint64_t taken;  /* bytes so far */
};
void utf8_text_push(struct utf8_text *t, struct span s);

#endif
