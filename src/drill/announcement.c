/* SPDX-License-Identifier: Apache-2.0 */
#include "drill/announcement.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "drill/embedded.h"

const char *drill_announcement_built_in(void)
{
	return drill_announcement_txt;
}

static int64_t seconds_of(int64_t wall_ns)
{
	return wall_ns / NS_PER_SECOND - (wall_ns % NS_PER_SECOND < 0);
}

/* On the zone's clocks. */
static struct tm local_of(const struct drill_announcement *a, int64_t wall_ns)
{
	int64_t utc = seconds_of(wall_ns);
	time_t local = (time_t)(utc + timezone_offset(a->zone, utc));
	struct tm tm = { 0 };

	(void)gmtime_r(&local, &tm);
	return tm;
}

/* Names of days and months in English, whatever the locale is. */
int drill_announcement_when(const struct drill_announcement *a, struct buf *out)
{
	static const char *const days[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
					    "Thursday", "Friday", "Saturday" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct tm tm = local_of(a, a->at_ns);
	char zone[TIMEZONE_NAME_SIZE];

	return buf_printf(out, "%s %s %d %02d:%02d %s", days[tm.tm_wday], months[tm.tm_mon],
			  tm.tm_mday, tm.tm_hour, tm.tm_min,
			  timezone_abbreviation(a->zone, seconds_of(a->at_ns), zone));
}

int64_t drill_plan_duration(const struct drill_plan *p)
{
	int64_t duration = p->end_ns;

	for (size_t i = 0; i < p->phase_count; i++)
		if (p->phase[i].milestone_ns > duration)
			duration = p->phase[i].milestone_ns;
	return duration;
}

static int put_plan(const struct drill_announcement *a, struct buf *out)
{
	return buf_puts(out, a->plan->title);
}

static int put_platform(const struct drill_announcement *a, struct buf *out)
{
	return buf_puts(out, a->platform);
}

static int put_duration(const struct drill_announcement *a, struct buf *out)
{
	char text[QUANTITY_TEXT_SIZE];

	return buf_puts(out, quantity_format_duration(drill_plan_duration(a->plan), text));
}

static int put_zone(const struct drill_announcement *a, struct buf *out)
{
	char zone[TIMEZONE_NAME_SIZE];

	return buf_puts(out, timezone_abbreviation(a->zone, seconds_of(a->at_ns), zone));
}

static int put_contact(const struct drill_announcement *a, struct buf *out)
{
	return buf_puts(out, *a->contact ? a->contact : "whoever operates the platform");
}

static int put_moment(const struct drill_announcement *a, int64_t after_ns, const char *what,
		      struct buf *out)
{
	const struct tm tm = local_of(a, a->at_ns + after_ns);
	char t[DRILL_T_SIZE];

	return buf_printf(out, "%02d:%02d  %-8s %s\n", tm.tm_hour, tm.tm_min,
			  drill_t_format(after_ns, t), what);
}

static int put_timeline(const struct drill_announcement *a, struct buf *out)
{
	if (put_moment(a, 0, "The drill begins", out) < 0)
		return -1;
	for (size_t i = 0; i < a->plan->phase_count; i++) {
		const struct drill_phase *p = &a->plan->phase[i];

		if (p->milestone_ns >= 0 && put_moment(a, p->milestone_ns, p->title, out) < 0)
			return -1;
	}
	return 0;
}

static const struct place_row {
	const char *name;
	int (*put)(const struct drill_announcement *a, struct buf *out);
} places[] = {
	{ "{when}", drill_announcement_when },
	{ "{plan}", put_plan },
	{ "{platform}", put_platform },
	{ "{duration}", put_duration },
	{ "{zone}", put_zone },
	{ "{timeline}", put_timeline },
	{ "{contact}", put_contact },
};

/* The one whose name begins at `text`; NULL. */
static const struct place_row *place_at(const char *text)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (strncmp(text, places[i].name, strlen(places[i].name)) == 0)
			return &places[i];
	return NULL;
}

int drill_announcement_write(const struct drill_announcement *a, const char *text, struct buf *out)
{
	while (*text) {
		const struct place_row *place = place_at(text);
		size_t length = place ? strlen(place->name) : 1 + strcspn(text + 1, "{");

		if ((place ? place->put(a, out) : buf_append(out, text, length)) < 0)
			return -1;
		text += length;
	}
	return 0;
}
