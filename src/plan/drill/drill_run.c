/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of data becomes one of the engine's, is carried out, and is told of. */
#include "plan/drill/drill_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plan/drill/drill.intern.h"
#include "service/services.h"

/* People take their time; run.time_limit is for runs of muster alone. */
#define TIME_MAX_NS (INT64_C(30) * 86400 * NS_PER_SECOND)

static const char *const scenario_names[] = {
#define X(id, name) name,
	DRILL_SCENARIO_TABLE(X)
#undef X
};
const char *drill_scenario_name(enum drill_scenario s)
{
	return scenario_names[s];
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a drill");
}

struct drill_state *drill_state_of(const struct plan_run *run, const struct drill *d)
{
	return &d->state[run->current - d->step];
}

struct drill_state *drill_state_by_id(const struct drill *d, const char *id)
{
	for (size_t i = 0; i < d->step_count; i++) {
		if (strcmp(d->state[i].step->id, id) == 0)
			return &d->state[i];
	}
	return NULL;
}

static bool is_to_end(const void *cookie)
{
	const struct drill *d = cookie;
	struct error ignored = ERROR_INIT;

	return plan_may_go_on(d->run, &ignored) < 0;
}

struct stop drill_stop(const struct drill *d)
{
	return (struct stop){ .asked = is_to_end, .cookie = d };
}

int drill_note(struct plan_run *run, const char *name, struct error *err, const char *fmt, ...)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = arena_vprintf(&arena, fmt, args);
	va_end(args);
	return text ? plan_note(run, NULL, name, text, err) : no_memory(err);
}

/* ---- the engine's table ---- */

/* What it waits for; steps that are after the end are waited for by nobody before it. */
static const char **after_of(struct drill *d, const struct drill_step *step)
{
	const char **ids = arena_alloc(&d->arena, (step->after.count + 1) * sizeof(*ids));

	if (!ids)
		return NULL;
	for (size_t i = 0; i < step->after.count; i++)
		ids[i] = step->after.item[i];
	ids[step->after.count] = NULL;
	return ids;
}

/* Processes are made of this one: while a thread holds a lock its copy would for ever. */
static bool forks(const struct drill_step *step)
{
	return step->kind == DRILL_AUTOMATIC &&
	       (step->work == DRILL_WORK_READY || step->work == DRILL_WORK_SEAL);
}

static int add_step(struct drill *d, const struct drill_step *s, struct error *err)
{
	struct step *step = &d->step[d->step_count];

	*step = (struct step){ .id = s->id,
			       .title = s->title,
			       .after = after_of(d, s),
			       .always = s->always,
			       .alone = forks(s) };
	if (!step->after)
		return no_memory(err);
	if (s->kind == DRILL_TICK || s->kind == DRILL_GATE)
		step->poll = drill_poll_person;
	else if (s->kind == DRILL_WAIT)
		step->poll = drill_poll_wait;
	else
		step->run = drill_run_step;
	d->state[d->step_count].step = s;
	d->step_count++;
	d->left[s->phase]++;
	return 0;
}

static int make_table(struct drill *d, struct error *err)
{
	const struct drill_plan *p = d->plan;

	d->step = arena_alloc(&d->arena, (p->step_count + 1) * sizeof(*d->step));
	d->state = arena_alloc(&d->arena, (p->step_count + 1) * sizeof(*d->state));
	d->over = arena_alloc(&d->arena, (p->step_count + 1) * sizeof(*d->over));
	d->left = arena_alloc(&d->arena, (p->phase_count + 1) * sizeof(*d->left));
	if (!d->step || !d->state || !d->over || !d->left)
		return no_memory(err);
	for (size_t i = 0; i < p->step_count; i++) {
		if (!p->phase[p->step[i].phase].after_end && add_step(d, &p->step[i], err) < 0)
			return -1;
	}
	d->table = (struct plan){ .kind = "drill",
				  .step = d->step,
				  .step_count = d->step_count,
				  .lanes = (unsigned)d->step_count + 1,
				  .begun = drill_tell_beginning,
				  .tend = drill_tend,
				  .ended = drill_step_ended };
	return 0;
}

/* Sets that were made since it began are none of those that whoever takes it up again has. */
static int64_t not_after(const struct drill *d)
{
	int64_t trusted_ns = d->request->trusted_until_ns;

	if (!d->request->earlier || !d->t0_ns)
		return trusted_ns;
	return trusted_ns && trusted_ns < d->t0_ns ? trusted_ns : d->t0_ns;
}

static int prepare_restores(struct drill *d, struct error *err)
{
	const struct drill_request *r = d->request;

	d->restores = (struct restore_test_request){
		.run = r->run,
		.trust = strcmp(d->config->drill_sets, "proven") == 0 ? RESTORE_TRUST_PROVEN :
									RESTORE_TRUST_UNLESS,
		.withheld = r->scenario == DRILL_SCENARIO_NEWEST_UNUSABLE,
		.not_after_ns = not_after(d),
		.standby = drill_has_step(d, DRILL_WORK_REPLICATE, ENGINE_POSTGRESQL) ||
			   drill_has_step(d, DRILL_WORK_REPLICATE, ENGINE_COUNT),
		.jobs = r->jobs,
		.scratch = r->scratch,
	};
	if (restore_fleet_init(&d->fleet, &d->restores, err) < 0)
		return -1;
	d->compared = arena_alloc(&d->arena, d->fleet.test.target_count + 1);
	d->fetched = arena_alloc(&d->arena, d->fleet.test.target_count + 1);
	d->readable = services_readable(d->config, &d->arena);
	if (!d->compared || !d->fetched || !d->readable)
		return no_memory(err);
	return 0;
}

static void release(struct drill *d)
{
	struct error ignored = ERROR_INIT;

	if (drill_stop_services(NULL, d, &ignored) < 0)
		error_clear(&ignored);
	if (d->restores.run.config)
		restore_fleet_release(&d->fleet);
	entries_release(&d->entries);
	(void)pthread_mutex_destroy(&d->lock);
	(void)pthread_mutex_destroy(&d->services_lock);
	arena_release(&d->arena);
}

int drill_run(const struct drill_request *request, struct run_outcome *out, struct error *err)
{
	struct drill d = { .request = request,
			   .plan = request->plan,
			   .config = request->run.config,
			   .lock = PTHREAD_MUTEX_INITIALIZER,
			   .services_lock = PTHREAD_MUTEX_INITIALIZER };
	struct plan_past past = { 0 };
	struct run_request run = request->run;
	int rc;

	d.carrier = pthread_self();
	run.time_limit_ns = TIME_MAX_NS;
	rc = make_table(&d, err);
	if (rc == 0)
		rc = drill_take_earlier(&d, err);
	if (rc == 0)
		rc = prepare_restores(&d, err);
	if (request->earlier) {
		past = (struct plan_past){ .started_ns = request->earlier->started_ns,
					   .checks = &request->earlier->checks,
					   .over = d.over };
		run.past = &past;
	}
	if (rc == 0)
		rc = run_request_execute(&run, &d.table, &d, out, err);
	/* people who break it off have decided so: the exit code is that of what came of it */
	if (rc == 0 && drill_was_aborted(&d))
		out->cut_short = ERROR_NONE;
	/* where nothing can be sealed, no drill can be held, whatever the backups are */
	if (rc == 0 && out->cut_short == ERROR_NONE)
		out->cut_short = d.unsealed;
	release(&d);
	return rc;
}
