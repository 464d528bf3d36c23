/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iCalendar (RFC 5545). Each time is an event of its own in UTC: rules of recurrence know neither
 * days from the end of the month in all programs, nor what to do with a time that clocks skip.
 */
#include <string.h>

#include "base/clock.h"
#include "schedule/export.h"

enum { TWO_YEARS_OF_DAYS = 731, LINE_MAX_OCTETS = 75, STAMP_SIZE = sizeof("20260329T010000Z") };

/* Section 3.1: no line longer than 75 octets; a break does not part a character of UTF-8. */
static int write_line(const char *name, const char *value, struct buf *out)
{
	size_t column = strlen(name) + 1;

	if (buf_printf(out, "%s:", name) < 0)
		return -1;
	for (size_t i = 0, len = 1; value[i]; i += len, column += len) {
		for (len = 1; ((unsigned char)value[i + len] & 0xc0) == 0x80;)
			len++;
		if (column + len > LINE_MAX_OCTETS) {
			if (buf_puts(out, "\r\n ") < 0)
				return -1;
			column = 1;
		}
		if (buf_append(out, value + i, len) < 0)
			return -1;
	}
	return buf_puts(out, "\r\n");
}

/* Section 3.3.11 */
static int write_text(const char *name, const char *text, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf escaped = { 0 };

	for (; *text; text++)
		if ((strchr("\\;,", *text) && buf_puts(&escaped, "\\") < 0) ||
		    buf_append(&escaped, text, 1) < 0)
			return -1;
	return write_line(name, escaped.ptr ? escaped.ptr : "", out);
}

/* "20260329T010000Z" */
static char *stamp(int64_t wall_ns, char out[STAMP_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];
	size_t used = 0;

	for (const char *p = clock_format_rfc3339(wall_ns, text); *p && used + 1 < STAMP_SIZE; p++)
		if (*p != '-' && *p != ':')
			out[used++] = *p;
	out[used] = '\0';
	return out;
}

static int write_event(const struct export_plan *p, const struct export_schedule *s,
		       const char *description, const struct calendar_time *t, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	char at[STAMP_SIZE], now[STAMP_SIZE];

	if (buf_puts(out, "BEGIN:VEVENT\r\n") < 0 ||
	    buf_printf(&text, "%s-%s@muster.%s", s->name, stamp(t->at_ns, at), p->platform) < 0 ||
	    write_text("UID", text.ptr, out) < 0 ||
	    write_line("DTSTAMP", stamp(p->now_ns, now), out) < 0 ||
	    write_line("DTSTART", at, out) < 0)
		return -1;
	buf_clear(&text);
	if (buf_printf(&text, "%s: %s (%s)", p->platform, s->runs, s->name) < 0 ||
	    write_text("SUMMARY", text.ptr, out) < 0)
		return -1;
	buf_clear(&text);
	if (buf_printf(&text, "%s%s", description,
		       t->shifted ? "; clocks skip this time, so that it is shifted" : "") < 0 ||
	    write_text("DESCRIPTION", text.ptr, out) < 0)
		return -1;
	return buf_puts(out, "CATEGORIES:muster\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

static int too_many(const struct export_schedule *s, struct error *err)
{
	(void)error_set(
		err, ERROR_REFUSED,
		"schedule %s: more than %d times in two years: no calendar of people's holds "
		"them",
		s->name, EXPORT_EVENTS_MAX);
	return error_hint(err, "name the schedules that shall be exported");
}

static int write_schedule(const struct export_plan *p, const struct export_schedule *s,
			  struct buf *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf description = { 0 };
	int64_t end = p->now_ns + INT64_C(86400) * TWO_YEARS_OF_DAYS * NS_PER_SECOND;
	struct calendar_time t = { .at_ns = p->now_ns };

	if (calendar_describe(s->calendar, &description, err) < 0)
		return -1;
	if (buf_printf(&description, " (%s)", calendar_zone(s->calendar)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	for (int i = 0; calendar_next(s->calendar, t.at_ns, &t) && t.at_ns < end; i++) {
		if (i == EXPORT_EVENTS_MAX)
			return too_many(s, err);
		if (write_event(p, s, description.ptr, &t, out) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	}
	return 0;
}

int export_ics(const struct export_plan *p, struct buf *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf name = { 0 };

	if (buf_printf(&name, "muster, %s", p->platform) < 0 ||
	    buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//muster//schedule//EN\r\n"
			  "CALSCALE:GREGORIAN\r\n") < 0 ||
	    write_text("X-WR-CALNAME", name.ptr, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	for (size_t i = 0; i < p->count; i++)
		if (write_schedule(p, &p->schedule[i], out, err) < 0)
			return -1;
	if (buf_puts(out, "END:VCALENDAR\r\n") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	return 0;
}
