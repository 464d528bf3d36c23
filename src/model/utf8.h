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

#endif
