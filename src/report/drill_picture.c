/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill from T0 on as a picture: of each step an outline, its plan, and a bar, what became of
 * it; milestones are marks. A drill that took but a small part of its plan is drawn twice: as
 * large as it fits, too. Positions are shares of the width, so that it fits any screen.
 */
#include "report/drill_picture.intern.h"

#include "base/clock.h"
#include "report/timeline.h"

/* Pixels. */
enum { AXIS_HEIGHT = 26, PHASE_HEIGHT = 34, FOOT_HEIGHT = 24 };

/* A bar is never too narrow to be seen, in thousandths of a percent. */
enum { WIDTH_MIN = 500 };

/* What took less than that part of its plan leaves slivers at the plan's scale. */
enum { CLOSER_PART = 5 };

int drill_picture_position(const struct drill_picture *g, int64_t t_ns)
{
	double share = (double)t_ns / (double)g->span_ns;

	return (int)((share < 0 ? 0 : share > 1 ? 1 : share) * DRILL_PICTURE_WHOLE);
}

void drill_picture_rect(struct drill_picture *g, const char *class, int64_t from_ns, int64_t to_ns,
			int y, int height)
{
	int x = drill_picture_position(g, from_ns), width = drill_picture_position(g, to_ns) - x;

	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (x + width > DRILL_PICTURE_WHOLE)
		x = DRILL_PICTURE_WHOLE - width;
	paint_format(g->p, "<rect class=\"%s\"", class);
	html_share(g->p, "x", x);
	html_share(g->p, "width", width);
	paint_format(g->p, " y=\"%d\" height=\"%d\" rx=\"2\"/>", y, height);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- what is shown, and how large ---- */

/* On the axis lies what has a milestone, and what comes before: cleaning up may take a day. */
static size_t phases_of(const struct drill_record *r)
{
	size_t phases = 0;

	for (size_t i = 0; i < r->plan.phase_count; i++) {
		if (r->phase[i].plan->milestone_ns >= 0)
			phases = i + 1;
	}
	return phases ? phases : r->plan.phase_count;
}

/* What came before T0 has no place on the axis. */
static bool is_shown(const struct drill_picture *g, const struct drill_record_step *s)
{
	return s->plan->on_clock && (!g->closer || drill_lane_has_bar(s));
}

/* Until when something was done; 0: nothing was. */
static int64_t done_ns(const struct drill_picture *g)
{
	int64_t done = 0;

	for (size_t i = 0; i < g->phases; i++) {
		const struct drill_phase *p = g->r->phase[i].plan;

		for (size_t k = 0; k < p->step_count; k++) {
			const struct drill_record_step *s = &g->r->step[p->step + k];

			if (s->plan->on_clock && drill_lane_has_bar(s))
				done = later(done, drill_lane_end(g->r, s));
		}
	}
	return done;
}

static int64_t planned_ns(const struct drill_picture *g)
{
	int64_t planned = later(1, g->r->rto.objective_ns);

	for (size_t i = 0; i < g->phases; i++)
		planned = later(planned, g->r->phase[i].plan->milestone_ns);
	return planned;
}

static size_t lanes_of(const struct drill_picture *g, const struct drill_phase *p)
{
	size_t lanes = 0;

	for (size_t k = 0; k < p->step_count; k++)
		lanes += is_shown(g, &g->r->step[p->step + k]);
	return lanes;
}

static bool is_restore(const struct drill_picture *g, const struct drill_record_component *c)
{
	return g->restores && c->restore && c->restore->plan->on_clock &&
	       drill_lane_has_bar(c->restore);
}

static size_t restores_of(const struct drill_picture *g)
{
	size_t lanes = 0;

	for (size_t i = 0; i < g->r->component_count; i++)
		lanes += is_restore(g, &g->r->component[i]);
	return lanes;
}

static int height_of_group(size_t lanes)
{
	return lanes ? PHASE_HEIGHT + (int)lanes * DRILL_LANE_HEIGHT : 0;
}

static void set_size(struct drill_picture *g)
{
	int64_t span_ns = g->closer ? done_ns(g) : later(done_ns(g), planned_ns(g));

	/* no mark lies on the edge */
	g->span_ns = later(1, span_ns) + span_ns / 40;
	g->height = AXIS_HEIGHT + FOOT_HEIGHT + height_of_group(restores_of(g));
	for (size_t i = 0; i < g->phases; i++)
		g->height += height_of_group(lanes_of(g, g->r->phase[i].plan));
}

/* ---- axis and marks ---- */

static void line(struct drill_picture *g, const char *class, int x, int top, int bottom)
{
	paint_format(g->p, "<line class=\"%s\"", class);
	html_share(g->p, "x1", x);
	html_share(g->p, "x2", x);
	paint_format(g->p, " y1=\"%d\" y2=\"%d\"/>", top, bottom);
}

static void axis(struct drill_picture *g)
{
	/* its clock has no parts of seconds */
	int64_t tick_ns = later(timeline_tick(g->span_ns), NS_PER_SECOND);
	bool seconds = tick_ns % (60 * NS_PER_SECOND) != 0;
	char text[DRILL_T_SIZE];

	for (int64_t at = 0; at <= g->span_ns; at += tick_ns) {
		int x = drill_picture_position(g, at);

		line(g, "grid", x, 18, g->height - FOOT_HEIGHT);
		paint_raw(g->p, "<text class=\"tick\" y=\"12\"");
		html_share(g->p, "x", x);
		paint_format(g->p, " text-anchor=\"%s\">%s</text>\n",
			     !x                                 ? "start" :
			     x > DRILL_PICTURE_WHOLE * 92 / 100 ? "end" :
								  "middle",
			     !at     ? "T+0" :
			     seconds ? drill_t_clock(at, text) + 2 :
				       drill_t_format(at, text) + 2);
	}
}

static void holds(struct drill_picture *g)
{
	int64_t t0_ns = g->r->t0_ns;

	for (size_t i = 0; i < g->r->hold_count; i++) {
		const struct drill_interval *h = &g->r->hold[i];

		if (h->end_ns > t0_ns)
			drill_picture_rect(g, "held", h->begin_ns - t0_ns, h->end_ns - t0_ns, 18,
					   g->height - FOOT_HEIGHT - 18);
	}
}

static void objective(struct drill_picture *g)
{
	bool beyond = g->r->rto.objective_ns > g->span_ns;
	int x = drill_picture_position(g, g->r->rto.objective_ns);
	bool on_the_right = x > DRILL_PICTURE_WHOLE / 2;

	if (!g->r->rto.objective_ns)
		return;
	if (!beyond)
		line(g, "objective", x, 18, g->height);
	paint_format(g->p, "<text class=\"objective-label\" y=\"%d\" dx=\"%d\" text-anchor=\"%s\"",
		     g->height - 6,
		     beyond       ? 0 :
		     on_the_right ? -6 :
				    6,
		     on_the_right ? "end" : "start");
	html_share(g->p, "x", x);
	paint_format(g->p, ">recovery time objective %s%s</text>\n",
		     drill_say_duration(g->words, g->r->rto.objective_ns), beyond ? " →" : "");
}

/* ---- lanes ---- */

/* "✗ T+1:15:00 of T+1:00:00": short, so that it has room beside the name. */
static const char *say_phase(const struct drill_picture *g, const struct drill_record_phase *p)
{
	const char *ended = drill_say_t(g->words, g->r, p->end_ns);
	enum verdict v = drill_outcome_verdict(p->milestone);
	char due[DRILL_T_SIZE];

	if (p->plan->milestone_ns < 0)
		return ended;
	if (p->milestone == DRILL_OUTCOME_MISSED && p->short_of)
		return sheet_say(g->words, "%s not met: %s; due %s", verdict_symbol(v, true),
				 p->short_of->plan->id, drill_t_clock(p->plan->milestone_ns, due));
	return sheet_say(g->words, "%s %s of %s", verdict_symbol(v, true), *ended ? ended : "–",
			 drill_t_clock(p->plan->milestone_ns, due));
}

/* The name of a group of lanes, and how it stands. */
static void heading(struct drill_picture *g, const char *title, const char *class, const char *said,
		    int y)
{
	paint_format(g->p,
		     "<svg x=\"0\" y=\"%d\" width=\"46%%\" height=\"22\"><text class=\"group\" "
		     "y=\"16\">",
		     y + 7);
	paint_html(g->p, title);
	paint_format(g->p,
		     "</text></svg><text class=\"took %s\" x=\"100%%\" y=\"%d\" "
		     "text-anchor=\"end\">",
		     class, y + 23);
	paint_html(g->p, said);
	paint_raw(g->p, "</text>\n");
}

static void milestone(struct drill_picture *g, const struct drill_record_phase *p, int top,
		      int bottom)
{
	if (p->plan->milestone_ns < 0 || p->plan->milestone_ns > g->span_ns)
		return;
	line(g, p->milestone == DRILL_OUTCOME_MISSED ? "milestone missed" : "milestone",
	     drill_picture_position(g, p->plan->milestone_ns), top - 6, bottom - 4);
}

/* Twice over its lanes, so that the milestone's mark lies between ground and letters. */
static int phase(struct drill_picture *g, const struct drill_record_phase *p, int y)
{
	const struct drill_record_step *s = &g->r->step[p->plan->step];
	int top = y + PHASE_HEIGHT, bottom = top;

	if (!lanes_of(g, p->plan))
		return y;
	for (int pass = 0; pass < 2; pass++) {
		bottom = top;
		for (size_t k = 0; k < p->plan->step_count; k++) {
			const struct drill_lane lane = { &s[k], s[k].plan->title };

			if (!is_shown(g, &s[k]))
				continue;
			if (pass)
				drill_lane_put(g, &lane, bottom);
			else
				drill_lane_ground(g, &lane, bottom);
			bottom += DRILL_LANE_HEIGHT;
		}
		if (!pass) {
			milestone(g, p, top, bottom);
			heading(g, p->plan->title,
				verdict_name(drill_outcome_verdict(p->milestone)), say_phase(g, p),
				y);
		}
	}
	return bottom;
}

/* Lane below lane, so that it is seen which of them went on at the same time. */
static int restores(struct drill_picture *g, int y)
{
	if (!restores_of(g))
		return y;
	heading(g, "Restores, by component", "open", "", y);
	y += PHASE_HEIGHT;
	for (size_t i = 0; i < g->r->component_count; i++) {
		const struct drill_record_component *c = &g->r->component[i];
		const struct drill_lane lane = { c->restore, c->name };

		if (!is_restore(g, c))
			continue;
		drill_lane_ground(g, &lane, y);
		drill_lane_put(g, &lane, y);
		y += DRILL_LANE_HEIGHT;
	}
	return y;
}

static void draw(struct drill_picture *g)
{
	const char *id = g->closer ? "timeline-closer" : "timeline";
	int y = AXIS_HEIGHT;

	set_size(g);
	paint_format(g->p,
		     "<figure>\n<svg id=\"%s\" height=\"%d\" role=\"img\" "
		     "aria-labelledby=\"%s-title\"><title id=\"%s-title\">When each step was %s"
		     "done; the table below tells the same</title>\n",
		     id, g->height, id, id, g->closer ? "" : "planned, and when it was ");
	holds(g);
	axis(g);
	objective(g);
	y = restores(g, y);
	for (size_t i = 0; i < g->phases; i++)
		y = phase(g, &g->r->phase[i], y);
	paint_format(g->p, "</svg>\n<figcaption class=\"muted\">%s</figcaption>\n</figure>\n",
		     g->closer ? "Bar: when it was done." :
				 "Outline: plan. Bar: what was done; its red end is beyond the "
				 "objective. Dashed line: milestone.");
}

void drill_html_picture(struct paint *p, const struct drill_record *r)
{
	struct sheet words = { .p = p };
	struct drill_picture g = { .p = p, .words = &words, .r = r, .phases = phases_of(r) };
	bool twice;

	if (!r->t0_ns)
		return;
	twice = done_ns(&g) > 0 && done_ns(&g) < planned_ns(&g) / CLOSER_PART;
	if (twice) {
		g.closer = g.restores = true;
		paint_raw(p, "<h3>As it went</h3>\n");
		draw(&g);
		paint_raw(p, "<h3>Beside its plan</h3>\n");
	}
	g.closer = false;
	g.restores = !twice;
	draw(&g);
	sheet_release(&words);
}
