/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules as iCalendar. Each time is an event of its own in UTC: rules of recurrence know neither
 * days from the end of the month in all programs, nor what to do with a time that clocks skip.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "schedule/export.h"
#include "schedule/ics.h"

enum { TWO_YEARS_OF_DAYS = 731 };

static int write_event(const struct export_plan *p, const struct export_schedule *s,
		       const char *description, const struct calendar_time *t, struct buf *out)
{
	static const char shifted[] = "; clocks skip this time, so that it is shifted";
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char at[ICS_STAMP_SIZE];
	struct ics_event e = { .begins_ns = t->at_ns, .now_ns = p->now_ns };

	e.uid = arena_printf(&arena, "%s-%s@muster.%s", s->name, ics_stamp(t->at_ns, at),
			     p->platform);
	e.summary = arena_printf(&arena, "%s: %s (%s)", p->platform, s->runs, s->name);
	e.description = arena_printf(&arena, "%s%s", description, t->shifted ? shifted : "");
	return e.uid && e.summary && e.description ? ics_event(out, &e) : -1;
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

	if (buf_printf(&name, "muster, %s", p->platform) < 0 || ics_begin(out, name.ptr, false) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	for (size_t i = 0; i < p->count; i++)
		if (write_schedule(p, &p->schedule[i], out, err) < 0)
			return -1;
	if (ics_end(out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	return 0;
}
