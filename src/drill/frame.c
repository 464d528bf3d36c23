/* SPDX-License-Identifier: Apache-2.0 */
#include "drill/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "drill/frame.intern.h"
#include "drill/record.intern.h"

/* Columns from which on there is room for more words. */
enum { WIDE = 80, ROOMY = 110, NEWS_MAX = 5, BAR = 10 };

/* "T+1:05:07"; of what was before T0 the time of the day; "" for 0. */
static const char *clock_at(struct frame *f, int64_t wall_ns)
{
	char text[DRILL_T_SIZE], time[DRILL_TIME_SIZE];
	int64_t t_ns;

	if (!wall_ns)
		return "";
	if (!drill_record_t(f->r, wall_ns, &t_ns))
		return frame_say(f, "%s", drill_time_of_day(f->r, wall_ns, time));
	return frame_say(f, "%s", drill_t_clock(t_ns, text));
}

/* To the minute, which is what can be foreseen. */
static const char *foreseen(struct frame *f, int64_t wall_ns)
{
	char text[DRILL_T_SIZE], time[DRILL_TIME_SIZE];
	int64_t t_ns, minute_ns = 60 * NS_PER_SECOND;

	if (!wall_ns)
		return "";
	if (!drill_record_t(f->r, wall_ns, &t_ns))
		return frame_say(f, "%.5s", drill_time_of_day(f->r, wall_ns, time));
	return frame_say(f, "%s", drill_t_format(t_ns / minute_ns * minute_ns, text));
}

static const char *duration(struct frame *f, int64_t ns)
{
	char text[QUANTITY_TEXT_SIZE];

	/* whole seconds */
	return frame_say(f, "%s",
			 quantity_format_duration(ns / NS_PER_SECOND * NS_PER_SECOND, text));
}

static void add_head(struct frame *f)
{
	const struct drill_record *r = f->r;
	enum frame_tone tone = r->state == DRILL_STATE_HELD || r->state == DRILL_STATE_INTERRUPTED ?
				       FRAME_CALL :
				       FRAME_STRONG;
	const char *title = frame_text(f, r->plan.title);
	const char *platform = frame_text(f, r->run->platform ? r->run->platform : "");
	const char *held = r->held_ns ? frame_say(f, ", held %s", duration(f, r->held_ns)) : "";

	frame_add(f, FRAME_CLOCK, tone,
		  frame_say(f, "%s  %s%s", r->t0_ns ? clock_at(f, r->now_ns) : "T0 has not come",
			    drill_state_words(r->state), held),
		  f->style.width >= WIDE ?
			  frame_say(f, "%s%s%s", title, *platform ? " of " : "", platform) :
			  "");
}

static const char *expected(struct frame *f)
{
	const struct drill_record_step *v = f->r->validated;

	if (!v || f->r->over || !v->expected_end_ns || drill_step_has_ended(v))
		return "";
	return frame_say(f, "expected %s", foreseen(f, v->expected_end_ns));
}

/* What the recovery may still take. */
static void add_objective(struct frame *f)
{
	const struct drill_record *r = f->r;
	const char *objective = duration(f, r->rto.objective_ns);
	char took[QUANTITY_TEXT_SIZE]; /* as the report tells it, which is to the millisecond */

	if (!r->rto.objective_ns)
		frame_add(f, FRAME_CLOCK, FRAME_PLAIN, "no recovery time objective", expected(f));
	else if (r->rto.actual_ns >= 0)
		frame_add(f, FRAME_CLOCK,
			  r->rto.outcome == DRILL_OUTCOME_MET ? FRAME_GOOD : FRAME_BAD,
			  frame_say(f, "recovered in %s of %s",
				    quantity_format_duration(r->rto.actual_ns, took), objective),
			  drill_outcome_name(r->rto.outcome));
	else if (r->over || *r->not_validated)
		frame_add(f, FRAME_CLOCK, FRAME_BAD,
			  frame_say(f, "not recovered; RTO %s", objective), "");
	else if (!r->t0_ns)
		frame_add(f, FRAME_CLOCK, FRAME_PLAIN, frame_say(f, "RTO %s", objective),
			  expected(f));
	else {
		int64_t left_ns = r->t0_ns + r->rto.objective_ns - r->now_ns;
		bool doubtful = r->validated &&
				r->validated->expected_end_ns > r->t0_ns + r->rto.objective_ns;

		frame_add(f, FRAME_CLOCK,
			  left_ns < 0 ? FRAME_BAD :
			  doubtful    ? FRAME_CALL :
					FRAME_GOOD,
			  frame_say(f, "RTO %s: %s %s", objective,
				    duration(f, left_ns < 0 ? -left_ns : left_ns),
				    left_ns < 0 ? "too late" : "left"),
			  expected(f));
	}
}

static const char *who(struct frame *f, const struct drill_record_step *s)
{
	const char *role = *s->plan->role ? s->plan->role : "anybody";
	const char *name = drill_record_holder(f->r, role);

	return name ? frame_say(f, "%s (%s)", frame_text(f, name), role) : role;
}

/* What somebody is waited for. */
static void add_calls(struct frame *f)
{
	for (size_t i = 0; i < f->r->plan.step_count; i++) {
		const struct drill_record_step *s = &f->r->step[i];
		const char *title = frame_text(f, s->plan->title);

		if (s->asks)
			frame_add(f, FRAME_NOW, FRAME_CALL,
				  frame_say(f,
					    "%s %s failed. Go on? muster drill tick %s, or refuse",
					    frame_sign(f, "▶", ">"), s->plan->id, s->plan->id),
				  who(f, s));
		else if (s->state == DRILL_STEP_READY)
			frame_add(f, FRAME_NOW, FRAME_CALL,
				  frame_say(f, "%s %s  %s", frame_sign(f, "▶", ">"), s->plan->id,
					    title),
				  who(f, s));
	}
}

static const char *bar(struct frame *f, const struct drill_record_step *s)
{
	const char *full = frame_sign(f, "█", "#"), *empty = frame_sign(f, "░", "-");
	int64_t done = s->duration_ns / (s->plan->objective_ns / BAR + 1);
	const char *text = "";

	for (int i = 0; i < BAR; i++)
		text = frame_say(f, "%s%s", text, i < done ? full : empty);
	return text;
}

static const char *took(struct frame *f, const struct drill_record_step *s)
{
	const char *text;

	if (s->duration_ns < 0)
		return "";
	text = duration(f, s->duration_ns);
	if (s->plan->objective_ns)
		text = frame_say(f, "%s of %s", text, duration(f, s->plan->objective_ns));
	if (s->overrun_ns)
		text = frame_say(f, "%s, +%s", text, duration(f, s->overrun_ns));
	return text;
}

static const char *word_of(struct frame *f, const struct drill_record_step *s)
{
	bool wide = f->style.width >= WIDE;

	switch (s->state) {
	case DRILL_STEP_WAITING:
		if (f->style.width >= ROOMY && *s->why)
			return frame_say(f, "after %s", s->why);
		return s->plan->on_clock && f->r->t0_ns ?
			       frame_say(f, "plan %s",
					 foreseen(f, f->r->t0_ns + s->plan->begin_ns)) :
			       "";
	case DRILL_STEP_READY:
		return s->duration_ns < 0 ? "open" :
					    frame_say(f, "waits %s", duration(f, s->duration_ns));
	case DRILL_STEP_RUNNING:
		return wide && s->plan->objective_ns ?
			       frame_say(f, "%s %s", bar(f, s), took(f, s)) :
			       took(f, s);
	case DRILL_STEP_DONE:
		return wide ? frame_say(f, "%s  %s", took(f, s), clock_at(f, s->end_ns)) :
			      took(f, s);
	case DRILL_STEP_SKIPPED:
		return *s->why ? frame_text(f, s->why) : "skipped";
	default:
		return s->asks ?
			       "failed: go on?" :
			       frame_say(f, "%s  %s", drill_step_state_name(s->state), took(f, s));
	}
}

/* It did what it had to, and found that something does not hold. */
static bool found_fault(const struct drill_record_step *s)
{
	return s->state == DRILL_STEP_DONE && s->verdict >= VERDICT_ERROR;
}

static const char *sign_of(struct frame *f, const struct drill_record_step *s)
{
	static const char *const utf8[] = { "·", "▶", "●", "✓", "✗", "–", "✗" };
	static const char *const ascii[] = { ".", ">", "*", "+", "x", "-", "x" };
	enum drill_step_state state = found_fault(s) ? DRILL_STEP_FAILED : s->state;

	return frame_sign(f, utf8[state], ascii[state]);
}

static enum frame_tone tone_of(const struct drill_record_step *s)
{
	if (found_fault(s))
		return FRAME_BAD;
	switch (s->state) {
	case DRILL_STEP_FAILED:
	case DRILL_STEP_REFUSED:
		return FRAME_BAD;
	case DRILL_STEP_READY:
		return FRAME_CALL;
	case DRILL_STEP_RUNNING:
		return s->overrun_ns ? FRAME_BAD : FRAME_STRONG;
	case DRILL_STEP_DONE:
		return s->overrun_ns ? FRAME_CALL : FRAME_GOOD;
	default:
		return FRAME_FAINT;
	}
}

static bool is_under_way(const struct drill_record *r, const struct drill_record_phase *p)
{
	return !r->over && p->begin_ns && !p->end_ns;
}

static void add_steps(struct frame *f, const struct drill_record_phase *p)
{
	bool current = is_under_way(f->r, p);

	for (size_t i = 0; i < p->plan->step_count; i++) {
		const struct drill_record_step *s = &f->r->step[p->plan->step + i];
		enum frame_rank rank =
			s->state == DRILL_STEP_RUNNING ||
					(s->state == DRILL_STEP_FAILED && !f->r->over) ?
				FRAME_NOW :
			current                 ? FRAME_STEP :
			drill_step_has_ended(s) ? FRAME_DONE :
						  FRAME_LATER;

		frame_add(f, rank, tone_of(s),
			  frame_say(f, "  %s %s  %s", sign_of(f, s), s->plan->id,
				    frame_text(f, s->plan->title)),
			  word_of(f, s));
	}
}

static const char *state_of_phase(struct frame *f, const struct drill_record_phase *p)
{
	int64_t due_ns =
		p->plan->milestone_ns >= 0 && f->r->t0_ns ? f->r->t0_ns + p->plan->milestone_ns : 0;
	const char *due = p->end_ns ? clock_at(f, due_ns) : foreseen(f, due_ns);
	const char *outcome =
		p->milestone == DRILL_OUTCOME_OPEN ? "" : drill_outcome_name(p->milestone);
	bool wide = f->style.width >= WIDE;

	if (p->short_of && *outcome)
		return frame_say(f, "%s: %s", outcome, p->short_of->plan->id);
	if (p->end_ns)
		return frame_say(f, "%s%s%s%s%s", clock_at(f, p->end_ns),
				 *due ? (wide ? " of " : "/") : "",
				 *due ? due + (wide ? 0 : 2) : "", *outcome ? " " : "", outcome);
	if (f->r->over || !p->expected_end_ns)
		return outcome;
	if (!*due)
		return is_under_way(f->r, p) ?
			       frame_say(f, "%zu of %zu", p->ended, p->plan->step_count) :
			       "";
	return wide ? frame_say(f, "expected %s, due %s%s%s", foreseen(f, p->expected_end_ns), due,
				*outcome ? " " : "", outcome) :
		      frame_say(f, "due %s%s%s", due, *outcome ? " " : "", outcome);
}

static void add_phases(struct frame *f)
{
	for (size_t i = 0; i < f->r->plan.phase_count; i++) {
		const struct drill_record_phase *p = &f->r->phase[i];
		enum frame_tone tone = p->milestone == DRILL_OUTCOME_MISSED ? FRAME_BAD :
				       is_under_way(f->r, p)                ? FRAME_STRONG :
				       p->end_ns                            ? FRAME_PLAIN :
									      FRAME_FAINT;

		frame_add(f, FRAME_PHASE, tone, frame_text(f, p->plan->title),
			  state_of_phase(f, p));
		add_steps(f, p);
	}
}

static void add_entry(struct frame *f, const struct entry *e)
{
	bool stands = !entries_successor(f->r->entries, e->number);
	char time[DRILL_TIME_SIZE];

	frame_add(f, FRAME_NEWS, stands ? FRAME_PLAIN : FRAME_FAINT,
		  frame_say(f, "%.5s %s %s%s%s%s%s", drill_time_of_day(f->r, e->at_ns, time),
			    frame_text(f, e->author), entry_kind_name(e->kind), *e->step ? " " : "",
			    frame_text(f, e->step), *e->text ? ": " : "", frame_text(f, e->text)),
		  "");
}

/* The last words of people; what they ticked is told with the steps. */
static void add_news(struct frame *f)
{
	const struct entries *l = f->r->entries;
	size_t first = l->count, news = 0;

	while (first && news < NEWS_MAX)
		news += l->item[--first].kind != ENTRY_TICK;
	for (; first < l->count; first++) {
		if (l->item[first].kind != ENTRY_TICK)
			add_entry(f, &l->item[first]);
	}
}

int drill_frame_write(const struct drill_record *r, const struct drill_frame_style *style,
		      struct buf *out)
{
	struct frame f = { .r = r, .style = *style };

	/* each step may call, too; and what stands above and below them */
	f.room = 2 * r->plan.step_count + r->plan.phase_count + NEWS_MAX + 8;
	f.line = arena_alloc(&f.arena, f.room * sizeof(*f.line));
	f.failed = !f.line;
	if (f.line) {
		add_head(&f);
		add_objective(&f);
		add_calls(&f);
		frame_add(&f, FRAME_BLANK, FRAME_PLAIN, "", "");
		add_phases(&f);
		frame_add(&f, FRAME_BLANK, FRAME_PLAIN, "", "");
		add_news(&f);
		frame_print(&f, out);
	}
	arena_release(&f.arena);
	return f.failed ? -1 : 0;
}
