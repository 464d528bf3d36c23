/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_time.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"

enum { DAY_SECONDS = 86400 };

/* Two digits at `text`, below `limit`; -1. */
static int two_digits(const char *text, int limit)
{
	int value;

	if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]))
		return -1;
	value = (text[0] - '0') * 10 + (text[1] - '0');
	return value < limit ? value : -1;
}

/* "HH:MM" or "HH:MM:SS", in seconds since midnight; -1. */
static int64_t read_time_of_day(const char *text)
{
	const size_t length = strlen(text);
	int hour, minute, second = 0;

	if ((length != 5 && length != 8) || text[2] != ':' || (length == 8 && text[5] != ':'))
		return -1;
	hour = two_digits(text, 24);
	minute = two_digits(text + 3, 60);
	if (length == 8)
		second = two_digits(text + 6, 60);
	return hour < 0 || minute < 0 || second < 0 ? -1 : (hour * 60 + minute) * 60 + second;
}

/* The moment at which the zone's clocks show `of_day`, so many days after now. */
static int64_t moment_of(const struct drill_clock *clock, int64_t of_day, int64_t days)
{
	const int64_t now = clock->now_ns / NS_PER_SECOND,
		      local = now + timezone_offset(clock->zone, now);

	return timezone_to_utc(clock->zone,
			       local - local % DAY_SECONDS + days * DAY_SECONDS + of_day) *
	       NS_PER_SECOND;
}

int drill_time_parse(const char *text, const struct drill_clock *clock, int64_t *out_ns,
		     struct error *err)
{
	const int64_t of_day = read_time_of_day(text);
	int64_t yesterday_ns;

	if (of_day < 0) {
		if (clock_parse_rfc3339(text, out_ns) == 0)
			return 0;
		return error_set(err, ERROR_USAGE,
				 "--at %.60s: a time such as 10:05 or 2026-12-03T10:05:00Z was "
				 "expected",
				 text);
	}
	*out_ns = moment_of(clock, of_day, 0);
	yesterday_ns = moment_of(clock, of_day, -1);
	if (*out_ns > clock->now_ns && yesterday_ns >= clock->began_ns)
		*out_ns = yesterday_ns;
	return 0;
}
