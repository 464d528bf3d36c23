/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/schedule_times.h"

#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/timezone.h"
#include "model/json.h"

int schedule_read_times(unsigned count, const char *after, int64_t *after_ns, struct error *err)
{
	if (count < 1 || count > SCHEDULE_COUNT_MAX)
		return error_set(err, ERROR_USAGE, "--count %u: 1 to %d", count,
				 SCHEDULE_COUNT_MAX);
	*after_ns = clock_wall_ns();
	if (after && clock_parse_rfc3339(after, after_ns) < 0)
		return error_set(err, ERROR_USAGE,
				 "--after %.60s: a time such as 2027-03-01T00:00:00Z was expected",
				 after);
	return 0;
}

enum { WALL_SIZE = sizeof("Sun 2026-03-29 02:00:00") };

/* Seconds that would be UTC, "Sun 2026-03-29 02:00"; POSIX's names of days, whatever the locale. */
static char *wall(int64_t local, char out[WALL_SIZE])
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	time_t seconds = (time_t)local;
	struct tm tm = { 0 };
	size_t used;

	(void)gmtime_r(&seconds, &tm);
	used = (size_t)snprintf(out, WALL_SIZE, "%s ", days[tm.tm_wday]);
	(void)strftime(out + used, WALL_SIZE - used,
		       tm.tm_sec ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", &tm);
	return out;
}

char *schedule_local(const struct calendar *c, int64_t wall_ns, char out[SCHEDULE_LOCAL_SIZE])
{
	const struct zone *z = calendar_timezone(c);
	int64_t utc = wall_ns / NS_PER_SECOND - (wall_ns % NS_PER_SECOND < 0);
	char text[WALL_SIZE], name[TIMEZONE_NAME_SIZE];

	(void)snprintf(out, SCHEDULE_LOCAL_SIZE, "%s %s", wall(utc + timezone_offset(z, utc), text),
		       timezone_abbreviation(z, utc, name));
	return out;
}

char *schedule_note(const struct calendar_time *t, char out[SCHEDULE_NOTE_SIZE])
{
	char text[WALL_SIZE];

	out[0] = '\0';
	if (t->shifted)
		(void)snprintf(out, SCHEDULE_NOTE_SIZE, "shifted: clocks skip %s",
			       wall(t->local, text) + sizeof("Sun"));
	else if (t->ambiguous)
		(void)snprintf(out, SCHEDULE_NOTE_SIZE, "clocks show it twice: the first of both");
	return out;
}

int64_t schedule_print_times(FILE *out, const struct calendar *c, int64_t now_ns, unsigned count)
{
	struct calendar_time t = { .at_ns = now_ns };

	for (unsigned i = 0; i < count; i++) {
		char local[SCHEDULE_LOCAL_SIZE], note[SCHEDULE_NOTE_SIZE];
		char utc[CLOCK_RFC3339_SIZE], age[QUANTITY_TEXT_SIZE];

		if (!calendar_next(c, t.at_ns, &t)) {
			(void)fprintf(out, "  %s\n", i ? "none after that" : "never");
			return INT64_MAX;
		}
		(void)schedule_note(&t, note);
		(void)fprintf(out, "  %-*s  %s  in %s%s%s\n",
			      (int)sizeof("Sun 2026-03-29 02:00 BST"),
			      schedule_local(c, t.at_ns, local), clock_format_rfc3339(t.at_ns, utc),
			      quantity_format_age(t.at_ns - now_ns, age), *note ? "  " : "", note);
	}
	return t.at_ns;
}

/* "2026-03-29T01:00:00", on the zone's clocks. */
static json_t *local_to_json(int64_t local)
{
	char text[CLOCK_RFC3339_SIZE];

	(void)clock_format_rfc3339(local * NS_PER_SECOND, text);
	text[sizeof("2026-03-29T01:00:00") - 1] = '\0';
	return json_string(text);
}

json_t *schedule_time_to_json(const struct calendar *c, const struct calendar_time *t)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct zone *z = calendar_timezone(c);
	int64_t utc = t->at_ns / NS_PER_SECOND;
	char name[TIMEZONE_NAME_SIZE];

	if (o && member_put(o, "time", time_to_json(t->at_ns)) &&
	    member_put(o, "local", local_to_json(utc + timezone_offset(z, utc))) &&
	    member_put(o, "abbreviation", text_to_json(timezone_abbreviation(z, utc, name))) &&
	    member_put(o, "meant", local_to_json(t->local)) &&
	    member_put(o, "shifted", json_boolean(t->shifted)) &&
	    member_put(o, "ambiguous", json_boolean(t->ambiguous)))
		return TAKE(o);
	return NULL;
}

json_t *schedule_times_to_json(const struct calendar *c, int64_t now_ns, unsigned count)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();
	struct calendar_time t = { .at_ns = now_ns };

	for (unsigned i = 0; list && i < count && calendar_next(c, t.at_ns, &t); i++)
		if (json_array_append_new(list, schedule_time_to_json(c, &t)) < 0)
			return NULL;
	return TAKE(list);
}
