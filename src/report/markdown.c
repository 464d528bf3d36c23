/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as GitHub-flavoured Markdown, for tickets and wikis. Whatever others named is escaped
 * by paint_markdown(), and never begins a line.
 */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "report/components.h"
#include "report/facts_table.h"
#include "report/markdown.intern.h"
#include "report/timeline.h"
#include "report/words.h"

/* Beside the lines that differ, so that it stays fit for a ticket. */
enum { LINES_SHOWN = 200 };

static void row(struct paint *p, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	paint_format(p, "| %s | ", label);
	paint_markdown(p, value);
	paint_format(p, " |\n");
}

static void objectives(struct paint *p, const struct run *run)
{
	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];

		if (strcmp(c->name, check_name(CHECK_RECOVERY_TIME)) != 0)
			continue;
		paint_format(p, "| Recovery time%s", *c->component ? " of " : "");
		paint_markdown(p, c->component);
		paint_format(p, " | ");
		paint_markdown(p, c->found);
		paint_format(p, " (objective: ");
		paint_markdown(p, c->expected);
		paint_format(p, ") |\n");
	}
}

static void heading(struct paint *p, const struct run *run)
{
	char date[CLOCK_RFC3339_SIZE], took[QUANTITY_TEXT_SIZE] = "";
	const char *pause;

	paint_format(p, "# ");
	paint_markdown(p, words_title(run));
	paint_format(p, ": ");
	if (run->finished_ns)
		paint_verdict(p, run->verdict, words_status(run->verdict));
	else
		paint_format(p, "still running");
	paint_format(p, "\n\n**%s.**\n\n| | |\n|---|---|\n", words_sentence(run));
	row(p, "Platform", run->platform);
	row(p, "Backup set", run->set);
	row(p, "Started", clock_format_rfc3339(run->started_ns, date));
	if (run->finished_ns)
		row(p, "Took", quantity_format_duration(run->finished_ns - run->started_ns, took));
	objectives(p, run);
	for (size_t at = 0; (pause = run_next_note(run, RUN_NOTE_PAUSED, &at)) != NULL;)
		row(p, "Paused", pause);
	row(p, "Run", run->id);
	row(p, "Host", run->host);
	row(p, "muster", run->version);
}

static void item(struct paint *p, const char *label, const char *value)
{
	if (!*value)
		return;
	paint_format(p, "  - %s: ", label);
	paint_markdown(p, value);
	paint_format(p, "\n");
}

void markdown_troubles(struct paint *p, const struct run *run)
{
	const struct check *c;
	bool headed = false;

	for (size_t at = 0; (c = trouble_next(&run->checks, &at)) != NULL;) {
		if (!headed)
			paint_format(p, "\n## %s\n\n", words_troubles(check_weight(c)));
		headed = true;
		paint_format(p, "- **");
		paint_verdict(p, c->verdict, words_line(c->verdict));
		paint_format(p, "** ");
		paint_markdown(p, c->name);
		paint_format(p, " ");
		paint_markdown(p, *c->component ? c->component : "platform");
		paint_format(p, *c->subject ? " " : "");
		paint_markdown(p, c->subject);
		paint_format(p, ": ");
		paint_markdown(p, c->message);
		paint_format(p, "\n");
		item(p, "expected", c->expected);
		item(p, "found", c->found);
		item(p, "hint", c->hint);
	}
}

static void step(struct paint *p, const struct timeline_lane *lane)
{
	const struct run_step *s = lane->step;
	char text[QUANTITY_TEXT_SIZE];

	paint_format(p, "| ");
	paint_markdown(p, s->component);
	paint_format(p, " | ");
	paint_markdown(p, words_step(s));
	paint_format(p, " | %s | ", quantity_format_duration(lane->offset_ns, text));
	if (s->duration_ns < 0) {
		paint_format(p, "not finished | |\n");
		return;
	}
	paint_format(p, "%s | ", quantity_format_duration(s->duration_ns, text));
	paint_verdict(p, s->verdict, words_line(s->verdict));
	paint_format(p, " |\n");
}

static int steps(struct paint *p, const struct run *run)
{
	CLEANUP(timeline_release)
	struct timeline t = { 0 };

	if (timeline_make(run, &t) < 0)
		return -1;
	if (t.count)
		paint_format(p,
			     "\n## Steps\n\n| Component | Step | Began after | Took | Verdict |\n"
			     "|---|---|--:|--:|---|\n");
	for (size_t i = 0; i < t.count; i++)
		step(p, &t.lane[i]);
	return 0;
}

static void fact(struct paint *p, const struct fact *f, bool known)
{
	char number[NUMBER_TEXT_SIZE], fingerprint[FINGERPRINT_TEXT_SIZE];

	if (!f) {
		paint_format(p, known ? " missing |" : " – |");
		return;
	}
	if (f->known & MEASURE_COUNT)
		paint_format(p, " %s", number_format(f->count, number));
	if (f->known & MEASURE_EXPIRES && f->expires)
		paint_format(p, " (%s expire)", number_format(f->expires, number));
	if (f->known & MEASURE_VALUE) {
		paint_format(p, " ");
		paint_markdown(p, f->value);
	}
	if (f->known & MEASURE_FINGERPRINT)
		paint_format(p, " `%.8s`", fingerprint_format(f->fingerprint, fingerprint));
	paint_format(p, " |");
}

static void line(struct paint *p, const struct facts_section *s, const struct facts_line *l)
{
	const struct fact *f = facts_line_any(l);

	const char *bold = l->agreement == AGREEMENT_DIFFERENT ? "**" : "";

	paint_format(p, "| %s%s%s | ", bold, agreement_name(l->agreement), bold);
	paint_markdown(p, f->scope);
	paint_format(p, *f->scope && *f->name ? "." : "");
	paint_markdown(p, f->name);
	paint_format(p, *f->scope || *f->name ? " |" : "all |");
	for (int side = 0; side < FACTS_SIDES; side++)
		fact(p, l->side[side], s->knows[side]);
	paint_format(p, "\n");
}

static void section(struct paint *p, const struct facts_section *s, size_t *room)
{
	char kind[32];
	size_t left_out = 0;

	paint_format(p, "\n| %s, %s | name | source | backup | restored |\n|---|---|--:|--:|--:|\n",
		     words_kind(s->kind, kind), words_count(s->kind));
	for (size_t i = 0; i < s->count; i++) {
		if (facts_line_is_shown(&s->line[i], room))
			line(p, s, &s->line[i]);
		else
			left_out++;
	}
	if (left_out)
		paint_format(p, "\n%zu more %s that do not differ are left out.\n", left_out, kind);
}

int markdown_facts(struct paint *p, const struct run *run)
{
	CLEANUP(facts_table_release)
	struct facts_table t = { 0 };
	size_t room = LINES_SHOWN;

	if (facts_table_make(run, &t) < 0)
		return -1;
	if (t.group_count)
		paint_format(p,
			     "\n## Source, backup and restored server\n\n%zu equal, %zu "
			     "different, %zu unknown.\n",
			     t.of[AGREEMENT_EQUAL], t.of[AGREEMENT_DIFFERENT],
			     t.of[AGREEMENT_UNKNOWN]);
	for (size_t i = 0; i < t.group_count; i++) {
		const struct facts_group *g = &t.group[i];

		paint_format(p, "\n### ");
		paint_markdown(p, g->component);
		paint_format(p, *g->database ? " " : "");
		paint_markdown(p, g->database);
		paint_format(p, "\n");
		for (size_t k = 0; k < g->section_count; k++)
			section(p, &g->section[k], &room);
	}
	return 0;
}

static void check(struct paint *p, const struct check *c)
{
	paint_format(p, "| ");
	paint_verdict(p, c->verdict, words_line(c->verdict));
	paint_format(p, " | ");
	paint_markdown(p, c->name);
	paint_format(p, " | ");
	paint_markdown(p, c->subject);
	paint_format(p, " | ");
	paint_markdown(p, c->message);
	paint_format(p, " |\n");
}

void markdown_checks(struct paint *p, const struct run *run)
{
	const char *component;

	paint_format(
		p,
		"\n## Checks\n\nPassed %zu, failed %zu, warnings %zu, errors %zu, skipped %zu.\n",
		checks_count(&run->checks, VERDICT_PASS), checks_count(&run->checks, VERDICT_FAIL),
		checks_count(&run->checks, VERDICT_WARN), checks_count(&run->checks, VERDICT_ERROR),
		checks_count(&run->checks, VERDICT_SKIPPED));
	for (size_t at = 0; component_next(&run->checks, &at, &component);) {
		paint_format(p, "\n### ");
		paint_markdown(p, *component ? component : "platform");
		paint_format(p, "\n\n| Verdict | Check | Subject | |\n|---|---|---|---|\n");
		for (size_t i = 0; i < run->checks.count; i++) {
			if (strcmp(run->checks.item[i].component, component) == 0)
				check(p, &run->checks.item[i]);
		}
	}
}

void markdown_notes(struct paint *p, const struct run *run)
{
	if (words_has_notes(run))
		paint_format(p, "\n## Notes\n\n| Component | Name | |\n|---|---|---|\n");
	for (size_t i = 0; i < run->note_count; i++) {
		if (words_is_told_apart(run, &run->note[i]))
			continue;
		paint_format(p, "| ");
		paint_markdown(p, run->note[i].component);
		paint_format(p, " | ");
		paint_markdown(p, run->note[i].name);
		paint_format(p, " | ");
		paint_markdown(p, run->note[i].text);
		paint_format(p, " |\n");
	}
}

int report_markdown(const struct run *run, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };

	heading(&p, run);
	markdown_troubles(&p, run);
	if (steps(&p, run) < 0 || markdown_facts(&p, run) < 0)
		return -1;
	markdown_checks(&p, run);
	markdown_notes(&p, run);
	return p.failed ? -1 : 0;
}
