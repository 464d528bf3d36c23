/* SPDX-License-Identifier: Apache-2.0 */
/* A drill in one sentence, and its times as people write them. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "drill/record.intern.h"

static const char *say_no_recovery(struct drill_record *r)
{
	const char *how = r->not_validated;

	return drill_record_say(r, "The platform was not recovered%s%s", *how ? ": " : "", how);
}

static const char *say_recovery(struct drill_record *r)
{
	char actual[QUANTITY_TEXT_SIZE], objective[QUANTITY_TEXT_SIZE];

	if (r->rto.actual_ns < 0)
		return say_no_recovery(r);
	(void)quantity_format_duration(r->rto.actual_ns, actual);
	if (!r->rto.objective_ns)
		return drill_record_say(r, "The platform was recovered in %s", actual);
	return drill_record_say(r, "The platform was recovered in %s, %s its objective of %s",
				actual,
				r->rto.outcome == DRILL_OUTCOME_MET ? "within" : "not within",
				quantity_format_duration(r->rto.objective_ns, objective));
}

static const char *say_loss(struct drill_record *r, const char *said)
{
	char actual[QUANTITY_TEXT_SIZE];

	if (!said || r->rpo.actual_ns < 0)
		return said;
	return drill_record_say(r, "%s; data of the last %s would be lost", said,
				quantity_format_duration(r->rpo.actual_ns, actual));
}

/* What the beginning of the sentence has not told already. */
static const char *say_what_failed(struct drill_record *r, const char *said)
{
	const char *before = "; not achieved: ";

	for (int i = DRILL_CRITERION_RPO; said && i < DRILL_CRITERION_COUNT; i++) {
		const struct drill_criterion *c = &r->criterion[i];

		if (c->open || c->verdict < VERDICT_ERROR)
			continue;
		said = drill_record_say(r, "%s%s%s", said, before, c->title);
		before = ", ";
	}
	return said;
}

/* How the first step that was not what it was to be fell short; "": none did. */
static const char *say_first_failure(struct drill_record *r)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *s = &r->step[i];

		if (s->state == DRILL_STEP_FAILED || s->state == DRILL_STEP_REFUSED)
			return drill_step_say_short(r, s);
	}
	return "";
}

static const char *say_no_begin(struct drill_record *r)
{
	const char *how = say_first_failure(r);

	return how ? drill_record_say(r, "The drill did not begin%s%s", *how ? ": " : "", how) :
		     NULL;
}

/* A step that no criterion is about, where all that is asked of a drill was achieved. */
static const char *say_other_failure(struct drill_record *r, const char *said)
{
	const char *how;

	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		if (r->criterion[i].verdict >= VERDICT_ERROR)
			return said;
	}
	how = said && r->verdict >= VERDICT_ERROR ? say_first_failure(r) : "";
	return how && *how ? drill_record_say(r, "%s; but %s", said, how) : said;
}

static const char *say_result(struct drill_record *r)
{
	if (!r->t0_ns)
		return say_no_begin(r);
	return say_other_failure(r, say_what_failed(r, say_loss(r, say_recovery(r))));
}

static const char *say_progress(struct drill_record *r)
{
	char clock[DRILL_T_SIZE] = "";
	size_t ended = 0;
	int64_t t_ns;

	for (size_t i = 0; i < r->plan.step_count; i++)
		ended += drill_step_has_ended(&r->step[i]);
	if (drill_record_t(r, r->now_ns, &t_ns))
		(void)drill_t_clock(t_ns, clock);
	return drill_record_say(r, "The drill is %s%s%s: %zu of %zu steps have ended%s",
				drill_state_words(r->state), *clock ? ", " : "", clock, ended,
				r->plan.step_count,
				r->run->unattended ? "; it can be resumed" : "");
}

static const char *say_abort(struct drill_record *r, const char *said)
{
	size_t at = 0;
	const struct entry *e = drill_record_entry(r, ENTRY_ABORT, &at);

	if (!said || !e)
		return said;
	return drill_record_say(r, "The drill was aborted by %s%s%s. %s", e->author,
				*e->text ? ": " : "", e->text, said);
}

int drill_record_sum_up(struct drill_record *r, struct error *err)
{
	if (!r->over)
		r->sentence = say_progress(r);
	else if (r->state == DRILL_STATE_INTERRUPTED)
		r->sentence = drill_record_say(r, "The drill was cut short. %s",
					       r->t0_ns ? say_result(r) : "It had not begun");
	else
		r->sentence = say_abort(r, say_result(r));
	return r->sentence ? 0 : drill_record_no_memory(err);
}

/* Of the drill's zone. */
static struct tm local_of(const struct drill_record *r, int64_t wall_ns, int32_t *offset)
{
	int64_t utc = wall_ns / NS_PER_SECOND - (wall_ns % NS_PER_SECOND < 0);
	time_t local;
	struct tm tm = { 0 };

	*offset = timezone_offset(r->zone, utc);
	local = (time_t)(utc + *offset);
	(void)gmtime_r(&local, &tm);
	return tm;
}

char *drill_time_format(const struct drill_record *r, int64_t wall_ns, char out[DRILL_TIME_SIZE])
{
	int32_t offset;
	const struct tm tm = local_of(r, wall_ns, &offset);
	const unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) / 60;
	size_t used = strftime(out, DRILL_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!used)
		return strcpy(out, "?");
	if (!offset)
		(void)snprintf(out + used, DRILL_TIME_SIZE - used, "Z");
	else
		(void)snprintf(out + used, DRILL_TIME_SIZE - used, "%c%02u:%02u",
			       offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
	return out;
}

char *drill_time_of_day(const struct drill_record *r, int64_t wall_ns, char out[DRILL_TIME_SIZE])
{
	int32_t offset;
	const struct tm tm = local_of(r, wall_ns, &offset);
	const struct tm begin = local_of(r, r->run->started_ns, &offset);
	const bool same = tm.tm_year == begin.tm_year && tm.tm_yday == begin.tm_yday;

	if (!strftime(out, DRILL_TIME_SIZE, same ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm))
		return strcpy(out, "?");
	return out;
}
