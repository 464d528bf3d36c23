/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as one HTML page for people and their auditors. It needs no script and loads nothing;
 * its own policy (CSP) forbids both, should a name ever get out of its quotes.
 */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "report/components.h"
#include "report/html.intern.h"
#include "report/words.h"

void html_verdict(struct paint *p, enum verdict v, const char *word)
{
	paint_format(p, "<span class=\"v %s\">%s %s</span>", verdict_name(v),
		     verdict_symbol(v, true), word);
}

void html_table_begin(struct paint *p, const char *label, const char *columns)
{
	paint_raw(p, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
	paint_html(p, label);
	paint_raw(p, "\">\n<table>\n<caption>");
	paint_html(p, label);
	paint_raw(p, "</caption>\n<thead><tr>");
	paint_raw(p, columns);
	paint_raw(p, "</tr></thead>\n<tbody>\n");
}

void html_table_end(struct paint *p)
{
	paint_raw(p, "</tbody>\n</table>\n</div>\n");
}

void html_head(struct paint *p, const struct run *run, const char *title, enum verdict v)
{
	paint_raw(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		     "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
		     "form-action 'none'\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<meta name=\"referrer\" content=\"no-referrer\">\n"
		     "<link rel=\"icon\" href=\"data:,\">\n<title>");
	paint_html(p, title);
	paint_raw(p, " ");
	paint_raw(p, run->finished_ns ? words_status(v) : " running");
	paint_raw(p, ": ");
	paint_html(p, run->platform && *run->platform ? run->platform : run->id);
	paint_raw(p, "</title>\n");
	html_style(p);
	paint_raw(p, "</head>\n<body>\n");
}

void html_term(struct paint *p, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	paint_format(p, "<div><dt>%s</dt><dd>", name);
	paint_html(p, value);
	paint_raw(p, "</dd></div>\n");
}

static void objectives(struct paint *p, const struct run *run)
{
	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];

		if (strcmp(c->name, check_name(CHECK_RECOVERY_TIME)) != 0)
			continue;
		paint_raw(p, "<div><dt>Recovery time");
		paint_raw(p, *c->component ? " of " : "");
		paint_html(p, c->component);
		paint_raw(p, "</dt><dd>");
		paint_html(p, c->found);
		paint_raw(p, " (objective: ");
		paint_html(p, c->expected);
		paint_raw(p, ") ");
		html_verdict(p, c->verdict, words_line(c->verdict));
		paint_raw(p, "</dd></div>\n");
	}
}

static void pauses(struct paint *p, const struct run *run)
{
	const char *pause;

	for (size_t at = 0; (pause = run_next_note(run, RUN_NOTE_PAUSED, &at)) != NULL;) {
		paint_raw(p, "<div class=\"wide\"><dt>Paused</dt><dd>");
		paint_html(p, pause);
		paint_raw(p, "</dd></div>\n");
	}
}

static void headline(struct paint *p, const struct run *run)
{
	char date[CLOCK_RFC3339_SIZE], took[QUANTITY_TEXT_SIZE];

	paint_format(p, "<header>\n<div class=\"headline %s\">\n<h1>",
		     run->finished_ns ? verdict_name(run->verdict) : "open");
	paint_html(p, words_title(run));
	paint_raw(p, ": ");
	if (run->finished_ns)
		html_verdict(p, run->verdict, words_status(run->verdict));
	else
		paint_raw(p, "still running");
	paint_format(p, "</h1>\n<p class=\"lead\">%s.</p>\n<dl>\n", words_sentence(run));
	html_term(p, "Platform", run->platform);
	html_term(p, "Backup set", run->set);
	html_term(p, "Started", clock_format_rfc3339(run->started_ns, date));
	if (run->finished_ns)
		html_term(p, "Took",
			  quantity_format_duration(run->finished_ns - run->started_ns, took));
	objectives(p, run);
	pauses(p, run);
	paint_format(
		p,
		"<div class=\"wide\"><dt>Checks</dt><dd>passed %zu, failed %zu, warnings %zu, "
		"errors %zu, skipped %zu</dd></div>\n</dl>\n</div>\n</header>\n<main>\n",
		checks_count(&run->checks, VERDICT_PASS), checks_count(&run->checks, VERDICT_FAIL),
		checks_count(&run->checks, VERDICT_WARN), checks_count(&run->checks, VERDICT_ERROR),
		checks_count(&run->checks, VERDICT_SKIPPED));
}

static void pair(struct paint *p, const char *name, const char *value)
{
	if (!*value)
		return;
	paint_format(p, "<dt>%s</dt><dd>", name);
	paint_html(p, value);
	paint_raw(p, "</dd>");
}

static void trouble(struct paint *p, const struct check *c)
{
	paint_format(p, "<li class=\"%s\">", verdict_name(check_weight(c)));
	html_verdict(p, check_weight(c), words_line(check_weight(c)));
	paint_raw(p, " <strong>");
	paint_html(p, *c->component ? c->component : "platform");
	paint_raw(p, "</strong> ");
	paint_html(p, c->name);
	paint_raw(p, *c->subject ? " " : "");
	paint_html(p, c->subject);
	paint_raw(p, ": ");
	paint_html(p, c->message);
	if (c->verdict == VERDICT_SKIPPED)
		paint_raw(p, " (skipped, though it is required)");
	if (*c->expected || *c->found || *c->hint) {
		paint_raw(p, "<dl>");
		pair(p, "expected", c->expected);
		pair(p, "found", c->found);
		pair(p, "what to do", c->hint);
		paint_raw(p, "</dl>");
	}
	paint_raw(p, "</li>\n");
}

void html_troubles(struct paint *p, const struct run *run)
{
	const struct check *c;
	bool headed = false;

	for (size_t at = 0; (c = trouble_next(&run->checks, &at)) != NULL;) {
		if (!headed)
			paint_format(p,
				     "<section id=\"troubles\">\n<h2>%s</h2>\n"
				     "<ul class=\"troubles\">\n",
				     words_troubles(check_weight(c)));
		headed = true;
		trouble(p, c);
	}
	if (headed)
		paint_raw(p, "</ul>\n</section>\n");
}

static void check_row(struct paint *p, const struct check *c)
{
	paint_raw(p, "<tr><td>");
	html_verdict(p, c->verdict, words_line(c->verdict));
	paint_raw(p, "</td><th scope=\"row\">");
	paint_html(p, c->name);
	paint_raw(p, *c->subject ? " <span class=\"muted\">" : "");
	paint_html(p, c->subject);
	paint_raw(p, *c->subject ? "</span></th>" : "</th>");
	paint_raw(p, "<td class=\"words\">");
	paint_html(p, c->message);
	paint_raw(p, c->required && c->verdict == VERDICT_SKIPPED ? " (required)" : "");
	paint_raw(p, "</td></tr>\n");
}

void html_checks(struct paint *p, const struct run *run)
{
	const char *component;

	paint_raw(p, "<section id=\"checks\">\n<h2>All checks</h2>\n");
	for (size_t at = 0; component_next(&run->checks, &at, &component);) {
		const char *name = *component ? component : "platform";

		html_table_begin(p, name,
				 "<th scope=\"col\">Verdict</th><th scope=\"col\">Check</th>"
				 "<th scope=\"col\">What was seen</th>");
		for (size_t i = 0; i < run->checks.count; i++) {
			if (strcmp(run->checks.item[i].component, component) == 0)
				check_row(p, &run->checks.item[i]);
		}
		html_table_end(p);
	}
	paint_raw(p, run->checks.count ? "" : "<p>There was no check.</p>\n");
	paint_raw(p, "</section>\n");
}

static void note_row(struct paint *p, const struct run_note *n)
{
	paint_raw(p, "<tr><td>");
	paint_html(p, *n->component ? n->component : "platform");
	paint_raw(p, "</td><th scope=\"row\">");
	paint_html(p, n->name);
	paint_raw(p, "</th><td class=\"words\">");
	paint_html(p, n->text);
	paint_raw(p, "</td></tr>\n");
}

void html_notes(struct paint *p, const struct run *run)
{
	if (!words_has_notes(run))
		return;
	paint_raw(p, "<section id=\"notes\">\n<h2>Notes</h2>\n");
	html_table_begin(p, "Settings, versions and choices, which nothing judges",
			 "<th scope=\"col\">Component</th><th scope=\"col\">Name</th>"
			 "<th scope=\"col\">What</th>");
	for (size_t i = 0; i < run->note_count; i++) {
		if (!words_is_told_apart(run, &run->note[i]))
			note_row(p, &run->note[i]);
	}
	html_table_end(p);
	paint_raw(p, "</section>\n");
}

void html_foot(struct paint *p, const struct run *run)
{
	const struct {
		const char *words, *text;
	} parts[] = { { "Run ", run->id },
		      { ", by muster ", run->version },
		      { ", on host ", run->host },
		      { ", as: ", run->command } };

	paint_raw(p, "</main>\n<footer>\n<p>");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!parts[i].text || !*parts[i].text)
			continue;
		paint_raw(p, parts[i].words);
		paint_html(p, parts[i].text);
	}
	paint_raw(p, "</p>\n</footer>\n</body>\n</html>\n");
}

int report_html(const struct run *run, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };

	html_head(&p, run, words_title(run), run->verdict);
	headline(&p, run);
	html_troubles(&p, run);
	if (html_timeline(&p, run) < 0 || html_facts(&p, run) < 0)
		return -1;
	html_checks(&p, run);
	html_notes(&p, run);
	html_foot(&p, run);
	return p.failed ? -1 : 0;
}
