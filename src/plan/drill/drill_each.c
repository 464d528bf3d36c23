/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that are about several components: all of them at the same time. */
#include <stdlib.h>

#include "plan/drill/drill.intern.h"

struct lane {
	struct plan_run run;
	struct drill *d;
	struct restore_target *target;
	drill_lane_fn *fn;
	pthread_t thread;
	bool threaded;
	struct error err;
	int rc;
};

static void *be_lane(void *argument)
{
	struct lane *l = argument;

	l->rc = l->fn(&l->run, l->d, l->target, &l->err);
	return NULL;
}

static void start_lane(struct lane *l)
{
	l->threaded = pthread_create(&l->thread, NULL, be_lane, l) == 0;
	if (!l->threaded)
		(void)be_lane(l);
}

/* The first error is the step's; each further one is told beside it, unless all were cut short. */
static void tell_further(const struct lane *l, struct plan_run *run)
{
	const struct check check = { .name = check_name(CHECK_STEP),
				     .component = l->target->component->name,
				     .subject = run->current->id,
				     .verdict = VERDICT_ERROR,
				     .message = l->err.message,
				     .hint = l->err.hint,
				     .required = true };
	struct error ignored = ERROR_INIT;

	/* a journal that refuses it has told the engine so */
	if (plan_may_go_on(run, &ignored) == 0)
		(void)(plan_check(run, &check, &ignored) < 0);
}

/* What the lanes yielded is the step's. */
static int end_lane(struct lane *l, struct plan_run *run, struct error *err)
{
	if (l->threaded)
		(void)pthread_join(l->thread, NULL);
	if (l->run.checked) {
		run->worst = run->checked ? verdict_worse(run->worst, l->run.worst) : l->run.worst;
		run->checked = true;
	}
	if (l->rc < 0 && err->kind != ERROR_NONE) {
		tell_further(l, run);
	} else if (l->rc < 0) {
		*err = l->err;
		(void)error_context(err, "%s", l->target->component->name);
	}
	return l->rc;
}

/* Of each component of the engine (ENGINE_COUNT: of all), all at once. */
int drill_each(struct plan_run *run, struct drill *d, enum engine_kind engine, drill_lane_fn *fn,
	       struct error *err)
{
	struct restore_test *t = &d->fleet.test;
	CLEANUP(cleanup_free)
	struct lane *lane = calloc(t->target_count + 1, sizeof(*lane));
	size_t count = 0;
	int rc = 0;

	if (!lane)
		return error_set(err, ERROR_NOMEM, "no memory for a drill");
	for (size_t i = 0; i < t->target_count; i++) {
		if (engine != ENGINE_COUNT && t->target[i].component->engine != engine)
			continue;
		lane[count] =
			(struct lane){ .run = *run, .d = d, .target = &t->target[i], .fn = fn };
		lane[count].run.checked = false;
		start_lane(&lane[count++]);
	}
	for (size_t i = 0; i < count; i++) {
		if (end_lane(&lane[i], run, err) < 0)
			rc = -1;
	}
	return rc;
}

bool drill_concerns(const struct drill *d, enum engine_kind engine)
{
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		if (engine == ENGINE_COUNT || d->fleet.test.target[i].component->engine == engine)
			return true;
	}
	return false;
}

int drill_not_lost(struct plan_run *run, enum check_id id, enum engine_kind engine,
		   struct error *err)
{
	struct question q = { .id = id, .subject = run->current->id };

	return judge_skipped(run, &q, err, "no component of %s is lost, or there is none",
			     engine_kind_name(engine));
}
