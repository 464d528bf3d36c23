/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/stamp.h"

#include "base/clock.h"

enum { DAY = 86400, EPOCH_DIGITS = 10 };

/* -1: not given by the pattern */
struct fields {
	int64_t year, month, day, hour, minute, second, epoch;
};

static bool take_digits(struct span *text, size_t digits, int64_t *out)
{
	int64_t value = 0;

	if (text->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9')
			return false;
		value = value * 10 + (text->ptr[i] - '0');
	}
	text->ptr += digits;
	text->len -= digits;
	*out = value;
	return true;
}

static bool take_field(struct span *text, char conversion, struct fields *f)
{
	switch (conversion) {
	case 'Y':
		return take_digits(text, 4, &f->year);
	case 'm':
		return take_digits(text, 2, &f->month);
	case 'd':
		return take_digits(text, 2, &f->day);
	case 'H':
		return take_digits(text, 2, &f->hour);
	case 'M':
		return take_digits(text, 2, &f->minute);
	case 'S':
		return take_digits(text, 2, &f->second);
	case 's':
		return take_digits(text, EPOCH_DIGITS, &f->epoch);
	default:
		return false;
	}
}

static bool to_time(const struct fields *f, struct stamp_reading *out)
{
	int64_t of_day;

	out->utc = f->epoch >= 0;
	out->local = f->epoch;
	if (out->utc)
		return true;
	/* wall times in nanoseconds end in 2262 */
	if (f->year < 1970 || f->year > 2261 || f->month < 1 || f->month > 12 || f->day < 1 ||
	    f->day > clock_days_in_month(f->year, (unsigned)f->month) || f->hour > 23 ||
	    f->minute > 59 || f->second > 59)
		return false;
	out->date_only = f->hour < 0;
	of_day = (f->hour > 0 ? f->hour : 0) * 3600 + (f->minute > 0 ? f->minute : 0) * 60 +
		 (f->second > 0 ? f->second : 0);
	out->local =
		clock_days_from_civil(f->year, (unsigned)f->month, (unsigned)f->day) * DAY + of_day;
	return true;
}

static bool read_pattern(const char *pattern, struct span text, struct stamp_reading *out)
{
	struct fields f = { -1, -1, -1, -1, -1, -1, -1 };
	struct span rest = text;

	*out = (struct stamp_reading){ 0 };
	for (const char *p = pattern; *p; p++) {
		if (*p == '%' && p[1] && p[1] != '%') {
			if (!take_field(&rest, *++p, &f))
				return false;
			continue;
		}
		p += *p == '%' && p[1] == '%';
		if (rest.len == 0 || rest.ptr[0] != (uint8_t)*p)
			return false;
		rest.ptr++;
		rest.len--;
	}
	out->length = text.len - rest.len;
	return to_time(&f, out);
}

size_t stamp_read(const char *pattern, struct span text, struct stamp_reading out[2])
{
	size_t count;

	if (pattern[0])
		return read_pattern(pattern, text, out);
	count = read_pattern("%Y%m%d_%H%M%S", text, out);
	return count + read_pattern("%Y%m%d", text, &out[count]);
}
