/* SPDX-License-Identifier: Apache-2.0 */
/* A drill's plan for people: the checklist, and the order drawn along T+. */
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "cmd/drill_plan_show.h"
#include "cmd/listing.h"

enum { BAR_COLUMNS = 48, ID_COLUMNS_MAX = 24 };

struct printing {
	const struct terminal *terminal;
	const struct drill_plan *plan;
	int id_columns, by_columns;
	int64_t scale_ns; /* T+ at the right end of the drawing */
};

/* Who does it. */
static const char *done_by(const struct drill_step *s)
{
	switch (s->kind) {
	case DRILL_AUTOMATIC:
		return "muster";
	case DRILL_COMMAND:
		return "program";
	case DRILL_WAIT:
		return "time";
	default:
		return *s->role ? s->role : "anyone";
	}
}

static int wider(int columns, const char *text)
{
	int width = (int)listing_width(text);

	return width > columns ? width : columns;
}

static void measure(struct printing *p)
{
	p->scale_ns = p->plan->end_ns;
	for (size_t i = 0; i < p->plan->step_count; i++) {
		p->id_columns = wider(p->id_columns, p->plan->step[i].id);
		p->by_columns = wider(p->by_columns, done_by(&p->plan->step[i]));
	}
	for (size_t i = 0; i < p->plan->phase_count; i++)
		if (p->plan->phase[i].milestone_ns > p->scale_ns)
			p->scale_ns = p->plan->phase[i].milestone_ns;
	if (p->id_columns > ID_COLUMNS_MAX)
		p->id_columns = ID_COLUMNS_MAX;
}

static void print_heading(const struct printing *p, const struct drill_phase *phase)
{
	const struct terminal *t = p->terminal;
	char due[DRILL_T_SIZE];

	(void)fprintf(t->stream, "\n%s", terminal_begin(t, TONE_STRONG));
	terminal_puts(t, phase->title);
	(void)fputs(terminal_end(t), t->stream);
	if (phase->milestone_ns >= 0)
		(void)fprintf(t->stream, ", by %s", drill_t_format(phase->milestone_ns, due));
	(void)fputc('\n', t->stream);
}

static const char *fate_of(const struct drill_step *s)
{
	if (s->kind == DRILL_GATE)
		return "a gate";
	if (s->on_failure == DRILL_FAILURE_STOP)
		return "nothing goes on when it fails";
	return s->on_failure == DRILL_FAILURE_ASK ? "a person decides when it fails" : "";
}

/* What is particular about it, in brackets behind its title. */
static void print_conditions(const struct printing *p, const struct drill_step *s)
{
	FILE *out = p->terminal->stream;
	const char *fate = fate_of(s);
	char objective[QUANTITY_TEXT_SIZE];

	if (!s->objective_ns && !*fate)
		return;
	(void)fputs(" (", out);
	if (s->objective_ns)
		(void)fprintf(out, "%s %s%s", s->kind == DRILL_WAIT ? "takes" : "within",
			      quantity_format_duration(s->objective_ns, objective),
			      *fate ? "; " : "");
	(void)fprintf(out, "%s)", fate);
}

static void print_item(const struct printing *p, const struct drill_step *s)
{
	const struct terminal *t = p->terminal;

	(void)fprintf(t->stream, "  %s %-*s  %-*s  ", t->utf8 ? "\u25a1" : "[ ]", p->id_columns,
		      s->id, p->by_columns, done_by(s));
	terminal_puts(t, s->title);
	print_conditions(p, s);
	(void)fputc('\n', t->stream);
}

static void print_checklist(const struct printing *p)
{
	for (size_t i = 0; i < p->plan->phase_count; i++) {
		const struct drill_phase *phase = &p->plan->phase[i];

		print_heading(p, phase);
		for (size_t k = 0; k < phase->step_count; k++)
			print_item(p, &p->plan->step[phase->step + k]);
	}
}

static int column_of(const struct printing *p, int64_t ns)
{
	return p->scale_ns ? (int)((double)ns / (double)p->scale_ns * BAR_COLUMNS) : 0;
}

/* A bar from its begin to its end, "+" of what takes no time; "|" where its phase is due. */
static void draw(const struct printing *p, const struct drill_step *s)
{
	const struct drill_phase *phase = &p->plan->phase[s->phase];
	int begin = column_of(p, s->begin_ns), end = column_of(p, s->end_ns);
	int due = phase->milestone_ns >= 0 ? column_of(p, phase->milestone_ns) : -1;
	char bar[BAR_COLUMNS + 2];

	memset(bar, ' ', sizeof(bar));
	if (due >= 0)
		bar[due] = '|';
	if (begin == end)
		bar[begin] = '+';
	else
		memset(bar + begin, '=', (size_t)(end - begin));
	bar[BAR_COLUMNS + 1] = '\0';
	(void)fprintf(p->terminal->stream, "  %-*s  %s", p->id_columns, s->id, bar);
}

static void print_reasons(const struct printing *p, const struct drill_step *s)
{
	for (size_t i = 0; i < s->after.count; i++) {
		(void)fputs(i ? ", " : "  after ", p->terminal->stream);
		terminal_puts(p->terminal, s->after.item[i]);
	}
	(void)fputc('\n', p->terminal->stream);
}

static void print_order(const struct printing *p)
{
	FILE *out = p->terminal->stream;
	char end[DRILL_T_SIZE];

	(void)fputs("\nOrder, when each step uses its objective up ("
		    "\"|\": its phase is due)\n",
		    out);
	(void)fprintf(out, "  %-*s  T+0:00%*s\n", p->id_columns, "", BAR_COLUMNS - 5,
		      drill_t_format(p->scale_ns, end));
	for (size_t i = 0; i < p->plan->step_count; i++) {
		const struct drill_step *s = &p->plan->step[p->plan->order[i]];

		if (!s->on_clock)
			continue;
		draw(p, s);
		print_reasons(p, s);
	}
}

void drill_plan_print(const struct terminal *t, const struct drill_plan *plan)
{
	struct printing p = { .terminal = t, .plan = plan };
	char end[DRILL_T_SIZE];

	measure(&p);
	(void)fputs(terminal_begin(t, TONE_STRONG), t->stream);
	terminal_puts(t, plan->title);
	(void)fprintf(t->stream, "%s (", terminal_end(t));
	terminal_puts(t, plan->name);
	(void)fputs(", ", t->stream);
	terminal_puts(t, plan->source.name[0] == '(' ? "built in" : plan->source.name);
	(void)fprintf(t->stream,
		      ")\n%zu steps in %zu phase%s, over at %s when each uses its objective up\n"
		      "T+ begins with %s; the recovery time ends with %s\n",
		      plan->step_count, plan->phase_count, plan->phase_count == 1 ? "" : "s",
		      drill_t_format(plan->end_ns, end), plan->start, plan->validated);
	print_checklist(&p);
	print_order(&p);
}
