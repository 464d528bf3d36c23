/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes made-up drills into a history, for tests of their reports:
 *
 *	drill_fixture STATE_DIR
 *	drill_fixture STATE_DIR RUN metrics|text|json|markdown|html
 *
 * Runs: 20261105T094500Z-d0d0 missed its objective, 20261203T094500Z-d1d1 is a whole drill with
 * PostgreSQL late, 20261204T094500Z-d2d2 was cut short before T0, -d3d3 an hour after T0,
 * 20261206T094500Z-d4d4 holds hostile names and failed in every way, 20261207T094500Z-d5d5 took
 * seconds where the whole one took minutes. The second form prints what comes of one.
 */
#include "../unit/drill/drill_journal.h"

#include "history/action.h"
#include "report/drill.h"

static void add_action(struct stage *s, const char *title, const char *run, double minute)
{
	const struct action_entry e = { .author = "ann",
					.title = title,
					.owner = "ops & <friends>",
					.due = "2026-12-18",
					.run = run,
					.at_ns = staged_at(minute) };
	int64_t number;

	stage_must(s, history_action_add(s->h, &e, &number, &s->err));
}

static void end(struct stage *s, double minute, enum verdict v)
{
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(minute),
				      .duration_ns = staged_at(minute) - staged_at(-20),
				      .verdict = v });
}

static void earlier_drill(struct stage *s)
{
	s->id = "20261105T094500Z-d0d0";
	s->later_ns = -28 * 24 * 60 * STAGED_MINUTE;
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 100);
	stage_step(s, "logs", 97, 40, VERDICT_PASS);
	stage_step(s, "recovery-time", 137, 1, VERDICT_FAIL);
	stage_checks(s, CHECK_ID_COUNT);
	stage_finish(s, VERDICT_FAIL);
	s->later_ns = 0;
}

static void interrupted_drills(struct stage *s)
{
	s->id = "20261204T094500Z-d2d2";
	s->later_ns = 24 * 60 * STAGED_MINUTE;
	stage_begin(s);
	stage_step(s, "participants", -20, -1, VERDICT_PASS);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "the run was cut short");
	end(s, -10, VERDICT_ERROR);
	s->id = "20261204T094500Z-d3d3";
	s->later_ns += STAGED_MINUTE;
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 60);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_HOLD, .text = "fire alarm" }, 50);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "the run was cut short");
	end(s, 60, VERDICT_ERROR);
}

static void hostile_drill(struct stage *s)
{
	static const char odd[] = "</td><script>alert('x')</script>|`*_\x1b[31m\xff\n&amp;";

	s->id = "20261206T094500Z-d4d4";
	s->later_ns = 3 * 24 * 60 * STAGED_MINUTE;
	stage_begin(s);
	stage_note(s, NULL, "participant qa", odd);
	stage_note(s, NULL, "deviation", odd);
	stage_note(s, odd, "engine", odd);
	stage_note(s, odd, "file <b>", odd);
	stage_note(s, odd, "set", odd);
	stage_prepare(s);
	stage_recover_until(s, 95);
	stage_step(s, "smoke", 88, 7, VERDICT_FAIL);
	stage_checks(s, CHECK_SMOKE);
	stage_check(s, CHECK_SMOKE, odd, VERDICT_FAIL, odd);
	for (int k = 0; k < ENTRY_KIND_COUNT; k++)
		(void)stage_entry(s,
				  (struct entry){ .kind = (enum entry_kind)k,
						  .step = odd,
						  .role = odd,
						  .author = odd,
						  .text = odd,
						  .reason = odd,
						  .resolution = odd,
						  .severity = ENTRY_SEVERITY_CRITICAL },
				  96);
	end(s, 100, VERDICT_FAIL);
}

static void quick_drill(struct stage *s)
{
	s->id = "20261207T094500Z-d5d5";
	s->later_ns = 4 * 24 * 60 * STAGED_MINUTE;
	s->times = 60;
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_finish(s, VERDICT_PASS);
	s->times = 0;
}

static void write_all(struct stage *s)
{
	earlier_drill(s);
	add_action(s, "Restore with more jobs", "20261105T094500Z-d0d0", -20 * 24 * 60);
	s->id = NULL;
	stage_whole(s);
	add_action(s, "Build indexes after the data", STAGED_ID, 140);
	interrupted_drills(s);
	hostile_drill(s);
	quick_drill(s);
}

static void print(struct stage *s, const char *run, const char *format)
{
	const struct report_style style = { .utf8 = true };
	struct report_drill d = { 0 };
	struct buf out = { 0 };
	int i = 0;

	stage_must(s, history_load(s->h, run, &s->run, &s->err));
	stage_must(s, report_drill_load(s->h, &s->run, s->run.finished_ns, &d, &s->err));
	while (report_formats[i] && strcmp(report_formats[i], format) != 0)
		i++;
	if (strcmp(format, "metrics") == 0)
		stage_must(s, report_drill_metrics(&d, &out));
	else
		stage_must(s, report_drill_render(&d, (enum report_format)i, &style, &out));
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_release(&out);
	report_drill_release(&d);
	run_release(&s->run);
}

int main(int argc, char **argv)
{
	struct stage s = { .err = ERROR_INIT };

	if (argc != 2 && argc != 4)
		return 2;
	stage_must(&s, history_open(argv[1], &s.h, &s.err));
	if (argc == 2)
		write_all(&s);
	else
		print(&s, argv[2], argv[3]);
	history_close(s.h);
	return 0;
}
