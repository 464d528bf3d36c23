/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar_weekdays.h"

#include <string.h>
#include <strings.h>

static const char *const names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
				     "Friday", "Saturday", "Sunday" };

enum { DAYS = sizeof(names) / sizeof(*names), SHORT = 3 };

const char *calendar_weekday_name(unsigned day)
{
	return names[day];
}

bool calendar_take_weekday(struct span *s, unsigned *day)
{
	for (unsigned i = 0; i < DAYS; i++) {
		size_t len = strlen(names[i]);

		if (s->len < len || strncasecmp((const char *)s->ptr, names[i], len) != 0)
			len = SHORT;
		if (s->len < len || strncasecmp((const char *)s->ptr, names[i], len) != 0)
			continue;
		*day = i;
		*s = span_behind(*s, len);
		return true;
	}
	return false;
}

int calendar_write_weekdays(uint8_t weekdays, struct buf *out)
{
	bool first = true;

	for (unsigned i = 0; i < DAYS; i++) {
		unsigned last = i;

		if (!(weekdays & 1U << i))
			continue;
		while (last + 1 < DAYS && weekdays & 1U << (last + 1))
			last++;
		if (buf_printf(out, "%s%.3s", first ? "" : ",", names[i]) < 0)
			return -1;
		first = false;
		/* two days are a list */
		if (last < i + 2)
			continue;
		if (buf_printf(out, "..%.3s", names[last]) < 0)
			return -1;
		i = last;
	}
	return 0;
}

const char *calendar_separator(size_t i, size_t count)
{
	if (i == 0)
		return "";
	return i + 1 == count ? " and " : ", ";
}

int calendar_name_weekdays(uint8_t weekdays, struct buf *out)
{
	size_t count = (size_t)__builtin_popcount(weekdays), i = 0;
	unsigned first = (unsigned)__builtin_ctz(weekdays);

	if (count > 2 && (unsigned)weekdays >> first == (1U << count) - 1)
		return buf_printf(out, "%s to %s", names[first], names[first + count - 1]);
	for (unsigned day = 0; day < DAYS; day++)
		if (weekdays & 1U << day &&
		    buf_printf(out, "%s%s", calendar_separator(i++, count), names[day]) < 0)
			return -1;
	return 0;
}
