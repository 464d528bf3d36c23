/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand: when they succeeded, when they are due, what was missed. */
#include <string.h>

#include "cmd/metrics_gather.h"
#include "cmd/schedule_rows.h"
#include "history/latest.h"

/* All of the configuration, where it names none; of backups those that have any. */
static int scope_of(const struct config *config, const struct schedule_config *s,
		    struct metrics_gathered *out, struct latest_scope *scope, struct error *err)
{
	const char **names;

	*scope = (struct latest_scope){ .kind = s->run,
					.component = s->components.item,
					.component_count = s->components.count };
	if (s->components.count)
		return 0;
	names = metrics_gather_room(out, config->component_count, sizeof(*names), err);
	if (!names)
		return -1;
	for (size_t i = 0; i < config->component_count; i++) {
		if (strcmp(s->run, "verify") == 0 || metrics_has_backups(&config->component[i]))
			names[scope->component_count++] = config->component[i].name;
	}
	scope->component = names;
	return 0;
}

static int learn_times(const struct metrics_question *q, const struct schedule_config *config,
		       struct metrics_schedule *s, struct error *err)
{
	CLEANUP(cleanup_calendar)
	struct calendar *calendar = NULL;
	struct calendar_time next;

	if (!config->enabled)
		return 0;
	if (schedule_calendar(q->config, config, &calendar, err) < 0)
		return -1;
	s->max_interval_ns = calendar_longest_interval(calendar, q->now_ns);
	s->run_within_ns = config->run_within_ns;
	s->stale_after_ns = config->stale_ns ? config->stale_ns : 2 * s->max_interval_ns;
	if (calendar_next(calendar, q->now_ns, &next))
		s->next_ns = next.at_ns;
	return 0;
}

static bool was_carried_out(const struct metrics *m, const char *kind)
{
	for (size_t i = 0; i < m->run_count; i++) {
		if (strcmp(m->run[i].kind, kind) == 0)
			return m->run[i].started > 0;
	}
	return false;
}

static int learn_success(const struct metrics_question *q, const struct schedule_config *config,
			 struct metrics_gathered *out, struct metrics_schedule *s,
			 struct error *err)
{
	struct latest_scope scope;
	struct latest_schedule known;
	struct latest_run success = { 0 };
	int64_t since_ns;

	if (history_latest_schedule(q->history, s->name, q->now_ns, &known, err) < 0)
		return -1;
	s->missed = known.missed;
	s->paused = known.paused;
	s->expected = config->enabled && (schedule_is_automatic(config) ||
					  was_carried_out(&out->metrics, config->run));
	if (!s->expected)
		return 0;
	if (scope_of(q->config, config, out, &scope, err) < 0 ||
	    history_latest_covering(q->history, &scope, &success, err) < 0)
		return -1;
	s->last_success_ns = success.started_ns;
	/* before it was expected there need not have been one */
	since_ns = success.started_ns > known.since_ns ? success.started_ns : known.since_ns;
	s->stale = s->stale_after_ns && q->now_ns - since_ns > s->stale_after_ns;
	return 0;
}

int metrics_gather_schedules(const struct metrics_question *q, struct metrics_gathered *out,
			     struct error *err)
{
	const struct config *config = q->config;
	struct metrics *m = &out->metrics;

	m->schedule = metrics_gather_room(out, config->schedule_count, sizeof(*m->schedule), err);
	if (!m->schedule)
		return -1;
	for (size_t i = 0; i < config->schedule_count; i++) {
		const struct schedule_config *c = &config->schedule[i];
		struct metrics_schedule *s = &m->schedule[i];

		*s = (struct metrics_schedule){ .name = c->name, .kind = c->run };
		if (learn_times(q, c, s, err) < 0 || learn_success(q, c, out, s, err) < 0)
			return -1;
		m->schedule_count++;
	}
	return 0;
}
