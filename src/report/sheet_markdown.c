/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sheet.h"

static void section(struct sheet *s, const char *id, const char *title)
{
	(void)id;
	paint_format(s->p, "\n## %s\n", title);
}

static void section_end(struct sheet *s)
{
	(void)s;
}

/* Others' words never begin a line: they could be markup there. */
static void words(struct sheet *s, const char *text)
{
	paint_raw(s->p, "\n› ");
	paint_markdown(s->p, text);
	paint_raw(s->p, "\n");
}

static void list(struct sheet *s, const char *const *item, size_t count)
{
	paint_raw(s->p, "\n");
	for (size_t i = 0; i < count; i++) {
		paint_raw(s->p, "- ");
		paint_markdown(s->p, item[i]);
		paint_raw(s->p, "\n");
	}
}

static void content(struct paint *p, const struct sheet_cell *c)
{
	const char *mark = c->struck ? "~~" : c->strong ? "**" : "";

	if (c->judged)
		paint_format(p, "%s ", verdict_symbol(c->verdict, true));
	/* marks around nothing would be shown */
	paint_raw(p, *c->text ? mark : "");
	paint_markdown(p, c->text);
	paint_raw(p, *c->text ? mark : "");
}

static void table(struct sheet *s, const struct sheet_table *t)
{
	struct paint *p = s->p;

	/* each table has its name, since a section may have several */
	paint_raw(p, "\n**");
	paint_markdown(p, t->title);
	paint_raw(p, "**\n\n|");
	for (size_t i = 0; i < t->column_count; i++)
		paint_format(p, " %s |", t->column[i].title);
	paint_raw(p, "\n|");
	for (size_t i = 0; i < t->column_count; i++)
		paint_raw(p, t->column[i].number ? "--:|" : "---|");
	paint_raw(p, "\n");
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t at = i % t->column_count;

		paint_raw(p, at ? " " : "| ");
		content(p, &t->cell[i]);
		paint_raw(p, at + 1 == t->column_count ? " |\n" : " |");
	}
}

const struct sheet_writer sheet_markdown = {
	.section = section, .section_end = section_end, .words = words, .list = list, .table = table
};
