/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a frame, before those that fit are chosen. */
#ifndef DRILL_FRAME_INTERN_H
#define DRILL_FRAME_INTERN_H

#include "drill/frame.h"

/* The most important first. */
enum frame_rank {
	FRAME_CLOCK,
	FRAME_NOW, /* what waits for people, what is under way */
	FRAME_PHASE,
	FRAME_NEWS,
	FRAME_STEP,  /* of a phase that is under way */
	FRAME_LATER, /* other steps that have not ended */
	FRAME_DONE,
	FRAME_BLANK,
	FRAME_RANKS,
};

enum frame_tone { FRAME_PLAIN, FRAME_GOOD, FRAME_BAD, FRAME_CALL, FRAME_FAINT, FRAME_STRONG };

struct frame_line {
	enum frame_rank rank;
	enum frame_tone tone;
	const char *left, *right; /* the left is cut where there is no room for both */
};

struct frame {
	struct arena arena;
	const struct drill_record *r;
	struct drill_frame_style style;
	struct frame_line *line;
	size_t count, room;
	bool failed; /* out of memory */
};

/* A line of words that are ours, or fit to be shown by frame_text(). */
void frame_add(struct frame *f, enum frame_rank rank, enum frame_tone tone, const char *left,
	       const char *right);
/* In the frame's arena; "" when out of memory. */
__attribute__((format(printf, 2, 3))) const char *frame_say(struct frame *f, const char *fmt, ...);
/* Words that others chose, made fit for this screen. */
const char *frame_text(struct frame *f, const char *text);
/* Either, by what the screen shows. */
const char *frame_sign(const struct frame *f, const char *utf8, const char *ascii);

/* Those lines for which there is room. */
void frame_print(struct frame *f, struct buf *out);

#endif
