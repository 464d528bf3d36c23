/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/schedule_state.h"

#include <string.h>

#include "base/clock.h"
#include "cmd/schedule_rows.h"
#include "history/known.h"
#include "schedule/expected.h"

/* Runs that began so long before a time may have held a lock at it. */
#define RUN_MAX_NS (INT64_C(86400) * NS_PER_SECOND)

struct look {
	const struct config *config;
	struct history *h;
	int64_t now_ns;
	struct schedule_states *out;
};

/* The components that a run must be about to count for the schedule. */
struct required {
	const char **item;
	size_t count;
};

static void required_release(struct required *r)
{
	free(r->item);
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the state of schedules");
}

/* Services have nothing that could be backed up or restored, and some nothing to be asked of. */
static bool concerns(const struct schedule_config *s, const struct component_config *c)
{
	if (strcmp(s->run, "verify") == 0)
		return config_is_verified(c);
	return config_has_backups(c) ||
	       (strcmp(s->run, "backup") != 0 && strcmp(s->run, "restore-test") != 0);
}

static int require(const struct config *config, const struct schedule_config *s,
		   struct required *out, struct error *err)
{
	const struct string_list *named = &s->components;

	out->item = calloc(named->count + config->component_count + 1, sizeof(*out->item));
	if (!out->item)
		return no_memory(err);
	for (size_t i = 0; i < named->count; i++)
		out->item[out->count++] = named->item[i];
	for (size_t i = 0; named->count == 0 && i < config->component_count; i++) {
		if (concerns(s, &config->component[i]))
			out->item[out->count++] = config->component[i].name;
	}
	return 0;
}

/* What people do is not missed before they have begun to let muster know of it. */
static int find_expected(const struct look *l, struct schedule_state *s, struct error *err)
{
	struct newest_question any = { .kind = s->config->run };
	char id[RUN_ID_SIZE];
	int64_t started_ns;

	s->expected = s->config->enabled && run_kind_is_automatic(s->config->run);
	if (s->expected || !s->config->enabled)
		return 0;
	if (history_newest(l->h, &any, id, &started_ns, err) < 0)
		return -1;
	s->expected = id[0] != '\0';
	return 0;
}

static int find_expectation(const struct look *l, struct schedule_state *s, struct error *err)
{
	const struct expectation *e;

	if (asprintf(&s->expression, "%s %s %s", s->config->run, s->config->when,
		     calendar_zone(s->calendar)) < 0) {
		s->expression = NULL;
		return no_memory(err);
	}
	e = expectations_find(&l->out->known, s->config->name, s->expression);
	s->began = e != NULL;
	/* recorded while the clock was ahead, they would silence the schedule until then */
	s->since_ns = e && e->since_ns < l->now_ns ? e->since_ns : l->now_ns;
	s->judged_ns = e && e->judged_ns < l->now_ns ? e->judged_ns : l->now_ns;
	return 0;
}

/* The pauses of that schedule alone, as the judgement takes them. */
static struct expected_pause *pauses_of(const struct pauses *p, const char *schedule, size_t *count)
{
	struct expected_pause *list = calloc(p->count + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; list && i < p->count; i++) {
		const struct pause *one = &p->item[i];

		if (!one->schedule || strcmp(one->schedule, schedule) == 0)
			list[(*count)++] = (struct expected_pause){ .began_ns = one->began_ns,
								    .ends_ns = one->ends_ns,
								    .reason = one->reason };
	}
	return list;
}

static struct expected_run *runs_of(const struct known_runs *known)
{
	struct expected_run *list = calloc(known->count + 1, sizeof(*list));

	for (size_t i = 0; list && i < known->count; i++) {
		const struct known_run *k = &known->item[i];

		list[i] = (struct expected_run){ .id = k->id,
						 .kind = k->kind,
						 .started_ns = k->started_ns,
						 .finished_ns = k->finished_ns,
						 .component = k->component,
						 .component_count = k->component_count,
						 .succeeded = k->succeeded };
	}
	return list;
}

static int take_down(const struct look *l, const struct schedule_state *s,
		     const struct expected_judgement *j, struct error *err)
{
	for (size_t i = 0; i < j->missed_count; i++) {
		struct missed m = { .schedule = strdup(s->config->name),
				    .kind = strdup(s->config->run),
				    .reason = strdup(j->missed[i].reason),
				    .at_ns = j->missed[i].at_ns,
				    .times = (int64_t)j->missed[i].times };

		if (missed_list_add(&l->out->found, &m, err) < 0)
			return -1;
	}
	return 0;
}

static int judge(const struct look *l, struct schedule_state *s, struct expected_question *q,
		 struct error *err)
{
	CLEANUP(known_runs_release)
	struct known_runs known = { 0 };
	CLEANUP(cleanup_free)
	struct expected_pause *pauses = NULL;
	CLEANUP(cleanup_free)
	struct expected_run *runs = NULL;
	CLEANUP(expected_judgement_release)
	struct expected_judgement j = { 0 };

	if (history_known_runs(l->h, q->after_ns - RUN_MAX_NS, &known, err) < 0)
		return -1;
	runs = runs_of(&known);
	pauses = pauses_of(&l->out->pauses, s->config->name, &q->pause_count);
	if (!runs || !pauses)
		return no_memory(err);
	q->run = runs;
	q->run_count = known.count;
	q->pause = pauses;
	if (expected_judge(q, &j, err) < 0)
		return -1;
	s->judged_ns = j.judged_ns;
	return take_down(l, s, &j, err);
}

static int count_one(struct schedule_state *s, const struct missed *m, struct error *err)
{
	s->missed += (uint64_t)m->times;
	if (m->at_ns < s->missed_at_ns)
		return 0;
	s->missed_at_ns = m->at_ns;
	free(s->missed_reason);
	s->missed_reason = strdup(m->reason);
	return s->missed_reason ? 0 : no_memory(err);
}

/* Those that no run has made good since: recorded ones, and those just found. */
static int count_missed(const struct look *l, struct schedule_state *s, int64_t from_ns,
			struct error *err)
{
	struct missed_filter filter = { .schedule = s->config->name, .since_ns = from_ns };
	CLEANUP(missed_list_release)
	struct missed_list recorded = { 0 };
	const struct missed_list *found = &l->out->found;

	if (history_missed(l->h, &filter, &recorded, err) < 0)
		return -1;
	for (size_t i = 0; i < recorded.count; i++) {
		if (recorded.item[i].at_ns <= l->now_ns && count_one(s, &recorded.item[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < found->count; i++) {
		if (found->item[i].at_ns >= from_ns &&
		    strcmp(found->item[i].schedule, s->config->name) == 0 &&
		    count_one(s, &found->item[i], err) < 0)
			return -1;
	}
	return 0;
}

static int hold_against_runs(const struct look *l, struct schedule_state *s, struct error *err)
{
	CLEANUP(required_release)
	struct required required = { 0 };
	struct expected_question q = { .calendar = s->calendar,
				       .kind = s->config->run,
				       .run_within_ns = s->config->run_within_ns,
				       .after_ns = s->judged_ns,
				       .now_ns = l->now_ns };
	struct newest_question newest = { .kind = s->config->run };
	char id[RUN_ID_SIZE];
	int64_t began_ns;

	if (require(l->config, s->config, &required, err) < 0)
		return -1;
	q.component = newest.component = required.item;
	q.component_count = newest.component_count = required.count;
	if (expected_any(&q) && judge(l, s, &q, err) < 0)
		return -1;
	if (history_newest(l->h, &newest, id, &began_ns, err) < 0 ||
	    count_missed(l, s, began_ns > s->since_ns ? began_ns : s->since_ns, err) < 0)
		return -1;
	newest.succeeded = true;
	if (history_newest(l->h, &newest, s->success, &s->success_ns, err) < 0)
		return -1;
	s->stale_after_ns = s->config->stale_ns ? s->config->stale_ns :
						  expected_stale_after(s->calendar, l->now_ns);
	s->stale = expected_is_stale(s->success_ns, s->since_ns, s->stale_after_ns, l->now_ns);
	return 0;
}

static int learn_one(const struct look *l, const struct schedule_config *config,
		     struct schedule_state *s, struct error *err)
{
	s->config = config;
	s->pause = pauses_find(&l->out->pauses, config->name, l->now_ns);
	if (schedule_calendar(l->config, config, &s->calendar, err) < 0 ||
	    find_expected(l, s, err) < 0)
		return -1;
	if (!s->expected)
		return 0;
	return find_expectation(l, s, err) < 0 ? -1 : hold_against_runs(l, s, err);
}

/* The pauses that may be asked for: since the oldest time that is not judged. */
static int learn_pauses(const struct look *l, struct error *err)
{
	const struct expectations *known = &l->out->known;
	int64_t from_ns = l->now_ns;

	for (size_t i = 0; i < known->count; i++) {
		if (known->item[i].judged_ns < from_ns)
			from_ns = known->item[i].judged_ns;
	}
	return history_pauses(l->h, from_ns, &l->out->pauses, err);
}

int schedule_states_learn(const struct config *config, struct history *h, int64_t now_ns,
			  struct schedule_states *out, struct error *err)
{
	struct look l = { .config = config, .h = h, .now_ns = now_ns, .out = out };

	*out = (struct schedule_states){ .count = 0 };
	out->item = calloc(config->schedule_count + 1, sizeof(*out->item));
	if (!out->item)
		return no_memory(err);
	if (history_expectations(h, &out->known, err) < 0 || learn_pauses(&l, err) < 0)
		return -1;
	for (size_t i = 0; i < config->schedule_count; i++) {
		out->count++;
		if (learn_one(&l, &config->schedule[i], &out->item[i], err) < 0)
			return -1;
	}
	return 0;
}

static struct readiness_schedule shown(const struct schedule_state *s)
{
	const struct pause *p = s->pause;

	return (struct readiness_schedule){ .name = s->config->name,
					    .kind = s->config->run,
					    .expected = s->expected,
					    .missed = s->missed,
					    .missed_at_ns = s->missed_at_ns,
					    .missed_reason = s->missed_reason,
					    .stale = s->stale,
					    .success_ns = s->success_ns,
					    .success = s->success,
					    .stale_after_ns = s->stale_after_ns,
					    .paused = p != NULL,
					    .pause_ends_ns = p ? p->ends_ns : 0,
					    .pause_reason = p ? p->reason : "",
					    .pause_author = p ? p->author : "" };
}

struct readiness_schedule *schedule_states_readiness(const struct schedule_states *s)
{
	struct readiness_schedule *list = calloc(s->count + 1, sizeof(*list));

	for (size_t i = 0; list && i < s->count; i++)
		list[i] = shown(&s->item[i]);
	return list;
}

void schedule_states_release(struct schedule_states *s)
{
	for (size_t i = 0; i < s->count; i++) {
		calendar_free(s->item[i].calendar);
		free(s->item[i].expression);
		free(s->item[i].missed_reason);
	}
	free(s->item);
	pauses_release(&s->pauses);
	expectations_release(&s->known);
	missed_list_release(&s->found);
	*s = (struct schedule_states){ .count = 0 };
}
