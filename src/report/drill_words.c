/* SPDX-License-Identifier: Apache-2.0 */
/* Times, durations and outcomes of a drill as its report words them, and what stands at its top. */
#include "base/clock.h"
#include "base/quantity.h"
#include "report/drill.intern.h"

const char *drill_say_duration(struct sheet *s, int64_t ns)
{
	char text[QUANTITY_TEXT_SIZE];

	return ns < 0 ? "" : sheet_say(s, "%s", quantity_format_duration(ns, text));
}

const char *drill_say_time(struct sheet *s, const struct drill_record *r, int64_t wall_ns)
{
	char text[DRILL_TIME_SIZE];

	return wall_ns ? sheet_say(s, "%s", drill_time_of_day(r, wall_ns, text)) : "";
}

const char *drill_say_t(struct sheet *s, const struct drill_record *r, int64_t wall_ns)
{
	char text[DRILL_T_SIZE];
	int64_t t_ns;

	return wall_ns && drill_record_t(r, wall_ns, &t_ns) ?
		       sheet_say(s, "%s", drill_t_clock(t_ns, text)) :
		       "";
}

const char *drill_say_source(const struct drill_record *r)
{
	return r->offsite ? "the off-site copy" : "the repository";
}

enum verdict drill_outcome_verdict(enum drill_outcome o)
{
	switch (o) {
	case DRILL_OUTCOME_MET:
		return VERDICT_PASS;
	case DRILL_OUTCOME_MISSED:
		return VERDICT_FAIL;
	case DRILL_OUTCOME_NOT_MEASURED:
		return VERDICT_ERROR;
	default:
		return VERDICT_SKIPPED;
	}
}

const char *drill_outcome_word(enum drill_outcome o)
{
	return o == DRILL_OUTCOME_NONE ? "no objective" : drill_outcome_name(o);
}

static const char *say_measure(struct sheet *s, const struct drill_measure *m)
{
	const char *actual =
		m->actual_ns < 0 ? "not measured" : drill_say_duration(s, m->actual_ns);

	if (!m->objective_ns)
		return actual;
	return sheet_say(s, "%s (objective %s)", actual, drill_say_duration(s, m->objective_ns));
}

static const char *say_moment(struct sheet *s, const struct drill_record *r, int64_t wall_ns)
{
	char text[DRILL_TIME_SIZE];

	return wall_ns ? sheet_say(s, "%s", drill_time_format(r, wall_ns, text)) : "";
}

static const char *say_point(struct sheet *s, const struct drill_record *r)
{
	if (!r->point_ns)
		return "";
	return sheet_say(s, "%s, components %s apart", say_moment(s, r, r->point_ns),
			 drill_say_duration(s, r->skew_ns));
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

/* Schedules, not the drill. */
static const char *say_pauses(struct sheet *s, const struct run *run)
{
	const char *all = "", *pause;

	for (size_t at = 0; (pause = run_next_note(run, RUN_NOTE_PAUSED, &at)) != NULL;)
		all = sheet_say(s, "%s%s%s", all, *all ? "; " : "", pause);
	return all;
}

size_t drill_terms(struct sheet *s, const struct report_drill *d,
		   struct drill_term out[DRILL_TERMS_MAX])
{
	const struct drill_record *r = &d->record;
	const struct drill_term terms[] = {
		{ "Platform", text_of(r->run->platform), DRILL_OUTCOME_NONE },
		{ "Scenario", r->scenario, DRILL_OUTCOME_NONE },
		{ "Mode", r->mode, DRILL_OUTCOME_NONE },
		{ "Began (T0)", say_moment(s, r, r->t0_ns), DRILL_OUTCOME_NONE },
		{ "Recovery time", say_measure(s, &r->rto), r->rto.outcome },
		{ "Data loss", say_measure(s, &r->rpo), r->rpo.outcome },
		{ "Recovery point", say_point(s, r), DRILL_OUTCOME_NONE },
		{ "Held by people",
		  r->hold_count ? sheet_say(s, "%s, which counts as well",
					    drill_say_duration(s, r->held_ns)) :
				  "",
		  DRILL_OUTCOME_NONE },
		{ "Paused", say_pauses(s, r->run), DRILL_OUTCOME_NONE },
		{ "Next drill", r->next_drill, DRILL_OUTCOME_NONE },
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
		if (*terms[i].text)
			out[count++] = terms[i];
	}
	return count;
}
