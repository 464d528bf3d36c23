/* SPDX-License-Identifier: Apache-2.0 */
#include "report/paint.h"

#include <stdarg.h>
#include <string.h>

#include "model/utf8.h"

static const char *const colors[VERDICT_COUNT] = {
	[VERDICT_SKIPPED] = "\033[2m", [VERDICT_PASS] = "\033[32m", [VERDICT_WARN] = "\033[33m",
	[VERDICT_ERROR] = "\033[33m",  [VERDICT_FAIL] = "\033[31m",
};

static void put(struct paint *p, const char *bytes, size_t len)
{
	p->failed |= buf_append(p->out, bytes, len) < 0;
}

void paint_format(struct paint *p, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0)
		put(p, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void put_escaped(struct paint *p, const uint8_t *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\n')
			paint_format(p, "\\n");
		else
			paint_format(p, "\\x%02x", s[i]);
	}
}

/* What stands for an ASCII character in a format; NULL: itself. */
typedef const char *stand_in(const char *at);

static void put_foreign(struct paint *p, const char *text, stand_in *stands_for)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t rest = strlen(text);

	while (rest) {
		size_t len = *s < 0x80 ? 1 : utf8_length((struct span){ s, rest });
		bool plain = len == 1 ?
				     *s >= 0x20 && *s < 0x7f :
				     len && p->style.utf8 && !utf8_steers((struct span){ s, len });
		const char *other;

		len = len ? len : 1;
		other = plain && len == 1 && stands_for ? stands_for((const char *)s) : NULL;
		if (other)
			put(p, other, strlen(other));
		else if (plain)
			put(p, (const char *)s, len);
		else
			put_escaped(p, s, len);
		s += len;
		rest -= len;
	}
}

void paint_foreign(struct paint *p, const char *text)
{
	put_foreign(p, text, NULL);
}

void paint_raw(struct paint *p, const char *text)
{
	put(p, text, strlen(text));
}

static const char *html_for(const char *at)
{
	switch (*at) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void paint_html(struct paint *p, const char *text)
{
	put_foreign(p, text, html_for);
}

/* Any ASCII punctuation may follow a backslash (CommonMark 0.31, section 2.4). */
static const char *markdown_for(const char *at)
{
	static const char escaped[][3] = { "\\\\", "\\`", "\\*", "\\_", "\\{", "\\}",
					   "\\[",  "\\]", "\\<", "\\>", "\\#", "\\|",
					   "\\~",  "\\!", "\\$", "\\&", "\\@", "\\:" };

	/* a colon only begins something in an address */
	if (*at == ':' && at[1] != '/')
		return NULL;
	for (size_t i = 0; i < sizeof(escaped) / sizeof(*escaped); i++) {
		if (escaped[i][1] == *at)
			return escaped[i];
	}
	return NULL;
}

void paint_markdown(struct paint *p, const char *text)
{
	put_foreign(p, text, markdown_for);
}

void paint_one_line(struct paint *p, const char *text)
{
	size_t start = p->out->len;

	paint_foreign(p, text);
	/* a bar would begin the performance data */
	for (size_t i = start; i < p->out->len; i++) {
		if (p->out->ptr[i] == '|')
			p->out->ptr[i] = '/';
	}
}

void paint_verdict(struct paint *p, enum verdict v, const char *word)
{
	const char *symbol = verdict_symbol(v, p->style.utf8);

	if (p->style.color)
		paint_format(p, "%s%s %s\033[0m", colors[v], symbol, word);
	else
		paint_format(p, "%s %s", symbol, word);
}

void paint_pad(struct paint *p, size_t used, size_t width)
{
	do
		put(p, " ", 1);
	while (++used < width);
}
