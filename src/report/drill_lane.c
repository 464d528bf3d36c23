/* SPDX-License-Identifier: Apache-2.0 */
/* One lane of a drill's picture: a name, a time, and a bar. */
#include "report/drill_picture.intern.h"

/* Pixels. */
enum { PLAN_HEIGHT = 14, BAR_HEIGHT = 8, NAME_HEIGHT = 20 };

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

bool drill_lane_has_bar(const struct drill_record_step *s)
{
	return s->begin_ns && s->state != DRILL_STEP_SKIPPED;
}

int64_t drill_lane_end(const struct drill_record *r, const struct drill_record_step *s)
{
	return (s->end_ns ? s->end_ns : r->now_ns) - r->t0_ns;
}

static void took(struct drill_picture *g, const struct drill_record_step *s)
{
	const char *took = drill_say_duration(g->words, s->duration_ns);

	if (s->overrun_ns)
		took = sheet_say(g->words, "%s, %s late", took,
				 drill_say_duration(g->words, s->overrun_ns));
	else if (s->state != DRILL_STEP_DONE)
		took = sheet_say(g->words, "%s %s", took, drill_step_state_name(s->state));
	paint_html(g->p, took);
}

void drill_lane_ground(struct drill_picture *g, const struct drill_lane *l, int y)
{
	const struct drill_step *plan = l->step->plan;

	paint_format(g->p,
		     "<rect class=\"track\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" "
		     "rx=\"2\"/>",
		     y + NAME_HEIGHT + (PLAN_HEIGHT - BAR_HEIGHT) / 2, BAR_HEIGHT);
	if (!g->closer)
		drill_picture_rect(g, "plan", plan->begin_ns, plan->end_ns, y + NAME_HEIGHT,
				   PLAN_HEIGHT);
}

static void bar(struct drill_picture *g, const struct drill_record_step *s, int y)
{
	int64_t from_ns = s->begin_ns - g->r->t0_ns, to_ns = drill_lane_end(g->r, s);
	int top = y + NAME_HEIGHT + (PLAN_HEIGHT - BAR_HEIGHT) / 2;

	if (!drill_lane_has_bar(s))
		return;
	drill_picture_rect(g, sheet_say(g->words, "bar %s", class_of(s)), from_ns < 0 ? 0 : from_ns,
			   to_ns, top, BAR_HEIGHT);
	if (s->overrun_ns)
		drill_picture_rect(g, "bar fail", to_ns - s->overrun_ns, to_ns, top, BAR_HEIGHT);
}

void drill_lane_put(struct drill_picture *g, const struct drill_lane *l, int y)
{
	paint_format(g->p, "<svg x=\"0\" y=\"%d\" width=\"66%%\" height=\"%d\"><text y=\"14\">", y,
		     NAME_HEIGHT);
	paint_html(g->p, l->name);
	paint_format(g->p,
		     "</text></svg><text class=\"took %s\" x=\"100%%\" y=\"%d\" "
		     "text-anchor=\"end\">",
		     class_of(l->step), y + 14);
	took(g, l->step);
	paint_raw(g->p, "</text>\n");
	bar(g, l->step, y);
}
