/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sheet.h"

#include <stdarg.h>
#include <string.h>

void sheet_release(struct sheet *s)
{
	arena_release(&s->arena);
}

const char *sheet_say(struct sheet *s, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(&s->arena, fmt, ap);
	va_end(ap);
	s->p->failed |= !text;
	return text ? text : "";
}

void sheet_section(struct sheet *s, const char *id, const char *title)
{
	s->writer->section(s, id, title);
}

void sheet_section_end(struct sheet *s)
{
	s->writer->section_end(s);
}

void sheet_words(struct sheet *s, const char *text)
{
	if (*text)
		s->writer->words(s, text);
}

void sheet_list(struct sheet *s, const char *const *item, size_t count)
{
	if (count)
		s->writer->list(s, item, count);
}

void sheet_table_begin(struct sheet *s, const char *title, const struct sheet_column *column)
{
	s->table = (struct sheet_table){ .title = title };
	while (column->title && s->table.column_count < SHEET_COLUMNS_MAX)
		s->table.column[s->table.column_count++] = *column++;
}

void sheet_cell(struct sheet *s, struct sheet_cell cell)
{
	struct sheet_table *t = &s->table;

	if (t->cell_count == t->cell_room) {
		size_t room = t->cell_room ? t->cell_room * 2 : 64;
		struct sheet_cell *grown = arena_alloc(&s->arena, room * sizeof(*grown));

		s->p->failed |= !grown;
		if (!grown)
			return;
		if (t->cell_count)
			memcpy(grown, t->cell, t->cell_count * sizeof(*grown));
		t->cell = grown;
		t->cell_room = room;
	}
	t->cell[t->cell_count++] = cell;
}

void sheet_put(struct sheet *s, const char *text)
{
	sheet_cell(s, (struct sheet_cell){ .text = text });
}

void sheet_put_verdict(struct sheet *s, enum verdict v, const char *word)
{
	sheet_cell(s, (struct sheet_cell){ .text = word, .judged = true, .verdict = v });
}

void sheet_table_end(struct sheet *s)
{
	if (s->table.cell_count)
		s->writer->table(s, &s->table);
}
