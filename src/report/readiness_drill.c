/* SPDX-License-Identifier: Apache-2.0 */
/* What the status tells of drills. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "model/json.h"
#include "report/document.h"
#include "report/readiness.intern.h"

static void last(struct paint *p, const struct readiness_drill *d)
{
	char text[QUANTITY_TEXT_SIZE], began[CLOCK_RFC3339_SIZE];

	if (!d->run) {
		paint_format(p, "Last drill: none\n");
		return;
	}
	paint_format(p, "Last drill: %s, ", clock_format_rfc3339(d->began_ns, began));
	paint_verdict(p, d->verdict, verdict_name(d->verdict));
	if (d->recovery_ns < 0)
		paint_format(p, ", recovery time not measured");
	else
		paint_format(p, ", recovered in %s",
			     quantity_format_duration(d->recovery_ns, text));
	if (d->objective_ns)
		paint_format(p, " (objective %s)", quantity_format_duration(d->objective_ns, text));
	paint_format(p, "; %s\n", d->run);
}

static void actions(struct paint *p, const struct readiness_drill *d)
{
	if (!d->actions_open)
		return;
	paint_format(p, "Action items: %zu open", d->actions_open);
	if (d->overdue_count)
		paint_format(p, ", %zu overdue:", d->overdue_count);
	paint_format(p, "\n");
	for (size_t i = 0; i < d->overdue_count; i++) {
		paint_format(p, "    %" PRId64 "  due %s  ", d->overdue[i].number,
			     d->overdue[i].due);
		paint_foreign(p, d->overdue[i].owner);
		paint_format(p, ": ");
		paint_foreign(p, d->overdue[i].title);
		paint_format(p, "\n");
	}
}

void readiness_drill_text(struct paint *p, const struct readiness_drill *d)
{
	if (d->run || d->next)
		last(p, d);
	if (d->next)
		paint_format(p, "Next drill: %s\n", d->next);
	actions(p, d);
}

static json_t *seconds_or_null(bool told, int64_t ns)
{
	return told ? seconds_to_json(ns) : json_null();
}

static json_t *last_to_json(const struct readiness_drill *d)
{
	if (!d->run)
		return json_null();
	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "run", text_to_json(d->run), "began",
			 time_to_json(d->began_ns), "verdict", verdict_name(d->verdict),
			 "recovery_time", seconds_or_null(d->recovery_ns >= 0, d->recovery_ns),
			 "recovery_time_objective",
			 seconds_or_null(d->objective_ns > 0, d->objective_ns));
}

static json_t *overdue_to_json(const struct readiness_drill *d)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; i < d->overdue_count; i++) {
		const struct readiness_action *a = &d->overdue[i];

		if (json_array_append_new(
			    list, json_pack("{s:I, s:o, s:o, s:o}", "number", (json_int_t)a->number,
					    "title", text_to_json(a->title), "owner",
					    text_to_json(a->owner), "due", text_to_json(a->due))) <
		    0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

bool readiness_drill_put(json_t *o, const struct readiness_drill *d)
{
	return member_put(o, "last_drill", last_to_json(d)) &&
	       member_put(o, "next_drill", d->next ? time_to_json(d->next_ns) : json_null()) &&
	       member_put(o, "actions_open", json_integer((json_int_t)d->actions_open)) &&
	       member_put(o, "actions_overdue", overdue_to_json(d));
}
