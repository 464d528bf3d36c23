/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of a drill say of its steps, and of each criterion that is theirs to tell. */
#include <string.h>

#include "drill/record.intern.h"

enum { CHECKS_MAX = 20 };

/* The check that tells whether the work of a step was done; CHECK_ID_COUNT: none does. */
static enum check_id check_of(enum drill_work work)
{
	switch (work) {
	case DRILL_WORK_RESTORE:
		return CHECK_RESTORED;
	case DRILL_WORK_DEPLOY:
		return CHECK_DEPLOYED;
	case DRILL_WORK_HEALTH:
		return CHECK_HEALTH;
	case DRILL_WORK_SMOKE:
		return CHECK_SMOKE;
	case DRILL_WORK_WORKFLOWS:
		return CHECK_WORKFLOW;
	case DRILL_WORK_REPLICATE:
		return CHECK_REPLICATION;
	default:
		return CHECK_ID_COUNT;
	}
}

/* A step of an engine is judged by the checks of that engine's components. */
static bool concerns(const struct drill_record *r, const struct drill_step *plan,
		     const struct check *c)
{
	const char *engine = drill_record_note(r, c->component, "engine");

	return plan->engine == ENGINE_COUNT || !*c->component ||
	       strcmp(engine, engine_kind_name(plan->engine)) == 0;
}

/* Is there a word that it was, and none that it was not? */
static bool work_was_done(const struct drill_record *r, const struct drill_step *plan)
{
	enum check_id id = check_of(plan->work);
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t i = 0; id != CHECK_ID_COUNT && i < r->run->checks.count; i++) {
		const struct check *c = &r->run->checks.item[i];

		if (strcmp(c->name, check_name(id)) == 0 && concerns(r, plan, c))
			worst = verdict_worse(worst, check_weight(c));
	}
	return worst == VERDICT_PASS || worst == VERDICT_WARN;
}

enum verdict drill_step_word(const struct drill_record *r, enum check_id id, const char *step)
{
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t i = 0; i < r->run->checks.count; i++) {
		const struct check *c = &r->run->checks.item[i];

		if (strcmp(c->name, check_name(id)) == 0 && strcmp(c->subject, step) == 0)
			worst = verdict_worse(worst, check_weight(c));
	}
	return worst;
}

bool drill_step_tells_error(const struct drill_record *r, const char *step)
{
	for (size_t i = 0; i < r->run->checks.count; i++) {
		const struct check *c = &r->run->checks.item[i];

		if (strcmp(c->step, step) == 0 && check_weight(c) == VERDICT_ERROR)
			return true;
	}
	return false;
}

/* A judgement that it could not make is of what it judges: the step did what it is for. */
static bool has_judged(const struct drill_record *r, const struct drill_record_step *s)
{
	const char *id = s->plan->id;

	return s->plan->kind == DRILL_AUTOMATIC && s->plan->work == DRILL_WORK_JUDGE &&
	       drill_step_word(r, CHECK_STEP, id) <= VERDICT_WARN &&
	       (s->verdict == VERDICT_FAIL || drill_step_tells_error(r, id));
}

/* Its verdict is also that of a check against its objective. */
bool drill_step_was_only_late(const struct drill_record *r, const struct drill_record_step *s)
{
	const char *id = s->plan->id;

	if (has_judged(r, s))
		return true;
	if (s->verdict != VERDICT_FAIL || drill_step_word(r, CHECK_STEP, id) > VERDICT_WARN)
		return false;
	if (s->plan->kind == DRILL_COMMAND)
		return s->overrun_ns && drill_step_word(r, CHECK_STEP, id) != VERDICT_SKIPPED;
	return s->plan->kind == DRILL_AUTOMATIC && s->overrun_ns && work_was_done(r, s->plan);
}

bool drill_step_fell_short(const struct drill_record_step *s)
{
	if (s->state == DRILL_STEP_SKIPPED)
		return !s->left_out;
	return s->state == DRILL_STEP_REFUSED || s->state == DRILL_STEP_FAILED;
}

/* A criterion that checks decide: the work that the plan must ask for, and the checks. */
struct aspect {
	enum drill_work work[5];
	size_t work_count;
	enum check_id check[CHECKS_MAX];
	size_t check_count;
};

static const struct aspect aspects[DRILL_CRITERION_COUNT] = {
	[DRILL_CRITERION_OPERATIONAL] = { { DRILL_WORK_DEPLOY, DRILL_WORK_HEALTH, DRILL_WORK_SMOKE,
					    DRILL_WORK_LOGS },
					  4,
					  { CHECK_DEPLOYED, CHECK_HEALTH, CHECK_SMOKE,
					    CHECK_APP_LOG },
					  4 },
	[DRILL_CRITERION_INTEGRITY] = { { DRILL_WORK_RESTORE, DRILL_WORK_PROVE, DRILL_WORK_SOUND,
					  DRILL_WORK_STATISTICS, DRILL_WORK_ROUND_TRIP },
					5,
					{ CHECK_RESTORED, CHECK_PROVEN, CHECK_FACTS, CHECK_HASH,
					  CHECK_FORMAT, CHECK_COMPRESSION, CHECK_SCHEMA,
					  CHECK_CONSTRAINTS, CHECK_INDEXES, CHECK_SEQUENCES,
					  CHECK_COLLATIONS, CHECK_ANALYZE, CHECK_SQL,
					  CHECK_SERVER_LOG, CHECK_ROUND_TRIP, CHECK_EXPIRED,
					  CHECK_PERSISTENCE, CHECK_COMPLETE, CHECK_READABLE },
					19 },
	[DRILL_CRITERION_WORKFLOWS] = { { DRILL_WORK_WORKFLOWS }, 1, { CHECK_WORKFLOW }, 1 },
	[DRILL_CRITERION_MONITORING] = { { DRILL_WORK_MONITOR }, 1, { CHECK_MONITORING }, 1 },
	[DRILL_CRITERION_REPLICATION] = { { DRILL_WORK_REPLICATE }, 1, { CHECK_REPLICATION }, 1 },
};

static bool asks_for(const struct aspect *a, const struct drill_step *plan)
{
	for (size_t i = 0; plan->kind == DRILL_AUTOMATIC && i < a->work_count; i++) {
		if (a->work[i] == plan->work)
			return true;
	}
	return false;
}

static bool tells(const struct aspect *a, const struct check *c)
{
	for (size_t i = 0; i < a->check_count; i++) {
		if (strcmp(check_name(a->check[i]), c->name) == 0)
			return true;
	}
	return false;
}

/* What an aspect comes to. */
struct finding {
	size_t asked, left;                       /* steps that the plan has; that have not ended */
	size_t idle;                              /* that had nothing to do */
	const struct drill_record_step *idle_one; /* the first of them */
	const struct drill_record_step *short_of; /* one that did not do what it is for */
	size_t looked, bad;                       /* checks that ran; that did not hold */
	const struct check *worst;                /* the first of the gravest that did not hold */
	enum verdict verdict;
};

/* What people refuse once the drill has begun is not in order, whatever checks say. */
static bool was_refused(const struct drill_record_step *s)
{
	return s->state == DRILL_STEP_REFUSED && s->plan->on_clock;
}

static void look_at_steps(const struct drill_record *r, enum drill_criterion_id id,
			  struct finding *f)
{
	const struct aspect *a = &aspects[id];

	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *s = &r->step[i];

		if (id == DRILL_CRITERION_OPERATIONAL && was_refused(s) && !f->short_of)
			f->short_of = s;
		if (!asks_for(a, s->plan))
			continue;
		f->asked++;
		f->left += !drill_step_has_ended(s);
		f->idle += s->left_out;
		if (s->left_out && !f->idle_one)
			f->idle_one = s;
		if (!f->short_of && drill_step_fell_short(s))
			f->short_of = s;
	}
}

static void look_at_checks(const struct drill_record *r, const struct aspect *a, struct finding *f)
{
	for (size_t i = 0; i < r->run->checks.count; i++) {
		const struct check *c = &r->run->checks.item[i];
		enum verdict weight = check_weight(c);

		if (!tells(a, c) || weight == VERDICT_SKIPPED)
			continue;
		f->looked++;
		f->bad += weight > VERDICT_PASS;
		if (weight > VERDICT_PASS && weight > f->verdict)
			f->worst = c;
		f->verdict = verdict_worse(f->verdict, weight);
	}
}

/* "'Go': the drill may begin": its title, as people know it. NULL: no memory. */
const char *drill_record_quote(struct drill_record *r, const char *title)
{
	char *quoted = arena_strdup(&r->arena, title);

	for (char *c = quoted; c && *c; c++)
		*c = *c == '"' ? '\'' : *c;
	return quoted ? drill_record_say(r, "\"%s\"", quoted) : NULL;
}

const char *drill_record_interruption(const struct drill_record *r)
{
	for (size_t i = r->run->checks.count; i-- > 0;) {
		const struct check *c = &r->run->checks.item[i];

		if (strcmp(c->name, check_name(CHECK_INTERRUPTED)) == 0)
			return c->message;
	}
	return NULL;
}

const char *drill_step_say_short(struct drill_record *r, const struct drill_record_step *s)
{
	const char *why = !s->entry ? "" : *s->entry->text ? s->entry->text : s->entry->reason;
	const char *title = drill_record_quote(r, s->plan->title);

	if (!title)
		return NULL;
	if (s->state == DRILL_STEP_REFUSED && s->entry)
		return drill_record_say(r, "%s refused %s%s%s", s->entry->author, title,
					*why ? ": " : "", why);
	if (s->interrupted)
		return drill_record_say(r, "the drill was interrupted during %s (%s)", title,
					drill_record_interruption(r));
	return drill_record_say(r, "%s %s", title,
				s->state != DRILL_STEP_FAILED ? "was not carried out" :
				*s->why                       ? "was cut short" :
								"failed");
}

static const char *say(struct drill_record *r, const struct finding *f)
{
	char more[48] = "";

	if (f->bad > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more)", f->bad - 1);
	if (f->worst)
		return drill_record_say(r, "%s%s%s%s", f->worst->component,
					*f->worst->component ? ": " : "", f->worst->message, more);
	if (f->short_of)
		return drill_step_say_short(r, f->short_of);
	if (!f->looked && f->idle == f->asked && f->idle)
		return f->idle_one->why;
	if (!f->looked)
		return f->left ? "not begun" : "nothing was looked at";
	return drill_record_say(r, "%zu check%s held", f->looked, f->looked == 1 ? "" : "s");
}

/* Not to have looked is no good news; where there is nothing to look at there is none at all. */
int drill_record_judge_checks(struct drill_record *r, enum drill_criterion_id id,
			      struct drill_criterion *out)
{
	struct finding f = { 0 };

	look_at_steps(r, id, &f);
	look_at_checks(r, &aspects[id], &f);
	if (!f.asked && !f.looked) {
		out->sentence = "the plan does not ask for it";
		return 0;
	}
	if (f.short_of && f.verdict < VERDICT_ERROR)
		f.verdict = f.short_of->verdict == VERDICT_FAIL ? VERDICT_FAIL : VERDICT_ERROR;
	if (!f.looked && !f.left && f.verdict == VERDICT_SKIPPED && f.idle < f.asked)
		f.verdict = VERDICT_ERROR;
	/* a failure is not made good by what is still to come */
	out->open = !r->over && f.left && f.verdict < VERDICT_ERROR;
	out->verdict = out->open ? VERDICT_SKIPPED : f.verdict;
	out->sentence = say(r, &f);
	return out->sentence ? 0 : -1;
}
