/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.intern.h"
#include "report/sheet.h"

static void section(struct sheet *s, const char *id, const char *title)
{
	paint_format(s->p, "<section id=\"%s\" class=\"sheet\">\n<h2>%s</h2>\n", id, title);
}

static void section_end(struct sheet *s)
{
	paint_raw(s->p, "</section>\n");
}

static void words(struct sheet *s, const char *text)
{
	paint_raw(s->p, "<p>");
	paint_html(s->p, text);
	paint_raw(s->p, "</p>\n");
}

static void list(struct sheet *s, const char *const *item, size_t count)
{
	paint_raw(s->p, "<ul>\n");
	for (size_t i = 0; i < count; i++) {
		paint_raw(s->p, "<li>");
		paint_html(s->p, item[i]);
		paint_raw(s->p, "</li>\n");
	}
	paint_raw(s->p, "</ul>\n");
}

static void content(struct paint *p, const struct sheet_cell *c)
{
	const char *tag = c->struck ? "del" : c->code ? "code" : c->strong ? "strong" : NULL;

	if (c->judged) {
		paint_format(p, "<span class=\"v %s\">%s ", verdict_name(c->verdict),
			     verdict_symbol(c->verdict, true));
		paint_html(p, c->text);
		paint_raw(p, "</span>");
		return;
	}
	if (tag)
		paint_format(p, "<%s>", tag);
	paint_html(p, c->text);
	if (tag)
		paint_format(p, "</%s>", tag);
}

/* The column's name stands beside the cell where the screen has no room for a head. */
static void cell(struct paint *p, const struct sheet_column *column, const struct sheet_cell *c,
		 bool heads)
{
	if (heads)
		paint_raw(p, "<th scope=\"row\">");
	else
		paint_format(p, "<td class=\"%s\" data-name=\"%s\">",
			     column->number ? "n" :
			     c->judged      ? "verdict" :
					      "words",
			     column->title);
	content(p, c);
	paint_raw(p, heads ? "</th>" : "</td>");
}

static void table(struct sheet *s, const struct sheet_table *t)
{
	struct paint *p = s->p;

	paint_raw(p, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
	paint_html(p, t->title);
	paint_raw(p, "\">\n<table>\n<caption>");
	paint_html(p, t->title);
	paint_raw(p, "</caption>\n<thead><tr>");
	for (size_t i = 0; i < t->column_count; i++)
		paint_format(p, "<th scope=\"col\"%s>%s</th>",
			     t->column[i].number ? " class=\"n\"" : "", t->column[i].title);
	paint_raw(p, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < t->cell_count; i++) {
		size_t at = i % t->column_count;

		paint_raw(p, at ? "" : "<tr>");
		cell(p, &t->column[at], &t->cell[i], !at);
		paint_raw(p, at + 1 == t->column_count ? "</tr>\n" : "");
	}
	html_table_end(p);
}

const struct sheet_writer sheet_html = {
	.section = section, .section_end = section_end, .words = words, .list = list, .table = table
};
