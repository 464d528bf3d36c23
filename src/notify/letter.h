/* SPDX-License-Identifier: Apache-2.0 */
/* A notice for people to read: plain text, and the same as HTML. */
#ifndef NOTIFY_LETTER_H
#define NOTIFY_LETTER_H

#include "notify/notice.h"

#include "base/buf.h"
#include "notify/plain.h"

/* One sentence on what happened: the title, else one made of event and kind. -1: no memory. */
MUST_CHECK int letter_sentence(const struct notice *n, struct buf *out);

/*
 * Append the text, lines ended by "\n", at most `max` bytes (of at least 2000): lines that do not
 * fit are counted instead. -1: no memory.
 */
MUST_CHECK int letter_text(const struct notice *n, size_t max, struct buf *out);

/* Append one page of HTML that loads nothing and needs no script, readable in dark and light. */
MUST_CHECK int letter_html(const struct notice *n, size_t max, struct buf *out);

/*
 * Append the body's lines made plain, each but the last ended by `line_end`; nothing when it has
 * none. -1: no memory.
 */
MUST_CHECK int letter_body(const struct notice *n, enum plain_form form, const char *line_end,
			   struct buf *out);

/* Whether the notice's link may be one: http or https, and no blank in it. */
bool letter_link_is_good(const struct notice *n);

#endif
