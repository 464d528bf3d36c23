/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile bytes made fit for a message. */
#ifndef MODEL_QUOTE_H
#define MODEL_QUOTE_H

#include "base/cursor.h"

/*
 * `bytes` as one line of valid UTF-8 of at most size - 1 bytes: control characters
 * and bytes that are not UTF-8 become \xNN, what does not fit becomes "…". `size`
 * is at least 8. Returns `out`.
 */
char *quote_bytes(struct span bytes, char *out, size_t size);
char *quote_text(const char *text, char *out, size_t size);

#endif
