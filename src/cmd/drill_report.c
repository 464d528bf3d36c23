/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill show: the report of a drill. */
#include "cmd/drill_report.h"

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/report_format.h"

int drill_report_load(struct drill_session *s, bool facts, struct drill_report *out,
		      struct error *err)
{
	int rc = facts ? history_load(s->history, s->id, &out->run, err) :
			 history_load_brief(s->history, s->id, &out->run, err);

	return rc < 0 ? -1 :
			report_drill_load(s->history, &out->run, clock_wall_ns(), &out->drill, err);
}

void drill_report_release(struct drill_report *r)
{
	report_drill_release(&r->drill);
	run_release(&r->run);
}

struct options {
	int format;
	bool metrics;
};

static const struct option_row rows[] = {
	REPORT_FORMAT_OPTION(struct options, format),
	{ .name = "metrics",
	  .type = OPTION_FLAG,
	  .summary = "the numbers of the drill, JSON, instead of the report",
	  .offset = offsetof(struct options, metrics) },
	{ 0 },
};

static int check(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;

	if (o->metrics && o->format != REPORT_TEXT && o->format != REPORT_JSON)
		return error_set(err, ERROR_USAGE,
				 "--metrics and --format=%s contradict each other",
				 report_formats[o->format]);
	return report_format_check(inv, o->format, err);
}

static int render(const struct invocation *inv, const struct report_drill *d, struct buf *out)
{
	const struct options *o = inv->options;
	const struct report_style style = report_style_of(&inv->screen);

	if (o->metrics)
		return report_drill_metrics(d, out);
	return report_drill_render(
		d, inv->global.json ? REPORT_JSON : (enum report_format)o->format, &style, out);
}

static int print(const struct invocation *inv, struct drill_session *s, struct error *err)
{
	CLEANUP(drill_report_release)
	struct drill_report r = { .run = { .kind = NULL } };
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (drill_report_load(s, true, &r, err) < 0)
		return -1;
	if (render(inv, &r.drill, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report of drill %s", s->id);
	if (fwrite(text.ptr, 1, text.len, inv->out) != text.len)
		return error_set_errno(err, ERROR_IO, "write the report");
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .id = inv->argument_count ? inv->argument[0] : NULL,
					  .choice = DRILL_NEWEST };

	if (check(inv, err) < 0 || drill_session_open(inv, &q, &s, err) < 0)
		return -1;
	return print(inv, &s, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_show_command = {
	.name = "show",
	.summary = "show the report of a drill",
	.description =
		"Prints the report of the newest drill, or of DRILL, as the history tells it now: "
		"with what people have entered since it ended. Also of a drill that is under way, "
		"as far as it has come. The exit code tells whether the drill was found, not what "
		"its verdict is.\n\n"
		"With --json it is the document muster.run/v1, as of muster run show, with the "
		"member drill; with --metrics muster.drill-metrics/v1, whose schema is "
		"installed as share/muster/schemas/drill-metrics.v1.json.",
	.arguments = "[DRILL]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill show\n"
		    "muster drill show 20261203 --format=html >drill.html",
	.run = run,
};
