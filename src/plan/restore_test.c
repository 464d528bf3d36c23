/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plan/restore_test.intern.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a restore test");
}

static bool is_restorable_engine(const struct component_config *c)
{
	return engine_of(c->engine)->restore != NULL;
}

static void add_target(struct restore_test *t, const struct component_config *c)
{
	struct restore_target *target;

	for (size_t i = 0; i < t->target_count; i++) {
		if (t->target[i].component == c)
			return;
	}
	target = &t->target[t->target_count++];
	*target = (struct restore_target){ .component = c,
					   .engine = c->engine,
					   .config = c->restore,
					   .own = SANDBOX_INIT,
					   .line = VISIT_LINE_INIT,
					   .hearing = { .lock = PTHREAD_MUTEX_INITIALIZER,
							.changed = PTHREAD_COND_INITIALIZER,
							.phase = -1 },
					   .proving = PTHREAD_MUTEX_INITIALIZER };
	target->config.realistic = c->restore.realistic || t->request->realistic;
	target->config.standby = c->restore.standby || t->request->standby;
	target->wish =
		(struct restore_wish){ .engine = t->request->dry_run ? ENGINE_COUNT : c->engine,
				       .keep = t->request->keep_ns > 0,
				       .config = &target->config };
}

static int add_named(struct restore_test *t, size_t named, struct error *err)
{
	const struct component_config *c = run_request_component(&t->request->run, named, err);

	if (!c)
		return -1;
	if (!is_restorable_engine(c))
		return error_set(err, ERROR_USAGE, "component \"%s\" (%s) has nothing to restore",
				 c->name, engine_kind_name(c->engine));
	add_target(t, c);
	return 0;
}

int restore_choose_targets(struct restore_test *t, struct error *err)
{
	const struct run_request *r = &t->request->run;

	t->target = calloc(t->config->component_count + 1, sizeof(*t->target));
	if (!t->target)
		return no_memory(err);
	for (size_t i = 0; i < r->component_count; i++) {
		if (add_named(t, i, err) < 0)
			return -1;
	}
	for (size_t i = 0; !r->component_count && i < t->config->component_count; i++) {
		if (is_restorable_engine(&t->config->component[i]))
			add_target(t, &t->config->component[i]);
	}
	if (t->target_count)
		return 0;
	(void)error_set(err, ERROR_CONFIG, "%s names no component to restore", t->config->path);
	return error_hint(err, "add one below `components:`; see muster.yaml(5)");
}

struct restore_target *restore_target_of(struct plan_run *run, struct restore_test *t)
{
	for (size_t i = 0; i < t->target_count; i++) {
		if (t->target[i].component->name == run->current->component)
			return &t->target[i];
	}
	return NULL; /* every step of a component's has its target */
}

void restore_release(struct restore_test *t)
{
	for (size_t i = 0; i < t->target_count; i++) {
		struct restore_target *target = &t->target[i];

		visit_line_close(&target->line);
		sandbox_close(&target->own);
		for (size_t k = 0; k < target->file_count; k++)
			inspection_release(&target->file[k].judged.inspection);
		restore_report_release(&target->report);
		buf_release(&target->hearing.said);
		free(target->hearing.told);
	}
	inspect_desk_close(&t->desk);
	free(t->target);
	standings_release(&t->standings);
	catalogue_release(&t->catalogue);
	arena_release(&t->arena);
}

static enum error_kind first_cause(const struct restore_test *t)
{
	enum error_kind cause = t->cause;

	for (size_t i = 0; i < t->target_count && cause == ERROR_NONE; i++)
		cause = t->target[i].cause;
	return cause;
}

int restore_test_run(const struct restore_test_request *request, struct restore_test_outcome *out,
		     struct error *err)
{
	struct restore_test t = { .request = request,
				  .config = request->run.config,
				  .desk = INSPECT_DESK_INIT,
				  .room = PTHREAD_MUTEX_INITIALIZER };
	struct run_request run = request->run;
	int rc = restore_choose_targets(&t, err);

	if (request->time_max_ns)
		run.time_limit_ns = request->time_max_ns;
	if (rc == 0)
		rc = run_request_check_set(&run, request->of_files ? NULL : request->set, err);
	if (rc == 0)
		rc = restore_make_plan(&t, err);
	if (rc == 0)
		rc = run_request_execute(&run, &t.plan, &t, &out->run, err);
	out->cause = first_cause(&t);
	restore_release(&t);
	return rc;
}
