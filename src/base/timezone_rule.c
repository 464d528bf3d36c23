/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timezone_rule.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool take_number(const char **p, unsigned max, unsigned *out)
{
	unsigned value = 0;

	if (!is_digit(**p))
		return false;
	for (; is_digit(**p) && value <= max; (*p)++)
		value = value * 10 + (unsigned)(**p - '0');
	*out = value;
	return value <= max;
}

/* "EST" or "<-03>" */
static bool take_name(const char **p, char out[TIMEZONE_RULE_NAME_SIZE])
{
	bool quoted = take(p, '<');
	const char *start = *p;
	size_t len;

	while (quoted ? **p && **p != '>' :
			(**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
		(*p)++;
	len = (size_t)(*p - start);
	if (len >= TIMEZONE_RULE_NAME_SIZE)
		return false;
	memcpy(out, start, len);
	out[len] = '\0';
	return quoted ? take(p, '>') : len >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **p, int32_t *out)
{
	unsigned hours, minutes = 0, seconds = 0;
	bool negative = take(p, '-');

	if (!negative)
		(void)take(p, '+');
	if (!take_number(p, 167, &hours))
		return false;
	if (take(p, ':') && !take_number(p, 59, &minutes))
		return false;
	if (take(p, ':') && !take_number(p, 59, &seconds))
		return false;
	*out = (int32_t)(hours * HOUR + minutes * MINUTE + seconds);
	if (negative)
		*out = -*out;
	return true;
}

/* ",M3.2.0/2", ",J60" or ",59" */
static bool take_change(const char **p, struct timezone_change *out)
{
	if (!take(p, ','))
		return false;
	out->time = 2 * HOUR;
	if (take(p, 'M')) {
		out->kind = CHANGE_WEEKDAY;
		if (!take_number(p, 12, &out->month) || out->month == 0 || !take(p, '.') ||
		    !take_number(p, 5, &out->week) || out->week == 0 || !take(p, '.') ||
		    !take_number(p, 6, &out->day))
			return false;
	} else if (take(p, 'J')) {
		out->kind = CHANGE_JULIAN;
		if (!take_number(p, 365, &out->day) || out->day == 0)
			return false;
	} else {
		out->kind = CHANGE_DAY;
		if (!take_number(p, 365, &out->day))
			return false;
	}
	return !take(p, '/') || take_time(p, &out->time);
}

bool timezone_rule_parse(const char *text, struct timezone_rule *out)
{
	const char *p = text;
	int32_t west;

	*out = (struct timezone_rule){ 0 };
	if (!take_name(&p, out->standard_name) || !take_time(&p, &west))
		return false;
	out->standard = -west;
	if (*p == '\0')
		return true;
	out->has_summer = true;
	out->summer = out->standard + HOUR;
	if (!take_name(&p, out->summer_name))
		return false;
	if (*p != ',') {
		if (!take_time(&p, &west))
			return false;
		out->summer = -west;
	}
	return take_change(&p, &out->start) && take_change(&p, &out->end) && *p == '\0';
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day of the change in `year`, in days since 1970. */
static int64_t day_of(const struct timezone_change *c, int64_t year)
{
	int64_t january = clock_days_from_civil(year, 1, 1);
	int64_t first, next, day;

	if (c->kind == CHANGE_DAY)
		return january + c->day;
	/* Julian days leave the 29th of February out */
	if (c->kind == CHANGE_JULIAN)
		return january + c->day - 1 + (is_leap(year) && c->day >= 60);
	first = clock_days_from_civil(year, c->month, 1);
	next = c->month == 12 ? clock_days_from_civil(year + 1, 1, 1) :
				clock_days_from_civil(year, c->month + 1, 1);
	/* 1970-01-01 was a Thursday, day 4 of a week */
	day = first + (((int64_t)c->day - (first + 4)) % 7 + 7) % 7 + 7 * (int64_t)(c->week - 1);
	return day < next ? day : day - 7;
}

static int64_t year_at(const struct timezone_rule *rule, int64_t utc)
{
	time_t local = (time_t)(utc + rule->standard);
	struct tm tm = { 0 };

	(void)gmtime_r(&local, &tm);
	return tm.tm_year + INT64_C(1900);
}

static int64_t start_of(const struct timezone_rule *rule, int64_t year)
{
	return day_of(&rule->start, year) * DAY + rule->start.time - rule->standard;
}

static int64_t end_of(const struct timezone_rule *rule, int64_t year)
{
	return day_of(&rule->end, year) * DAY + rule->end.time - rule->summer;
}

bool timezone_rule_is_summer(const struct timezone_rule *rule, int64_t utc)
{
	int64_t start, end, year;

	if (!rule->has_summer)
		return false;
	year = year_at(rule, utc);
	start = start_of(rule, year);
	end = end_of(rule, year);
	/* south of the equator summer spans the new year */
	return start < end ? utc >= start && utc < end : utc < end || utc >= start;
}

int32_t timezone_rule_offset(const struct timezone_rule *rule, int64_t utc)
{
	return timezone_rule_is_summer(rule, utc) ? rule->summer : rule->standard;
}

/* A change may lie some days outside of its year; where summer lasts all year there is none. */
bool timezone_rule_next_change(const struct timezone_rule *rule, int64_t after, int64_t *at)
{
	int64_t year = year_at(rule, after);
	bool found = false;

	for (int64_t y = year - 1; rule->has_summer && y <= year + 2; y++) {
		const int64_t changes[] = { start_of(rule, y), end_of(rule, y) };

		for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
			int64_t change = changes[i];

			if (change <= after || (found && change >= *at) ||
			    timezone_rule_offset(rule, change - 1) ==
				    timezone_rule_offset(rule, change))
				continue;
			*at = change;
			found = true;
		}
	}
	return found;
}
