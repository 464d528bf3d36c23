/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a run as a picture. Positions are shares of its width, so that it fits any
 * screen while its letters keep their size.
 */
#include "base/quantity.h"
#include "report/html.intern.h"
#include "report/timeline.h"
#include "report/words.h"

/* Pixels. */
enum {
	AXIS_HEIGHT = 26,
	GROUP_HEIGHT = 28,
	LANE_HEIGHT = 42,
	BAR_HEIGHT = 12,
	FOOT_HEIGHT = 24,
};

/* A bar is never too narrow to be seen, in thousandths of a percent. */
enum { WHOLE = 100000, BAR_WIDTH_MIN = 500 };

static int position(const struct timeline *t, int64_t ns)
{
	return (int)(timeline_share(t, ns) * WHOLE);
}

/* x="12.500%": by integers, as a locale may spell 12.5 with a comma. */
void html_share(struct paint *p, const char *attribute, int value)
{
	paint_format(p, " %s=\"%d.%03d%%\"", attribute, value / 1000, value % 1000);
}

static int height_of(const struct timeline *t)
{
	int height = AXIS_HEIGHT + (t->objective_ns ? FOOT_HEIGHT : 0);

	for (size_t i = 0; i < t->count; i++)
		height += LANE_HEIGHT + (t->lane[i].heads_component && *t->lane[i].step->component ?
						 GROUP_HEIGHT :
						 0);
	return height;
}

static void axis(struct paint *p, const struct timeline *t, int height)
{
	char text[QUANTITY_TEXT_SIZE];

	for (int64_t at = 0; at <= t->span_ns; at += t->tick_ns) {
		int x = position(t, at);

		paint_raw(p, "<line class=\"grid\"");
		html_share(p, "x1", x);
		html_share(p, "x2", x);
		paint_format(p, " y1=\"18\" y2=\"%d\"/><text class=\"tick\" y=\"12\"", height);
		html_share(p, "x", x);
		paint_format(p, " text-anchor=\"%s\">%s</text>\n",
			     !x                   ? "start" :
			     x > WHOLE * 92 / 100 ? "end" :
						    "middle",
			     quantity_format_duration(at, text));
	}
}

static const char *class_of(const struct run_step *s)
{
	return s->duration_ns < 0 ? "open" : verdict_name(s->verdict);
}

static void label(struct paint *p, const struct run_step *s, int y)
{
	char took[QUANTITY_TEXT_SIZE];

	paint_format(p, "<svg x=\"0\" y=\"%d\" width=\"60%%\" height=\"20\"><text y=\"14\">", y);
	paint_html(p, words_step(s));
	paint_format(p,
		     "</text></svg><text class=\"took %s\" x=\"100%%\" y=\"%d\" "
		     "text-anchor=\"end\">",
		     class_of(s), y + 14);
	if (s->duration_ns < 0)
		paint_raw(p, "not finished</text>");
	else
		paint_format(p, "%s %s %s</text>", quantity_format_duration(s->duration_ns, took),
			     verdict_symbol(s->verdict, true), words_line(s->verdict));
}

static void bar(struct paint *p, const struct timeline *t, const struct timeline_lane *lane, int y)
{
	int x = position(t, lane->offset_ns);
	int width = position(t, lane->offset_ns + lane->length_ns) - x;
	char from[QUANTITY_TEXT_SIZE];

	if (width < BAR_WIDTH_MIN)
		width = BAR_WIDTH_MIN;
	if (x + width > WHOLE)
		x = WHOLE - width;
	paint_format(p,
		     "<rect class=\"track\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" "
		     "rx=\"2\"/><rect class=\"bar %s\"",
		     y, BAR_HEIGHT, class_of(lane->step));
	html_share(p, "x", x);
	html_share(p, "width", width);
	paint_format(p, " y=\"%d\" height=\"%d\" rx=\"2\"><title>", y, BAR_HEIGHT);
	paint_html(p, words_step(lane->step));
	paint_format(p, ", from %s</title></rect>\n",
		     quantity_format_duration(lane->offset_ns, from));
}

static void objective(struct paint *p, const struct timeline *t, int height)
{
	int x = t->objective_fits ? position(t, t->objective_ns) : WHOLE;
	bool on_the_right = x > WHOLE / 2;
	char text[QUANTITY_TEXT_SIZE];

	if (!t->objective_ns)
		return;
	if (t->objective_fits) {
		paint_raw(p, "<line class=\"objective\"");
		html_share(p, "x1", x);
		html_share(p, "x2", x);
		paint_format(p, " y1=\"18\" y2=\"%d\"/>", height);
	}
	paint_format(p, "<text class=\"objective-label\" y=\"%d\" dx=\"%d\" text-anchor=\"%s\"",
		     height - 6,
		     !t->objective_fits ? 0 :
		     on_the_right       ? -6 :
					  6,
		     on_the_right ? "end" : "start");
	html_share(p, "x", x);
	paint_raw(p, ">objective");
	paint_raw(p, *t->objective_of ? " of " : "");
	paint_html(p, t->objective_of);
	paint_format(p, " %s%s</text>\n", quantity_format_duration(t->objective_ns, text),
		     t->objective_fits ? "" : ", far beyond this axis →");
}

static void picture(struct paint *p, const struct timeline *t)
{
	int height = height_of(t), y = AXIS_HEIGHT;

	paint_format(p,
		     "<figure>\n<svg id=\"timeline\" height=\"%d\" role=\"img\" "
		     "aria-labelledby=\"timeline-title\">"
		     "<title id=\"timeline-title\">When each step began and how long it took; "
		     "the table below tells the same</title>\n",
		     height);
	axis(p, t, height - (t->objective_ns ? FOOT_HEIGHT : 0));
	objective(p, t, height);
	for (size_t i = 0; i < t->count; i++) {
		const struct timeline_lane *lane = &t->lane[i];

		if (lane->heads_component && *lane->step->component) {
			paint_format(p, "<text class=\"group\" x=\"0\" y=\"%d\">", y + 19);
			paint_html(p, lane->step->component);
			paint_raw(p, "</text>\n");
			y += GROUP_HEIGHT;
		}
		label(p, lane->step, y);
		bar(p, t, lane, y + 21);
		y += LANE_HEIGHT;
	}
	paint_raw(p, "</svg>\n</figure>\n");
}

static void step_row(struct paint *p, const struct timeline_lane *lane)
{
	const struct run_step *s = lane->step;
	char text[QUANTITY_TEXT_SIZE];

	paint_raw(p, "<tr><td>");
	paint_html(p, s->component);
	paint_raw(p, "</td><th scope=\"row\">");
	paint_html(p, words_step(s));
	paint_format(p, "</th><td class=\"n\">%s</td><td class=\"n\">",
		     quantity_format_duration(lane->offset_ns, text));
	if (s->duration_ns < 0) {
		paint_raw(p, "</td><td>not finished</td></tr>\n");
		return;
	}
	paint_format(p, "%s</td><td>", quantity_format_duration(s->duration_ns, text));
	html_verdict(p, s->verdict, words_line(s->verdict));
	paint_raw(p, "</td></tr>\n");
}

static void table(struct paint *p, const struct timeline *t)
{
	paint_raw(p, "<details>\n<summary>The same as a table</summary>\n");
	html_table_begin(p, "Steps by component",
			 "<th scope=\"col\">Component</th><th scope=\"col\">Step</th>"
			 "<th scope=\"col\" class=\"n\">Began after</th>"
			 "<th scope=\"col\" class=\"n\">Took</th><th scope=\"col\">Verdict</th>");
	for (size_t i = 0; i < t->count; i++)
		step_row(p, &t->lane[i]);
	html_table_end(p);
	paint_raw(p, "</details>\n");
}

int html_timeline(struct paint *p, const struct run *run)
{
	CLEANUP(timeline_release)
	struct timeline t = { 0 };

	if (timeline_make(run, &t) < 0)
		return -1;
	if (!t.count)
		return 0;
	paint_raw(p, "<section id=\"steps\">\n<h2>Steps in time</h2>\n");
	picture(p, &t);
	table(p, &t);
	paint_raw(p, "</section>\n");
	return 0;
}
