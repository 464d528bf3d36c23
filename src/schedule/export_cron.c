/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of crontab(5). What its five fields cannot say is asked by a guard before the command. */
#include <string.h>

#include "schedule/calendar.intern.h"
#include "schedule/export.h"

enum { YEARS_MAX = 30 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a crontab");
}

static int refuse(const struct export_schedule *s, const char *why, struct error *err)
{
	(void)error_set(err, ERROR_REFUSED, "schedule %s: cron cannot express it: %s", s->name,
			why);
	return error_hint(err, "muster schedule export --systemd can");
}

/* A word of sh; to cron a % ends the command unless it is escaped, quoted or not. */
static int write_word(const char *text, struct buf *out)
{
	if (buf_puts(out, "'") < 0)
		return -1;
	for (; *text; text++) {
		const char *as = *text == '\'' ? "'\\''" : *text == '%' ? "\\%" : NULL;

		if (as ? buf_puts(out, as) < 0 : buf_append(out, text, 1) < 0)
			return -1;
	}
	return buf_puts(out, "'");
}

static int write_chain(const struct calendar_chain *c, enum calendar_field field, struct buf *out)
{
	struct calendar_chain closed = *c;

	calendar_chain_close(&closed, (int)calendar_range_of(field)->max, false);
	if (closed.count == 0)
		return buf_puts(out, "* ");
	for (size_t i = 0; i < closed.count; i++) {
		const struct calendar_item *item = &closed.item[i];

		if (buf_printf(out, "%s%u", i ? "," : "", (unsigned)item->start) < 0 ||
		    (item->stop > item->start &&
		     buf_printf(out, "-%u", (unsigned)item->stop) < 0) ||
		    (item->step && buf_printf(out, "/%u", (unsigned)item->step) < 0))
			return -1;
	}
	return buf_puts(out, " ");
}

/* "1,4": Monday is 1, Sunday 7; so says date +%u, too. */
static int write_weekdays(uint8_t weekdays, const char *separator, struct buf *out)
{
	bool any = false;

	for (unsigned day = 0; day < 7; day++) {
		if (!(weekdays & 1U << day))
			continue;
		if (buf_printf(out, "%s%u", any ? separator : "", day + 1) < 0)
			return -1;
		any = true;
	}
	return 0;
}

/* The last `*days` days of the month, or with `*alone` that one; false: it is neither. */
static bool days_from_end(const struct calendar_spec *s, unsigned *days, bool *alone)
{
	const struct calendar_chain *c = &s->chain[CALENDAR_DAY];
	struct calendar_chain closed = *c;

	calendar_chain_close(&closed, 0, true);
	*days = closed.item[0].stop;
	*alone = closed.item[0].start == closed.item[0].stop;
	return closed.count == 1 && !closed.item[0].step && (*alone || closed.item[0].start == 1);
}

/* Where the month is another so many days later it is among its last ones. */
static int guard_end_of_month(const struct calendar_spec *s, const char *zone, struct buf *out)
{
	unsigned days;
	bool alone;

	if (!days_from_end(s, &days, &alone))
		return 0;
	if (alone)
		return buf_printf(out, "[ \"$(TZ=%s date -d '12:00 %u days' +\\%%d)\" = 01 ] && ",
				  zone, days);
	return buf_printf(out,
			  "[ \"$(TZ=%s date -d '12:00 %u days' +\\%%m)\" != \"$(TZ=%s date "
			  "+\\%%m)\" ] && ",
			  zone, days, zone);
}

static int guard_weekdays(const struct calendar_spec *s, const char *zone, struct buf *out)
{
	if (__builtin_popcount(s->weekdays) == 1)
		return buf_printf(out, "[ \"$(TZ=%s date +\\%%u)\" = %d ] && ", zone,
				  __builtin_ctz(s->weekdays) + 1);
	if (buf_printf(out, "TZ=%s date +\\%%u | grep -q '[", zone) < 0 ||
	    write_weekdays(s->weekdays, "", out) < 0)
		return -1;
	return buf_puts(out, "]' && ");
}

static int guard_years(const struct calendar_spec *s, const char *zone, struct buf *out)
{
	const struct calendar_chain *c = &s->chain[CALENDAR_YEAR];
	const char *separator = "";

	if (c->count == 0)
		return 0;
	if (buf_printf(out, "TZ=%s date +\\%%Y | grep -qE '^(", zone) < 0)
		return -1;
	for (int y = 0; (y = calendar_chain_next(c, y, CALENDAR_YEAR_MAX)) > 0; y++) {
		if (buf_printf(out, "%s%d", separator, y) < 0)
			return -1;
		separator = "|";
	}
	return buf_puts(out, ")$' && ");
}

static const char *inexpressible(const struct calendar *c)
{
	for (size_t i = 0; i < c->specs; i++) {
		const struct calendar_spec *s = &c->spec[i];
		const struct calendar_chain *second = &s->chain[CALENDAR_SECOND];
		unsigned days;
		bool alone;
		int years = 0;

		if (second->count != 1 || second->item[0].start || second->item[0].stop ||
		    second->item[0].step)
			return "it has seconds";
		if (s->from_end && !days_from_end(s, &days, &alone))
			return "of days from the end of the month one is possible, or the last "
			       "ones";
		for (int y = 0;
		     s->chain[CALENDAR_YEAR].count &&
		     (y = calendar_chain_next(&s->chain[CALENDAR_YEAR], y, CALENDAR_YEAR_MAX)) > 0;
		     y++)
			years++;
		if (years > YEARS_MAX)
			return "it names more than 30 years";
	}
	return NULL;
}

/* The field of days: one from the end may be any of four, the last ones are those from the 22nd on or so. */
static int write_days(const struct calendar_spec *s, struct buf *out)
{
	unsigned days, first;
	bool alone;

	if (!s->from_end)
		return write_chain(&s->chain[CALENDAR_DAY], CALENDAR_DAY, out);
	if (!days_from_end(s, &days, &alone))
		return -1;
	first = 29 - days;
	return buf_printf(out, "%u-%u ", first, alone ? 32 - days : 31);
}

/* cron means either of two restricted fields of days: then the week is left to a guard, unless that is meant. */
static int write_line(const struct export_plan *p, const struct export_schedule *e, struct buf *out)
{
	const struct calendar *c = e->calendar;
	const struct calendar_spec *s = &c->spec[0];
	uint8_t week = c->spec[c->specs - 1].weekdays;
	bool guarded = c->specs == 1 && week != EVERY_WEEKDAY &&
		       (s->from_end || s->chain[CALENDAR_DAY].count);

	if (write_chain(&s->chain[CALENDAR_MINUTE], CALENDAR_MINUTE, out) < 0 ||
	    write_chain(&s->chain[CALENDAR_HOUR], CALENDAR_HOUR, out) < 0 ||
	    write_days(s, out) < 0 ||
	    write_chain(&s->chain[CALENDAR_MONTH], CALENDAR_MONTH, out) < 0)
		return -1;
	if (guarded || (week == EVERY_WEEKDAY && c->specs == 1) ?
		    buf_puts(out, "*") < 0 :
		    write_weekdays(week, ",", out) < 0)
		return -1;
	if (buf_puts(out, " ") < 0 || (guarded && guard_weekdays(s, c->zone_name, out) < 0) ||
	    (s->from_end && guard_end_of_month(s, c->zone_name, out) < 0) ||
	    guard_years(s, c->zone_name, out) < 0 || write_word(p->program, out) < 0 ||
	    buf_puts(out, " -c ") < 0 || write_word(p->config, out) < 0)
		return -1;
	return buf_printf(out, " schedule run %s\n", e->name);
}

static int write_schedule(const struct export_plan *p, const struct export_schedule *e,
			  const char **zone, struct buf *out, struct error *err)
{
	const char *why = inexpressible(e->calendar);

	if (why)
		return refuse(e, why, err);
	if ((!*zone || strcmp(*zone, calendar_zone(e->calendar)) != 0) &&
	    buf_printf(out, "CRON_TZ=%s\n", calendar_zone(e->calendar)) < 0)
		return no_memory(err);
	*zone = calendar_zone(e->calendar);
	if (buf_printf(out, "# %s, schedule %s: ", e->runs, e->name) < 0 ||
	    calendar_describe(e->calendar, out, err) < 0 || buf_puts(out, "\n") < 0 ||
	    write_line(p, e, out) < 0)
		return no_memory(err);
	return 0;
}

int export_cron(const struct export_plan *p, struct buf *out, struct error *err)
{
	const char *zone = NULL;

	if (buf_printf(
		    out,
		    "# Written by muster schedule export --cron, for the crontab of one user.\n"
		    "# CRON_TZ is known to cronie. Debian's cron reads all times in the machine's "
		    "own zone:\n# there the two must be the same.\n"
		    "# Platform: %s\n",
		    p->platform) < 0)
		return no_memory(err);
	for (size_t i = 0; i < p->count; i++)
		if (write_schedule(p, &p->schedule[i], &zone, out, err) < 0)
			return -1;
	if (!p->outbox)
		return 0;
	if (buf_puts(out, "# delivers the notifications that wait\n*/5 * * * * ") < 0 ||
	    write_word(p->program, out) < 0 || buf_puts(out, " -c ") < 0 ||
	    write_word(p->config, out) < 0 || buf_puts(out, " notify deliver\n") < 0)
		return no_memory(err);
	return 0;
}
