/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cmd/progress.h"

static int64_t now;

static int64_t fake_now(void)
{
	return now;
}

/* What a progress wrote, on a screen of `width` columns (0: not a terminal). */
struct screen {
	char *text;
	size_t len;
	struct invocation inv;
	struct progress progress;
};

static void screen_open(struct screen *s, unsigned width, bool quiet)
{
	*s = (struct screen){ 0 };
	s->inv.err = open_memstream(&s->text, &s->len);
	assert_non_null(s->inv.err);
	s->inv.message = (struct terminal){ .stream = s->inv.err,
					    .is_tty = width > 0,
					    .utf8 = true,
					    .passes = true,
					    .width = width };
	s->inv.global.quiet = quiet;
	s->inv.global.progress_interval_ns = 30 * NS_PER_SECOND;
	progress_begin(&s->progress, &s->inv, "reading");
	now = 0;
	s->progress.now_ns = fake_now;
	s->progress.lane[0].started_ns = s->progress.shown_ns = 0;
}

static const char *written(struct screen *s)
{
	assert_int_equal(fflush(s->inv.err), 0);
	return s->text;
}

static void screen_close(struct screen *s)
{
	(void)fclose(s->inv.err);
	free(s->text);
}

/* A gigabyte at a hundred megabytes a second, reported every ten milliseconds. */
static void work(struct screen *s, const char *label)
{
	for (uint64_t done = 0; done <= 1024; done++, now += NS_PER_SECOND / 100)
		progress_update(&s->progress, done << 20, UINT64_C(1) << 30, label);
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static void a_terminal_gets_one_redrawn_line_that_is_erased(void **state)
{
	struct screen s;

	(void)state;
	screen_open(&s, 80, false);
	work(&s, NULL);
	assert_int_equal(count(written(&s), '\n'), 0);
	assert_in_range(count(written(&s), '\r'), 40, 5 * 11);
	assert_non_null(strstr(s.text, "\r\033[Kreading  50% of 1.0 GiB, 100.0 MiB/s, "));
	progress_end(&s.progress);
	assert_string_equal(written(&s) + s.len - 4, "\r\033[K");
	screen_close(&s);
}

static void work_under_a_second_shows_nothing(void **state)
{
	struct screen s;

	(void)state;
	screen_open(&s, 80, false);
	now = NS_PER_SECOND - 1;
	progress_update(&s.progress, 10, 20, NULL);
	progress_end(&s.progress);
	assert_string_equal(written(&s), "");
	screen_close(&s);
}

static void off_a_terminal_there_are_whole_lines_at_intervals(void **state)
{
	struct screen s;

	(void)state;
	screen_open(&s, 0, false);
	s.progress.interval_ns = 2 * NS_PER_SECOND;
	work(&s, "postgres/backup.dump.gz");
	progress_end(&s.progress);
	assert_int_equal(count(written(&s), '\r'), 0);
	assert_int_equal(count(s.text, '\n'), 5);
	assert_non_null(
		strstr(s.text, "postgres/backup.dump.gz: 19% of 1.0 GiB, 100.0 MiB/s, 9s left\n"));
	screen_close(&s);
}

static void quiet_shows_nothing(void **state)
{
	struct screen s;

	(void)state;
	screen_open(&s, 80, true);
	work(&s, NULL);
	progress_end(&s.progress);
	assert_string_equal(written(&s), "");
	screen_close(&s);
}

static void long_and_hostile_names_neither_wrap_nor_steer(void **state)
{
	struct screen s;
	const char *last;

	(void)state;
	screen_open(&s, 60, false);
	work(&s, "a/very/long/path/that/never/ends/\033[2J\033\033\033\033\033\033/and/goes/on/for/"
		 "ever.dump.gz");
	assert_null(strstr(written(&s), "\033[2J"));
	last = strrchr(s.text, '\r');
	assert_non_null(last);
	assert_in_range(strlen(last), 10, 60 + 4);
	assert_non_null(strstr(last, "ever.dump.gz  "));
	screen_close(&s);
}

static void a_run_is_followed_by_its_events(void **state)
{
	struct event started = { .type = EVENT_STEP_STARTED, .step = "inspect" };
	struct event moved = {
		.type = EVENT_PROGRESS, .step = "inspect", .done = 50, .total = 100
	};
	struct event finished = { .type = EVENT_STEP_FINISHED,
				  .step = "inspect",
				  .verdict = VERDICT_PASS,
				  .duration_ns = 90 * NS_PER_SECOND };
	struct error err = ERROR_INIT;
	struct screen s;

	(void)state;
	screen_open(&s, 0, false);
	s.progress.verbose = true;
	assert_int_equal(event_send(&s.progress.sink, &started, &err), 0);
	now = 31 * NS_PER_SECOND;
	assert_int_equal(event_send(&s.progress.sink, &moved, &err), 0);
	assert_int_equal(event_send(&s.progress.sink, &finished, &err), 0);
	assert_string_equal(written(&s),
			    "inspect: 50% of 100 B, 1 B/s, 32s left\ninspect: pass, 1m30s\n");
	screen_close(&s);
}

static void steps_at_the_same_time_share_the_line(void **state)
{
	struct event started[] = { { .type = EVENT_STEP_STARTED, .step = "restore a" },
				   { .type = EVENT_STEP_STARTED, .step = "restore b" } };
	struct event moved[] = { { .type = EVENT_PROGRESS,
				   .step = "restore a",
				   .component = "a",
				   .subject = "load",
				   .done = 412,
				   .total = 1034,
				   .of_objects = true },
				 { .type = EVENT_PROGRESS,
				   .step = "restore b",
				   .component = "b",
				   .subject = "load",
				   .done = 1 << 20,
				   .total = 2 << 20 } };
	struct event finished = { .type = EVENT_STEP_FINISHED, .step = "restore a" };
	struct error err = ERROR_INIT;
	struct screen s;

	(void)state;
	screen_open(&s, 120, false);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(event_send(&s.progress.sink, &started[i], &err), 0);
	now = 10 * NS_PER_SECOND;
	for (size_t i = 0; i < 2; i++, now += NS_PER_SECOND)
		assert_int_equal(event_send(&s.progress.sink, &moved[i], &err), 0);
	assert_non_null(strstr(written(&s), "\r\033[Ka: load  412 of 1,034, 37/s, 17s left | "
					    "b: load  50% of 2.0 MiB, 93.1 KiB/s, 12s left"));
	assert_int_equal(event_send(&s.progress.sink, &finished, &err), 0);
	assert_int_equal(event_send(&s.progress.sink, &moved[1], &err), 0);
	assert_non_null(strstr(written(&s), "\r\033[Kb: load  50% of 2.0 MiB"));
	screen_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_gets_one_redrawn_line_that_is_erased),
		cmocka_unit_test(work_under_a_second_shows_nothing),
		cmocka_unit_test(off_a_terminal_there_are_whole_lines_at_intervals),
		cmocka_unit_test(quiet_shows_nothing),
		cmocka_unit_test(long_and_hostile_names_neither_wrap_nor_steer),
		cmocka_unit_test(a_run_is_followed_by_its_events),
		cmocka_unit_test(steps_at_the_same_time_share_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
