/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report written once for all formats: sections of words, lists and tables. What a format makes
 * of them is its writer's; text from outside is made harmless there.
 */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "base/arena.h"
#include "report/paint.h"

enum { SHEET_COLUMNS_MAX = 8 };

struct sheet_column {
	const char *title; /* our own */
	bool number;       /* stands on the right */
};

struct sheet_cell {
	const char *text; /* anybody's */
	bool judged;      /* begins with the verdict's symbol, in its colour */
	enum verdict verdict;
	bool struck; /* it no longer stands */
	bool strong, code;
};

struct sheet_table {
	const char *title; /* our own, or made fit by nobody */
	struct sheet_column column[SHEET_COLUMNS_MAX];
	size_t column_count;
	struct sheet_cell *cell; /* row by row */
	size_t cell_count, cell_room;
};

struct sheet;
struct sheet_writer {
	void (*section)(struct sheet *s, const char *id, const char *title);
	void (*section_end)(struct sheet *s);
	void (*words)(struct sheet *s, const char *text);
	void (*list)(struct sheet *s, const char *const *item, size_t count);
	void (*table)(struct sheet *s, const struct sheet_table *t);
};
extern const struct sheet_writer sheet_html, sheet_markdown, sheet_text;

struct sheet {
	struct arena arena;
	struct paint *p; /* tells of a want of memory, too */
	const struct sheet_writer *writer;
	struct sheet_table table; /* that is being filled */
};
void sheet_release(struct sheet *s);

/* In the sheet's arena; "" for want of memory, which the paint remembers. */
__attribute__((format(printf, 2, 3))) const char *sheet_say(struct sheet *s, const char *fmt, ...);

void sheet_section(struct sheet *s, const char *id, const char *title);
void sheet_section_end(struct sheet *s);
void sheet_words(struct sheet *s, const char *text);
void sheet_list(struct sheet *s, const char *const *item, size_t count);

/* Columns end with one that has no title; then cells row by row; a table without any is left out. */
void sheet_table_begin(struct sheet *s, const char *title, const struct sheet_column *column);
void sheet_cell(struct sheet *s, struct sheet_cell cell);
void sheet_put(struct sheet *s, const char *text);
void sheet_put_verdict(struct sheet *s, enum verdict v, const char *word);
void sheet_table_end(struct sheet *s);

#endif
