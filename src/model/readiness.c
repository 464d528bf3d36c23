/* SPDX-License-Identifier: Apache-2.0 */
#include "model/readiness.h"

#include <stdio.h>
#include <string.h>

/* The worst that a run's checks say about one component; false when they say nothing. */
static bool verdict_on(const struct run *run, const char *component, enum verdict *out)
{
	enum verdict worst = VERDICT_SKIPPED;
	bool named = false;

	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];
		bool own = strcmp(c->component, component) == 0;

		/* what is said of a component counts of a whole run only */
		if (own || (!*c->component && check_is_of_course(c->name)))
			worst = verdict_worse(worst, check_weight(c));
		named |= own;
	}
	*out = worst == VERDICT_SKIPPED ? VERDICT_ERROR : worst;
	return named;
}

static void learn(struct readiness_component *c, const struct run *run, enum verdict v)
{
	if (!c->run[0]) {
		(void)snprintf(c->run, sizeof(c->run), "%s", run->id);
		c->verified_ns = run->finished_ns;
		c->verdict = v;
	}
	if (!c->passed_ns && (v == VERDICT_PASS || v == VERDICT_WARN)) {
		c->passed_ns = run->finished_ns;
		(void)snprintf(c->passed_set, sizeof(c->passed_set), "%s",
			       run->set ? run->set : "");
	}
}

bool readiness_learn(struct readiness *r, const struct run *run)
{
	bool curious = false;

	for (size_t i = 0; i < r->count; i++) {
		struct readiness_component *c = &r->component[i];
		enum verdict v;

		if (run->finished_ns && !c->passed_ns && verdict_on(run, c->name, &v))
			learn(c, run, v);
		curious |= !c->passed_ns;
	}
	return curious;
}

static void set_state(struct readiness_component *c, enum verdict state, const char *words)
{
	if (state > c->state || !c->words) {
		c->state = state;
		c->words = words;
	}
}

static bool is_older(int64_t then_ns, int64_t now_ns, int64_t max_ns)
{
	return max_ns && now_ns - then_ns > max_ns;
}

static void judge(struct readiness_component *c, int64_t now_ns)
{
	bool newer = c->set_known && *c->set && c->passed_ns && *c->passed_set &&
		     strcmp(c->set, c->passed_set) != 0;

	c->words = NULL;
	if (!c->run[0])
		set_state(c, VERDICT_ERROR, "never verified");
	else if (c->verdict == VERDICT_FAIL)
		set_state(c, VERDICT_FAIL, "the last verification failed");
	else if (c->verdict == VERDICT_ERROR)
		set_state(c, VERDICT_ERROR, "the last verification could not tell");
	else if (c->verdict == VERDICT_WARN)
		set_state(c, VERDICT_WARN, "verified, with warnings");
	else if (newer)
		set_state(c, VERDICT_PASS, "verified; the newest set is not yet");
	else
		set_state(c, VERDICT_PASS, "verified");
	if (c->passed_ns && is_older(c->passed_ns, now_ns, c->max_age_ns))
		set_state(c, VERDICT_ERROR, "stale: the proof is older than max_age");
	if (!c->has_backups || !c->set_known)
		return;
	if (!*c->set)
		set_state(c, c->no_set, "there is no backup set");
	else if (is_older(c->set_time_ns, now_ns, c->max_age_ns))
		set_state(c, c->old_set, "the newest set is older than max_age");
}

static void judge_restores(struct readiness *r)
{
	const struct readiness_restore *p = &r->restore;

	r->newest_unproven = r->newest_set && (!p->proven_ns || strcmp(r->newest_set, p->set) != 0);
	r->restore_stale =
		r->newest_set &&
		(!p->proven_ns || is_older(p->proven_ns, r->at_ns, READINESS_RESTORE_MAX_AGE_NS));
}

/* A tester that falls silent is no better than none. */
static enum verdict judge_schedules(const struct readiness *r)
{
	for (size_t i = 0; i < r->schedule_count; i++) {
		if (r->schedule[i].missed || r->schedule[i].stale)
			return VERDICT_WARN;
	}
	return VERDICT_SKIPPED;
}

void readiness_judge(struct readiness *r)
{
	judge_restores(r);
	r->state = r->count ? VERDICT_SKIPPED : VERDICT_ERROR;
	for (size_t i = 0; i < r->count; i++) {
		judge(&r->component[i], r->at_ns);
		r->state = verdict_worse(r->state, r->component[i].state);
	}
	r->state = verdict_worse(r->state, judge_schedules(r));
}
