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

#include "base/cursor.h"
#include "demo/random.h"
#include "demo/text.h"

/* One word, the frequent ones most often. */
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
