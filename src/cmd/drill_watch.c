/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill watch: a drill on the screen, as it goes. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/drill_report.h"
#include "cmd/interrupt.h"
#include "cmd/live_screen.h"
#include "drill/frame.h"

struct options {
	bool once;
};

static const struct option_row rows[] = {
	{ .name = "once",
	  .type = OPTION_FLAG,
	  .summary = "show how it stands now, and end",
	  .offset = offsetof(struct options, once) },
	{ 0 },
};

enum { LOOK_MS = 200 };
/* A clock that stands still looks like a drill that does. */
#define REDRAW_NS NS_PER_SECOND

/* Where nothing limits it. */
enum { HEIGHT_MAX = 500 };

struct watching {
	const struct invocation *inv;
	struct drill_session *session;
	/* as it was when it was opened: how long steps took in earlier drills, which is to be expected */
	struct drill_report report;
	int64_t version;  /* of the history, as it was read last */
	int64_t drawn_ns; /* monotonic */
};

static void watching_release(struct watching *w)
{
	drill_report_release(&w->report);
}

static int write_frame(const struct watching *w, struct buf *out, struct error *err)
{
	const struct terminal *t = &w->inv->screen;
	const struct live_size size = live_screen_size(t);
	const struct drill_frame_style style = { .width = size.width,
						 .height = size.height ? size.height : HEIGHT_MAX,
						 .color = t->color,
						 .utf8 = t->utf8 };
	struct drill_record *r = &w->session->record;

	drill_record_expect(r, w->report.drill.duration, w->report.drill.duration_count);
	if (drill_frame_write(r, &style, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the screen");
	return 0;
}

static int put(const struct watching *w, const struct buf *text, struct error *err)
{
	if (fwrite(text->ptr, 1, text->len, w->inv->out) != text->len)
		return error_set_errno(err, ERROR_IO, "write the result");
	return 0;
}

static int print_metrics(const struct watching *w, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (report_drill_metrics(&w->report.drill, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the metrics of a drill");
	return put(w, &text, err);
}

static int print_once(const struct watching *w, struct error *err)
{
	CLEANUP(buf_release)
	struct buf frame = { 0 };

	return write_frame(w, &frame, err) < 0 ? -1 : put(w, &frame, err);
}

static int draw(struct watching *w, struct live_screen *screen, struct error *err)
{
	CLEANUP(buf_release)
	struct buf frame = { 0 };

	if (history_version(w->session->history, &w->version, err) < 0 ||
	    drill_session_read(w->session, err) < 0 || write_frame(w, &frame, err) < 0)
		return -1;
	w->drawn_ns = clock_monotonic_ns();
	return live_screen_draw(screen, &frame, err);
}

static int is_due(struct watching *w, bool *out, struct error *err)
{
	int64_t version;

	if (history_version(w->session->history, &version, err) < 0)
		return -1;
	*out = version != w->version || clock_monotonic_ns() - w->drawn_ns >= REDRAW_NS;
	return 0;
}

/* Until the drill is over, or somebody ends it. */
static int follow(struct watching *w, struct error *err)
{
	CLEANUP(live_screen_end)
	struct live_screen screen = { .on = false };
	bool due = true;

	if (live_screen_begin(&screen, &w->inv->screen, err) < 0)
		return -1;
	for (;;) {
		enum live_event event;

		if (due && draw(w, &screen, err) < 0)
			return -1;
		if (w->session->record.over)
			return 0;
		event = live_screen_wait(&screen, LOOK_MS);
		if (event == LIVE_QUIT)
			return 0;
		if (is_due(w, &due, err) < 0)
			return -1;
		due |= event == LIVE_REDRAW;
	}
}

static int watch(struct watching *w, struct error *err)
{
	if (follow(w, err) < 0)
		return -1;
	if (interrupt_requested())
		return 128 + interrupt_requested();
	if (!w->session->record.over)
		return EXIT_CODE_PASS;
	/* what was on the other screen is gone */
	if (print_once(w, err) < 0)
		return -1;
	return exit_code_of_verdict(w->session->record.verdict, 0);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	CLEANUP(watching_release)
	struct watching w = { .inv = inv, .session = &s };
	const struct drill_question q = { .id = inv->argument_count ? inv->argument[0] : NULL,
					  .choice = DRILL_NEWEST };

	if (drill_session_open(inv, &q, &s, err) < 0 ||
	    drill_report_load(&s, false, &w.report, err) < 0)
		return -1;
	if (!o->once && !inv->global.json && inv->screen.is_tty)
		return watch(&w, err);
	return (inv->global.json ? print_metrics : print_once)(&w, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_watch_command = {
	.name = "watch",
	.summary = "show a drill on the screen, as it goes",
	.description =
		"Fills the screen with the newest drill, or with DRILL: the clock, what runs, what "
		"waits for whom, and how it stands against its objectives. It is drawn anew each "
		"second and whenever something has happened; the key q ends it. It only reads: any "
		"number of people may watch, from any terminal of the host.\n\n"
		"When the drill ends, so does this, with its verdict as exit code. With --once, or "
		"where the output is no terminal, it is shown once, and the exit code is 0; the "
		"size is that of the terminal, else of the variables COLUMNS and LINES.\n\n"
		"With --json it is the document muster.drill-metrics/v1, once.",
	.arguments = "[DRILL]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill watch\n"
		    "muster drill watch --once >status.txt",
	.run = run,
};
