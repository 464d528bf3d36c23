/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/clock.h"
#include "schedule/calendar.intern.h"

enum { DAY = 86400, HOUR = 3600, MINUTE = 60, MONTHS = 12, WEEK = 7 };

/* 1970-01-01 was a Thursday. */
static unsigned weekday_of(int64_t days)
{
	return (unsigned)((days + 3) % WEEK);
}

/* The first day of a month, from `day` on, that matches, in days since 1970. */
static bool day_of_month(const struct calendar_spec *s, int year, unsigned month, int day,
			 int64_t *out)
{
	const struct calendar_chain *chain = &s->chain[CALENDAR_DAY];
	int64_t first = clock_days_from_civil(year, month, 1);
	int days = (int)clock_days_in_month(year, month);

	for (;; day++) {
		day = s->from_end ? calendar_chain_next_from_end(chain, day, days) :
				    calendar_chain_next(chain, day, days);
		if (day < 0)
			return false;
		*out = first + day - 1;
		if (s->weekdays & 1U << weekday_of(*out))
			return true;
	}
}

/* The first matching day from `from` on, both in days since 1970. */
static bool next_day(const struct calendar_spec *s, int64_t from, int64_t *out)
{
	time_t seconds = (time_t)(from * DAY);
	struct tm tm = { 0 };
	int year, month, day;

	(void)gmtime_r(&seconds, &tm);
	year = tm.tm_year + 1900;
	month = tm.tm_mon + 1;
	day = tm.tm_mday;
	for (;;) {
		int y = calendar_chain_next(&s->chain[CALENDAR_YEAR], year, CALENDAR_YEAR_MAX);

		if (y < 0)
			return false;
		if (y > year)
			month = day = 1;
		year = y;
		for (int m; (m = calendar_chain_next(&s->chain[CALENDAR_MONTH], month, MONTHS)) > 0;
		     month = m + 1, day = 1)
			if (day_of_month(s, year, (unsigned)m, m > month ? 1 : day, out))
				return true;
		year++;
		month = day = 1;
	}
}

/* The first second of a day, from `from` on, that matches; -1: none is left. */
static int time_of_day(const struct calendar_spec *s, int from)
{
	int hour = from / HOUR, minute = from / MINUTE % 60, second = from % MINUTE;

	for (int h; (h = calendar_chain_next(&s->chain[CALENDAR_HOUR], hour, 23)) >= 0;
	     hour = h + 1, minute = second = 0) {
		if (h > hour)
			minute = second = 0;
		for (int m; (m = calendar_chain_next(&s->chain[CALENDAR_MINUTE], minute, 59)) >= 0;
		     minute = m + 1, second = 0) {
			int at = calendar_chain_next(&s->chain[CALENDAR_SECOND],
						     m > minute ? 0 : second, 59);

			if (at >= 0)
				return h * HOUR + m * MINUTE + at;
		}
	}
	return -1;
}

bool calendar_match(const struct calendar_spec *s, int64_t from, int64_t *out)
{
	int64_t day, start;
	int time;

	/* no year before 1970 is of any calendar */
	start = from < 0 ? 0 : from;
	/* the last local time is far below: only the day's number is a matter of range */
	if (start / DAY > clock_days_from_civil(CALENDAR_YEAR_MAX, 12, 31) ||
	    !next_day(s, start / DAY, &day))
		return false;
	time = time_of_day(s, day == start / DAY ? (int)(start % DAY) : 0);
	if (time < 0) {
		if (!next_day(s, day + 1, &day))
			return false;
		time = time_of_day(s, 0);
	}
	*out = day * DAY + time;
	return true;
}
