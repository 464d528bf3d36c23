/* SPDX-License-Identifier: Apache-2.0 */
/* How the last drill went, and how much is still to be done. */
#include "cmd/action_entry.h"
#include "cmd/last_drill.h"
#include "cmd/metrics_gather.h"

static int64_t never_negative(int64_t ns)
{
	return ns > 0 ? ns : 0;
}

static int gather_last(const struct metrics_question *q, struct metrics_drill *out,
		       struct error *err)
{
	struct last_drill last;

	if (last_drill_find(q->history, &last, err) < 0)
		return -1;
	out->status = *last.run ? last.verdict : VERDICT_ERROR;
	out->began_ns = last.began_ns;
	out->duration_ns = never_negative(last.duration_ns);
	out->time_ns = never_negative(last.rto.actual_ns);
	out->point_ns = never_negative(last.rpo.actual_ns);
	return 0;
}

int metrics_gather_drill(const struct metrics_question *q, struct metrics_gathered *out,
			 struct error *err)
{
	CLEANUP(actions_release)
	struct actions open = { 0 };
	struct metrics_drill *drill = metrics_gather_room(out, 1, sizeof(*drill), err);
	char today[ACTION_DAY_SIZE];

	if (!drill || gather_last(q, drill, err) < 0 ||
	    action_today(q->config, q->now_ns, today, err) < 0 ||
	    history_actions(q->history, false, &open, err) < 0)
		return -1;
	for (size_t i = 0; i < open.count; i++)
		drill->actions[action_is_overdue(&open.item[i], today)]++;
	/* a component of that name has the label */
	drill->is_of_the_whole = !config_component(q->config, METRICS_WHOLE);
	out->metrics.drill = drill;
	return 0;
}
