/* SPDX-License-Identifier: Apache-2.0 */
/* The table of every table, key space and object, as three sides hold it. */
#include <ctype.h>
#include <string.h>

#include "base/quantity.h"
#include "report/facts_table.h"
#include "report/html.intern.h"
#include "report/words.h"

static const char *const symbols[AGREEMENT_COUNT] = {
	[AGREEMENT_DIFFERENT] = "✗", [AGREEMENT_UNKNOWN] = "?", [AGREEMENT_EQUAL] = "✓"
};
static const char *const tones[AGREEMENT_COUNT] = {
	[AGREEMENT_DIFFERENT] = "fail", [AGREEMENT_UNKNOWN] = "skipped", [AGREEMENT_EQUAL] = "pass"
};

static void fingerprint(struct paint *p, const struct fact *f)
{
	char text[FINGERPRINT_TEXT_SIZE];

	(void)fingerprint_format(f->fingerprint, text);
	paint_format(p, " <code title=\"fingerprint %s\">%.8s</code>", text, text);
}

static void cell(struct paint *p, const struct fact *f, bool known)
{
	char number[NUMBER_TEXT_SIZE];

	paint_raw(p, "<td class=\"n\">");
	if (!f)
		paint_raw(p, known ? "missing" : "<span class=\"muted\">not told</span>");
	else if (!f->known)
		paint_raw(p, "<span class=\"muted\">there</span>");
	if (f && f->known & MEASURE_COUNT)
		paint_raw(p, number_format(f->count, number));
	if (f && f->known & MEASURE_EXPIRES && f->expires)
		paint_format(p, " <span class=\"muted\">(%s expire)</span>",
			     number_format(f->expires, number));
	if (f && f->known & MEASURE_VALUE) {
		paint_raw(p, " <span class=\"value\">");
		paint_html(p, f->value);
		paint_raw(p, "</span>");
	}
	if (f && f->known & MEASURE_FINGERPRINT)
		fingerprint(p, f);
	paint_raw(p, "</td>");
}

static void line(struct paint *p, const struct facts_section *s, const struct facts_line *l)
{
	const struct fact *f = facts_line_any(l);

	paint_format(p,
		     "<tr class=\"%s\"><td><span class=\"v %s\">%s %s</span></td>"
		     "<th scope=\"row\">",
		     agreement_name(l->agreement), tones[l->agreement], symbols[l->agreement],
		     agreement_name(l->agreement));
	if (*f->scope) {
		paint_raw(p, "<span class=\"muted\">");
		paint_html(p, f->scope);
		paint_raw(p, *f->name ? ".</span>" : "</span>");
	}
	paint_html(p, f->name);
	paint_raw(p, *f->scope || *f->name ? "" : "all");
	paint_raw(p, "</th>");
	for (int side = 0; side < FACTS_SIDES; side++)
		cell(p, l->side[side], s->knows[side]);
	paint_raw(p, "</tr>\n");
}

static void total(struct paint *p, const struct facts_section *s)
{
	char number[NUMBER_TEXT_SIZE];

	if (s->count < 2 || !fact_kind_words(s->kind)->count_key)
		return;
	paint_format(p,
		     "<tr class=\"total\"><td></td><th scope=\"row\"><strong>%s in all</strong>"
		     "</th>",
		     words_count(s->kind));
	for (int side = 0; side < FACTS_SIDES; side++)
		paint_format(p, "<td class=\"n\"><strong>%s%s</strong></td>",
			     !s->knows[side]   ? "" :
			     s->complete[side] ? "" :
						 "at least ",
			     s->knows[side] ? number_format(s->total[side], number) : "");
	paint_raw(p, "</tr>\n");
}

static void summary(const struct facts_section *s, char *out, size_t size)
{
	const char *counts = fact_kind_words(s->kind)->count_key;
	char kind[32];

	(void)words_kind(s->kind, kind);
	kind[0] = (char)toupper((unsigned char)kind[0]);
	(void)snprintf(out, size, "%s%s%s%s: %zu equal, %zu different, %zu unknown", kind,
		       counts ? " (" : "", counts ? counts : "", counts ? ")" : "",
		       s->of[AGREEMENT_EQUAL], s->of[AGREEMENT_DIFFERENT],
		       s->of[AGREEMENT_UNKNOWN]);
}

static void section(struct paint *p, const struct facts_section *s, size_t *room)
{
	char label[160];
	size_t left_out = 0;

	summary(s, label, sizeof(label));
	html_table_begin(p, label,
			 "<th scope=\"col\">Compared</th><th scope=\"col\">Name</th>"
			 "<th scope=\"col\" class=\"n\">Source</th>"
			 "<th scope=\"col\" class=\"n\">Backup</th>"
			 "<th scope=\"col\" class=\"n\">Restored</th>");
	for (size_t i = 0; i < s->count; i++) {
		if (facts_line_is_shown(&s->line[i], room))
			line(p, s, &s->line[i]);
		else
			left_out++;
	}
	total(p, s);
	html_table_end(p);
	if (left_out)
		paint_format(p,
			     "<p class=\"muted left-out\">%zu more that do not differ are left "
			     "out here; the JSON report has them.</p>\n",
			     left_out);
}

static void group(struct paint *p, const struct facts_group *g, size_t *room)
{
	paint_raw(p, "<h3>");
	paint_html(p, g->component);
	paint_raw(p, *g->database ? " · " : "");
	paint_html(p, g->database);
	if (*g->part) {
		paint_raw(p, " <span class=\"muted\">(");
		paint_html(p, g->part);
		paint_raw(p, ")</span>");
	}
	paint_raw(p, "</h3>\n");
	for (size_t i = 0; i < g->section_count; i++)
		section(p, &g->section[i], room);
}

int html_facts(struct paint *p, const struct run *run)
{
	CLEANUP(facts_table_release)
	struct facts_table t = { 0 };
	size_t room;

	if (facts_table_make(run, &t) < 0)
		return -1;
	if (!t.group_count)
		return 0;
	room = t.of[AGREEMENT_DIFFERENT] < HTML_LINES_SHOWN ?
		       HTML_LINES_SHOWN - t.of[AGREEMENT_DIFFERENT] :
		       0;
	paint_format(
		p,
		"<section id=\"facts\">\n<h2>What source, backup and restored server hold"
		"</h2>\n<p>%zu of %zu are equal, %zu different, %zu unknown. Beside each number "
		"stands the beginning of the content's fingerprint.</p>\n",
		t.of[AGREEMENT_EQUAL], t.lines, t.of[AGREEMENT_DIFFERENT], t.of[AGREEMENT_UNKNOWN]);
	for (size_t i = 0; i < t.group_count; i++)
		group(p, &t.group[i], &room);
	paint_raw(p, "</section>\n");
	return 0;
}
