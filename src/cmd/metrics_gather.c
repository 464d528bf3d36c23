/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/metrics_gather.h"

#include <string.h>

#include "history/latest.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* Those that muster carries out by itself: their series are there before the first run. */
static const char *const run_kinds[] = { "backup", "drill", "restore-test", "verify" };
enum { RUN_KINDS = sizeof(run_kinds) / sizeof(*run_kinds) };

void metrics_gathered_release(struct metrics_gathered *g)
{
	run_tallies_release(&g->runs);
	step_tallies_release(&g->steps);
	schedule_states_release(&g->states);
	arena_release(&g->arena);
	*g = (struct metrics_gathered){ 0 };
}

void *metrics_gather_room(struct metrics_gathered *out, size_t count, size_t item,
			  struct error *err)
{
	void *room = arena_alloc(&out->arena, (count + 1) * item);

	if (!room)
		(void)error_set(err, ERROR_NOMEM, "no memory for the metrics");
	return room;
}

static uint64_t size_in(const struct backup_set *set, const struct component_config *c, bool *holds)
{
	uint64_t size = 0;

	*holds = false;
	for (size_t i = 0; i < set->file_count; i++) {
		const struct backup_file *f = &set->file[i];

		if (f->component != c || f->kind == PART_MANIFEST)
			continue;
		*holds = true;
		size += f->size;
	}
	return size;
}

static void find_newest(const struct catalogue *sets, const struct component_config *c,
			struct metrics_component *out)
{
	bool holds = false;

	for (size_t i = 0; !holds && i < sets->set_count; i++) {
		uint64_t size = size_in(&sets->set[i], c, &holds);

		if (!holds)
			continue;
		out->last_success_ns = sets->set[i].time_ns;
		out->size = size;
		out->copies = 1;
	}
}

static int gather_components(const struct metrics_question *q, struct metrics_gathered *out,
			     struct error *err)
{
	struct metrics *m = &out->metrics;

	m->component =
		metrics_gather_room(out, q->config->component_count, sizeof(*m->component), err);
	if (!m->component)
		return -1;
	for (size_t i = 0; i < q->config->component_count; i++) {
		const struct component_config *c = &q->config->component[i];
		struct metrics_component *one = &m->component[m->component_count];

		if (!config_has_backups(c))
			continue;
		*one = (struct metrics_component){ .name = c->name,
						   .engine = engine_kind_name(c->engine),
						   .max_age_ns = c->backups.max_age_ns };
		find_newest(q->sets, c, one);
		m->component_count++;
	}
	return 0;
}

/* What a kind of run says of a component (NULL: of the whole), when it has said nothing yet. */
struct check_source {
	const char *component, *kind, *first;
};

static int add_checks(const struct metrics_question *q, const struct check_source *s,
		      struct metrics_gathered *out, struct error *err)
{
	struct latest_checks checks;
	struct metrics *m = &out->metrics;

	if (history_latest_checks(q->history, s->kind, s->component, &checks, err) < 0)
		return -1;
	if (!checks.count) {
		checks.count = 1;
		checks.item[0].verdict = VERDICT_ERROR;
		(void)snprintf(checks.item[0].name, sizeof(checks.item[0].name), "%s", s->first);
	}
	for (size_t i = 0; i < checks.count; i++) {
		enum check_id id;

		/* the words of other programs, or of a newer muster, are no labels */
		if (!check_parse_name(checks.item[i].name, &id))
			continue;
		m->check[m->check_count++] = (struct metrics_check){
			.component = s->component ? s->component : METRICS_WHOLE,
			.kind = s->kind,
			.check = check_name(id),
			.verdict = checks.item[i].verdict,
		};
	}
	return 0;
}

static int gather_checks(const struct metrics_question *q, struct metrics_gathered *out,
			 struct error *err)
{
	const struct config *config = q->config;
	const struct check_source whole = { .kind = "verify",
					    .first = check_name(CHECK_DISK_FREE) };
	struct metrics *m = &out->metrics;

	m->check = metrics_gather_room(
		out, (config->component_count * 2 + 1) * (size_t)LATEST_CHECKS_MAX,
		sizeof(*m->check), err);
	if (!m->check || add_checks(q, &whole, out, err) < 0)
		return -1;
	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];
		bool stored = config_has_backups(c);
		const struct check_source verify = {
			.component = c->name,
			.kind = "verify",
			.first = check_name(stored ? CHECK_EXISTS : CHECK_REACHABLE)
		};
		const struct check_source restore = { .component = c->name,
						      .kind = "restore-test",
						      .first = check_name(CHECK_PROVEN) };

		if (add_checks(q, &verify, out, err) < 0 ||
		    (stored && add_checks(q, &restore, out, err) < 0))
			return -1;
	}
	return 0;
}

static struct metrics_run *run_of(struct metrics *m, const char *kind)
{
	for (size_t i = 0; i < m->run_count; i++) {
		if (strcmp(m->run[i].kind, kind) == 0)
			return &m->run[i];
	}
	m->run[m->run_count] = (struct metrics_run){ .kind = kind, .last = VERDICT_ERROR };
	return &m->run[m->run_count++];
}

static int learn_newest(const struct metrics_question *q, struct metrics *m, struct error *err)
{
	for (size_t i = 0; i < m->run_count; i++) {
		struct latest_run newest;

		if (history_latest_run(q->history, m->run[i].kind, &newest, err) < 0)
			return -1;
		if (newest.started_ns)
			m->run[i].last = newest.verdict;
	}
	return 0;
}

static int learn_in_progress(const struct metrics_question *q, struct metrics *m, struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	if (history_holders(q->history, &holders, err) < 0)
		return -1;
	for (size_t i = 0; i < m->run_count; i++) {
		for (size_t k = 0; k < holders.count; k++)
			m->run[i].in_progress |=
				strcmp(m->run[i].kind, holders.item[k].command) == 0;
	}
	return 0;
}

static int gather_runs(const struct metrics_question *q, struct metrics_gathered *out,
		       struct error *err)
{
	struct metrics *m = &out->metrics;

	if (history_tally_runs(q->history, &out->runs, err) < 0)
		return -1;
	m->run = metrics_gather_room(out, RUN_KINDS + out->runs.count, sizeof(*m->run), err);
	if (!m->run)
		return -1;
	for (size_t i = 0; i < RUN_KINDS; i++)
		(void)run_of(m, run_kinds[i]);
	for (size_t i = 0; i < out->runs.count; i++) {
		const struct run_tally *t = &out->runs.item[i];
		struct metrics_run *r = run_of(m, t->kind);

		r->started = t->started;
		r->failed = t->failed;
		r->errors = t->errors;
	}
	if (learn_newest(q, m, err) < 0)
		return -1;
	return learn_in_progress(q, m, err);
}

static int gather_steps(const struct metrics_question *q, struct metrics_gathered *out,
			struct error *err)
{
	if (history_tally_steps(q->history, &out->steps, err) < 0)
		return -1;
	out->metrics.step = out->steps.item;
	out->metrics.step_count = out->steps.count;
	return 0;
}

static int gather_receivers(const struct metrics_question *q, struct metrics_gathered *out,
			    struct error *err)
{
	const struct notify_config *notify = &q->config->notify;
	struct metrics *m = &out->metrics;

	m->receiver = metrics_gather_room(out, notify->receiver_count, sizeof(*m->receiver), err);
	if (!m->receiver)
		return -1;
	for (size_t i = 0; i < notify->receiver_count; i++) {
		const struct receiver_config *r = &notify->receiver[i];
		struct message_tally messages;

		if (history_tally_messages(q->history, r->name, &messages, err) < 0)
			return -1;
		m->receiver[m->receiver_count++] =
			(struct metrics_receiver){ .name = r->name,
						   .type = receiver_kind_name(r->kind),
						   .sent = messages.sent,
						   .failed = messages.given_up,
						   .waiting = messages.waiting };
	}
	return 0;
}

int metrics_gather(const struct metrics_question *q, struct metrics_gathered *out,
		   struct error *err)
{
	out->metrics = (struct metrics){ .platform = q->config->platform,
					 .version = MUSTER_VERSION,
					 .compiler = COMPILER };
	if (gather_components(q, out, err) < 0 || gather_checks(q, out, err) < 0 ||
	    gather_runs(q, out, err) < 0 || metrics_gather_schedules(q, out, err) < 0 ||
	    metrics_gather_recoveries(q, out, err) < 0 || metrics_gather_drill(q, out, err) < 0 ||
	    gather_steps(q, out, err) < 0)
		return -1;
	return gather_receivers(q, out, err);
}
