/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill measured: criteria, objectives against actuals, steps, components. */
#include <string.h>

#include "report/drill.intern.h"
#include "report/words.h"

void drill_put_criteria(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "Criterion", false },
						       { "Result", false },
						       { "What was seen", false },
						       { NULL, false } };

	sheet_section(s, "criteria", "Criteria");
	sheet_table_begin(s, "What the drill was to show", columns);
	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		const struct drill_criterion *c = &d->record.criterion[i];

		sheet_put(s, c->title);
		sheet_put_verdict(s, c->open ? VERDICT_SKIPPED : c->verdict,
				  c->open ? "open" : words_line(c->verdict));
		sheet_put(s, c->sentence);
	}
	sheet_table_end(s);
	sheet_section_end(s);
}

static void put_measure(struct sheet *s, const char *what, const struct drill_measure *m)
{
	int64_t beyond_ns = m->objective_ns && m->actual_ns > m->objective_ns ?
				    m->actual_ns - m->objective_ns :
				    -1;

	sheet_put(s, what);
	sheet_put(s, m->objective_ns ? drill_say_duration(s, m->objective_ns) : "–");
	sheet_put(s, m->actual_ns < 0 ? "–" : drill_say_duration(s, m->actual_ns));
	sheet_put(s, beyond_ns < 0 ? "" : sheet_say(s, "+%s", drill_say_duration(s, beyond_ns)));
	sheet_put_verdict(s, drill_outcome_verdict(m->outcome), drill_outcome_word(m->outcome));
}

static void put_component_measure(struct sheet *s, const struct drill_record_component *c)
{
	const struct drill_measure m = { .objective_ns = c->objective_ns,
					 .actual_ns = c->actual_ns,
					 .outcome = c->objective };

	put_measure(s, sheet_say(s, "restore of %s", c->name), &m);
}

static void put_other_objectives(struct sheet *s, const struct drill_record *r)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *step = &r->step[i];
		struct drill_measure m = { .objective_ns = step->plan->objective_ns,
					   .actual_ns = -1 };

		if (!m.objective_ns || step->plan->kind == DRILL_WAIT ||
		    (step->plan->kind == DRILL_AUTOMATIC && step->plan->work == DRILL_WORK_RESTORE))
			continue;
		if (step->state == DRILL_STEP_DONE)
			m.actual_ns = step->duration_ns;
		m.outcome = step->overrun_ns                       ? DRILL_OUTCOME_MISSED :
			    m.actual_ns >= 0                       ? DRILL_OUTCOME_MET :
			    r->over || drill_step_fell_short(step) ? DRILL_OUTCOME_NOT_MEASURED :
								     DRILL_OUTCOME_OPEN;
		put_measure(s, step->plan->title, &m);
	}
}

static const char *why_not(const struct drill_record_phase *p)
{
	if (p->milestone != DRILL_OUTCOME_MISSED)
		return "";
	return *p->why ? p->why : p->end_ns ? "late" : "not reached";
}

static void put_milestones(struct sheet *s, const struct drill_record *r)
{
	static const struct sheet_column columns[] = { { "Milestone", false }, { "Due", true },
						       { "Reached", true },    { "At", true },
						       { "Result", false },    { "Why not", false },
						       { NULL, false } };

	sheet_table_begin(s, "Milestones, since T0", columns);
	for (size_t i = 0; i < r->plan.phase_count; i++) {
		const struct drill_record_phase *p = &r->phase[i];
		char due[DRILL_T_SIZE];

		if (p->plan->milestone_ns < 0)
			continue;
		sheet_put(s, p->plan->title);
		sheet_put(s, sheet_say(s, "%s", drill_t_clock(p->plan->milestone_ns, due)));
		/* whose steps did not do what they are for has ended, and reached nothing */
		sheet_put(s, p->end_ns && !p->short_of ? drill_say_t(s, r, p->end_ns) : "–");
		sheet_put(s, r->t0_ns && !p->short_of ? drill_say_time(s, r, p->end_ns) : "");
		sheet_put_verdict(s, drill_outcome_verdict(p->milestone),
				  drill_outcome_word(p->milestone));
		sheet_put(s, why_not(p));
	}
	sheet_table_end(s);
}

void drill_put_objectives(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "What", false },   { "Objective", true },
						       { "Actual", true },  { "Beyond", true },
						       { "Result", false }, { NULL, false } };
	const struct drill_record *r = &d->record;

	sheet_section(s, "objectives", "Objectives and what was reached");
	sheet_table_begin(s, "Durations: the platform's since T0, the others' their own", columns);
	put_measure(s, "recovery time of the platform (RTO)", &r->rto);
	put_measure(s, "data loss of the platform (RPO)", &r->rpo);
	for (size_t i = 0; i < r->component_count; i++)
		put_component_measure(s, &r->component[i]);
	put_other_objectives(s, r);
	sheet_table_end(s);
	put_milestones(s, r);
	sheet_section_end(s);
}

static enum verdict verdict_of_step(const struct drill_record_step *step)
{
	switch (step->state) {
	case DRILL_STEP_FAILED:
	case DRILL_STEP_REFUSED:
		return step->verdict == VERDICT_ERROR ? VERDICT_ERROR : VERDICT_FAIL;
	case DRILL_STEP_DONE:
		return step->overrun_ns && step->verdict < VERDICT_WARN ? VERDICT_WARN :
									  step->verdict;
	default:
		return VERDICT_SKIPPED;
	}
}

static const char *say_state(struct sheet *s, const struct drill_record *r,
			     const struct drill_record_step *step)
{
	if (step->state == DRILL_STEP_DONE && step->overrun_ns)
		return sheet_say(s, "done, %s late", drill_say_duration(s, step->overrun_ns));
	if (step->state == DRILL_STEP_DONE && step->plan->kind == DRILL_AUTOMATIC &&
	    step->plan->work == DRILL_WORK_FETCH)
		return sheet_say(s, "done, from %s", drill_say_source(r));
	if (step->state == DRILL_STEP_READY && r->over)
		return "open";
	if (step->state == DRILL_STEP_SKIPPED || (step->state == DRILL_STEP_FAILED && *step->why))
		return *step->why ? step->why : "skipped";
	return drill_step_state_name(step->state);
}

/* Who did it, and when that was written, if later. */
static const char *say_who(struct sheet *s, const struct drill_record *r,
			   const struct drill_record_step *step)
{
	const struct entry *e = step->entry;

	if (!e)
		return step->plan->kind == DRILL_TICK || step->plan->kind == DRILL_GATE ? "–" :
											  "muster";
	if (!entry_is_late(e))
		return e->author;
	return sheet_say(s, "%s, entered %s%s%s", e->author, drill_say_time(s, r, e->recorded_ns),
			 *e->reason ? ": " : "", e->reason);
}

static void put_step(struct sheet *s, const struct drill_record *r,
		     const struct drill_record_step *step)
{
	char planned[DRILL_T_SIZE] = "";
	bool on_clock = step->plan->on_clock;

	sheet_put(s, step->plan->title);
	sheet_put_verdict(s, verdict_of_step(step), say_state(s, r, step));
	sheet_put(s, drill_say_time(s, r, step->begin_ns));
	sheet_put(s, drill_say_time(s, r, step->end_ns));
	sheet_put(s, drill_say_t(s, r, step->end_ns));
	sheet_put(s,
		  on_clock ? sheet_say(s, "%s", drill_t_clock(step->plan->end_ns, planned)) : "");
	sheet_put(s, drill_say_duration(s, step->duration_ns));
	sheet_put(s, say_who(s, r, step));
}

void drill_put_steps(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "Step", false }, { "State", false },
						       { "Began", true }, { "Ended", true },
						       { "T+", true },    { "Planned", true },
						       { "Took", true },  { "By", false },
						       { NULL, false } };
	const struct drill_record *r = &d->record;

	for (size_t i = 0; i < r->plan.phase_count; i++) {
		const struct drill_phase *p = &r->plan.phase[i];

		sheet_table_begin(s, p->title, columns);
		for (size_t k = 0; k < p->step_count; k++)
			put_step(s, r, &r->step[p->step + k]);
		sheet_table_end(s);
	}
}

static void put_component(struct sheet *s, const struct drill_record *r,
			  const struct drill_record_component *c)
{
	char point[DRILL_TIME_SIZE];

	sheet_cell(s, (struct sheet_cell){ .text = c->name, .strong = true });
	sheet_put(s, sheet_say(s, "%s %s", c->engine, c->version));
	sheet_put(s, c->set);
	sheet_put(s, c->point_ns  ? sheet_say(s, "%s", drill_time_format(r, c->point_ns, point)) :
		     *c->no_point ? sheet_say(s, "none: %s", c->no_point) :
				    "not told");
	sheet_put(s, drill_say_duration(s, c->actual_ns));
	sheet_put_verdict(s, drill_outcome_verdict(c->objective), drill_outcome_word(c->objective));
}

static void put_files(struct sheet *s, const struct drill_record *r)
{
	static const struct sheet_column columns[] = { { "Component", false },
						       { "File", false },
						       { "Bytes", true },
						       { "SHA-256", false },
						       { NULL, false } };

	sheet_table_begin(s, "Backup files that were restored", columns);
	for (size_t i = 0; i < r->component_count; i++) {
		const struct drill_record_component *c = &r->component[i];

		for (size_t k = 0; k < c->file_count; k++) {
			sheet_put(s, c->name);
			sheet_put(s, c->file[k].path);
			sheet_put(s, c->file[k].size);
			sheet_cell(s,
				   (struct sheet_cell){ .text = c->file[k].sha256, .code = true });
		}
	}
	sheet_table_end(s);
}

/* Did restores go on at the same time? */
static void put_overlap(struct sheet *s, const struct drill_record *r)
{
	int64_t begin_ns = INT64_MAX, end_ns = 0, sum_ns = 0;

	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_record_step *step = &r->step[i];

		if (step->plan->kind != DRILL_AUTOMATIC || step->plan->work != DRILL_WORK_RESTORE ||
		    !step->end_ns || step->state == DRILL_STEP_SKIPPED)
			continue;
		begin_ns = step->begin_ns < begin_ns ? step->begin_ns : begin_ns;
		end_ns = step->end_ns > end_ns ? step->end_ns : end_ns;
		sum_ns += step->duration_ns;
	}
	if (end_ns && end_ns - begin_ns < sum_ns)
		sheet_words(s, sheet_say(s,
					 "The restores overlapped: they were done in %s, from the "
					 "first one's begin to the last one's end, and their times "
					 "add up to %s.",
					 drill_say_duration(s, end_ns - begin_ns),
					 drill_say_duration(s, sum_ns)));
}

void drill_put_components(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = {
		{ "Component", false },  { "Server", false },
		{ "Backup set", false }, { "Recovery point", false },
		{ "Restored in", true }, { "Objective", false },
		{ NULL, false }
	};
	const struct drill_record *r = &d->record;

	if (!r->component_count)
		return;
	sheet_section(s, "components", "Components and their backups");
	put_overlap(s, r);
	sheet_table_begin(s, "What was restored", columns);
	for (size_t i = 0; i < r->component_count; i++)
		put_component(s, r, &r->component[i]);
	sheet_table_end(s);
	put_files(s, r);
	sheet_section_end(s);
}
