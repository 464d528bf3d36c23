/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one field of a calendar expression: a list of numbers, ranges and steps. */
#ifndef SCHEDULE_CALENDAR_CHAIN_H
#define SCHEDULE_CALENDAR_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum calendar_field {
	CALENDAR_YEAR,
	CALENDAR_MONTH,
	CALENDAR_DAY,
	CALENDAR_HOUR,
	CALENDAR_MINUTE,
	CALENDAR_SECOND,
	CALENDAR_FIELDS
};

/* What systemd takes; a day from the end of the month at most the 28th. */
enum { CALENDAR_YEAR_MIN = 1970, CALENDAR_YEAR_MAX = 2199, CALENDAR_FROM_END_MAX = 28 };

/* One value when stop is start and step 0; without an end when stop is start and step is not 0. */
struct calendar_item {
	uint16_t start, stop, step;
};

enum { CALENDAR_CHAIN_MAX = 64 };

/* Sorted, each once. Empty: any value. */
struct calendar_chain {
	struct calendar_item item[CALENDAR_CHAIN_MAX];
	size_t count;
};

/* False: it is full. The item's end is moved to the last value that its step reaches. */
bool calendar_chain_add(struct calendar_chain *c, struct calendar_item item);

/* Sorts, and drops what is there twice. */
void calendar_chain_normalize(struct calendar_chain *c);

/*
 * Gives repetitions without an end the end that they have: `max`, the field's, or with
 * `from_end` the last value that counting towards the month's end reaches.
 */
void calendar_chain_close(struct calendar_chain *c, int max, bool from_end);

/* The smallest value from `from` to `max`, which is the field's; -1: there is none. */
int calendar_chain_next(const struct calendar_chain *c, int from, int max);

/* The same where values count from the end of a month of `days` days; gives the day. */
int calendar_chain_next_from_end(const struct calendar_chain *c, int from, int days);

#endif
