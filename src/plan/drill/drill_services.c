/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's services, started beside the restored servers, and what is tried on them. */
#include "base/clock.h"
#include "drill/record.h"
#include "plan/drill/drill.intern.h"
#include "service/services.h"
#include "service/trials.h"

/* Why there is nothing to try; NULL: there is. */
static const char *hindrance(struct drill *d)
{
	if (d->request->scenario == DRILL_SCENARIO_COMPONENT_LOST)
		return "only some components were lost, so that the services have not all that "
		       "they need";
	if (!drill_has_sandbox(d))
		return "there is no sandbox";
	return NULL;
}

static int leave_out(struct plan_run *run, enum check_id id, const char *why, struct error *err)
{
	struct question q = { .id = id, .subject = run->current->id };

	return judge_skipped(run, &q, err, "%s", why);
}

/*
 * Records what was found, or that there was nothing to look at. `rc`: of the looking; what was
 * found before an error is recorded, too.
 */
static int conclude(struct plan_run *run, enum check_id id, int rc, const struct checks *checks,
		    const char *nothing, struct error *err)
{
	struct error ignored = ERROR_INIT;

	if (rc < 0) {
		(void)(plan_checks(run, checks, &ignored) < 0); /* the first error stands */
		return -1;
	}
	return checks->count ? plan_checks(run, checks, err) : leave_out(run, id, nothing, err);
}

/* How programs find the servers that are there by now; it lives as long as the drill. NULL: no memory. */
static const char *const *find_environment(struct drill *d, struct error *err)
{
	const char *const *env;

	(void)pthread_mutex_lock(&d->lock);
	env = restore_fleet_environment(&d->fleet, &d->arena, err);
	(void)pthread_mutex_unlock(&d->lock);
	return env;
}

/* From now on they are looked at between the steps, or no more. */
static void watch(struct drill *d, bool watched)
{
	(void)pthread_mutex_lock(&d->services_lock);
	d->watched = watched;
	(void)pthread_mutex_unlock(&d->services_lock);
}

/* A step that tells of those that did not get so far. */
static bool has_health(const struct drill *d)
{
	return drill_has_step(d, DRILL_WORK_HEALTH, ENGINE_COUNT) ||
	       drill_has_step(d, DRILL_WORK_HEALTH, ENGINE_SERVICE);
}

int drill_deploy(struct plan_run *run, struct drill *d, const struct drill_step *step,
		 struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const char *why = hindrance(d);
	struct services_options options = { .config = d->config,
					    .sandbox = &d->fleet.sandbox,
					    .stop = drill_stop(d) };
	struct services *services = NULL;
	int rc;

	(void)step;
	if (why)
		return leave_out(run, CHECK_DEPLOYED, why, err);
	if (drill_await_proofs(run, d, err) < 0)
		return -1;
	options.env = find_environment(d, err);
	if (!options.env)
		return -1;
	rc = services_deploy(&options, &services, &checks, err);
	(void)pthread_mutex_lock(&d->services_lock);
	d->services = services;
	d->watched = !has_health(d);
	(void)pthread_mutex_unlock(&d->services_lock);
	return conclude(run, CHECK_DEPLOYED, rc, &checks, "the configuration deploys no service",
			err);
}

int drill_health(struct plan_run *run, struct drill *d, const struct drill_step *step,
		 struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	int rc;

	(void)step;
	watch(d, false);
	rc = d->services ? services_health(d->services, &checks, err) : 0;
	watch(d, true);
	return conclude(run, CHECK_HEALTH, rc, &checks, "no service is deployed", err);
}

/* What is configured to be tried, in there. */
static int try_all(struct drill *d, enum trials_kind kind, struct checks *checks, struct error *err)
{
	const struct trial_config *first = NULL;
	struct trials_request request = { .config = d->config,
					  .kind = kind,
					  .sandbox = &d->fleet.sandbox,
					  .stop = drill_stop(d) };

	if (!trials_of(d->config, kind, &first))
		return 0;
	request.env = find_environment(d, err);
	request.hidden = services_hidden(d->services);
	return request.env ? trials_run(&request, checks, err) : -1;
}

int drill_trials(struct plan_run *run, struct drill *d, const struct drill_step *step,
		 struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const bool smoke = step->work == DRILL_WORK_SMOKE;
	const enum check_id id = smoke ? CHECK_SMOKE : CHECK_WORKFLOW;
	const char *why = hindrance(d);
	int rc;

	if (why)
		return leave_out(run, id, why, err);
	rc = try_all(d, smoke ? TRIALS_SMOKE : TRIALS_WORKFLOW, &checks, err);
	return conclude(run, id, rc, &checks,
			smoke ? "the configuration has no drill.smoke" :
				"the configuration has no drill.workflows",
			err);
}

int drill_monitor(struct plan_run *run, struct drill *d, const struct drill_step *step,
		  struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const struct stop stop = drill_stop(d);
	int rc = 0;

	(void)step;
	if (!hindrance(d))
		rc = try_all(d, TRIALS_MONITORING, &checks, err);
	if (rc == 0 && d->request->alert)
		rc = d->request->alert(d->request->cookie, &stop, &checks, err);
	return conclude(run, CHECK_MONITORING, rc, &checks,
			"the configuration has neither drill.monitoring nor drill.test_alert", err);
}

int drill_logs(struct plan_run *run, struct drill *d, const struct drill_step *step,
	       struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	char directory[4096];
	int rc = 0;

	(void)step;
	(void)snprintf(directory, sizeof(directory), "%.4000s/%s", d->request->logs, run->id);
	if (d->services)
		rc = services_logs(d->services, directory, NULL, NULL, &checks, err);
	return conclude(run, CHECK_APP_LOG, rc, &checks, "no service is deployed", err);
}

int drill_stop_services(struct plan_run *run, struct drill *d, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct error further = ERROR_INIT;
	struct services *services;
	int rc;

	(void)pthread_mutex_lock(&d->services_lock);
	services = d->services;
	d->services = NULL;
	(void)pthread_mutex_unlock(&d->services_lock);
	rc = services_stop(services, run ? &checks : NULL, err);
	if (run && plan_checks(run, &checks, rc < 0 ? &further : err) < 0)
		rc = -1;
	return rc;
}

/* Under their lock. A sandbox that has ended is for the steps to tell that need it. */
static void look_at_services(struct drill *d, struct checks *checks)
{
	struct error ended = ERROR_INIT;

	if (d->services && d->watched && services_watch(d->services, NULL, checks, &ended) < 0)
		d->watched = false;
}

static int keep_first(struct drill *d, const char *message, struct error *err)
{
	(void)pthread_mutex_lock(&d->services_lock);
	if (!d->ended) {
		d->ended_ns = clock_wall_ns();
		(void)pthread_mutex_lock(&d->lock);
		d->ended = arena_strdup(&d->arena, message);
		(void)pthread_mutex_unlock(&d->lock);
	}
	(void)pthread_mutex_unlock(&d->services_lock);
	return d->ended ? 0 : error_set(err, ERROR_NOMEM, "no memory for a drill");
}

int drill_tell_ended(struct plan_run *run, struct drill *d, const char *component,
		     const char *message, struct error *err)
{
	if (keep_first(d, message, err) < 0)
		return -1;
	return plan_note(run, component, DRILL_NOTE_ENDED, message, err);
}

static int tell_ended(struct plan_run *run, struct drill *d, const struct checks *checks,
		      struct error *err)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *c = &checks->item[i];

		if (check_weight(c) < VERDICT_ERROR)
			continue;
		if (drill_tell_ended(run, d, c->component, c->message, err) < 0)
			return -1;
	}
	return plan_checks(run, checks, err);
}

/* The run as the step has it that began the watch: done again, it begins it anew. */
static struct plan_run as_beginner(const struct drill *d)
{
	const enum drill_work began = has_health(d) ? DRILL_WORK_HEALTH : DRILL_WORK_DEPLOY;
	struct plan_run run = *d->run;

	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_step *s = d->state[i].step;

		if (s->kind == DRILL_AUTOMATIC && s->work == began)
			run.current = &d->step[i];
	}
	return run;
}

int drill_watch_services(struct drill *d, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct plan_run run = as_beginner(d);

	if (pthread_mutex_trylock(&d->services_lock) != 0)
		return 0;
	look_at_services(d, &checks);
	(void)pthread_mutex_unlock(&d->services_lock);
	return tell_ended(&run, d, &checks, err);
}

int drill_look_at_services(struct plan_run *run, struct drill *d, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };

	(void)pthread_mutex_lock(&d->services_lock);
	look_at_services(d, &checks);
	(void)pthread_mutex_unlock(&d->services_lock);
	return tell_ended(run, d, &checks, err);
}

const char *drill_service_ended(struct drill *d, int64_t until_ns)
{
	const char *ended;

	(void)pthread_mutex_lock(&d->services_lock);
	ended = d->ended && d->ended_ns <= until_ns ? d->ended : NULL;
	(void)pthread_mutex_unlock(&d->services_lock);
	return ended;
}
