/* SPDX-License-Identifier: Apache-2.0 */
/* What restored components are proven by, each share of it in the step of the plan that asks for it. */
#include <string.h>

#include "plan/drill/drill.intern.h"

/* Whose checks these are, where a plan has such a step; all others are of PROVE. */
static enum drill_work work_of(const char *check)
{
	static const struct {
		enum check_id check;
		enum drill_work work;
	} rows[] = { { CHECK_CONSTRAINTS, DRILL_WORK_SOUND },
		     { CHECK_INDEXES, DRILL_WORK_SOUND },
		     { CHECK_SEQUENCES, DRILL_WORK_SOUND },
		     { CHECK_COLLATIONS, DRILL_WORK_SOUND },
		     { CHECK_ANALYZE, DRILL_WORK_SOUND },
		     { CHECK_SERVER_LOG, DRILL_WORK_SOUND },
		     { CHECK_REPLICATION, DRILL_WORK_REPLICATE },
		     { CHECK_EXPIRED, DRILL_WORK_STATISTICS },
		     { CHECK_PERSISTENCE, DRILL_WORK_STATISTICS },
		     { CHECK_ROUND_TRIP, DRILL_WORK_ROUND_TRIP } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(check_name(rows[i].check), check) == 0)
			return rows[i].work;
	}
	return DRILL_WORK_PROVE;
}

bool drill_has_step(const struct drill *d, enum drill_work work, enum engine_kind engine)
{
	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_step *s = d->state[i].step;

		if (s->kind == DRILL_AUTOMATIC && s->work == work && s->engine == engine)
			return true;
	}
	return false;
}

/* A step that asks for its share of what a component's report holds. */
struct share {
	const struct drill *d;
	const struct drill_step *step;
	enum engine_kind engine;
};

static bool is_own(const void *cookie, const struct check *check)
{
	const struct share *s = cookie;
	enum drill_work work = work_of(check->name);

	if (work != DRILL_WORK_PROVE && drill_has_step(s->d, work, s->engine))
		return s->step->work == work;
	if (s->step->work == DRILL_WORK_PROVE)
		return true;
	/* nobody else has a step for them */
	return s->step->work == DRILL_WORK_STATISTICS &&
	       !drill_has_step(s->d, DRILL_WORK_PROVE, s->engine);
}

/* Of a component, the first step that asks for the comparison with the backup makes it. */
static bool is_to_compare(struct drill *d, const struct restore_target *t)
{
	bool *compared = &d->compared[t - d->fleet.test.target];
	bool first;

	(void)pthread_mutex_lock(&d->lock);
	first = !*compared;
	*compared = true;
	(void)pthread_mutex_unlock(&d->lock);
	return first;
}

/* A step that found nothing to look at is not green: it had nothing to do, or could not do it. */
static int tell_nothing(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	struct question q = { .id = CHECK_PROVEN, .component = t->component };

	if (!t->restored)
		return judge_skipped(run, &q, err, "not looked at: it was not restored");
	q.subject = run->current->id;
	return judge_skipped(run, &q, err, "nothing that this step asks for was looked at");
}

static int take_share(struct plan_run *run, struct drill *d, struct restore_target *t,
		      struct error *err)
{
	const struct drill_step *step = drill_state_of(run, d)->step;
	const struct share share = { .d = d, .step = step, .engine = t->component->engine };

	if (restore_fleet_hear(run, t, RESTORE_PHASE_COUNT, err) < 0 ||
	    restore_fleet_record(run, t, is_own, &share, err) < 0)
		return -1;
	if (step->work != DRILL_WORK_PROVE)
		return run->checked ? 0 : tell_nothing(run, t, err);
	if (!is_to_compare(d, t))
		return 0;
	if (restore_fleet_compare(run, t, RESTORE_AGAINST_BACKUP, err) < 0)
		return -1;
	return restore_fleet_note(run, t, err);
}

int drill_share(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	if (!drill_concerns(d, step->engine))
		return drill_not_lost(run, CHECK_PROVEN, step->engine, err);
	return drill_each(run, d, step->engine, take_share, err);
}

/* The production's own facts, as its backup noted them. */
static int hold_against_source(struct plan_run *run, struct drill *d, struct restore_target *t,
			       struct error *err)
{
	if (take_share(run, d, t, err) < 0)
		return -1;
	return restore_fleet_compare(run, t, RESTORE_AGAINST_SOURCE, err);
}

int drill_prove(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	if (step->engine != ENGINE_COUNT)
		return drill_share(run, d, step, err);
	return drill_each(run, d, ENGINE_COUNT, hold_against_source, err);
}

/* Nothing may be written to what is still being proven. */
int drill_await_proofs(struct plan_run *run, struct drill *d, struct error *err)
{
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		if (restore_fleet_hear(run, &d->fleet.test.target[i], RESTORE_PHASE_COUNT, err) < 0)
			return -1;
	}
	return 0;
}
