/* SPDX-License-Identifier: Apache-2.0 */
#include "report/schedules.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "model/json.h"
#include "report/document.h"

static bool is_well(const struct readiness_schedule *s)
{
	return !s->missed && !s->stale;
}

/* "missed 3 times, stale, paused" */
static void words(struct paint *p, const struct readiness_schedule *s)
{
	const char *comma = "";

	if (s->missed == 1)
		paint_format(p, "missed");
	else if (s->missed)
		paint_format(p, "missed %" PRIu64 " times", s->missed);
	if (s->missed)
		comma = ", ";
	if (s->stale) {
		paint_format(p, "%sstale", comma);
		comma = ", ";
	}
	if (s->paused)
		paint_format(p, "%spaused", comma);
}

static void missed(struct paint *p, const struct readiness_schedule *s)
{
	char time[CLOCK_RFC3339_SIZE];

	paint_format(p, "    %-12s %s: ", s->missed > 1 ? "last missed" : "missed",
		     clock_format_rfc3339(s->missed_at_ns, time));
	paint_foreign(p, s->missed_reason);
	paint_format(p, "\n");
}

static void success(struct paint *p, const struct readiness_schedule *s, int64_t now_ns)
{
	char text[QUANTITY_TEXT_SIZE];

	paint_format(p, "    %-12s ", "success");
	if (s->success_ns)
		paint_format(p, "%s ago (%s)", quantity_format_age(now_ns - s->success_ns, text),
			     s->success);
	else
		paint_format(p, "none");
	if (s->stale_after_ns)
		paint_format(p, ", may be %s", quantity_format_duration(s->stale_after_ns, text));
	paint_format(p, "\n");
}

static void pause_line(struct paint *p, const struct readiness_schedule *s)
{
	char time[CLOCK_RFC3339_SIZE];

	paint_format(p, "    %-12s until %s, by ", "paused",
		     clock_format_rfc3339(s->pause_ends_ns, time));
	paint_foreign(p, s->pause_author);
	paint_format(p, ": ");
	paint_foreign(p, s->pause_reason);
	paint_format(p, "\n");
}

static void one(struct paint *p, const struct readiness_schedule *s, int64_t now_ns)
{
	enum verdict v = is_well(s) ? VERDICT_SKIPPED : VERDICT_WARN;
	const char *word = is_well(s) ? "paused" : verdict_name(v);

	paint_verdict(p, v, word);
	paint_pad(p, strlen(word), 8);
	paint_format(p, "schedule ");
	paint_foreign(p, s->name);
	paint_format(p, " (");
	paint_foreign(p, s->kind);
	paint_format(p, "): ");
	words(p, s);
	paint_format(p, "\n");
	if (s->missed)
		missed(p, s);
	if (s->stale)
		success(p, s, now_ns);
	if (s->paused)
		pause_line(p, s);
}

bool schedules_text(struct paint *p, const struct readiness_schedule *s, size_t count,
		    int64_t now_ns)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (is_well(&s[i]) && !s[i].paused)
			continue;
		one(p, &s[i], now_ns);
		any = true;
	}
	return any;
}

static json_t *missed_to_json(const struct readiness_schedule *s)
{
	if (!s->missed)
		return json_null();
	return json_pack("{s:I, s:o, s:o}", "times", (json_int_t)s->missed, "last",
			 time_to_json(s->missed_at_ns), "reason", text_to_json(s->missed_reason));
}

static json_t *success_to_json(const struct readiness_schedule *s)
{
	if (!s->success_ns)
		return json_null();
	return json_pack("{s:o, s:o}", "run", text_to_json(s->success), "started",
			 time_to_json(s->success_ns));
}

json_t *schedule_pause_to_json(int64_t ends_ns, const char *author, const char *reason)
{
	return json_pack("{s:o, s:o, s:o}", "until", time_to_json(ends_ns), "author",
			 text_to_json(author), "reason", text_to_json(reason));
}

int schedule_members(json_t *o, const struct readiness_schedule *s)
{
	bool put =
		member_put(o, "expected", json_boolean(s->expected)) &&
		member_put(o, "missed", missed_to_json(s)) &&
		member_put(o, "stale", json_boolean(s->stale)) &&
		member_put(o, "stale_after",
			   s->stale_after_ns ? seconds_to_json(s->stale_after_ns) : json_null()) &&
		member_put(o, "success", success_to_json(s)) &&
		member_put(o, "paused",
			   s->paused ? schedule_pause_to_json(s->pause_ends_ns, s->pause_author,
							      s->pause_reason) :
				       json_null());

	return put ? 0 : -1;
}

json_t *schedules_to_json(const struct readiness_schedule *s, size_t count)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < count; i++) {
		json_t *o = json_object();

		if (json_array_append_new(list, o) < 0 ||
		    !member_put(o, "name", text_to_json(s[i].name)) ||
		    !member_put(o, "run", text_to_json(s[i].kind)) ||
		    schedule_members(o, &s[i]) < 0)
			return NULL;
	}
	return TAKE(list);
}

void schedules_nagios(struct paint *p, const struct readiness_schedule *s, size_t count)
{
	const struct readiness_schedule *first = NULL;
	size_t more = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_well(&s[i]))
			continue;
		if (first)
			more++;
		else
			first = &s[i];
	}
	if (!first)
		return;
	paint_format(p, "; schedule ");
	paint_one_line(p, first->name);
	paint_format(p, ": ");
	words(p, first);
	if (more)
		paint_format(p, " (and %zu more)", more);
}

void schedules_performance(struct paint *p, const struct readiness_schedule *s, size_t count)
{
	size_t stale = 0, paused = 0;
	uint64_t times = 0;

	for (size_t i = 0; i < count; i++) {
		times += s[i].missed;
		stale += s[i].stale;
		paused += s[i].paused;
	}
	paint_format(p, " missed=%" PRIu64 ";0;;0 stale=%zu;0;;0 paused=%zu;;;0", times, stale,
		     paused);
}
