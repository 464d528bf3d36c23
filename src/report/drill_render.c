/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a drill in each format: what stands at its top, then the same parts. */
#include <string.h>

#include "base/clock.h"
#include "report/drill.intern.h"
#include "report/fold.h"
#include "report/html.intern.h"
#include "report/markdown.intern.h"
#include "report/text.intern.h"
#include "report/words.h"

static void put_steps_section(struct sheet *s, const struct report_drill *d)
{
	bool html = s->writer == &sheet_html;

	sheet_section(s, "steps", "Timeline");
	if (html) {
		drill_html_picture(s->p, &d->record);
		paint_raw(s->p, "<details open>\n<summary>The same as a table</summary>\n");
	}
	drill_put_steps(s, d);
	paint_raw(s->p, html ? "</details>\n" : "");
	sheet_section_end(s);
}

/* What most people want to know comes first. */
static void put_outcome(struct sheet *s, const struct report_drill *d)
{
	drill_put_criteria(s, d);
	drill_put_objectives(s, d);
	put_steps_section(s, d);
}

static void put_rest(struct sheet *s, const struct report_drill *d)
{
	drill_put_components(s, d);
	drill_put_surroundings(s, d);
	drill_put_people(s, d);
	drill_put_words(s, d);
	drill_put_actions(s, d);
	drill_put_earlier(s, d);
	drill_put_log(s, d);
}

static const char *status(const struct report_drill *d)
{
	return d->record.over ? words_status(d->record.verdict) :
				drill_state_words(d->record.state);
}

static enum verdict shown_verdict(const struct report_drill *d)
{
	return d->record.over ? d->record.verdict : VERDICT_SKIPPED;
}

static void html_top(struct sheet *s, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;
	struct drill_term terms[DRILL_TERMS_MAX];
	size_t count = drill_terms(s, d, terms);
	struct paint *p = s->p;

	html_head(p, r->run, r->plan.title, r->verdict);
	paint_format(p, "<header>\n<div class=\"headline %s\">\n<h1>",
		     r->over ? verdict_name(r->verdict) : "open");
	paint_html(p, r->plan.title);
	paint_raw(p, ": ");
	html_verdict(p, shown_verdict(d), status(d));
	paint_raw(p, "</h1>\n<p class=\"lead\">");
	paint_html(p, r->sentence);
	paint_raw(p, ".</p>\n<dl>\n");
	for (size_t i = 0; i < count; i++) {
		paint_format(p, "<div><dt>%s</dt><dd>", terms[i].name);
		paint_html(p, terms[i].text);
		if (terms[i].outcome != DRILL_OUTCOME_NONE) {
			paint_raw(p, " ");
			html_verdict(p, drill_outcome_verdict(terms[i].outcome),
				     drill_outcome_word(terms[i].outcome));
		}
		paint_raw(p, "</dd></div>\n");
	}
	paint_raw(p, "</dl>\n</div>\n</header>\n<main>\n");
}

/* Without it nobody could tell what the steps were meant to be. */
static void html_plan(struct paint *p, const struct drill_record *r)
{
	paint_raw(p, "<section id=\"plan\">\n<h2>Plan</h2>\n<details>\n<summary>As it was when the "
		     "drill began</summary>\n<pre>");
	for (const char *at = r->plan.source.text, *end; *at; at = end) {
		char line[512];

		end = at + strcspn(at, "\n");
		(void)snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		paint_html(p, line);
		paint_raw(p, "\n");
		end += *end == '\n';
	}
	paint_raw(p, "</pre>\n</details>\n</section>\n");
}

static int render_html(const struct report_drill *d, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };
	CLEANUP(sheet_release)
	struct sheet s = { .p = &p, .writer = &sheet_html };
	const struct run *run = d->record.run;

	html_top(&s, d);
	put_outcome(&s, d);
	html_troubles(&p, run);
	put_rest(&s, d);
	if (html_facts(&p, run) < 0)
		return -1;
	html_checks(&p, run);
	html_notes(&p, run);
	html_plan(&p, &d->record);
	html_foot(&p, run);
	return p.failed ? -1 : 0;
}

static void markdown_top(struct sheet *s, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;
	struct drill_term terms[DRILL_TERMS_MAX];
	size_t count = drill_terms(s, d, terms);
	struct paint *p = s->p;

	paint_raw(p, "# ");
	paint_markdown(p, r->plan.title);
	paint_raw(p, ": ");
	paint_verdict(p, shown_verdict(d), status(d));
	paint_raw(p, "\n\n**");
	paint_markdown(p, r->sentence);
	paint_raw(p, ".**\n\n| | |\n|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		paint_format(p, "| %s | ", terms[i].name);
		paint_markdown(p, terms[i].text);
		if (terms[i].outcome != DRILL_OUTCOME_NONE)
			paint_format(p, " %s", drill_outcome_word(terms[i].outcome));
		paint_raw(p, " |\n");
	}
	paint_raw(p, "| Run | ");
	paint_markdown(p, r->run->id);
	paint_raw(p, " |\n");
}

static int render_markdown(const struct report_drill *d, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };
	CLEANUP(sheet_release)
	struct sheet s = { .p = &p, .writer = &sheet_markdown };
	const struct run *run = d->record.run;

	markdown_top(&s, d);
	put_outcome(&s, d);
	markdown_troubles(&p, run);
	put_rest(&s, d);
	if (markdown_facts(&p, run) < 0)
		return -1;
	markdown_checks(&p, run);
	markdown_notes(&p, run);
	return p.failed ? -1 : 0;
}

static void put_sentence(struct paint *p, const struct drill_record *r)
{
	size_t start = p->out->len;

	paint_foreign(p, r->sentence);
	paint_raw(p, ".\n");
	paint_fold(p, start, 0);
}

static void text_top(struct sheet *s, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;
	struct drill_term terms[DRILL_TERMS_MAX];
	size_t count = drill_terms(s, d, terms);
	struct paint *p = s->p;

	paint_raw(p, text_rule);
	paint_foreign(p, r->plan.title);
	paint_format(p, "\nRun: %s\n", r->run->id);
	for (size_t i = 0; i < count; i++) {
		paint_format(p, "%s: ", terms[i].name);
		paint_foreign(p, terms[i].text);
		if (terms[i].outcome != DRILL_OUTCOME_NONE)
			paint_format(p, " %s", drill_outcome_word(terms[i].outcome));
		paint_raw(p, "\n");
	}
	paint_raw(p, text_rule);
	put_sentence(p, r);
}

/* The status stands last: a terminal shows the end. */
static int render_text(const struct report_drill *d, const struct report_style *style,
		       struct buf *out)
{
	struct paint p = { .out = out, .style = *style };
	CLEANUP(sheet_release)
	struct sheet s = { .p = &p, .writer = &sheet_text };
	const struct run *run = d->record.run;

	text_top(&s, d);
	put_outcome(&s, d);
	put_rest(&s, d);
	text_checks(&p, run);
	if (text_facts(&p, run) < 0)
		return -1;
	text_notes(&p, run);
	text_troubles(&p, run);
	paint_format(&p, "\n%s", text_rule);
	put_sentence(&p, &d->record);
	paint_raw(&p, "Status: ");
	paint_verdict(&p, shown_verdict(d), status(d));
	paint_raw(&p, "\n");
	return p.failed ? -1 : 0;
}

int report_drill_render(const struct report_drill *d, enum report_format format,
			const struct report_style *style, struct buf *out)
{
	switch (format) {
	case REPORT_JSON:
		return drill_document(d, out);
	case REPORT_MARKDOWN:
		return render_markdown(d, out);
	case REPORT_HTML:
		return render_html(d, out);
	case REPORT_TEXT:
		break;
	}
	return render_text(d, style, out);
}
