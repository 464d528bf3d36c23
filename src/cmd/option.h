/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options as rows: one row makes the parser, --help, the manual page and the
 * completions. A table ends with a zeroed row.
 */
#ifndef CMD_OPTION_H
#define CMD_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* What an option takes, and the type of its target field. */
enum option_type {
	OPTION_FLAG,     /* nothing; bool */
	OPTION_STRING,   /* text; const char * */
	OPTION_PATH,     /* a file; const char * (completed as a file name) */
	OPTION_COUNT,    /* a whole number; unsigned */
	OPTION_NUMBER,   /* that of a thing, from 1 on; unsigned, 0 when not given */
	OPTION_BYTES,    /* "10 MiB"; uint64_t */
	OPTION_DURATION, /* "1h30m"; int64_t, nanoseconds */
	OPTION_CHOICE,   /* one of `choices`; int, its index */
	OPTION_LIST,     /* text, may be repeated; struct option_list */
};

struct option_list {
	const char **item; /* NULL-terminated once something is in it; else NULL */
	size_t count;
};

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* '\0': none */
	enum option_type type;
	const char *metavar;        /* "FILE"; NULL for flags and choices */
	const char *summary;        /* one line of --help, no full stop */
	const char *help;           /* sentences that the manual page adds; NULL: none */
	const char *const *choices; /* NULL-terminated */
	size_t offset;              /* of the target in the structure that gets the values */
};

/* The row of that long name or letter; NULL. A NULL table is empty. */
const struct option_row *option_find(const struct option_row *rows, const char *name, size_t len);
const struct option_row *option_find_letter(const struct option_row *rows, char letter);

/* What it takes, for synopses: "FILE", "pdf|html"; NULL for a flag. `out` is for choices. */
const char *option_operand(const struct option_row *row, char *out, size_t size);

/*
 * Store `value` (ignored for flags) in the row's field of `target`; the text is
 * kept. ERROR_USAGE tells what was expected; a text or file that is empty, as of a variable of a
 * shell that was not set, is no value.
 */
MUST_CHECK int option_store(const struct option_row *row, const char *value, void *target,
			    struct error *err);

/* Free the lists among the rows' fields of `target`. */
void options_release(const struct option_row *rows, void *target);

#endif
