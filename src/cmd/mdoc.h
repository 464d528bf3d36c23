/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that manual pages are made of. */
#ifndef CMD_MDOC_H
#define CMD_MDOC_H

#include "cmd/command.h"

/* .Dd, .Dt, .Os and NAME; `title` is "muster-verify". */
void mdoc_begin(FILE *out, const char *title, int section, const char *summary);

/* Paragraphs of running text, parted by empty lines: escaped, one sentence a line at least. */
void mdoc_text(FILE *out, const char *text);

/* A word inside a macro's line. */
void mdoc_word(FILE *out, const char *word);

/* The rows as .Op in a synopsis, or as a tagged list. */
void mdoc_option_synopsis(FILE *out, const struct option_row *rows);
void mdoc_option_list(FILE *out, const struct option_row *rows);

/* "command  # what it does" lines. */
void mdoc_examples(FILE *out, const char *examples);

#endif
