/* SPDX-License-Identifier: Apache-2.0 */
/* The criteria of a drill, its verdict, and the sentence that sums it up. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "drill/record.intern.h"

/* People may have chosen what it means that an objective is missed: the journal's checks tell. */
static enum verdict missed(const struct drill_record *r, enum check_id id)
{
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t i = 0; i < r->run->checks.count; i++) {
		const struct check *c = &r->run->checks.item[i];

		/* those of single components are of their restores alone */
		if (strcmp(c->name, check_name(id)) == 0 &&
		    (!*c->component || id == CHECK_OBJECTIVE))
			worst = verdict_worse(worst, check_weight(c));
	}
	return worst > VERDICT_PASS ? worst : check_default_severity(id);
}

static void judge_outcome(const struct drill_record *r, enum drill_outcome outcome,
			  enum check_id id, struct drill_criterion *out)
{
	switch (outcome) {
	case DRILL_OUTCOME_NONE:
		out->verdict = VERDICT_SKIPPED;
		break;
	case DRILL_OUTCOME_OPEN:
		out->open = true;
		break;
	case DRILL_OUTCOME_MET:
		out->verdict = VERDICT_PASS;
		break;
	case DRILL_OUTCOME_MISSED:
		out->verdict = missed(r, id);
		break;
	case DRILL_OUTCOME_NOT_MEASURED:
		out->verdict = VERDICT_ERROR;
		break;
	}
}

static const char *say_time(struct drill_record *r)
{
	char actual[QUANTITY_TEXT_SIZE], objective[QUANTITY_TEXT_SIZE];

	if (*r->not_validated)
		return drill_record_say(r, "the platform was not validated: %s", r->not_validated);
	(void)quantity_format_duration(r->rto.actual_ns, actual);
	(void)quantity_format_duration(r->rto.objective_ns, objective);
	if (!r->rto.objective_ns)
		return r->rto.actual_ns < 0 ?
			       "no objective is set" :
			       drill_record_say(r, "recovered in %s; no objective is set", actual);
	if (r->rto.actual_ns >= 0)
		return drill_record_say(r, "recovered in %s; the objective is %s", actual,
					objective);
	return drill_record_say(r, "%s; the objective is %s",
				r->over && !r->t0_ns ? "the drill did not begin" :
				r->over              ? "the recovery was not finished" :
				r->rto.outcome == DRILL_OUTCOME_MISSED ? "the time is up" :
									 "not recovered yet",
				objective);
}

static int judge_rto(struct drill_record *r, struct drill_criterion *out)
{
	judge_outcome(r, r->rto.outcome, CHECK_RECOVERY_TIME, out);
	/* it was tried, and the platform does not work; or nobody was there to go on while there was time */
	if (*r->not_validated && r->rto.objective_ns) {
		bool left = r->state == DRILL_STATE_INTERRUPTED && r->unvalidated &&
			    r->unvalidated->verdict != VERDICT_FAIL &&
			    r->rto.outcome != DRILL_OUTCOME_MISSED;

		out->open = false;
		out->verdict = left ? VERDICT_ERROR : missed(r, CHECK_RECOVERY_TIME);
	}
	out->sentence = say_time(r);
	return out->sentence ? 0 : -1;
}

static const char *untold_component(const struct drill_record *r)
{
	for (size_t i = 0; i < r->component_count; i++) {
		if (!r->component[i].point_ns && !*r->component[i].no_point)
			return r->component[i].name;
	}
	return NULL;
}

static const char *say_loss(struct drill_record *r)
{
	char actual[QUANTITY_TEXT_SIZE], objective[QUANTITY_TEXT_SIZE];
	const char *untold = untold_component(r);

	(void)quantity_format_duration(r->rpo.actual_ns, actual);
	(void)quantity_format_duration(r->rpo.objective_ns, objective);
	if (!r->rpo.objective_ns)
		return r->rpo.actual_ns < 0 ?
			       "no objective is set" :
			       drill_record_say(r, "%s would be lost; no objective is set", actual);
	if (r->rpo.actual_ns >= 0)
		return drill_record_say(r, "%s would be lost; the objective is %s", actual,
					objective);
	return drill_record_say(r, "%s%s is told%s; the objective is %s",
				untold ? "no recovery point of " : "no recovery point",
				untold ? untold : "", r->over ? "" : " yet", objective);
}

static int judge_rpo(struct drill_record *r, struct drill_criterion *out)
{
	judge_outcome(r, r->rpo.outcome, CHECK_RECOVERY_POINT, out);
	out->sentence = say_loss(r);
	return out->sentence ? 0 : -1;
}

/* Several things, each met or not. */
struct tally {
	size_t of, met, missed, open;
	const char *first; /* missed, in words */
};

/* `words` go on behind the title of what was to be met. */
static int count(struct drill_record *r, struct tally *t, enum drill_outcome o, const char *title,
		 const char *words)
{
	const char *quoted = drill_record_quote(r, title);

	words = words && quoted ? drill_record_say(r, "%s %s", quoted, words) : NULL;
	if (!words)
		return -1;
	t->of += o != DRILL_OUTCOME_NONE;
	t->met += o == DRILL_OUTCOME_MET;
	t->open += o == DRILL_OUTCOME_OPEN;
	if (o == DRILL_OUTCOME_MISSED)
		t->first = t->missed++ ? t->first : words;
	return 0;
}

static int judge_tally(struct drill_record *r, const struct tally *t, enum check_id id,
		       struct drill_criterion *out)
{
	if (!t->of) {
		out->sentence = "the plan has none";
		return 0;
	}
	judge_outcome(r,
		      t->missed       ? DRILL_OUTCOME_MISSED :
		      t->open         ? DRILL_OUTCOME_OPEN :
		      t->met == t->of ? DRILL_OUTCOME_MET :
					DRILL_OUTCOME_NOT_MEASURED,
		      id, out);
	out->sentence = drill_record_say(r, "%zu of %zu met%s%s", t->met, t->of,
					 t->first ? "; " : "", t->first ? t->first : "");
	return out->sentence ? 0 : -1;
}

static enum drill_outcome objective_of(const struct drill_record_step *s)
{
	if (!s->plan->objective_ns || s->plan->kind == DRILL_WAIT || s->left_out)
		return DRILL_OUTCOME_NONE;
	if (s->overrun_ns)
		return DRILL_OUTCOME_MISSED;
	if (drill_step_fell_short(s))
		return DRILL_OUTCOME_NOT_MEASURED;
	return drill_step_has_ended(s) ? DRILL_OUTCOME_MET : DRILL_OUTCOME_OPEN;
}

static int judge_objectives(struct drill_record *r, struct drill_criterion *out)
{
	char took[QUANTITY_TEXT_SIZE], objective[QUANTITY_TEXT_SIZE];
	struct tally t = { 0 };

	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *s = &r->step[i];

		if (count(r, &t, objective_of(s), s->plan->title,
			  drill_record_say(
				  r, "took %s of %s",
				  quantity_format_duration(s->duration_ns, took),
				  quantity_format_duration(s->plan->objective_ns, objective))) < 0)
			return -1;
	}
	return judge_tally(r, &t, CHECK_OBJECTIVE, out);
}

static const char *say_milestone(struct drill_record *r, const struct drill_record_phase *p)
{
	char due[DRILL_T_SIZE], at[DRILL_T_SIZE];
	int64_t t_ns = 0;
	bool ended = p->end_ns && drill_record_t(r, p->end_ns, &t_ns);

	if (*p->why)
		return drill_record_say(r, "was not met: %s", p->why);
	return drill_record_say(
		r, "was to be reached at %s, %s%s", drill_t_clock(p->plan->milestone_ns, due),
		ended ? "and ended at " : "and was not", ended ? drill_t_clock(t_ns, at) : "");
}

static int judge_milestones(struct drill_record *r, struct drill_criterion *out)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < r->plan.phase_count; i++) {
		const struct drill_record_phase *p = &r->phase[i];

		if (count(r, &t, p->milestone, p->plan->title, say_milestone(r, p)) < 0)
			return -1;
	}
	return judge_tally(r, &t, CHECK_MILESTONE, out);
}

/* The report itself is written by the last of the steps, or when all is over. */
static int judge_report(struct drill_record *r, struct drill_criterion *out)
{
	size_t steps = 0, done = 0, failed = 0, at = 0;
	const struct entry *given = drill_record_entry(r, ENTRY_PUBLISH, &at);

	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *s = &r->step[i];

		if (s->plan->kind != DRILL_AUTOMATIC || s->plan->work != DRILL_WORK_REPORT)
			continue;
		steps++;
		done += s->state == DRILL_STEP_DONE;
		failed += drill_step_has_ended(s) && s->state != DRILL_STEP_DONE;
	}
	if (!steps) {
		out->sentence = "the plan does not ask for it";
		return 0;
	}
	out->open = !r->over && !failed && done < steps;
	/* what nobody came to is no failure of anybody's */
	if (!out->open)
		out->verdict = done == steps                       ? VERDICT_PASS :
			       r->state == DRILL_STATE_INTERRUPTED ? VERDICT_ERROR :
								     VERDICT_FAIL;
	out->sentence = out->open     ? "not written yet" :
			done == steps ? "metrics and report were written" :
					"metrics and report were not written in the drill";
	if (given && *given->text)
		out->sentence =
			drill_record_say(r, "%s; published: %s", out->sentence, given->text);
	return out->sentence ? 0 : -1;
}

static int judge_one(struct drill_record *r, enum drill_criterion_id id,
		     struct drill_criterion *out)
{
	switch (id) {
	case DRILL_CRITERION_RTO:
		return judge_rto(r, out);
	case DRILL_CRITERION_RPO:
		return judge_rpo(r, out);
	case DRILL_CRITERION_OBJECTIVES:
		return judge_objectives(r, out);
	case DRILL_CRITERION_MILESTONES:
		return judge_milestones(r, out);
	case DRILL_CRITERION_REPORT:
		return judge_report(r, out);
	default:
		return drill_record_judge_checks(r, id, out);
	}
}

/* A run without a check is none that holds, but only when it is over. */
static enum verdict verdict_of(const struct drill_record *r)
{
	enum verdict worst = r->over ? r->run->verdict : VERDICT_SKIPPED;

	for (size_t i = 0; i < r->run->checks.count; i++)
		worst = verdict_worse(worst, check_weight(&r->run->checks.item[i]));
	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		if (!r->criterion[i].open)
			worst = verdict_worse(worst, r->criterion[i].verdict);
	}
	return worst;
}

int drill_record_judge(struct drill_record *r, struct error *err)
{
	static const struct {
		const char *name, *title;
	} rows[DRILL_CRITERION_COUNT] = {
#define X(id, name, title) { name, title },
		DRILL_CRITERION_TABLE(X)
#undef X
	};

	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		r->criterion[i] =
			(struct drill_criterion){ .name = rows[i].name, .title = rows[i].title };
		if (judge_one(r, (enum drill_criterion_id)i, &r->criterion[i]) < 0)
			return drill_record_no_memory(err);
	}
	r->verdict = verdict_of(r);
	return drill_record_sum_up(r, err);
}
