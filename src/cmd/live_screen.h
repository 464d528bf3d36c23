/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole terminal that is drawn again and again, and given back as it was: another screen
 * without a cursor, single keys, the terminal's size as it changes.
 *
 *	CLEANUP(live_screen_end) struct live_screen s = { 0 };
 *	live_screen_begin(&s, &inv->screen, err);
 *	do
 *		… live_screen_draw(&s, &frame, err) …
 *	while (live_screen_wait(&s, 200) != LIVE_QUIT);
 */
#ifndef CMD_LIVE_SCREEN_H
#define CMD_LIVE_SCREEN_H

#include <termios.h>

#include "base/buf.h"
#include "base/error.h"
#include "cmd/terminal.h"

struct live_size {
	unsigned width, height; /* height 0: no limit */
};
/* Of the terminal now; elsewhere what COLUMNS and LINES say, else 80 and no limit. At least 20 x 2. */
struct live_size live_screen_size(const struct terminal *t);

struct live_screen {
	const struct terminal *terminal;
	bool on;
	bool takes_keys; /* standard input is a terminal, too */
	struct termios before;
};

/* Keeps `t`, which is a terminal that can redraw a line, until the end. */
MUST_CHECK int live_screen_begin(struct live_screen *s, const struct terminal *t,
				 struct error *err);
/* Safe twice and on a zeroed one. */
void live_screen_end(struct live_screen *s);

/* Lines, of which those that the terminal has no room for are left out. */
MUST_CHECK int live_screen_draw(struct live_screen *s, const struct buf *frame, struct error *err);

enum live_event {
	LIVE_TIME_PASSED,
	LIVE_REDRAW, /* the size has changed, or a key asks for it */
	LIVE_QUIT,   /* by the key q, a signal that asks us to stop, or since nobody is there */
};
enum live_event live_screen_wait(struct live_screen *s, int milliseconds);

#endif
