/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/listing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/quantity.h"
#include "model/utf8.h"

enum { GAP = 2, CUT_TO = 16 };

static void add(struct listing *l, char *text)
{
	size_t capacity = l->capacity ? l->capacity * 2 : 64;
	char **cell = l->cell;

	if (text && l->cells == l->capacity) {
		cell = reallocarray(l->cell, capacity, sizeof(*cell));
		if (cell) {
			l->cell = cell;
			l->capacity = capacity;
		}
	}
	if (!text || !cell)
		l->no_memory = true;
	else
		l->cell[l->cells++] = text;
}

void listing_text(struct listing *l, const char *foreign)
{
	/* a byte becomes four characters at most */
	size_t size = strlen(foreign) * 4 + 1;
	char *text = arena_alloc(&l->arena, size);

	add(l, text ? terminal_escape(l->terminal, foreign, text, size) : NULL);
}

void listing_format(struct listing *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, arena_vprintf(&l->arena, fmt, ap));
	va_end(ap);
}

void listing_number(struct listing *l, bool known, unsigned long long number)
{
	char text[NUMBER_TEXT_SIZE];

	listing_format(l, "%s", known ? number_format(number, text) : "?");
}

void listing_size(struct listing *l, bool known, unsigned long long bytes)
{
	char text[QUANTITY_TEXT_SIZE];

	listing_format(l, "%s", known ? quantity_format_size(bytes, text) : "?");
}

/* Columns of the character that `s` begins with; what the locale does not know is one. */
static size_t character_width(const char *s, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	int width;

	if (len == 1 || mbrtowc(&wide, s, len, &state) != len)
		return 1;
	width = wcwidth(wide);
	return width < 0 ? 1 : (size_t)width;
}

static size_t character_length(const char *s)
{
	size_t len = utf8_length((struct span){ (const uint8_t *)s, strnlen(s, UTF8_LENGTH_MAX) });

	return len ? len : 1;
}

size_t listing_width(const char *text)
{
	size_t width = 0;

	while (*text) {
		size_t len = character_length(text);

		width += character_width(text, len);
		text += len;
	}
	return width;
}

struct layout {
	size_t width[LISTING_COLUMNS_MAX]; /* 0: left out */
};

static size_t line_width(const struct listing *l, const struct layout *at)
{
	size_t all = l->indent;

	for (size_t c = 0; c < l->columns; c++)
		all += at->width[c] ? at->width[c] + (c ? GAP : 0) : 0;
	return all;
}

/* Leave out the column that can be spared first. */
static bool spare_one(const struct listing *l, struct layout *at)
{
	size_t most = l->columns;

	for (size_t c = 0; c < l->columns; c++) {
		if (at->width[c] && l->column[c].spare &&
		    (most == l->columns || l->column[c].spare > l->column[most].spare))
			most = c;
	}
	if (most == l->columns)
		return false;
	at->width[most] = 0;
	return true;
}

static void fit(const struct listing *l, struct layout *at)
{
	size_t room = l->terminal->width, least = 0, give = l->columns;

	for (size_t c = 0; c < l->columns; c++) {
		if (l->column[c].gives_width)
			give = c;
	}
	if (give < l->columns)
		least = at->width[give] < CUT_TO ? at->width[give] : CUT_TO;
	for (;;) {
		size_t line = line_width(l, at);
		size_t can_give = give < l->columns ? at->width[give] - least : 0;

		if (line <= room)
			return;
		if (line - room <= can_give) {
			at->width[give] -= line - room;
			return;
		}
		if (!spare_one(l, at)) {
			if (give < l->columns)
				at->width[give] = least;
			return;
		}
	}
}

static struct layout lay_out(const struct listing *l)
{
	struct layout at = { 0 };

	for (size_t c = 0; c < l->columns; c++)
		at.width[c] = strlen(l->column[c].title);
	for (size_t k = 0; k < l->cells; k++) {
		size_t width = listing_width(l->cell[k]);

		if (width > at.width[k % l->columns])
			at.width[k % l->columns] = width;
	}
	if (l->terminal->is_tty)
		fit(l, &at);
	return at;
}

/* As much of it as fits, and a mark that there is more. */
static void put_cut(const struct terminal *t, const char *text, size_t room)
{
	size_t used = 0;

	if (listing_width(text) <= room) {
		(void)fputs(text, t->stream);
		return;
	}
	for (;;) {
		size_t len = character_length(text), width = character_width(text, len);

		if (used + width + 1 > room)
			break;
		(void)fwrite(text, 1, len, t->stream);
		used += width;
		text += len;
	}
	(void)fputs(t->utf8 ? "\u2026" : "~", t->stream);
	for (used++; used < room; used++)
		(void)fputc(' ', t->stream);
}

/* NULL: the titles. */
static void put_row(const struct listing *l, const struct layout *at, char *const *cell)
{
	FILE *out = l->terminal->stream;
	size_t pending = l->indent;

	for (size_t c = 0; c < l->columns; c++) {
		const char *text = cell ? cell[c] : l->column[c].title;
		size_t width = at->width[c], own = listing_width(text);
		size_t pad = own < width ? width - own : 0;

		if (!width)
			continue;
		if (!*text) {
			pending += width + GAP;
			continue;
		}
		(void)fprintf(out, "%*s", (int)(pending + (l->column[c].right ? pad : 0)), "");
		put_cut(l->terminal, text, width);
		pending = (l->column[c].right ? 0 : pad) + GAP;
	}
}

int listing_print(const struct listing *l, struct error *err)
{
	const struct terminal *t = l->terminal;
	struct layout at;

	if (l->no_memory)
		return error_set(err, ERROR_NOMEM, "no memory to print a table");
	at = lay_out(l);
	(void)fputs(terminal_begin(t, TONE_FAINT), t->stream);
	put_row(l, &at, NULL);
	(void)fprintf(t->stream, "%s\n", terminal_end(t));
	for (size_t k = 0; k + l->columns <= l->cells; k += l->columns) {
		put_row(l, &at, l->cell + k);
		(void)fputc('\n', t->stream);
	}
	return 0;
}

void listing_release(struct listing *l)
{
	arena_release(&l->arena);
	free(l->cell);
	l->cell = NULL;
	l->cells = l->capacity = 0;
}
