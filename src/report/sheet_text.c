/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of text: columns as wide as what is in them, within reason; the last one is folded. */
#include <string.h>

#include "report/fold.h"
#include "report/sheet.h"

/* Columns of a cell that is not the last of its row. */
enum { CELL_MAX = 56, CELL_MIN = 14, LAST_MIN = 16, GAP = 2 };

static void section(struct sheet *s, const char *id, const char *title)
{
	(void)id;
	paint_format(s->p, "\n%s\n", title);
}

static void section_end(struct sheet *s)
{
	(void)s;
}

static void words(struct sheet *s, const char *text)
{
	size_t start = s->p->out->len;

	paint_raw(s->p, "  ");
	paint_foreign(s->p, text);
	paint_raw(s->p, "\n");
	paint_fold(s->p, start, 2);
}

static void list(struct sheet *s, const char *const *item, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t start = s->p->out->len;

		paint_raw(s->p, "  - ");
		paint_foreign(s->p, item[i]);
		paint_raw(s->p, "\n");
		paint_fold(s->p, start, 4);
	}
}

static void content(struct paint *p, const struct sheet_cell *c)
{
	if (c->judged)
		paint_verdict(p, c->verdict, c->text);
	else {
		paint_raw(p, c->struck ? "(no longer) " : "");
		paint_foreign(p, c->text);
	}
}

/* Columns of a text: colours and the rest of characters have none. */
static size_t columns_of(const char *s)
{
	size_t columns = 0;

	for (; *s; s++) {
		if (*s == '\033') {
			const char *last = strchr(s, 'm');

			s = last ? last : s;
		} else
			columns += ((unsigned char)*s & 0xc0) != 0x80;
	}
	return columns;
}

/* By writing it where nobody looks. */
static size_t width_of(struct sheet *s, const struct sheet_cell *c)
{
	CLEANUP(buf_release)
	struct buf scratch = { 0 };
	struct paint p = { .out = &scratch, .style = s->p->style };

	content(&p, c);
	s->p->failed |= p.failed;
	return scratch.ptr ? columns_of(scratch.ptr) : 0;
}

static size_t widest_of(const size_t *width, size_t count)
{
	size_t widest = 0;

	for (size_t i = 1; i < count; i++)
		widest = width[i] > width[widest] ? i : widest;
	return widest;
}

/* So that the last column has some room on a screen, the widest of the others get narrower. */
static void fit(struct sheet *s, const struct sheet_table *t, size_t width[SHEET_COLUMNS_MAX])
{
	size_t last = width[t->column_count - 1], total = 2 + (last < LAST_MIN ? last : LAST_MIN);

	for (size_t i = 0; i + 1 < t->column_count; i++)
		total += width[i] + GAP;
	while (s->p->style.width && total > s->p->style.width && t->column_count > 1) {
		size_t widest = widest_of(width, t->column_count - 1);

		if (width[widest] <= CELL_MIN)
			return;
		width[widest]--;
		total--;
	}
}

static void measure(struct sheet *s, const struct sheet_table *t, size_t width[SHEET_COLUMNS_MAX])
{
	for (size_t i = 0; i < t->column_count; i++)
		width[i] = columns_of(t->column[i].title);
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t cell = width_of(s, &t->cell[i]), at = i % t->column_count;

		cell = cell < CELL_MAX ? cell : CELL_MAX;
		width[at] = cell > width[at] ? cell : width[at];
	}
	fit(s, t, width);
}

static void pad(struct paint *p, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		paint_raw(p, " ");
}

/* What was written since `start` and has no colours, cut to so many columns. */
static void cut(struct paint *p, size_t start, size_t columns)
{
	size_t at = start;

	if (p->failed)
		return;
	for (; columns > 1 && at < p->out->len; columns--) {
		do
			at++;
		while (((unsigned char)p->out->ptr[at] & 0xc0) == 0x80);
	}
	p->out->len = at;
	p->out->ptr[at] = '\0';
	paint_raw(p, p->style.utf8 ? "…" : "~");
}

/* A cell and what fills it up; the last of a row is neither cut nor filled up. */
static void put(struct sheet *s, const struct sheet_cell *c, size_t width, bool right, bool last)
{
	size_t own = width_of(s, c), rest = own < width ? width - own : 0, start;

	if (right)
		pad(s->p, rest);
	start = s->p->out->len;
	content(s->p, c);
	if (last)
		return;
	if (own > width && s->p->style.width && !c->judged)
		cut(s->p, start, width);
	pad(s->p, (right ? 0 : rest) + GAP);
}

/* Each table has its name, since a section may have several. */
static void heads(struct sheet *s, const struct sheet_table *t, const size_t *width)
{
	paint_raw(s->p, "\n  ");
	paint_foreign(s->p, t->title);
	paint_raw(s->p, "\n\n  ");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct sheet_cell head = { .text = t->column[i].title };

		put(s, &head, width[i], t->column[i].number, i + 1 == t->column_count);
	}
	paint_raw(s->p, "\n");
}

static void table(struct sheet *s, const struct sheet_table *t)
{
	size_t width[SHEET_COLUMNS_MAX] = { 0 }, start = 0, indent = 2;

	measure(s, t, width);
	for (size_t i = 0; i + 1 < t->column_count; i++)
		indent += width[i] + GAP;
	heads(s, t, width);
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t at = i % t->column_count;
		bool last = at + 1 == t->column_count;

		if (!at) {
			start = s->p->out->len;
			paint_raw(s->p, "  ");
		}
		put(s, &t->cell[i], width[at], t->column[at].number, last);
		if (!last)
			continue;
		while (s->p->out->len > start && s->p->out->ptr[s->p->out->len - 1] == ' ')
			s->p->out->ptr[--s->p->out->len] = '\0';
		paint_raw(s->p, "\n");
		/* where little is left beside the other columns, what is folded stands below them */
		paint_fold(s->p, start,
			   s->p->style.width && indent + 20 > s->p->style.width ? 6 :
										  (unsigned)indent);
	}
}

const struct sheet_writer sheet_text = {
	.section = section, .section_end = section_end, .words = words, .list = list, .table = table
};
