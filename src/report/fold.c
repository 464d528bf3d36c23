/* SPDX-License-Identifier: Apache-2.0 */
#include "report/fold.h"

#include <string.h>

/* The end of a word that begins at `s`, and its columns: colours have none. */
static const char *word_end(const char *s, const char *end, unsigned *columns)
{
	*columns = 0;
	for (; s < end && *s != ' ' && *s != '\n'; s++) {
		if (*s == '\033') {
			const char *last = memchr(s, 'm', (size_t)(end - s));

			s = last ? last : s;
		} else {
			*columns += ((unsigned char)*s & 0xc0) != 0x80; /* not within a character */
		}
	}
	return s;
}

static bool put(struct buf *out, const char *bytes, size_t len)
{
	return buf_append(out, bytes, len) == 0;
}

static bool put_break(struct buf *out, unsigned indent)
{
	return buf_printf(out, "\n%*s", (int)indent, "") >= 0;
}

static bool fold(const char *s, const char *end, unsigned width, unsigned indent, struct buf *out)
{
	unsigned at = 0, columns;
	bool ok = true;

	while (ok && s < end) {
		size_t spaces = strspn(s, " ");
		const char *word = s + spaces, *next = word_end(word, end, &columns);
		bool breaks = at > indent && at + spaces + columns > width;

		ok = breaks ? put_break(out, indent) : put(out, s, spaces);
		ok = ok && put(out, word, (size_t)(next - word));
		at = (breaks ? indent : at + (unsigned)spaces) + columns;
		s = next;
		if (s < end && *s == '\n') {
			ok = ok && put(out, s++, 1);
			at = 0;
		}
	}
	return ok;
}

void paint_fold(struct paint *p, size_t start, unsigned indent)
{
	CLEANUP(buf_release)
	struct buf folded = { 0 };

	if (!p->style.width || p->failed)
		return;
	if (!fold(p->out->ptr + start, p->out->ptr + p->out->len, p->style.width, indent,
		  &folded)) {
		p->failed = true;
		return;
	}
	p->out->len = start;
	p->failed = buf_append(p->out, folded.ptr, folded.len) < 0;
}
