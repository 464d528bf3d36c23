/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How to write for people on one stream: colour only on a terminal that wants it
 * (NO_COLOR, --no-color, TERM=dumb say no), symbols that its character set has,
 * nothing from a file name that could steer the terminal.
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "model/verdict.h"

struct terminal {
	FILE *stream;   /* borrowed */
	bool is_tty;    /* a terminal that can redraw a line */
	bool color;     /* it takes SGR sequences */
	bool utf8;      /* the locale has more than ASCII */
	bool passes;    /* well-formed UTF-8 passes: the locale is UTF-8, or this is no terminal */
	unsigned width; /* columns */
};

enum tone { TONE_GOOD, TONE_CAUTION, TONE_BAD, TONE_FAINT, TONE_STRONG };

/* `setlocale(LC_CTYPE, "")` must have been called. */
void terminal_init(struct terminal *t, FILE *stream, bool no_color);

/* SGR sequences around a word; "" without colour. */
const char *terminal_begin(const struct terminal *t, enum tone tone);
const char *terminal_end(const struct terminal *t);

/* verdict_symbol() as the locale allows. */
const char *terminal_symbol(const struct terminal *t, enum verdict v);
enum tone terminal_verdict_tone(enum verdict v);

/*
 * Write text that others chose (file names, messages of servers): control
 * characters, direction overrides and malformed UTF-8 become \xNN, `\` stays.
 */
void terminal_puts(const struct terminal *t, const char *text);

/* The same into `out`, cut to what fits. Returns `out`. */
char *terminal_escape(const struct terminal *t, const char *text, char *out, size_t size);

/* "muster: message" and "  hint: …" when there is one. */
void terminal_error(const struct terminal *t, const struct error *err);

#endif
