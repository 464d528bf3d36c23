/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar expressions: systemd.time(7)'s syntax ("Thu *-*-1..7 10:00 Europe/London")
 * and the moments at which they fall. Pure: the time is passed in.
 *
 * Differs from systemd in one thing: a wall time that clocks skip is not skipped
 * but comes as much later as they skip. One that comes twice is the first.
 */
#ifndef SCHEDULE_CALENDAR_H
#define SCHEDULE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

struct calendar;
struct zone;

/*
 * Parse an expression, or a line of cron: five fields ("30 4 * * 1-5") or a name
 * ("@daily"). Without a zone in it `zone` holds, an IANA name. ERROR_CONFIG says which
 * part cannot be read, where, and what would fit. Seconds are whole.
 */
MUST_CHECK int calendar_parse(const char *text, const char *zone, struct calendar **out,
			      struct error *err);
void calendar_free(struct calendar *c);

static inline void cleanup_calendar(struct calendar **c)
{
	calendar_free(*c);
}

/*
 * Appends the normal form that `systemd-analyze calendar` prints, with the zone when it
 * stood in the text; of a cron line that means either of two, both, with " or " between.
 */
MUST_CHECK int calendar_normal_form(const struct calendar *c, struct buf *out, struct error *err);

/* The same one by one, of calendar_forms(), 1 or 2: each is an expression that systemd knows. */
size_t calendar_forms(const struct calendar *c);
MUST_CHECK int calendar_one_form(const struct calendar *c, size_t i, struct buf *out,
				 struct error *err);

/*
 * What people should know of an expression, a sentence; NULL: nothing. Of cron lines that
 * restrict both the day of the month and that of the week (cron means either), and of
 * @weekly, which is Sunday.
 */
const char *calendar_warning(const struct calendar *c);

/* Appends what it means, in English: "every Thursday that falls on days 1 to 7 of the month, at 10:00". */
MUST_CHECK int calendar_describe(const struct calendar *c, struct buf *out, struct error *err);

/* The zone in which it is read: an IANA name, and what is known of it; the calendar's. */
const char *calendar_zone(const struct calendar *c);
const struct zone *calendar_timezone(const struct calendar *c);

struct calendar_time {
	int64_t at_ns;  /* wall clock, UTC */
	int64_t local;  /* the wall time meant, as if it were UTC, seconds since 1970 */
	bool shifted;   /* clocks skip `local`: it comes later */
	bool ambiguous; /* `local` comes twice: this is the first */
};

/*
 * The first after `after_ns`, which is not it; false: there is none up to the year 2199.
 * Where a shifted one falls on another, there is one, not shifted.
 */
bool calendar_next(const struct calendar *c, int64_t after_ns, struct calendar_time *out);

/*
 * The longest interval between two times that follow each other, from `after_ns` on: of five
 * years, or of some thousand times. 0: there are no two to come.
 */
int64_t calendar_longest_interval(const struct calendar *c, int64_t after_ns);

/*
 * The first of the times after `after_ns` and up to `until_ns` that clocks skip or show twice:
 * one for each change of clocks, however many of the calendar's times it touches. False: none.
 */
bool calendar_next_surprise(const struct calendar *c, int64_t after_ns, int64_t until_ns,
			    struct calendar_time *out);

#endif
