/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a drill: what it tells, and that the history is all it is made of. */
#include "../drill/staged_drill.h"

#include "drill/frame.h"
#include "report/any.h"
#include "report/drill.h"

/* Everything that is rendered of a drill, one behind the other. */
static void render_all(struct history *h, int64_t now_ns, struct buf *out)
{
	const struct report_style style = { .utf8 = true, .width = 100 };
	const struct drill_frame_style screen = { .width = 100, .height = 60, .utf8 = true };
	struct error err = ERROR_INIT;
	CLEANUP(run_release)
	struct run run = { 0 };
	CLEANUP(report_drill_release)
	struct report_drill d = { 0 };

	if (history_load(h, STAGED_ID, &run, &err) < 0 ||
	    report_drill_load(h, &run, now_ns, &d, &err) < 0)
		fail_msg("%s", err.message);
	for (int f = REPORT_TEXT; f <= REPORT_HTML; f++)
		assert_int_equal(report_drill_render(&d, (enum report_format)f, &style, out), 0);
	assert_int_equal(report_drill_metrics(&d, out), 0);
	assert_int_equal(drill_frame_write(&d.record, &screen, out), 0);
}

/* A history with nothing but a copy of the database. */
static struct history *copy_of(const struct stage *s, char directory[64])
{
	struct error err = ERROR_INIT;
	CLEANUP(buf_release)
	struct buf content = { 0 };
	struct history *h = NULL;
	char path[128];

	(void)snprintf(directory, 64, "/tmp/muster-copy-XXXXXX");
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/history.db", s->directory);
	assert_int_equal(file_read(path, 1 << 26, &content, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/history.db", directory);
	assert_int_equal(file_write_atomic(path, 0640, content.ptr, content.len, &err), 0);
	assert_int_equal(history_open_read(directory, &h, &err), 0);
	return h;
}

static void add_action(struct stage *s, const char *title, const char *run, double minute)
{
	const struct action_entry e = { .author = "ann",
					.title = title,
					.owner = "ops",
					.due = "2026-12-18",
					.run = run,
					.at_ns = staged_at(minute) };
	int64_t number;

	assert_int_equal(history_action_add(s->h, &e, &number, &s->err), 0);
}

static void stage_earlier(struct stage *s)
{
	s->id = "20261105T094500Z-d0d0";
	s->later_ns = -28 * 24 * 60 * STAGED_MINUTE;
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_finish(s, VERDICT_FAIL);
	add_action(s, "Buy disks", s->id, -20000);
	add_action(s, "Call mother", NULL, -20000);
	s->id = NULL;
	s->later_ns = 0;
}

static void all_is_rebuilt_from_the_database_alone(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf original = { 0 };
	CLEANUP(buf_release)
	struct buf rebuilt = { 0 };
	char directory[64];
	struct history *h;

	stage_earlier(s);
	stage_whole(s);
	add_action(s, "Build indexes later", STAGED_ID, 140);
	add_action(s, "Buy tapes", "20261201T094500Z-d0d0",
		   150); /* after it began, of another run */
	render_all(s->h, staged_at(3000), &original);
	h = copy_of(s, directory);
	/* whenever that is */
	render_all(h, staged_at(999999), &rebuilt);
	history_close(h);
	assert_int_equal(file_remove_tree(directory, &s->err), 0);
	assert_int_equal(original.len, rebuilt.len);
	assert_memory_equal(original.ptr, rebuilt.ptr, original.len);
}

static void of_a_drill_under_way_the_same_moment_yields_the_same(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf first = { 0 };
	CLEANUP(buf_release)
	struct buf second = { 0 };

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 67);
	render_all(s->h, staged_at(67), &first);
	render_all(s->h, staged_at(67), &second);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.ptr, second.ptr, first.len);
}

static const char *text_of(struct stage *s, enum report_format format, unsigned width,
			   struct buf *out)
{
	const struct report_form form = { .format = format,
					  .style = { .utf8 = true, .width = width } };

	stage_forget(s);
	if (history_load(s->h, STAGED_ID, &s->run, &s->err) < 0)
		fail_msg("%s", s->err.message);
	buf_clear(out);
	assert_int_equal(report_any_write(s->h, &s->run, &form, out, &s->err), 0);
	return out->ptr;
}

static void the_text_tells_what_was_measured_and_ends_with_the_status(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };
	const char *text;

	stage_whole(s);
	text = text_of(s, REPORT_TEXT, 0, &out);
	assert_non_null(strstr(text, "Recovery time: 2h (objective 2h) MET\n"));
	assert_non_null(strstr(text, "Data loss: 4h5m (objective 6h) MET\n"));
	assert_non_null(strstr(text, "restore of database                            1h    1h5m "
				     "    +5m  ✗ MISSED\n"));
	assert_non_null(strstr(text, "Databases are restored"));
	assert_non_null(strstr(text, "✗ done, 5m late"));
	assert_non_null(strstr(text, "none: definitions have no time of their own"));
	assert_non_null(strstr(text, "they were done in 1h5m, from the first one's begin to the "
				     "last one's end, and their times add up to 1h55m."));
	assert_non_null(strstr(text, "isolation     the sandbox could reach none of the 9 doors"));
	assert_string_equal(strstr(text, "Status: "), "Status: ✗ FAILED\n");
}

static void an_entry_that_was_replaced_is_shown_as_such_in_the_log_alone(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	stage_whole(s);
	assert_non_null(strstr(text_of(s, REPORT_TEXT, 0, &out), "(no longer) disk at 80%"));
	assert_non_null(strstr(out.ptr, "disk at 60% [instead of 9] (read the wrong line)"));
	assert_non_null(strstr(text_of(s, REPORT_HTML, 0, &out), "<del>disk at 80%</del>"));
	assert_non_null(strstr(text_of(s, REPORT_MARKDOWN, 0, &out), "~~disk at 80%~~"));
}

static void steps_are_named_by_their_titles_wherever_people_wrote_of_them(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	stage_whole(s);
	for (int f = REPORT_TEXT; f <= REPORT_HTML; f++) {
		if (f == REPORT_JSON)
			continue;
		(void)text_of(s, (enum report_format)f, 0, &out);
		assert_non_null(strstr(out.ptr, "Databases are restored: restore of the indexes"));
		assert_null(strstr(out.ptr, "restore-postgresql took"));
	}
	assert_non_null(strstr(text_of(s, REPORT_TEXT, 0, &out),
			       "restore of the indexes was slow  Databases are restored"));
}

static void where_the_backups_came_from_is_told_by_the_record_not_by_the_plan(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	stage_whole(s);
	(void)text_of(s, REPORT_TEXT, 0, &out);
	assert_non_null(strstr(out.ptr, "All backups are made available          ✓ done, from the "
					"off-site copy  "));
	stage_note(s, NULL, "offsite", "no");
	(void)text_of(s, REPORT_TEXT, 0, &out);
	assert_non_null(strstr(out.ptr, "All backups are made available          ✓ done, from the "
					"repository  "));
	assert_null(strstr(out.ptr, "off-site"));
}

static void a_late_tick_has_both_its_times_and_the_reason(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "acknowledge", 0, 30, VERDICT_PASS);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_TICK,
					  .step = "acknowledge",
					  .at_ns = staged_at(4),
					  .reason = "was on the phone" },
			  30);
	assert_non_null(
		strstr(text_of(s, REPORT_TEXT, 0, &out),
		       "10:09:00  T+0:04:00  T+0:00:00    4m  ann, entered 10:35:00: was on the "
		       "phone\n"));
}

static void action_items_are_carried_over_whatever_showed_them(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	stage_earlier(s);
	stage_whole(s);
	add_action(s, "Build indexes later", STAGED_ID, 140);
	(void)text_of(s, REPORT_TEXT, 0, &out);
	assert_non_null(strstr(out.ptr, "Buy disks            ops  2026-12-18  drill "
					"20261105T094500Z-d0d0  open\n"));
	assert_non_null(strstr(out.ptr, "Build indexes later  ops  2026-12-18  this drill"));
	assert_non_null(strstr(out.ptr, "Call mother"));
	assert_null(strstr(out.ptr, "Buy tapes"));
	assert_non_null(strstr(out.ptr, "2026-11-05  20261105T094500Z-d0d0             2h  MET"));
}

static void lines_of_text_stay_within_the_width_but_for_long_words(void **state)
{
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf out = { 0 };
	size_t columns = 0;
	bool breakable = false;

	stage_whole(s);
	(void)text_of(s, REPORT_TEXT, 100, &out);
	for (const char *c = out.ptr; *c; c++) {
		if (*c == '\n') {
			assert_true(columns <= 100 || !breakable);
			columns = 0;
			breakable = false;
			continue;
		}
		columns += ((unsigned char)*c & 0xc0) != 0x80;
		/* a hash in the last column of a table has no place to be broken at */
		breakable |= columns > 100 && *c == ' ';
	}
}

static void a_run_of_another_kind_has_the_report_it_always_had(void **state)
{
	const struct event start = {
		.type = EVENT_RUN_STARTED, .at_ns = 1, .run = "v", .kind = "verify"
	};
	const struct report_form form = { .format = REPORT_MARKDOWN };
	struct stage *s = *state;
	CLEANUP(buf_release)
	struct buf any = { 0 };
	CLEANUP(buf_release)
	struct buf plain = { 0 };

	assert_int_equal(event_send(history_sink(s->h), &start, &s->err), 0);
	assert_int_equal(history_load(s->h, "v", &s->run, &s->err), 0);
	assert_int_equal(report_any_write(s->h, &s->run, &form, &any, &s->err), 0);
	assert_int_equal(report_markdown(&s->run, &plain), 0);
	assert_string_equal(any.ptr, plain.ptr);
}

static void it_is_kept_in_each_format_with_its_metrics(void **state)
{
	static const char *const endings[] = { "txt", "json", "md", "html", "metrics.json" };
	char path[REPORT_PATH_SIZE], wanted[128];
	struct stage *s = *state;

	stage_whole(s);
	assert_int_equal(history_load(s->h, STAGED_ID, &s->run, &s->err), 0);
	assert_int_equal(report_any_save(s->h, &s->run, s->directory, path, &s->err), 0);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		(void)snprintf(wanted, sizeof(wanted), "%s/reports/" STAGED_ID ".%s", s->directory,
			       endings[i]);
		assert_int_equal(access(wanted, R_OK), 0);
	}
	(void)snprintf(wanted, sizeof(wanted), "%s/reports/" STAGED_ID ".txt", s->directory);
	assert_string_equal(path, wanted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_is_rebuilt_from_the_database_alone),
		TEST(of_a_drill_under_way_the_same_moment_yields_the_same),
		TEST(the_text_tells_what_was_measured_and_ends_with_the_status),
		TEST(an_entry_that_was_replaced_is_shown_as_such_in_the_log_alone),
		TEST(steps_are_named_by_their_titles_wherever_people_wrote_of_them),
		TEST(where_the_backups_came_from_is_told_by_the_record_not_by_the_plan),
		TEST(a_late_tick_has_both_its_times_and_the_reason),
		TEST(action_items_are_carried_over_whatever_showed_them),
		TEST(lines_of_text_stay_within_the_width_but_for_long_words),
		TEST(a_run_of_another_kind_has_the_report_it_always_had),
		TEST(it_is_kept_in_each_format_with_its_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
