/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For test_restore_fleet.py: the components of a platform restored into one sandbox, and
 * programs run in there.
 *
 * usage: fleet_fixture CONFIG SCRATCH READABLE PROGRAM…
 *
 * A PROGRAM is "run:SCRIPT", to its end, or "start:FILE:SCRIPT", which goes on and writes to FILE;
 * "wait:FILE:WORDS" waits until they stand in it; "services" deploys those of the configuration,
 * tries its smoke tests and workflows, and searches their logs. Checks, notes, variables and outputs are
 * printed, a line each; after "ready" it goes on when its input ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/config.h"
#include "history/history.h"
#include "plan/restore_fleet.h"
#include "service/services.h"
#include "service/trials.h"

enum { LANES = 24, STEPS_OF_ONE = 7, STARTED_MAX = 16, WAIT_TRIES = 600 };

struct fixture {
	struct restore_fleet fleet;
	struct arena arena;
	const char *const *readable;
	char **program;
	const char *const *env;
	int started[STARTED_MAX];
	size_t started_count;
};

/* ---- what is told ---- */

static int print(struct event_sink *sink, const struct event *e, struct error *err)
{
	(void)sink;
	(void)err;
	if (e->type == EVENT_CHECK)
		(void)printf("check\t%s\t%s\t%s\t%s\t%s\t%s\n", e->step ? e->step : "",
			     e->check->component ? e->check->component : "", e->check->name,
			     verdict_name(e->check->verdict),
			     e->check->subject ? e->check->subject : "",
			     e->check->message ? e->check->message : "");
	else if (e->type == EVENT_NOTE)
		(void)printf("note\t%s\t%s\t%s\n", e->component ? e->component : "", e->subject,
			     e->text);
	(void)fflush(stdout);
	return 0;
}

static int say_output(const char *text, size_t len, int code)
{
	(void)printf("output\t%d\t", code);
	for (size_t i = 0; i < len; i++)
		(void)putchar(text[i] == '\n' ? '|' : text[i]);
	(void)putchar('\n');
	return fflush(stdout);
}

/* ---- programs ---- */

static int run_one(struct fixture *x, const char *script, struct error *err)
{
	const char *const argv[] = { "bash", "-c", script, NULL };
	const struct visit_capture request = { .program = { .argv = argv, .env = x->env },
					       .time_max_ns = 120 * NS_PER_SECOND };
	CLEANUP(visit_captured_release)
	struct visit_captured c = { 0 };

	if (visit_capture(&x->fleet.sandbox, &request, &c, err) < 0)
		return -1;
	return say_output(c.output.ptr, c.output.len, c.time_is_up ? -1 : c.code);
}

static int start_one(struct fixture *x, const char *file, const char *script, struct error *err)
{
	const char *const argv[] = { "bash", "-c", script, NULL };
	const struct visit_program program = { .argv = argv, .env = x->env };

	return visit_start(&x->fleet.sandbox, &program, file, &x->started[x->started_count++], err);
}

static int wait_for(struct fixture *x, const char *file, const char *words, struct error *err)
{
	for (int tries = 0; tries < WAIT_TRIES; tries++) {
		struct error ignored = ERROR_INIT;
		CLEANUP(cleanup_close)
		int fd = sandbox_open_file(&x->fleet.sandbox, file, &ignored);
		char text[65536] = "";

		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strstr(text, words))
			return 0;
		(void)usleep(100000);
	}
	return error_set(err, ERROR_TARGET, "%s never says %s", file, words);
}

static int try_services(struct fixture *x, struct services *services, struct checks *checks,
			struct error *err)
{
	struct trials_request request = { .config = x->fleet.test.request->run.config,
					  .sandbox = &x->fleet.sandbox,
					  .env = x->env };

	if (trials_run(&request, checks, err) < 0)
		return -1;
	request.kind = TRIALS_WORKFLOW;
	if (trials_run(&request, checks, err) < 0 || services_health(services, checks, err) < 0)
		return -1;
	return services_logs(services, NULL, NULL, NULL, checks, err);
}

static int deploy_services(struct fixture *x, struct error *err)
{
	const struct services_options options = { .config = x->fleet.test.request->run.config,
						  .sandbox = &x->fleet.sandbox,
						  .env = x->env };
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct services *services = NULL;
	int rc = services_deploy(&options, &services, &checks, err);

	if (rc == 0)
		rc = try_services(x, services, &checks, err);
	if (services_stop(services, &checks, err) < 0)
		rc = -1;
	for (size_t i = 0; i < checks.count; i++)
		(void)printf("service\t%s\t%s\t%s\t%s\n", checks.item[i].name,
			     *checks.item[i].component ? checks.item[i].component :
							 checks.item[i].subject,
			     verdict_name(checks.item[i].verdict), checks.item[i].message);
	return rc;
}

static int take_one(struct fixture *x, char *program, struct error *err)
{
	char *manner = strsep(&program, ":");
	char *file = strcmp(manner, "run") == 0 || !program ? NULL : strsep(&program, ":");

	if (!program)
		return deploy_services(x, err);
	if (!file)
		return run_one(x, program, err);
	return strcmp(manner, "start") == 0 ? start_one(x, file, program, err) :
					      wait_for(x, file, program, err);
}

static int step_programs(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;

	(void)run;
	for (size_t i = 0; i < x->fleet.test.target_count; i++) {
		const struct restore_target *t = &x->fleet.test.target[i];

		for (const char *const *v = t->report.variable; *v; v++)
			(void)printf("variable\t%s\t%s\n", t->component->name, *v);
	}
	x->env = restore_fleet_environment(&x->fleet, &x->arena, err);
	if (!x->env)
		return -1;
	for (const char *const *v = x->env; *v; v++)
		(void)printf("environment\t%s\n", *v);
	for (char **p = x->program; *p; p++) {
		if (take_one(x, *p, err) < 0)
			return -1;
	}
	(void)printf("ready\t%s\n", x->fleet.sandbox.directory);
	(void)fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

/* ---- the other steps ---- */

static struct restore_target *target(struct plan_run *run, struct fixture *x)
{
	return restore_fleet_target(&x->fleet, run->current->component);
}

static int step_choose(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;

	return restore_fleet_choose(run, &x->fleet, err);
}

static int step_seal(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;
	const struct restore_fleet_options options = { .readable = x->readable };

	return restore_fleet_seal(run, &x->fleet, &options, err);
}

static int step_fetch(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;

	return restore_fleet_fetch(run, &x->fleet, target(run, x), err);
}

static int step_begin(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;

	return restore_fleet_begin(run, &x->fleet, target(run, x), err);
}

static int step_loaded(struct plan_run *run, void *subject, struct error *err)
{
	return restore_fleet_hear(run, target(run, subject), RESTORE_READ_BACK, err);
}

static bool is_restored_check(const void *cookie, const struct check *check)
{
	(void)cookie;
	return strcmp(check->name, check_name(CHECK_RESTORED)) == 0;
}

static int step_proven(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_target *t = target(run, subject);

	if (restore_fleet_hear(run, t, RESTORE_PHASE_COUNT, err) < 0 ||
	    restore_fleet_record(run, t, is_restored_check, NULL, err) < 0)
		return -1;
	return restore_fleet_compare(run, t, RESTORE_AGAINST_BACKUP, err);
}

static int step_source(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_target *t = target(run, subject);

	if (restore_fleet_hear(run, t, RESTORE_PHASE_COUNT, err) < 0)
		return -1;
	return restore_fleet_compare(run, t, RESTORE_AGAINST_SOURCE, err);
}

/* Begun as soon as the others that hear; what is left when they took theirs. */
static int step_rest(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_target *t = target(run, subject);

	if (restore_fleet_record(run, t, NULL, NULL, err) < 0)
		return -1;
	return restore_fleet_note(run, t, err);
}

static int step_remove(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *x = subject;

	for (size_t i = 0; i < x->started_count; i++) {
		int code = 0, rc;

		rc = visit_await(&x->fleet.sandbox, x->started[i], 0, &code, err);
		if (rc == 0)
			rc = visit_end(&x->fleet.sandbox, x->started[i], &code, err);
		if (rc < 0)
			return -1;
		(void)printf("ended\t%d\n", code);
	}
	return restore_fleet_remove(run, &x->fleet, err);
}

/* ---- the plan ---- */

struct builder {
	struct fixture *fixture;
	struct step *step;
	size_t count;
};

static const char *const *names(struct builder *b, const char *one, const char *two)
{
	const char **list = arena_alloc(&b->fixture->arena, 3 * sizeof(*list));

	if (!list)
		abort();
	list[0] = one;
	list[1] = two;
	list[2] = NULL;
	return list;
}

static const char *add(struct builder *b, const char *word, const char *component,
		       int (*run)(struct plan_run *, void *, struct error *),
		       const char *const *after)
{
	const char *id = arena_printf(&b->fixture->arena, "%s%s%s", word, component ? " " : "",
				      component ? component : "");

	if (!id)
		abort();
	b->step[b->count++] = (struct step){
		.id = id, .title = id, .component = component, .after = after, .run = run
	};
	return id;
}

static void add_target(struct builder *b, const char *name, const char **last)
{
	const char *fetched = add(b, "fetch", name, step_fetch, names(b, "seal", NULL));
	const char *begun = add(b, "begin", name, step_begin, names(b, fetched, NULL));
	const char *proven, *source;

	(void)add(b, "loaded", name, step_loaded, names(b, begun, NULL));
	proven = add(b, "proven", name, step_proven, names(b, begun, NULL));
	source = add(b, "source", name, step_source, names(b, begun, NULL));
	*last = add(b, "rest", name, step_rest, names(b, proven, source));
}

static struct plan make_plan(struct fixture *x)
{
	size_t targets = x->fleet.test.target_count;
	struct builder b = { .fixture = x };
	const char **last = arena_alloc(&x->arena, (targets + 1) * sizeof(*last));

	b.step = arena_alloc(&x->arena, (4 + targets * STEPS_OF_ONE) * sizeof(*b.step));
	if (!last || !b.step)
		abort();
	(void)add(&b, "choose", NULL, step_choose, NULL);
	(void)add(&b, "seal", NULL, step_seal, names(&b, "choose", NULL));
	for (size_t i = 0; i < targets; i++)
		add_target(&b, x->fleet.test.target[i].component->name, &last[i]);
	last[targets] = NULL;
	(void)add(&b, "programs", NULL, step_programs, last);
	(void)add(&b, "remove", NULL, step_remove, names(&b, "programs", NULL));
	b.step[b.count - 1].always = true;
	return (struct plan){
		.kind = "restore-test", .step = b.step, .step_count = b.count, .lanes = LANES
	};
}

static int execute(struct fixture *x, struct run_request *run, struct error *err)
{
	CLEANUP(cleanup_history)
	struct history *history = NULL;
	struct run_outcome outcome = { 0 };
	struct plan plan = make_plan(x);

	if (history_open_memory(&history, err) < 0)
		return -1;
	run->history = history;
	if (run_request_execute(run, &plan, x, &outcome, err) < 0)
		return -1;
	(void)printf("verdict\t%s\n", verdict_name(outcome.verdict));
	return 0;
}

static int restore(struct fixture *x, const struct config *config, const char *scratch,
		   struct error *err)
{
	struct event_sink told = { .receive = print };
	char id[RUN_ID_SIZE];
	struct restore_test_request request = {
		.run = { .config = config, .run = id, .command = "fleet", .sinks = &told },
		.scratch = scratch
	};
	int rc;

	run_id_make(clock_wall_ns(), id);
	rc = restore_fleet_init(&x->fleet, &request, err);
	if (rc == 0)
		rc = execute(x, &request.run, err);
	restore_fleet_release(&x->fleet);
	return rc;
}

/* What the programs need, and what the services do. */
static const char *const *readable(const struct config *config, const char *own,
				   struct arena *arena)
{
	const char *const *services = services_readable(config, arena);
	size_t count = 0;
	const char **all;

	while (services && services[count])
		count++;
	all = arena_alloc(arena, (count + 2) * sizeof(*all));
	if (!services || !all)
		abort();
	all[0] = own;
	memcpy(all + 1, services, count * sizeof(*all));
	return all;
}

int main(int argc, char **argv)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	const struct config_source source = { .path = argc > 3 ? argv[1] : NULL };
	struct fixture x = { .program = argv + 4 };
	struct error err = ERROR_INIT;
	int rc;

	if (argc < 4)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	rc = config_load(&source, &config, &complaints, &err);
	if (rc == 0)
		x.readable = readable(&config, argv[3], &x.arena);
	if (rc == 0)
		rc = restore(&x, &config, argv[2], &err);
	arena_release(&x.arena);
	if (rc < 0)
		(void)fprintf(stderr, "%s\n", err.message);
	return rc < 0;
}
