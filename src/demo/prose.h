/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as an agent platform holds it: sentences of words with Zipf frequencies,
 * identifiers, paths, hashes, times; in PostgreSQL's COPY text form. It is made
 * to compress like the real thing.
 */
#ifndef DEMO_PROSE_H
#define DEMO_PROSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"
#include "demo/random.h"

/* A place to write to that never overflows: what does not fit sets `full`. */
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

/* One word, the frequent ones most often; a rarer one; a capitalized one. */
struct span prose_word(struct random *r);
void prose_put_word(struct text *t, struct random *r);
/* `words` words, a capital first, a full stop last; now and then a number, path or name. */
void prose_sentence(struct text *t, struct random *r, unsigned words);
/* About `bytes` of sentences; with `breaks` also paragraphs, lists and code, their newlines escaped. */
void prose_text(struct text *t, struct random *r, size_t bytes, bool breaks);
/* "invoice-summary-17" */
void prose_slug(struct text *t, struct random *r);
/* "/srv/agents/report/cache.json" */
void prose_path(struct text *t, struct random *r);
/* A person's name, some of them beyond ASCII. */
void prose_person(struct text *t, struct random *r);

#endif
