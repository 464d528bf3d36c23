/* SPDX-License-Identifier: Apache-2.0 */
/* The next times of a calendar, as the schedule commands show them. */
#ifndef CMD_SCHEDULE_TIMES_H
#define CMD_SCHEDULE_TIMES_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "schedule/calendar.h"

enum { SCHEDULE_COUNT_MAX = 10000 };

/* The option --after of the commands that show times. */
#define SCHEDULE_AFTER_OPTION(target, member)                                                      \
	{                                                                                          \
		.name = "after", .type = OPTION_STRING, .metavar = "TIME",                         \
		.summary = "show the times after this one instead of now",                         \
		.help = "As RFC 3339 writes it: \"2027-03-01T00:00:00Z\".",                        \
		.offset = offsetof(target, member)                                                 \
	}

/* Checks --count, and gives the moment of --after, or now when it is NULL. */
MUST_CHECK int schedule_read_times(unsigned count, const char *after, int64_t *after_ns,
				   struct error *err);

enum { SCHEDULE_LOCAL_SIZE = sizeof("Sun 2026-03-29 02:00:00 -00001234567890") };
/* "Sun 2026-03-29 02:00 BST": the time on the zone's clocks, with seconds where there are any. Returns `out`. */
char *schedule_local(const struct calendar *c, int64_t wall_ns, char out[SCHEDULE_LOCAL_SIZE]);

enum { SCHEDULE_NOTE_SIZE = 128 };
/* Of times that clocks skip or show twice what is done about it; "" of others. Returns `out`. */
char *schedule_note(const struct calendar_time *t, char out[SCHEDULE_NOTE_SIZE]);

/*
 * A line for each of the next `count` times after `now_ns`: local, UTC, in how long, and the note.
 * Returns the last of them.
 */
int64_t schedule_print_times(FILE *out, const struct calendar *c, int64_t now_ns, unsigned count);

/* {"time", "local", "abbreviation", "meant", "shifted", "ambiguous"}; NULL when out of memory. */
json_t *schedule_time_to_json(const struct calendar *c, const struct calendar_time *t);
/* A list of the next `count` of them; NULL when out of memory. */
json_t *schedule_times_to_json(const struct calendar *c, int64_t now_ns, unsigned count);

#endif
