/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_SECOND + ts.tv_nsec;
}

int64_t clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

struct timespec clock_moment_ahead(int64_t span_ns)
{
	int64_t at_ns = clock_add(clock_wall_ns(), span_ns);

	return (struct timespec){ .tv_sec = at_ns / NS_PER_SECOND,
				  .tv_nsec = at_ns % NS_PER_SECOND };
}

int64_t clock_add(int64_t at_ns, int64_t span_ns)
{
	int64_t sum;

	return __builtin_add_overflow(at_ns, span_ns, &sum) ? INT64_MAX : sum;
}

char *clock_format_rfc3339(int64_t wall_ns, char out[CLOCK_RFC3339_SIZE])
{
	time_t seconds = (time_t)(wall_ns / NS_PER_SECOND - (wall_ns % NS_PER_SECOND < 0));
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(out, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

/* Howard Hinnant's "days_from_civil": counts from March so that leap days come last. */
int64_t clock_days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static bool take_number(const char **p, int digits, unsigned max, unsigned *out)
{
	unsigned value = 0;

	for (int i = 0; i < digits; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		value = value * 10 + (unsigned)(**p - '0');
	}
	*out = value;
	return value <= max;
}

static bool take_char(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return false;
	(*p)++;
	return true;
}

static bool take_fraction(const char **p, int64_t *ns)
{
	int64_t unit = NS_PER_SECOND / 10;

	*ns = 0;
	if (!take_char(p, "."))
		return true;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
		*ns += unit * (**p - '0');
	return true;
}

static bool take_offset(const char **p, int64_t *seconds)
{
	unsigned hours, minutes;
	char sign = **p;

	*seconds = 0;
	if (take_char(p, "Zz"))
		return true;
	if (!take_char(p, "+-") || !take_number(p, 2, 23, &hours) || !take_char(p, ":") ||
	    !take_number(p, 2, 59, &minutes))
		return false;
	*seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	if (sign == '-')
		*seconds = -*seconds;
	return true;
}

unsigned clock_days_in_month(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

int clock_parse_rfc3339(const char *text, int64_t *wall_ns)
{
	unsigned year, month, day, hour, minute, second;
	int64_t fraction, offset, days;
	const char *p = text;

	if (!take_number(&p, 4, 9999, &year) || !take_char(&p, "-") ||
	    !take_number(&p, 2, 12, &month) || !take_char(&p, "-") ||
	    !take_number(&p, 2, 31, &day) || !take_char(&p, "Tt ") ||
	    !take_number(&p, 2, 23, &hour) || !take_char(&p, ":") ||
	    !take_number(&p, 2, 59, &minute) || !take_char(&p, ":") ||
	    !take_number(&p, 2, 60, &second) || !take_fraction(&p, &fraction) ||
	    !take_offset(&p, &offset) || *p || month == 0 || day == 0 ||
	    day > clock_days_in_month(year, month))
		return -1;
	/* a wall clock in int64 nanoseconds ends in 2262 */
	if (year < 1678 || year > 2261)
		return -1;
	days = clock_days_from_civil(year, month, day);
	*wall_ns = (days * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second - offset) *
			   NS_PER_SECOND +
		   fraction;
	return 0;
}
