/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes appended to memory that somebody else owns, never past its end. */
#ifndef DEMO_TEXT_H
#define DEMO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What does not fit is left out and sets `full`. */
struct text {
	char *at, *end;
	bool full;
};

static inline void text_bytes(struct text *t, const void *bytes, size_t len)
{
	if ((size_t)(t->end - t->at) < len) {
		t->full = true;
		return;
	}
	memcpy(t->at, bytes, len);
	t->at += len;
}

static inline void text_char(struct text *t, char c)
{
	text_bytes(t, &c, 1);
}

#define TEXT_LITERAL(t, s) text_bytes(t, s, sizeof(s) - 1)
void text_string(struct text *t, const char *s);
void text_number(struct text *t, uint64_t n);
/* `n` with `decimals` (1 to 9) digits behind the point: (1234, 2) gives 12.34. */
void text_decimal(struct text *t, uint64_t n, unsigned decimals);
/* `digits` (at most 16) low hexadecimal digits of `n`, high first. */
void text_hex(struct text *t, uint64_t n, unsigned digits);
void text_uuid(struct text *t, uint64_t high, uint64_t low);
/* "2026-03-01" and "2026-03-01 12:34:56.123456+00", from microseconds since 1970. */
void text_date(struct text *t, int64_t us);
void text_time(struct text *t, int64_t us);

#endif
