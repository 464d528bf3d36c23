/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a plan that can be carried out makes sense: what its steps do, in the order that it gives them. */
#include <string.h>

#include "base/buf.h"
#include "config/complaints.h"
#include "drill/drill_plan.intern.h"

struct sense {
	const struct drill_plan *plan;
	struct config_complaints *complaints;
	bool *before; /* [a * step_count + b]: step a is over when step b begins, whatever happens */
};

/* What a step's work needs to have been done. */
static const struct need {
	enum drill_work work, first;
	bool always;     /* also when no step of the plan does it */
	const char *why; /* "it ..." */
} needs[] = {
	{ DRILL_WORK_FETCH, DRILL_WORK_SEAL, true, "reads into the sandbox" },
	{ DRILL_WORK_RESTORE, DRILL_WORK_SEAL, true, "restores into the sandbox" },
	{ DRILL_WORK_RESTORE, DRILL_WORK_FETCH, true, "restores what was read" },
	{ DRILL_WORK_PROVE, DRILL_WORK_RESTORE, true, "examines what was restored" },
	{ DRILL_WORK_SOUND, DRILL_WORK_RESTORE, true, "examines what was restored" },
	{ DRILL_WORK_REPLICATE, DRILL_WORK_RESTORE, true, "examines what was restored" },
	{ DRILL_WORK_STATISTICS, DRILL_WORK_RESTORE, true, "examines what was restored" },
	{ DRILL_WORK_ROUND_TRIP, DRILL_WORK_RESTORE, true, "examines what was restored" },
	{ DRILL_WORK_DEPLOY, DRILL_WORK_SEAL, true, "starts services in the sandbox" },
	{ DRILL_WORK_DEPLOY, DRILL_WORK_RESTORE, false, "starts services on restored servers" },
	{ DRILL_WORK_HEALTH, DRILL_WORK_DEPLOY, false, "asks the services that were started" },
	{ DRILL_WORK_LOGS, DRILL_WORK_DEPLOY, false, "searches what started services wrote" },
	{ DRILL_WORK_SMOKE, DRILL_WORK_SEAL, true, "runs programs in the sandbox" },
	{ DRILL_WORK_WORKFLOWS, DRILL_WORK_SEAL, true, "runs programs in the sandbox" },
};

static bool does(const struct drill_step *step, enum drill_work work)
{
	return step->kind == DRILL_AUTOMATIC && step->work == work;
}

static bool is_before(const struct sense *s, const struct drill_step *a, const struct drill_step *b)
{
	size_t first = (size_t)(a - s->plan->step), second = (size_t)(b - s->plan->step);

	return s->before[first * s->plan->step_count + second];
}

/* What each step waits for, directly or not. */
static void find_before(struct sense *s)
{
	const struct drill_plan *p = s->plan;
	const size_t n = p->step_count;

	for (size_t i = 0; i < n; i++) {
		const size_t at = p->order[i];
		const struct drill_step *step = &p->step[at];

		for (size_t k = 0; k < step->after.count; k++) {
			s->before[step->before[k] * n + at] = true;
			for (size_t a = 0; a < n; a++)
				if (s->before[a * n + step->before[k]])
					s->before[a * n + at] = true;
		}
	}
}

/* Services need whatever was restored. */
static bool is_of_all(const struct drill_step *step)
{
	return step->engine == ENGINE_COUNT || step->engine == ENGINE_SERVICE;
}

static bool share_engine(const struct drill_step *a, const struct drill_step *b)
{
	return is_of_all(a) || is_of_all(b) || a->engine == b->engine;
}

static void check_need(struct sense *s, const struct drill_step *step, const struct need *need)
{
	const struct drill_plan *p = s->plan;
	bool found = false;

	for (size_t i = 0; i < p->step_count; i++) {
		const struct drill_step *first = &p->step[i];

		if (!does(first, need->first) || !share_engine(first, step))
			continue;
		found = true;
		if (!is_before(s, first, step))
			complain(s->complaints, &p->source, step->mark,
				 "step \"%s\" %s, and \"%s\" (does: %s) need not be over by then: "
				 "let it wait for that step, by \"after\"",
				 step->id, need->why, first->id, drill_work_name(need->first));
	}
	if (!found && need->always)
		complain(s->complaints, &p->source, step->mark,
			 "step \"%s\" %s, and the plan has no step for that: put one with \"does: "
			 "%s\" before "
			 "it",
			 step->id, need->why, drill_work_name(need->first));
}

static void check_needs(struct sense *s, const struct drill_step *step)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		if (does(step, needs[i].work))
			check_need(s, step, &needs[i]);
	}
}

/* What is done in the sandbox, or makes it. */
static bool uses_sandbox(const struct drill_step *step)
{
	return step->kind == DRILL_AUTOMATIC && step->work >= DRILL_WORK_SEAL &&
	       step->work <= DRILL_WORK_LOGS;
}

/* What is done for the platform to be back, or shows that it is. */
static bool recovers(const struct drill_step *step)
{
	return step->kind == DRILL_AUTOMATIC && step->work >= DRILL_WORK_RESTORE &&
	       step->work <= DRILL_WORK_WORKFLOWS;
}

/* The ids of those of the kind that need not be over when `step` begins; none: "". -1: no memory. */
static int list_others(const struct sense *s, const struct drill_step *step,
		       bool (*wanted)(const struct drill_step *step), struct buf *out)
{
	const struct drill_plan *p = s->plan;

	for (size_t i = 0; i < p->step_count; i++) {
		const struct drill_step *other = &p->step[i];

		if (other == step || !wanted(other) || is_before(s, other, step))
			continue;
		if (buf_printf(out, "%s%s", out->len ? ", " : "", other->id) < 0)
			return -1;
	}
	return 0;
}

static int check_remove(struct sense *s, const struct drill_step *step)
{
	CLEANUP(buf_release)
	struct buf list = { 0 };

	if (list_others(s, step, uses_sandbox, &list) < 0)
		return -1;
	if (list.len)
		complain(s->complaints, &s->plan->source, step->mark,
			 "step \"%s\" removes the sandbox, and what is done in it need not be over "
			 "by then: let it wait for %s, by \"after\"",
			 step->id, list.ptr);
	return 0;
}

static int check_validated(struct sense *s)
{
	const struct drill_step *step = drill_plan_step(s->plan, s->plan->validated);
	CLEANUP(buf_release)
	struct buf list = { 0 };

	if (list_others(s, step, recovers, &list) < 0)
		return -1;
	if (list.len)
		complain(s->complaints, &s->plan->source, step->mark,
			 "the recovery time ends with step \"%s\" (validated), and what shows that "
			 "the platform is back need not be over by then: let it wait for %s, by "
			 "\"after\"",
			 step->id, list.ptr);
	return 0;
}

static void check_judge(struct sense *s, const struct drill_step *step)
{
	const struct drill_step *end = drill_plan_step(s->plan, s->plan->validated);

	if (step != end && !is_before(s, end, step))
		complain(s->complaints, &s->plan->source, step->mark,
			 "step \"%s\" judges the recovery time, which ends with step \"%s\" "
			 "(validated): let it wait for that step, by \"after\"",
			 step->id, end->id);
}

/* The first step of the plan that does it. */
static const struct drill_step *first_of(const struct drill_plan *p, enum drill_work work)
{
	size_t i = 0;

	while (i < p->step_count && !does(&p->step[i], work))
		i++;
	return i < p->step_count ? &p->step[i] : NULL;
}

/* Work that a drill has but once. */
static const struct single {
	enum drill_work work;
	const char *what; /* "it ..." */
	const char *why;
} singles[] = {
	{ DRILL_WORK_SEAL, "seals a sandbox", "a drill has one" },
	{ DRILL_WORK_DEPLOY, "starts the services", "they are all started at once" },
};

static void check_single(struct sense *s, const struct drill_step *step)
{
	for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++) {
		const struct drill_step *first = first_of(s->plan, singles[i].work);

		if (does(step, singles[i].work) && first && step != first)
			complain(s->complaints, &s->plan->source, step->mark,
				 "step \"%s\" %s, as \"%s\" does: %s, leave one of them out",
				 step->id, singles[i].what, first->id, singles[i].why);
	}
}

static int check_step(struct sense *s, const struct drill_step *step)
{
	check_needs(s, step);
	check_single(s, step);
	if (does(step, DRILL_WORK_JUDGE))
		check_judge(s, step);
	return does(step, DRILL_WORK_REMOVE) ? check_remove(s, step) : 0;
}

int drill_plan_check_sense(const struct drill_plan *plan, struct config_complaints *complaints,
			   struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	struct sense s = { .plan = plan, .complaints = complaints };
	size_t errors = complaints->errors;
	int rc;

	s.before = arena_alloc(&arena, plan->step_count * plan->step_count + 1);
	if (!s.before)
		return error_set(err, ERROR_NOMEM, "no memory for the plan of a drill");
	find_before(&s);
	rc = check_validated(&s);
	for (size_t i = 0; i < plan->step_count && rc == 0; i++)
		rc = check_step(&s, &plan->step[i]);
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the plan of a drill");
	return complaints->errors > errors ?
		       drill_plan_not_valid(plan, complaints->errors - errors, err) :
		       0;
}

bool drill_plan_restores(const struct drill_plan *p)
{
	for (size_t i = 0; i < p->step_count; i++) {
		const struct drill_step *s = &p->step[i];

		if (s->on_clock && (s->kind == DRILL_TICK || s->kind == DRILL_COMMAND ||
				    does(s, DRILL_WORK_RESTORE)))
			return true;
	}
	return false;
}
