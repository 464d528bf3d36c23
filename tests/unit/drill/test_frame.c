/* SPDX-License-Identifier: Apache-2.0 */
/* The live view of a drill: it fits any screen, and what matters most is on it. */
#include "staged_drill.h"

#include "drill/frame.h"

struct frame_text {
	struct buf text;
	size_t lines, widest; /* columns, of letters one column wide */
};

static void look(const struct drill_record *r, unsigned width, unsigned height, bool fancy,
		 struct frame_text *out)
{
	const struct drill_frame_style style = {
		.width = width, .height = height, .color = false, .utf8 = fancy
	};
	size_t columns = 0;

	buf_clear(&out->text);
	out->lines = out->widest = 0;
	assert_int_equal(drill_frame_write(r, &style, &out->text), 0);
	if (getenv("SHOW_FRAMES"))
		(void)printf("--- %ux%u\n%s", width, height, out->text.ptr);
	for (const char *c = out->text.ptr; *c; c++) {
		/* the bytes that follow in a character have no column */
		columns += ((unsigned char)*c & 0xc0) != 0x80;
		if (*c != '\n')
			continue;
		out->lines++;
		out->widest = columns - 1 > out->widest ? columns - 1 : out->widest;
		columns = 0;
	}
}

static void under_way(struct stage *s, double minute)
{
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, minute);
	(void)stage_record(s, minute);
}

static void it_stays_within_any_screen(void **state)
{
	static const unsigned widths[] = { 20, 40, 60, 80, 120, 300 },
			      heights[] = { 2, 3, 10, 24, 100 };
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 67);
	for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++) {
		for (size_t h = 0; h < sizeof(heights) / sizeof(*heights); h++) {
			look(&s->record, widths[w], heights[h], (w + h) % 2, &seen);
			assert_true(seen.widest <= widths[w]);
			assert_true(seen.lines <= heights[h]);
		}
	}
	buf_release(&seen.text);
}

static void on_the_smallest_screen_are_the_clock_and_what_is_under_way(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 67);
	look(&s->record, 40, 3, false, &seen);
	assert_string_equal(seen.text.ptr, "T+1:07:00  under way\n"
					   "RTO 2h: 53m left         expected T+1:37\n"
					   "  * restore-postgresql ~ 1h2m of 1h, +2m\n");
	buf_release(&seen.text);
}

static void whoever_is_waited_for_is_called_by_name(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	stage_begin(s);
	stage_step(s, "participants", -20, -1, VERDICT_PASS);
	look(stage_record(s, -18), 80, 24, false, &seen);
	assert_non_null(strstr(seen.text.ptr, "T0 has not come  in preparation"));
	assert_non_null(strstr(seen.text.ptr, "> participants  All participants are present"));
	assert_non_null(strstr(seen.text.ptr, "Ann Smith (coordinator)\n"));
	assert_non_null(strstr(seen.text.ptr, "waits 2m\n"));
	buf_release(&seen.text);
}

static void how_a_step_that_asks_is_answered_stands_beside_it(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, -1, VERDICT_PASS);
	stage_note_at(s, NULL, "asks available", "it failed: go on, or stop?", 9);
	look(stage_record(s, 10), 80, 24, false, &seen);
	assert_non_null(strstr(seen.text.ptr, "> available failed. Go on? muster drill tick "
					      "available, or refuse"));
	buf_release(&seen.text);
}

static void a_wide_screen_tells_what_waits_for_what(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 20);
	look(&s->record, 140, 100, true, &seen);
	assert_non_null(strstr(seen.text.ptr,
			       "after rows, replication, statistics, definitions, messages\n"));
	assert_non_null(strstr(seen.text.ptr, "Monthly DR drill of orchestrator\n"));
	assert_non_null(strstr(seen.text.ptr, "██░░░░░░░░ 15m of 1h\n"));
	buf_release(&seen.text);
}

/* It did all that it was to do. */
static void a_judgement_that_is_bad_is_no_good_step(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 67);
	stage_step(s, "recovery-time", 65, 1, VERDICT_FAIL);
	look(stage_record(s, 67), 80, 100, false, &seen);
	assert_non_null(strstr(seen.text.ptr, "x recovery-time"));
	buf_release(&seen.text);
}

static void a_missed_milestone_and_a_met_one_are_told_apart(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 82);
	stage_checks(s, CHECK_ID_COUNT);
	look(stage_record(s, 82), 80, 100, false, &seen);
	assert_non_null(strstr(seen.text.ptr, "T+1:15:00 of T+1:00:00 MISSED\n"));
	assert_non_null(strstr(seen.text.ptr, "T+0:26:00 of T+1:15:00 MET\n"));
	assert_non_null(strstr(seen.text.ptr, "expected T+1:30, due T+1:45\n"));
	buf_release(&seen.text);
}

static void a_milestone_that_is_not_met_names_the_step_that_failed(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	under_way(s, 82);
	stage_step(s, "statistics", 25, 1, VERDICT_FAIL);
	look(stage_record(s, 82), 80, 100, false, &seen);
	assert_non_null(strstr(seen.text.ptr, "MISSED: statistics\n"));
	assert_null(strstr(seen.text.ptr, "T+0:26:00 of T+1:15:00 MET\n"));
	buf_release(&seen.text);
}

static void the_last_words_of_people_are_there(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	stage_whole(s);
	look(stage_record(s, 2000), 100, 100, true, &seen);
	assert_non_null(strstr(seen.text.ptr, "ann lesson: indexes take most of the time"));
	assert_non_null(strstr(seen.text.ptr, "recovered in 2h of 2h"));
	buf_release(&seen.text);
}

static void a_recovery_of_less_than_a_second_took_some_time(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	stage_whole(s);
	(void)stage_record(s, 2000);
	s->record.rto.actual_ns = 457 * (NS_PER_SECOND / 1000);
	look(&s->record, 100, 100, true, &seen);
	assert_non_null(strstr(seen.text.ptr, "recovered in 457ms of 2h"));
	buf_release(&seen.text);
}

static void names_of_others_steer_no_terminal(void **state)
{
	struct stage *s = *state;
	struct frame_text seen = { 0 };

	stage_begin(s);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_NOTE,
					  .author = "\x1b[31mred",
					  .text = "a\nb\xff \xe2\x80\xae x" },
			  -19);
	for (int fancy = 0; fancy < 2; fancy++) {
		look(stage_record(s, -18), 80, 100, fancy, &seen);
		assert_null(strchr(seen.text.ptr, '\x1b'));
		assert_non_null(strstr(seen.text.ptr, "?[31mred note: a b? ? x\n"));
	}
	buf_release(&seen.text);
}

static void colours_are_there_only_when_asked_for(void **state)
{
	const struct drill_frame_style style = {
		.width = 80, .height = 10, .color = true, .utf8 = true
	};
	struct stage *s = *state;
	struct buf out = { 0 };

	under_way(s, 67);
	assert_int_equal(drill_frame_write(&s->record, &style, &out), 0);
	assert_non_null(strstr(out.ptr, "\033[1mT+1:07:00"));
	assert_non_null(strstr(out.ptr, "\033[0m\n"));
	buf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_stays_within_any_screen),
		TEST(on_the_smallest_screen_are_the_clock_and_what_is_under_way),
		TEST(whoever_is_waited_for_is_called_by_name),
		TEST(how_a_step_that_asks_is_answered_stands_beside_it),
		TEST(a_wide_screen_tells_what_waits_for_what),
		TEST(a_judgement_that_is_bad_is_no_good_step),
		TEST(a_missed_milestone_and_a_met_one_are_told_apart),
		TEST(a_milestone_that_is_not_met_names_the_step_that_failed),
		TEST(the_last_words_of_people_are_there),
		TEST(a_recovery_of_less_than_a_second_took_some_time),
		TEST(names_of_others_steer_no_terminal),
		TEST(colours_are_there_only_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
