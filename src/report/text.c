/* SPDX-License-Identifier: Apache-2.0 */
/* A run as text, in the layout of the daily verification's report. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "report/components.h"
#include "report/fold.h"
#include "report/paint.h"
#include "report/text.intern.h"
#include "report/words.h"

const char text_rule[] = "=========================================\n";

enum { WORD_WIDTH = 8 };

static void heading_line(struct paint *p, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	paint_format(p, "%s: ", label);
	paint_foreign(p, value);
	paint_format(p, "\n");
}

static void heading(struct paint *p, const struct run *run)
{
	char date[CLOCK_RFC3339_SIZE], took[QUANTITY_TEXT_SIZE];
	const char *pause;

	paint_format(p, "%s", text_rule);
	paint_foreign(p, words_title(run));
	paint_format(p, "\nDate: %s\n", clock_format_rfc3339(run->started_ns, date));
	heading_line(p, "Platform", run->platform);
	heading_line(p, "Backup set", run->set);
	heading_line(p, "Run", run->id);
	for (size_t at = 0; (pause = run_next_note(run, RUN_NOTE_PAUSED, &at)) != NULL;)
		heading_line(p, "Paused", pause);
	if (run->finished_ns)
		paint_format(p, "Duration: %s\n",
			     quantity_format_duration(run->finished_ns - run->started_ns, took));
	paint_format(p, "%s", text_rule);
}

static void detail(struct paint *p, const char *label, const char *value)
{
	size_t start = p->out->len;

	if (!*value)
		return;
	paint_format(p, "%*s%-9s ", WORD_WIDTH + 3, "", label);
	paint_foreign(p, value);
	paint_format(p, "\n");
	paint_fold(p, start, WORD_WIDTH + 3 + 10);
}

/* With `component`, its name stands before the check's. */
static void check_line(struct paint *p, const struct check *c, const char *component)
{
	const char *word = words_line(c->verdict);
	size_t start = p->out->len;

	paint_verdict(p, c->verdict, word);
	paint_pad(p, strlen(word), WORD_WIDTH);
	paint_foreign(p, component);
	paint_format(p, *component ? " " : "");
	paint_foreign(p, c->name);
	if (*c->subject) {
		paint_format(p, " ");
		paint_foreign(p, c->subject);
	}
	paint_format(p, ": ");
	paint_foreign(p, c->message);
	if (c->required && c->verdict == VERDICT_SKIPPED)
		paint_format(p, " (required)");
	paint_format(p, "\n");
	paint_fold(p, start, WORD_WIDTH + 3);
}

static void check_lines(struct paint *p, const struct check *c)
{
	check_line(p, c, "");
	if (c->verdict > VERDICT_PASS) {
		detail(p, "expected:", c->expected);
		detail(p, "found:", c->found);
	}
	if (c->verdict != VERDICT_PASS)
		detail(p, "hint:", c->hint);
}

static void section(struct paint *p, const struct run *run, const char *component)
{
	const struct checks *checks = &run->checks;

	paint_format(p, "\n");
	paint_foreign(p, *component ? component : "platform");
	paint_format(p, "\n");
	for (size_t i = 0; i < checks->count; i++) {
		if (strcmp(checks->item[i].component, component) == 0)
			check_lines(p, &checks->item[i]);
	}
}

void text_checks(struct paint *p, const struct run *run)
{
	const char *component;

	for (size_t at = 0; component_next(&run->checks, &at, &component);)
		section(p, run, component);
}

/* Once more at the end, where people look first. */
void text_troubles(struct paint *p, const struct run *run)
{
	const struct check *c;
	bool headed = false;

	for (size_t at = 0; (c = trouble_next(&run->checks, &at)) != NULL; headed = true) {
		if (!headed)
			paint_format(p, "\n%s:\n", words_troubles(check_weight(c)));
		check_line(p, c, *c->component ? c->component : "platform");
	}
}

static void summary(struct paint *p, const struct run *run)
{
	static const struct {
		const char *label;
		enum verdict verdict;
	} lines[] = { { "Passed", VERDICT_PASS },
		      { "Failed", VERDICT_FAIL },
		      { "Warnings", VERDICT_WARN },
		      { "Errors", VERDICT_ERROR },
		      { "Skipped", VERDICT_SKIPPED } };

	paint_format(p, "\n%sSummary:\n", text_rule);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		paint_format(p, "%s: %zu\n", lines[i].label,
			     checks_count(&run->checks, lines[i].verdict));
	paint_format(p, "Status: ");
	if (run->finished_ns)
		paint_verdict(p, run->verdict, words_status(run->verdict));
	else
		paint_format(p, "still running");
	paint_format(p, "\n");
}

int report_text(const struct run *run, const struct report_style *style, struct buf *out)
{
	struct paint p = { .out = out, .style = *style };

	heading(&p, run);
	if (words_is_restore_test(run))
		text_steps(&p, run);
	text_checks(&p, run);
	if (words_is_restore_test(run) && text_facts(&p, run) < 0)
		return -1;
	text_notes(&p, run);
	if (words_is_restore_test(run))
		text_troubles(&p, run);
	summary(&p, run);
	return p.failed ? -1 : 0;
}

int report_list_text(const struct run *run, size_t count, const struct report_style *style,
		     struct buf *out)
{
	struct paint p = { .out = out, .style = *style };
	char date[CLOCK_RFC3339_SIZE], took[QUANTITY_TEXT_SIZE];

	if (!count)
		paint_format(&p, "no runs yet\n");
	else
		paint_format(&p, "%-22s %-12s %-21s %-9s %s\n", "RUN", "KIND", "STARTED", "TOOK",
			     "VERDICT");
	for (size_t i = 0; i < count; i++) {
		const struct run *r = &run[i];

		paint_foreign(&p, r->id);
		paint_pad(&p, strlen(r->id), 23);
		paint_foreign(&p, r->kind);
		paint_pad(&p, strlen(r->kind), 13);
		paint_format(&p, "%-21s ", clock_format_rfc3339(r->started_ns, date));
		if (r->finished_ns) {
			paint_format(
				&p, "%-9s ",
				quantity_format_duration(r->finished_ns - r->started_ns, took));
			paint_verdict(&p, r->verdict, verdict_name(r->verdict));
			paint_format(&p, "\n");
		} else {
			paint_format(&p, "%-9s %s\n", "",
				     r->unattended ? "not finished" : "running");
		}
	}
	return p.failed ? -1 : 0;
}
