/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_show.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "history/action.h"

/* "T+0:05:00" behind the start, else as many blanks. */
static void put_clock(const struct drill_show *s, const struct event *e)
{
	char at[DRILL_T_SIZE] = "";

	if (s->t0_ns)
		(void)drill_t_clock(e->at_ns - s->t0_ns, at);
	(void)fprintf(s->inv->err, "%-10s ", at);
}

static void put_verdict(const struct drill_show *s, enum verdict v)
{
	const struct terminal *t = &s->inv->message;

	(void)fprintf(s->inv->err, "%s%s%s ", terminal_begin(t, terminal_verdict_tone(v)),
		      terminal_symbol(t, v), terminal_end(t));
}

/* Somebody is waited for: who, and for what. How it is said is the caller's to add. */
static void begin_waiting(const struct drill_show *s, const struct event *e,
			  const struct drill_step *step)
{
	put_clock(s, e);
	(void)fprintf(s->inv->err, "… waits for %s: ", *step->role ? step->role : "somebody");
	terminal_puts(&s->inv->message, step->title);
}

static void show_waiting(const struct drill_show *s, const struct event *e,
			 const struct drill_step *step)
{
	begin_waiting(s, e, step);
	(void)fprintf(s->inv->err, " (muster drill tick %s)\n", step->id);
}

/* A step has failed, and nothing goes on behind it before somebody says so. */
static void show_asking(const struct drill_show *s, const struct event *e)
{
	static const char asks[] = "asks ";
	const struct drill_step *step =
		strncmp(e->subject, asks, strlen(asks)) == 0 ?
			drill_plan_step(s->plan, e->subject + strlen(asks)) :
			NULL;

	if (!step)
		return;
	begin_waiting(s, e, step);
	(void)fprintf(s->inv->err,
		      " has failed (muster drill tick %s to go on, "
		      "muster drill refuse %s to stop)\n",
		      step->id, step->id);
}

static void show_end(const struct drill_show *s, const struct event *e,
		     const struct drill_step *step)
{
	char took[QUANTITY_TEXT_SIZE];

	put_clock(s, e);
	put_verdict(s, e->verdict);
	terminal_puts(&s->inv->message, step->title);
	if (e->verdict != VERDICT_SKIPPED) /* what was not done took no time */
		(void)fprintf(s->inv->err, "  %s", quantity_format_duration(e->duration_ns, took));
	(void)fputc('\n', s->inv->err);
}

/* Several steps may look at the same thing, and each finds the same. */
static bool was_told(const struct drill_show *s, const struct check *c)
{
	for (size_t i = 0; i < s->told.count; i++) {
		const struct check *t = &s->told.item[i];

		if (strcmp(t->component, c->component) == 0 && strcmp(t->message, c->message) == 0)
			return true;
	}
	return false;
}

/* What is not well is told at once, and once. */
static int show_check(struct drill_show *s, const struct check *c, struct error *err)
{
	if (check_weight(c) < VERDICT_ERROR || was_told(s, c))
		return 0;
	if (checks_add(&s->told, c) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for what a drill found");
	(void)fprintf(s->inv->err, "%-10s   ", "");
	put_verdict(s, c->verdict);
	if (*c->component)
		(void)fprintf(s->inv->err, "%s: ", c->component);
	terminal_puts(&s->inv->message, c->message);
	(void)fputc('\n', s->inv->err);
	return 0;
}

static int receive(struct event_sink *self, const struct event *e, struct error *err)
{
	struct drill_show *s = (struct drill_show *)(void *)self;
	const struct drill_step *step = e->step ? drill_plan_step(s->plan, e->step) : NULL;

	if (e->type == EVENT_NOTE && strcmp(e->subject, "T0") == 0)
		s->t0_ns = e->at_ns;
	if (s->inv->global.quiet)
		return 0;
	if (e->type == EVENT_STEP_STARTED && step && !s->automatic &&
	    (step->kind == DRILL_TICK || step->kind == DRILL_GATE))
		show_waiting(s, e, step);
	if (e->type == EVENT_NOTE && !s->automatic)
		show_asking(s, e);
	if (e->type == EVENT_STEP_FINISHED && step)
		show_end(s, e, step);
	if (e->type == EVENT_CHECK && show_check(s, e->check, err) < 0)
		return -1;
	(void)fflush(s->inv->err);
	return 0;
}

void drill_show_begin(struct drill_show *s, const struct invocation *inv,
		      const struct drill_plan *plan, bool automatic)
{
	*s = (struct drill_show){
		.sink = { .receive = receive }, .inv = inv, .plan = plan, .automatic = automatic
	};
}

void drill_show_end(struct drill_show *s)
{
	checks_release(&s->told);
}

int drill_show_actions(const struct invocation *inv, struct history *h, struct error *err)
{
	CLEANUP(actions_release)
	struct actions open = { 0 };

	if (inv->global.quiet)
		return 0;
	if (history_actions(h, false, &open, err) < 0)
		return -1;
	if (open.count)
		(void)fprintf(inv->err, "Open action items: %zu\n", open.count);
	for (size_t i = 0; i < open.count; i++) {
		const struct action *a = &open.item[i];

		(void)fprintf(inv->err, "  %lld  due %s  ", (long long)a->number, a->due);
		terminal_puts(&inv->message, a->owner);
		(void)fputs(": ", inv->err);
		terminal_puts(&inv->message, a->title);
		(void)fputc('\n', inv->err);
	}
	return 0;
}
