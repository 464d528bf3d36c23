/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in columns, as wide as what is in them. On a terminal too narrow for all of
 * them columns are left out and names cut; elsewhere nothing is.
 *
 *	struct listing l = { .terminal = &inv->screen, .column = columns, .columns = 3 };
 *	… listing_text(&l, name); listing_format(&l, "%u", n); … row by row …
 *	rc = listing_print(&l, err);
 *	listing_release(&l);
 */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/terminal.h"

struct listing_column {
	const char *title;
	bool right;       /* numbers */
	bool gives_width; /* is cut where the terminal is too narrow: one of them at most */
	unsigned spare; /* left out where the terminal is too narrow, the highest first; 0: never */
};

enum { LISTING_COLUMNS_MAX = 12 };

struct listing {
	const struct terminal *terminal;
	const struct listing_column *column;
	size_t columns;
	unsigned indent;
	/* kept by the functions below */
	struct arena arena;
	char **cell;
	size_t cells, capacity;
	bool no_memory;
};

/* The next cell, from the left; what others chose is escaped. Out of memory: listing_print() says so. */
void listing_text(struct listing *l, const char *foreign);
__attribute__((format(printf, 2, 3))) void listing_format(struct listing *l, const char *fmt, ...);

/* A number with its thousands parted. */
void listing_number(struct listing *l, bool known, unsigned long long number);
void listing_size(struct listing *l, bool known, unsigned long long bytes);

/* The titles and all rows. */
MUST_CHECK int listing_print(const struct listing *l, struct error *err);

void listing_release(struct listing *l);

/* Columns that text without control characters takes. */
size_t listing_width(const char *text);

#endif
