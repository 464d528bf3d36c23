/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/plain.h"

#include <stdio.h>
#include <string.h>

#include "model/utf8.h"

static const char ellipsis[] = "…";

static const char *entity_of(char c, enum plain_form form)
{
	if (form == PLAIN_TEXT)
		return NULL;
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return form == PLAIN_HTML ? "&quot;" : NULL;
	case '\'':
		return form == PLAIN_HTML ? "&#39;" : NULL;
	default:
		return NULL;
	}
}

/* What stands for the character at `s`, of which it takes `*n` bytes. */
static struct span unit_of(struct span s, enum plain_form form, size_t *n, char escape[8])
{
	size_t length = utf8_length(s);
	uint8_t c = s.ptr[0];
	const char *entity;

	*n = length ? length : 1;
	if (c == '\n' || c == '\t' || c == '\r')
		return (struct span){ (const uint8_t *)" ", 1 };
	if (length == 0 || c < 0x20 || c == 0x7f || utf8_steers((struct span){ s.ptr, length })) {
		*n = 1;
		(void)snprintf(escape, 8, "\\x%02x", c);
		return (struct span){ (const uint8_t *)escape, 4 };
	}
	entity = entity_of((char)c, form);
	if (entity)
		return (struct span){ (const uint8_t *)entity, strlen(entity) };
	return (struct span){ s.ptr, length };
}

int plain_append(struct buf *out, const char *text, size_t max, enum plain_form form)
{
	struct span rest = { (const uint8_t *)text, strlen(text) };
	size_t start = out->len, fits = start; /* the last border where "…" still goes behind */

	while (rest.len) {
		char escape[8];
		size_t n;
		struct span unit = unit_of(rest, form, &n, escape);

		if (out->len - start + unit.len > max) {
			out->len = fits;
			return buf_puts(out, ellipsis);
		}
		if (buf_append(out, unit.ptr, unit.len) < 0)
			return -1;
		if (out->len - start + strlen(ellipsis) <= max)
			fits = out->len;
		rest = span_behind(rest, n);
	}
	return out->len == start ? buf_append(out, "", 0) : 0;
}
