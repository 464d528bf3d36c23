/* SPDX-License-Identifier: Apache-2.0 */
/* What only a restore test's report has: the steps' times, the facts of three sides, notes. */
#include <string.h>

#include "base/quantity.h"
#include "report/facts_table.h"
#include "report/fold.h"
#include "report/text.intern.h"
#include "report/words.h"

enum { TITLE_WIDTH_MAX = 48 };

/* "Step 10: " and the title. */
static void step_title(struct paint *p, size_t number, const struct run_step *s)
{
	paint_format(p, "Step %zu: ", number);
	paint_foreign(p, words_step(s));
}

/* The widest of them, so that times stand below one another. */
static size_t title_width(const struct run *run)
{
	size_t width = 0;

	for (size_t i = 0; i < run->step_count; i++) {
		size_t len = strlen(words_step(&run->step[i]));

		width = len > width ? len : width;
	}
	return (width < TITLE_WIDTH_MAX ? width : TITLE_WIDTH_MAX) + strlen("Step 10: ") + 1;
}

void text_steps(struct paint *p, const struct run *run)
{
	char took[QUANTITY_TEXT_SIZE];
	size_t width = title_width(run);

	paint_format(p, run->step_count ? "\n" : "");
	for (size_t i = 0; i < run->step_count; i++) {
		const struct run_step *s = &run->step[i];
		size_t start = p->out->len;

		step_title(p, i + 1, s);
		paint_pad(p, p->out->len - start, width);
		if (s->duration_ns < 0) {
			paint_format(p, "not finished\n");
			continue;
		}
		paint_format(p, "%6s ", quantity_format_duration(s->duration_ns, took));
		paint_verdict(p, s->verdict, words_line(s->verdict));
		paint_format(p, "\n");
	}
}

static void totals(struct paint *p, const struct facts_section *s)
{
	char number[NUMBER_TEXT_SIZE];
	const char *comma = "";

	if (!fact_kind_words(s->kind)->count_key)
		return;
	paint_format(p, "; %s: ", words_count(s->kind));
	for (int side = 0; side < FACTS_SIDES; side++) {
		if (!s->knows[side])
			continue;
		paint_format(p, "%s%s %s%s", comma, facts_side_name((enum facts_side)side),
			     s->complete[side] ? "" : "at least ",
			     number_format(s->total[side], number));
		comma = ", ";
	}
}

static void section(struct paint *p, const struct facts_section *s)
{
	size_t start = p->out->len;
	const char *comma = "";
	char kind[32];

	paint_format(p, "  %s: ", words_kind(s->kind, kind));
	for (int a = AGREEMENT_COUNT; a-- > 0;) {
		if (!s->of[a])
			continue;
		paint_format(p, "%s%zu %s", comma, s->of[a], agreement_name((enum agreement)a));
		comma = ", ";
	}
	totals(p, s);
	paint_format(p, "\n");
	paint_fold(p, start, 4);
}

static void group(struct paint *p, const struct facts_group *g)
{
	paint_foreign(p, g->component);
	if (*g->database) {
		paint_format(p, " ");
		paint_foreign(p, g->database);
	}
	if (*g->part) {
		paint_format(p, " (");
		paint_foreign(p, g->part);
		paint_format(p, ")");
	}
	paint_format(p, "\n");
	for (size_t i = 0; i < g->section_count; i++)
		section(p, &g->section[i]);
}

int text_facts(struct paint *p, const struct run *run)
{
	CLEANUP(facts_table_release)
	struct facts_table t = { 0 };

	if (facts_table_make(run, &t) < 0)
		return -1;
	if (t.group_count)
		paint_format(p, "\nWhat source, backup and restored server hold:\n");
	for (size_t i = 0; i < t.group_count; i++)
		group(p, &t.group[i]);
	return 0;
}

static const char setting[] = "setting.";

static bool is_setting(const struct run_note *n)
{
	return strncmp(n->name, setting, sizeof(setting) - 1) == 0;
}

static void note_line(struct paint *p, const struct run_note *n)
{
	size_t start = p->out->len;

	paint_format(p, "  ");
	paint_foreign(p, n->name);
	paint_format(p, ": ");
	paint_foreign(p, n->text);
	paint_format(p, "\n");
	paint_fold(p, start, 4);
}

/* All in one, since there are many and few read them. */
static void settings_line(struct paint *p, const struct run *run, const char *component)
{
	size_t start = p->out->len;
	bool any = false;

	for (size_t i = 0; i < run->note_count; i++) {
		const struct run_note *n = &run->note[i];

		if (strcmp(n->component, component) != 0 || !is_setting(n))
			continue;
		paint_format(p, any ? ", " : "  settings: ");
		paint_foreign(p, n->name + sizeof(setting) - 1);
		paint_format(p, "=");
		paint_foreign(p, n->text);
		any = true;
	}
	paint_format(p, any ? "\n" : "");
	paint_fold(p, start, 4);
}

static void notes_of(struct paint *p, const struct run *run, const char *component)
{
	bool headed = false;

	for (size_t i = 0; i < run->note_count; i++) {
		const struct run_note *n = &run->note[i];

		if (strcmp(n->component, component) != 0 || words_is_told_apart(run, n))
			continue;
		if (!headed) {
			paint_format(p, "\nNotes on ");
			paint_foreign(p, *component ? component : "the platform");
			paint_format(p, ":\n");
		}
		headed = true;
		if (!is_setting(n))
			note_line(p, n);
	}
	settings_line(p, run, component);
}

/* Components that ran at the same time noted in turns; each is told in one piece. */
void text_notes(struct paint *p, const struct run *run)
{
	for (size_t i = 0; i < run->note_count; i++) {
		bool told = false;

		for (size_t k = 0; k < i && !told; k++)
			told = strcmp(run->note[k].component, run->note[i].component) == 0;
		if (!told)
			notes_of(p, run, run->note[i].component);
	}
}
