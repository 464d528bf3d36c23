/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand: when they succeeded, when they are due, what was missed. */
#include <string.h>

#include "cmd/metrics_gather.h"

/* A counter: all that ever were, also those that no command has recorded yet. */
static int count_missed(const struct metrics_question *q, struct metrics_gathered *out,
			struct metrics_schedule *s, struct error *err)
{
	const struct missed_filter filter = { .schedule = s->name };
	const struct missed_list *found = &out->states.found;
	CLEANUP(missed_list_release)
	struct missed_list recorded = { 0 };

	if (history_missed(q->history, &filter, &recorded, err) < 0)
		return -1;
	for (size_t i = 0; i < recorded.count; i++)
		s->missed += (uint64_t)recorded.item[i].times;
	for (size_t i = 0; i < found->count; i++) {
		if (strcmp(found->item[i].schedule, s->name) == 0)
			s->missed += (uint64_t)found->item[i].times;
	}
	return 0;
}

/* A host on which muster was never heard of would else be the quietest of all. */
static bool is_stale(const struct schedule_state *s)
{
	return s->stale || (s->expected && !s->began && !s->success_ns);
}

static void describe(const struct schedule_state *state, int64_t now_ns, struct metrics_schedule *s)
{
	const struct schedule_config *c = state->config;
	struct calendar_time next;

	*s = (struct metrics_schedule){ .name = c->name,
					.kind = c->run,
					.expected = state->expected,
					.last_success_ns = state->success_ns,
					.stale_after_ns = state->stale_after_ns,
					.stale = is_stale(state),
					.paused = state->pause != NULL };
	if (!c->enabled)
		return;
	s->run_within_ns = c->run_within_ns;
	s->max_interval_ns = calendar_longest_interval(state->calendar, now_ns);
	if (calendar_next(state->calendar, now_ns, &next))
		s->next_ns = next.at_ns;
}

int metrics_gather_schedules(const struct metrics_question *q, struct metrics_gathered *out,
			     struct error *err)
{
	struct metrics *m = &out->metrics;

	if (schedule_states_learn(q->config, q->history, q->now_ns, &out->states, err) < 0)
		return -1;
	m->schedule =
		metrics_gather_room(out, q->config->schedule_count, sizeof(*m->schedule), err);
	if (!m->schedule)
		return -1;
	for (size_t i = 0; i < out->states.count; i++) {
		describe(&out->states.item[i], q->now_ns, &m->schedule[i]);
		if (count_missed(q, out, &m->schedule[i], err) < 0)
			return -1;
		m->schedule_count++;
	}
	return 0;
}
