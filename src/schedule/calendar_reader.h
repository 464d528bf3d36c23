/* SPDX-License-Identifier: Apache-2.0 */
/* What both notations of calendar expressions share when they are read: words, numbers, complaints. */
#ifndef SCHEDULE_CALENDAR_READER_H
#define SCHEDULE_CALENDAR_READER_H

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "schedule/calendar_chain.h"

struct calendar_reader {
	const char *text; /* the whole expression */
	struct error *err;
};

/* More words than any expression has; those beyond are counted only. */
enum { CALENDAR_WORDS_MAX = 6 };

/* Parts of the text between blanks. */
struct calendar_words {
	struct span word[CALENDAR_WORDS_MAX];
	size_t count;
};

/* Empty, too long and unprintable text is refused. */
MUST_CHECK int calendar_read_words(struct calendar_reader *r, struct calendar_words *out);

/* `"Mon 25:00", column 5: "25" is not an hour (0 to 23)`: the format is what follows the part. -1. */
__attribute__((format(printf, 3, 4))) int calendar_complain(struct calendar_reader *r,
							    struct span part, const char *fmt, ...);

/* Letters of any case. */
bool calendar_word_is(struct span word, const char *name);

/* Takes decimal digits off the front, at most to 65535; false: there are none. */
bool calendar_take_number(struct span *s, unsigned *out);
/* Takes `text` off the front. */
bool calendar_take(struct span *s, const char *text);

/* The values that a field may have, and what they are called. */
struct calendar_range {
	const char *name; /* "an hour" */
	unsigned min, max;
};

/* Of each field; the day as counted from the month's beginning. */
const struct calendar_range *calendar_range_of(enum calendar_field field);

/* An item as it was read: stop and step may be missing. */
struct calendar_reading {
	struct span part;
	unsigned start, stop, step;
	bool has_stop, has_step;
	bool from_end;
};

/* Checks that it lies in the range, and adds it. */
MUST_CHECK int calendar_add(struct calendar_reader *r, const struct calendar_range *range,
			    const struct calendar_reading *reading, struct calendar_chain *chain);

#endif
