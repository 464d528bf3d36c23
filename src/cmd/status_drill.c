/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/status_drill.h"

#include <string.h>

#include "cmd/action_entry.h"
#include "drill/announcement.h"

void status_drill_release(struct status_drill *s)
{
	actions_release(&s->open);
	free(s->overdue);
	buf_release(&s->next);
}

static int learn_last(struct history *h, struct status_drill *s, struct readiness_drill *out,
		      struct error *err)
{
	if (last_drill_find(h, &s->last, err) < 0)
		return -1;
	out->run = *s->last.run ? s->last.run : NULL;
	out->began_ns = s->last.began_ns;
	out->verdict = s->last.verdict;
	out->recovery_ns = s->last.rto.actual_ns;
	out->objective_ns = s->last.rto.objective_ns;
	return 0;
}

/* The first that any schedule has; one that is paused has none. */
static int learn_next(const struct schedule_states *schedules, struct status_drill *s,
		      struct readiness *r, struct error *err)
{
	const struct calendar *calendar = NULL;
	struct calendar_time t;

	for (size_t i = 0; i < schedules->count; i++) {
		const struct schedule_state *one = &schedules->item[i];

		if (strcmp(one->config->run, "drill") != 0 || !one->config->enabled || one->pause ||
		    !calendar_next(one->calendar, r->at_ns, &t) ||
		    (calendar && t.at_ns >= r->drill.next_ns))
			continue;
		calendar = one->calendar;
		r->drill.next_ns = t.at_ns;
	}
	if (!calendar)
		return 0;
	if (drill_announcement_when(
		    &(struct drill_announcement){ .zone = calendar_timezone(calendar),
						  .at_ns = r->drill.next_ns },
		    &s->next) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the next drill");
	r->drill.next = s->next.ptr;
	return 0;
}

static int learn_actions(const struct config *config, struct history *h, struct status_drill *s,
			 struct readiness *r, struct error *err)
{
	char today[ACTION_DAY_SIZE];

	if (action_today(config, r->at_ns, today, err) < 0 ||
	    history_actions(h, false, &s->open, err) < 0)
		return -1;
	s->overdue = calloc(s->open.count + 1, sizeof(*s->overdue));
	if (!s->overdue)
		return error_set(err, ERROR_NOMEM, "no memory for action items");
	for (size_t i = 0; i < s->open.count; i++) {
		const struct action *a = &s->open.item[i];

		if (action_is_overdue(a, today))
			s->overdue[r->drill.overdue_count++] = (struct readiness_action){
				.number = a->number,
				.title = a->title,
				.owner = a->owner,
				.due = a->due,
			};
	}
	r->drill.overdue = s->overdue;
	r->drill.actions_open = s->open.count;
	return 0;
}

int status_drill_learn(const struct config *config, struct history *h,
		       const struct schedule_states *schedules, struct status_drill *s,
		       struct readiness *r, struct error *err)
{
	if (learn_last(h, s, &r->drill, err) < 0 || learn_next(schedules, s, r, err) < 0)
		return -1;
	return learn_actions(config, h, s, r, err);
}
