/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill from T0 on as a picture: of each step an outline, its plan, and a bar, what became of
 * it; milestones are marks. Positions are shares of the width, so that it fits any screen.
 */
#include "report/drill.intern.h"
#include "report/html.intern.h"
#include "report/timeline.h"

/* Pixels. */
enum {
	AXIS_HEIGHT = 26,
	PHASE_HEIGHT = 34,
	LANE_HEIGHT = 40,
	PLAN_HEIGHT = 14,
	BAR_HEIGHT = 8,
	FOOT_HEIGHT = 24,
};

/* Thousandths of a percent; a bar is never too narrow to be seen. */
enum { WHOLE = 100000, WIDTH_MIN = 500 };

struct picture {
	struct paint *p;
	const struct drill_record *r;
	int64_t span_ns;
	size_t phases; /* those that are shown: the first so many */
	int height;
};

static int position(const struct picture *g, int64_t t_ns)
{
	double share = (double)t_ns / (double)g->span_ns;

	return (int)((share < 0 ? 0 : share > 1 ? 1 : share) * WHOLE);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* On the axis lies what has a milestone, and what comes before: cleaning up may take a day. */
static void set_span(struct picture *g)
{
	const struct drill_record *r = g->r;
	int64_t t_ns;

	for (size_t i = 0; i < r->plan.phase_count; i++) {
		if (r->phase[i].plan->milestone_ns >= 0)
			g->phases = i + 1;
	}
	if (!g->phases)
		g->phases = r->plan.phase_count;
	g->span_ns = later(1, r->rto.objective_ns);
	for (size_t i = 0; i < g->phases; i++) {
		const struct drill_record_phase *p = &r->phase[i];

		g->span_ns = later(g->span_ns, p->plan->milestone_ns);
		for (size_t k = 0; k < p->plan->step_count; k++) {
			const struct drill_record_step *s = &r->step[p->plan->step + k];

			if (drill_record_t(r, s->end_ns, &t_ns))
				g->span_ns = later(g->span_ns, t_ns);
		}
	}
	/* no mark lies on the edge */
	g->span_ns += g->span_ns / 40;
}

/* What came before T0 has no place on the axis. */
static bool is_shown(const struct drill_record_step *s)
{
	return s->plan->on_clock;
}

static size_t lanes_of(const struct picture *g, const struct drill_record_phase *p)
{
	size_t lanes = 0;

	for (size_t k = 0; k < p->plan->step_count; k++)
		lanes += is_shown(&g->r->step[p->plan->step + k]);
	return lanes;
}

static void set_height(struct picture *g)
{
	g->height = AXIS_HEIGHT + FOOT_HEIGHT;
	for (size_t i = 0; i < g->phases; i++) {
		int lanes = (int)lanes_of(g, &g->r->phase[i]);

		g->height += lanes ? PHASE_HEIGHT + lanes * LANE_HEIGHT : 0;
	}
}

static void line(struct picture *g, const char *class, int x, int top, int bottom)
{
	paint_format(g->p, "<line class=\"%s\"", class);
	html_share(g->p, "x1", x);
	html_share(g->p, "x2", x);
	paint_format(g->p, " y1=\"%d\" y2=\"%d\"/>", top, bottom);
}

static void rect(struct picture *g, const char *class, int64_t from_ns, int64_t to_ns, int y,
		 int height)
{
	int x = position(g, from_ns), width = position(g, to_ns) - x;

	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (x + width > WHOLE)
		x = WHOLE - width;
	paint_format(g->p, "<rect class=\"%s\"", class);
	html_share(g->p, "x", x);
	html_share(g->p, "width", width);
	paint_format(g->p, " y=\"%d\" height=\"%d\" rx=\"2\"/>", y, height);
}

static void axis(struct picture *g)
{
	int64_t tick_ns = timeline_tick(g->span_ns);
	char text[DRILL_T_SIZE];

	for (int64_t at = 0; at <= g->span_ns; at += tick_ns) {
		int x = position(g, at);

		line(g, "grid", x, 18, g->height - FOOT_HEIGHT);
		paint_raw(g->p, "<text class=\"tick\" y=\"12\"");
		html_share(g->p, "x", x);
		paint_format(g->p, " text-anchor=\"%s\">%s</text>\n",
			     !x                   ? "start" :
			     x > WHOLE * 92 / 100 ? "end" :
						    "middle",
			     at ? drill_t_format(at, text) + 2 : "T+0");
	}
}

static void holds(struct picture *g)
{
	for (size_t i = 0; i < g->r->hold_count; i++) {
		const struct drill_interval *h = &g->r->hold[i];

		if (g->r->t0_ns && h->end_ns > g->r->t0_ns)
			rect(g, "held", h->begin_ns - g->r->t0_ns, h->end_ns - g->r->t0_ns, 18,
			     g->height - FOOT_HEIGHT - 18);
	}
}

static void objective(struct picture *g)
{
	int x = position(g, g->r->rto.objective_ns);
	bool on_the_right = x > WHOLE / 2;
	char text[DRILL_T_SIZE];

	if (!g->r->rto.objective_ns)
		return;
	line(g, "objective", x, 18, g->height);
	paint_format(g->p, "<text class=\"objective-label\" y=\"%d\" dx=\"%d\" text-anchor=\"%s\"",
		     g->height - 6, on_the_right ? -6 : 6, on_the_right ? "end" : "start");
	html_share(g->p, "x", x);
	paint_format(g->p, ">recovery time objective %s</text>\n",
		     drill_t_format(g->r->rto.objective_ns, text));
}

static const char *class_of(const struct drill_record_step *s)
{
	switch (s->state) {
	case DRILL_STEP_DONE:
		return s->overrun_ns ? "warn" : "pass";
	case DRILL_STEP_FAILED:
	case DRILL_STEP_REFUSED:
		return s->verdict == VERDICT_ERROR ? "error" : "fail";
	default:
		return "open";
	}
}

static void took(struct picture *g, struct sheet *words, const struct drill_record_step *s)
{
	const char *took = drill_say_duration(words, s->duration_ns);

	if (s->overrun_ns)
		took = sheet_say(words, "%s, %s late", took,
				 drill_say_duration(words, s->overrun_ns));
	else if (s->state != DRILL_STEP_DONE)
		took = sheet_say(words, "%s %s", took, drill_step_state_name(s->state));
	paint_html(g->p, took);
}

/* What lies below the marks: where something could be, and where it was to be. */
static void ground(struct picture *g, const struct drill_record_step *s, int y)
{
	paint_format(g->p,
		     "<rect class=\"track\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" "
		     "rx=\"2\"/>",
		     y + 20 + (PLAN_HEIGHT - BAR_HEIGHT) / 2, BAR_HEIGHT);
	rect(g, "plan", s->plan->begin_ns, s->plan->end_ns, y + 20, PLAN_HEIGHT);
}

static void bar(struct picture *g, struct sheet *words, const struct drill_record_step *s, int y)
{
	int64_t t0_ns = g->r->t0_ns, to_ns = (s->end_ns ? s->end_ns : g->r->now_ns) - t0_ns;
	int top = y + 20 + (PLAN_HEIGHT - BAR_HEIGHT) / 2;

	if (!s->begin_ns || s->state == DRILL_STEP_SKIPPED)
		return;
	rect(g, sheet_say(words, "bar %s", class_of(s)), later(0, s->begin_ns - t0_ns), to_ns, top,
	     BAR_HEIGHT);
	if (s->overrun_ns)
		rect(g, "bar fail", to_ns - s->overrun_ns, to_ns, top, BAR_HEIGHT);
}

/* Its name, and how long it took; below them its bar. */
static void lane(struct picture *g, struct sheet *words, const struct drill_record_step *s, int y)
{
	paint_format(g->p, "<svg x=\"0\" y=\"%d\" width=\"66%%\" height=\"20\"><text y=\"14\">", y);
	paint_html(g->p, s->plan->title);
	paint_format(g->p,
		     "</text></svg><text class=\"took %s\" x=\"100%%\" y=\"%d\" "
		     "text-anchor=\"end\">",
		     class_of(s), y + 14);
	took(g, words, s);
	paint_raw(g->p, "</text>\n");
	bar(g, words, s, y);
}

/* "✗ T+1:15 of T+1:00": short, so that it has room beside the name. */
static const char *say_phase(const struct picture *g, struct sheet *words,
			     const struct drill_record_phase *p)
{
	const char *ended = drill_say_t(words, g->r, p->end_ns);
	enum verdict v = drill_outcome_verdict(p->milestone);
	char due[DRILL_T_SIZE];

	if (p->plan->milestone_ns < 0)
		return ended;
	return sheet_say(words, "%s %s of %s", verdict_symbol(v, true), *ended ? ended : "–",
			 drill_t_format(p->plan->milestone_ns, due));
}

static void heading(struct picture *g, struct sheet *words, const struct drill_record_phase *p,
		    int y)
{
	paint_format(g->p,
		     "<svg x=\"0\" y=\"%d\" width=\"58%%\" height=\"22\"><text class=\"group\" "
		     "y=\"16\">",
		     y + 7);
	paint_html(g->p, p->plan->title);
	paint_format(g->p,
		     "</text></svg><text class=\"took %s\" x=\"100%%\" y=\"%d\" "
		     "text-anchor=\"end\">",
		     verdict_name(drill_outcome_verdict(p->milestone)), y + 23);
	paint_html(g->p, say_phase(g, words, p));
	paint_raw(g->p, "</text>\n");
}

/* Twice over its lanes, so that the milestone's mark lies between ground and letters. */
static int phase(struct picture *g, struct sheet *words, const struct drill_record_phase *p, int y)
{
	const struct drill_record_step *s = &g->r->step[p->plan->step];
	int bottom = y + PHASE_HEIGHT, top = bottom;

	for (size_t k = 0; k < p->plan->step_count; k++) {
		if (!is_shown(&s[k]))
			continue;
		ground(g, &s[k], bottom);
		bottom += LANE_HEIGHT;
	}
	if (bottom == top)
		return y;
	if (p->plan->milestone_ns >= 0)
		line(g, p->milestone == DRILL_OUTCOME_MISSED ? "milestone missed" : "milestone",
		     position(g, p->plan->milestone_ns), top - 6, bottom - 4);
	heading(g, words, p, y);
	for (size_t k = 0; k < p->plan->step_count; k++) {
		if (!is_shown(&s[k]))
			continue;
		lane(g, words, &s[k], top);
		top += LANE_HEIGHT;
	}
	return bottom;
}

void drill_html_picture(struct paint *p, const struct drill_record *r)
{
	struct picture g = { .p = p, .r = r };
	struct sheet words = { .p = p };
	int y = AXIS_HEIGHT;

	if (!r->t0_ns)
		return;
	set_span(&g);
	set_height(&g);
	paint_format(p,
		     "<figure>\n<svg id=\"timeline\" height=\"%d\" role=\"img\" "
		     "aria-labelledby=\"timeline-title\"><title id=\"timeline-title\">When each "
		     "step was planned, and when it was done; the table below tells the same"
		     "</title>\n",
		     g.height);
	holds(&g);
	axis(&g);
	objective(&g);
	for (size_t i = 0; i < g.phases; i++)
		y = phase(&g, &words, &r->phase[i], y);
	paint_raw(p,
		  "</svg>\n<figcaption class=\"muted\">Outline: plan. Bar: what was done; its red "
		  "end is beyond the objective. Dashed line: milestone.</figcaption>\n</figure>\n");
	sheet_release(&words);
}
