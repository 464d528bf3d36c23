/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar.intern.h"

enum { DAYS_MAX = 31 };

/* "day 13", "days 1 to 7", "days 1, 3 and 5" */
static int write_days(const struct calendar_chain *c, struct buf *out)
{
	const struct calendar_item *first = &c->item[0];
	int day[DAYS_MAX];
	size_t count = 0;

	if (c->count == 1 && first->stop > first->start && !first->step)
		return buf_printf(out, "days %u to %u", (unsigned)first->start,
				  (unsigned)first->stop);
	for (int d = 1; (d = calendar_chain_next(c, d, DAYS_MAX)) > 0; d++)
		day[count++] = d;
	if (buf_puts(out, count == 1 ? "day " : "days ") < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (buf_printf(out, "%s%d", calendar_separator(i, count), day[i]) < 0)
			return -1;
	return 0;
}

/* "first" when the days are those of one week of the month and one day of the week; NULL. */
static const char *which(const struct calendar_spec *s)
{
	static const char *const words[] = { "first", "second", "third", "fourth" };
	const struct calendar_chain *c = &s->chain[CALENDAR_DAY];
	const struct calendar_item *item = &c->item[0];

	if (c->count != 1 || item->step || item->stop != item->start + 6 || item->stop > 28 ||
	    item->stop % 7 != 0 || __builtin_popcount(s->weekdays) != 1)
		return NULL;
	return words[item->stop / 7 - 1];
}

static int write_advice(const struct calendar_spec *both, struct buf *out)
{
	const char *ordinal = which(both);

	if (ordinal) {
		if (buf_printf(out, "; for the %s ", ordinal) < 0 ||
		    calendar_name_weekdays(both->weekdays, out) < 0)
			return -1;
	} else if (buf_puts(out, "; for days that are both") < 0) {
		return -1;
	}
	if (buf_puts(out, " write \"") < 0 || calendar_write_spec(both, true, out) < 0)
		return -1;
	return buf_puts(out, "\"");
}

static int write_both(const struct calendar_spec *both, struct buf *out)
{
	if (buf_puts(out, "cron runs this on every ") < 0 ||
	    calendar_name_weekdays(both->weekdays, out) < 0 ||
	    buf_puts(out, " that falls on ") < 0 ||
	    write_days(&both->chain[CALENDAR_DAY], out) < 0 ||
	    buf_puts(out, ", since a field that begins with * leaves the other in force; "
			  "plainer is \"") < 0 ||
	    calendar_write_spec(both, true, out) < 0)
		return -1;
	return buf_puts(out, "\"");
}

int calendar_cron_warning(const char *text, const struct calendar_cron_days *days, struct buf *out)
{
	if (buf_printf(out, "\"%s\": ", text) < 0)
		return -1;
	if (!days->either)
		return write_both(days->both, out);
	if (buf_puts(out, "cron runs this on ") < 0 ||
	    write_days(&days->both->chain[CALENDAR_DAY], out) < 0 ||
	    buf_puts(out, " and on every ") < 0 ||
	    calendar_name_weekdays(days->both->weekdays, out) < 0)
		return -1;
	return write_advice(days->both, out);
}
