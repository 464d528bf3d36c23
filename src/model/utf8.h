/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8 (RFC 3629 section 4: no overlong forms, no surrogates, at most U+10FFFF). */
#ifndef MODEL_UTF8_H
#define MODEL_UTF8_H

#include "base/cursor.h"

/* Bytes of the character that `s` begins with, 1 to 4; 0 when it is malformed, cut short or `s` is empty. */
size_t utf8_length(struct span s);

/* Offset of the first byte that is not part of a character; `s.len` when there is none. */
size_t utf8_valid_prefix(struct span s);

#endif
