/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar.intern.h"

enum { TIMES_MAX = 6 };

static int write_number(unsigned value, const char *const *names, struct buf *out)
{
	return names ? buf_puts(out, names[value - 1]) : buf_printf(out, "%u", value);
}

/* "1, 3 to 5 and 7 to 11 in steps of 2" */
static int write_set(const struct calendar_chain *c, const char *const *names, struct buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct calendar_item *item = &c->item[i];
		bool open = item->step && item->stop == item->start;

		if (buf_printf(out, "%s%s", calendar_separator(i, c->count), open ? "from " : "") <
			    0 ||
		    write_number(item->start, names, out) < 0)
			return -1;
		if (item->stop > item->start &&
		    (buf_puts(out, " to ") < 0 || write_number(item->stop, names, out) < 0))
			return -1;
		if (item->step && buf_printf(out, " in steps of %u", (unsigned)item->step) < 0)
			return -1;
	}
	return 0;
}

static bool is_single(const struct calendar_chain *c)
{
	return c->count == 1 && c->item[0].stop == c->item[0].start && !c->item[0].step;
}

static bool is_zero(const struct calendar_chain *c)
{
	return is_single(c) && c->item[0].start == 0;
}

/* "day 1 of the month", "the last 7 days of the month", "the 3rd last day" */
static int write_days(const struct calendar_spec *s, struct buf *out)
{
	const struct calendar_chain *c = &s->chain[CALENDAR_DAY];
	const struct calendar_item *item = &c->item[0];

	if (!s->from_end)
		return buf_puts(out, is_single(c) ? "day " : "days ") < 0 ||
				       write_set(c, NULL, out) < 0 ?
			       -1 :
			       buf_puts(out, " of the month");
	if (is_single(c) && item->start == 1)
		return buf_puts(out, "the last day of the month");
	if (c->count == 1 && ((item->step == 1 && item->stop == item->start) ||
			      (item->start == 1 && item->stop > 1 && !item->step)))
		return buf_printf(out, "the last %u days of the month", (unsigned)item->stop);
	if (buf_puts(out, is_single(c) ? "day " : "days ") < 0 || write_set(c, NULL, out) < 0)
		return -1;
	return buf_puts(out, " of the month counted from its end");
}

static int write_months(const struct calendar_spec *s, struct buf *out)
{
	static const char *const months[] = { "January",   "February", "March",    "April",
					      "May",       "June",     "July",     "August",
					      "September", "October",  "November", "December" };

	if (s->chain[CALENDAR_MONTH].count &&
	    (buf_puts(out, " in ") < 0 || write_set(&s->chain[CALENDAR_MONTH], months, out) < 0))
		return -1;
	if (s->chain[CALENDAR_YEAR].count &&
	    (buf_puts(out, s->chain[CALENDAR_MONTH].count ? " of " : " in ") < 0 ||
	     write_set(&s->chain[CALENDAR_YEAR], NULL, out) < 0))
		return -1;
	return 0;
}

static int write_date(const struct calendar_spec *s, struct buf *out)
{
	bool week = s->weekdays != EVERY_WEEKDAY, days = s->chain[CALENDAR_DAY].count;

	if (!week && !days && buf_puts(out, "every day") < 0)
		return -1;
	if (week && (buf_puts(out, "every ") < 0 || calendar_name_weekdays(s->weekdays, out) < 0))
		return -1;
	if (days && (buf_puts(out, week ? " that falls on " : "on ") < 0 || write_days(s, out) < 0))
		return -1;
	return write_months(s, out);
}

struct clock_time {
	int hour, minute, second;
};

/* All times of a day when they are few; 0: they are more than `out` holds. */
static size_t few_times(const struct calendar_spec *s, struct clock_time out[TIMES_MAX])
{
	size_t count = 0;
	struct clock_time t;

	for (t.hour = 0; (t.hour = calendar_chain_next(&s->chain[CALENDAR_HOUR], t.hour, 23)) >= 0;
	     t.hour++)
		for (t.minute = 0; (t.minute = calendar_chain_next(&s->chain[CALENDAR_MINUTE],
								   t.minute, 59)) >= 0;
		     t.minute++)
			for (t.second = 0; (t.second = calendar_chain_next(
						    &s->chain[CALENDAR_SECOND], t.second, 59)) >= 0;
			     t.second++) {
				if (count == TIMES_MAX)
					return 0;
				out[count++] = t;
			}
	return count;
}

/* "every minute", "every 5 minutes", "minutes 3 and 7 of every hour" */
static int write_minutes(const struct calendar_chain *minute, struct buf *out)
{
	const struct calendar_item *item = &minute->item[0];

	if (minute->count == 0)
		return buf_puts(out, "every minute");
	if (is_zero(minute))
		return buf_puts(out, "on the hour");
	if (minute->count == 1 && item->start == 0 && item->stop == 0 && 60 % item->step == 0)
		return buf_printf(out, "every %u minutes", (unsigned)item->step);
	return buf_printf(out, "at minute%s ", is_single(minute) ? "" : "s") < 0 ?
		       -1 :
		       write_set(minute, NULL, out);
}

static int write_many_times(const struct calendar_spec *s, struct buf *out)
{
	const struct calendar_chain *hour = &s->chain[CALENDAR_HOUR],
				    *second = &s->chain[CALENDAR_SECOND];

	if (second->count == 0 && buf_puts(out, "every second, ") < 0)
		return -1;
	if (second->count && !is_zero(second) &&
	    (buf_printf(out, "at second%s ", is_single(second) ? "" : "s") < 0 ||
	     write_set(second, NULL, out) < 0 || buf_puts(out, ", ") < 0))
		return -1;
	if (write_minutes(&s->chain[CALENDAR_MINUTE], out) < 0)
		return -1;
	if (hour->count == 0)
		return buf_puts(out, " of every hour");
	return buf_printf(out, " of hour%s ", is_single(hour) ? "" : "s") < 0 ?
		       -1 :
		       write_set(hour, NULL, out);
}

static int write_time(const struct calendar_spec *s, struct buf *out)
{
	struct clock_time time[TIMES_MAX];
	size_t count = few_times(s, time);

	if (!count)
		return write_many_times(s, out);
	if (buf_puts(out, "at ") < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (buf_printf(out, "%s%02d:%02d", calendar_separator(i, count), time[i].hour,
			       time[i].minute) < 0)
			return -1;
		if (!is_zero(&s->chain[CALENDAR_SECOND]) &&
		    buf_printf(out, ":%02d", time[i].second) < 0)
			return -1;
	}
	return 0;
}

int calendar_describe(const struct calendar *c, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < c->specs; i++)
		if ((i && buf_puts(out, ", or ") < 0) || write_date(&c->spec[i], out) < 0 ||
		    buf_puts(out, ", ") < 0 || write_time(&c->spec[i], out) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a description");
	return 0;
}
