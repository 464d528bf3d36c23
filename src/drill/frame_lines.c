/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of a frame fit a screen, and how much of each. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drill/frame.intern.h"
#include "model/utf8.h"

const char *frame_say(struct frame *f, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(&f->arena, fmt, ap);
	va_end(ap);
	f->failed |= !text;
	return text ? text : "";
}

const char *frame_sign(const struct frame *f, const char *utf8, const char *ascii)
{
	return f->style.utf8 ? utf8 : ascii;
}

const char *frame_text(struct frame *f, const char *text)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t rest = strlen(text);
	char *out = arena_alloc(&f->arena, rest + 1), *to = out;

	f->failed |= !out;
	while (out && rest) {
		size_t len = *s < 0x80 ? 1 : utf8_length((struct span){ s, rest });
		bool plain = len == 1 ?
				     *s >= 0x20 && *s < 0x7f :
				     len && f->style.utf8 && !utf8_steers((struct span){ s, len });

		len = len ? len : 1;
		/* a place for each, so that nothing grows */
		if (plain)
			to = (char *)memcpy(to, s, len) + len;
		else
			*to++ = *s == '\n' || *s == '\t' ? ' ' : '?';
		s += len;
		rest -= len;
	}
	return out ? out : "";
}

void frame_add(struct frame *f, enum frame_rank rank, enum frame_tone tone, const char *left,
	       const char *right)
{
	if (f->count < f->room)
		f->line[f->count++] = (struct frame_line){ rank, tone, left, right };
}

/* Of scripts whose letters are twice as wide (Unicode, East Asian Width W and F, by their blocks). */
static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

/* Columns of the character at `s`, and its bytes; the text is valid UTF-8. */
static size_t columns_of(const char *s, size_t *len)
{
	const uint8_t *u = (const uint8_t *)s;
	uint32_t c = u[0] < 0x80 ? u[0] :
		     u[0] < 0xe0 ? u[0] & 0x1f :
		     u[0] < 0xf0 ? u[0] & 0xf :
				   u[0] & 7;

	*len = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < *len; i++)
		c = c << 6 | (u[i] & 0x3f);
	return is_wide(c) ? 2 : 1;
}

static size_t width_of(const char *text)
{
	size_t width = 0, len;

	for (; *text; text += len)
		width += columns_of(text, &len);
	return width;
}

/* How much of a text fits, in bytes. */
static size_t fitting(const char *text, size_t width, size_t *used)
{
	size_t bytes = 0, len;

	*used = 0;
	while (text[bytes]) {
		size_t columns = columns_of(text + bytes, &len);

		if (*used + columns > width)
			break;
		*used += columns;
		bytes += len;
	}
	return bytes;
}

static void put(struct frame *f, struct buf *out, const char *text, size_t len)
{
	f->failed |= buf_append(out, text, len) < 0;
}

/* Cut with a sign that it is. Its columns. */
static size_t put_cut(struct frame *f, struct buf *out, const char *text, size_t width)
{
	const char *sign = frame_sign(f, "…", "~");
	size_t used, bytes;

	if (width_of(text) <= width) {
		put(f, out, text, strlen(text));
		return width_of(text);
	}
	if (!width)
		return 0;
	bytes = fitting(text, width - 1, &used);
	put(f, out, text, bytes);
	put(f, out, sign, strlen(sign));
	return used + 1;
}

static void put_line(struct frame *f, struct buf *out, const struct frame_line *l)
{
	static const char *const tones[] = {
		[FRAME_PLAIN] = "",          [FRAME_GOOD] = "\033[32m", [FRAME_BAD] = "\033[31m",
		[FRAME_CALL] = "\033[1;33m", [FRAME_FAINT] = "\033[2m", [FRAME_STRONG] = "\033[1m"
	};
	size_t width = f->style.width, right = width_of(l->right), left;
	bool colored = f->style.color && l->tone != FRAME_PLAIN;

	if (colored)
		put(f, out, tones[l->tone], strlen(tones[l->tone]));
	/* beside less than a few letters of what it is about, the right says nothing */
	if (right + 9 > width)
		right = 0;
	left = put_cut(f, out, l->left, right ? width - right - 1 : width);
	for (size_t i = left; right && i < width - right; i++)
		put(f, out, " ", 1);
	if (right)
		put(f, out, l->right, strlen(l->right));
	if (colored)
		put(f, out, "\033[0m", 4);
	put(f, out, "\n", 1);
}

void frame_print(struct frame *f, struct buf *out)
{
	size_t left = f->style.height, of_rank[FRAME_RANKS] = { 0 };

	/* how many of each rank there is room for: of one that does not fit as a whole, the first */
	for (size_t i = 0; i < f->count; i++)
		of_rank[f->line[i].rank]++;
	for (int rank = 0; rank < FRAME_RANKS; rank++) {
		of_rank[rank] = of_rank[rank] < left ? of_rank[rank] : left;
		left -= of_rank[rank];
	}
	for (size_t i = 0; i < f->count; i++) {
		if (!of_rank[f->line[i].rank])
			continue;
		of_rank[f->line[i].rank]--;
		put_line(f, out, &f->line[i]);
	}
}
