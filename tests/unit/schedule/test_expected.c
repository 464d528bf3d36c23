/* SPDX-License-Identifier: Apache-2.0 */
/* Times held against runs: kept, paused, missed and why; over changes of clocks and a year. */
#include "calendar_of.h"

#include <stdlib.h>

#include "schedule/expected.h"

#define MINUTE (60 * NS_PER_SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static int64_t at(const char *text)
{
	int64_t ns = 0;

	assert_int_equal(clock_parse_rfc3339(text, &ns), 0);
	return ns;
}

static const char *const both[] = { "cache", "database" };

static struct expected_run run_of(const char *id, const char *kind, int64_t started_ns)
{
	return (struct expected_run){ .id = id,
				      .kind = kind,
				      .started_ns = started_ns,
				      .finished_ns = started_ns + 10 * MINUTE,
				      .component = both,
				      .component_count = 2,
				      .succeeded = true };
}

struct world {
	struct calendar *calendar;
	struct expected_question q;
	struct expected_judgement j;
};

static void ask_of(struct world *w, const char *expression, const char *zone, const char *after,
		   const char *now)
{
	*w = (struct world){ .calendar = calendar_of(expression, zone) };
	w->q = (struct expected_question){ .calendar = w->calendar,
					   .kind = "verify",
					   .component = both,
					   .component_count = 2,
					   .run_within_ns = 6 * HOUR,
					   .after_ns = at(after),
					   .now_ns = at(now) };
}

static void judge(struct world *w)
{
	struct error err = ERROR_INIT;

	expected_judgement_release(&w->j);
	assert_int_equal(expected_judge(&w->q, &w->j, &err), 0);
	assert_int_equal(w->j.kept + w->j.paused + w->j.missed_count > 0, expected_any(&w->q));
}

static void end(struct world *w)
{
	expected_judgement_release(&w->j);
	calendar_free(w->calendar);
}

static void assert_missed(const struct world *w, size_t i, const char *time, const char *reason)
{
	assert_true(i < w->j.missed_count);
	assert_int_equal(w->j.missed[i].at_ns, at(time));
	assert_int_equal(w->j.missed[i].times, 1);
	assert_string_equal(w->j.missed[i].reason, reason);
}

static void a_time_is_kept_by_a_run_that_began_within_its_limit(void **state)
{
	struct expected_run runs[] = { run_of("r1", "verify", at("2026-11-01T03:00:00Z")),
				       run_of("r2", "verify", at("2026-11-02T09:00:00Z")),
				       run_of("r3", "verify", at("2026-11-03T09:00:01Z")) };
	struct world w;

	(void)state;
	ask_of(&w, "*-*-* 03:00", "UTC", "2026-10-31T12:00:00Z", "2026-11-03T12:00:00Z");
	w.q.run = runs;
	w.q.run_count = 3;
	judge(&w);
	assert_int_equal(w.j.kept, 2);
	assert_int_equal(w.j.missed_count, 1);
	assert_missed(&w, 0, "2026-11-03T03:00:00Z",
		      "the run began late: r3 at 2026-11-03T09:00:01Z, 6h after its time");
	assert_int_equal(w.j.judged_ns, at("2026-11-03T03:00:00Z"));
	end(&w);
}

static void a_time_is_judged_when_its_limit_is_over_and_once(void **state)
{
	struct world w;

	(void)state;
	ask_of(&w, "*-*-* 03:00", "UTC", "2026-11-01T12:00:00Z", "2026-11-02T09:00:00Z");
	judge(&w);
	assert_int_equal(w.j.missed_count, 0);
	assert_int_equal(w.j.judged_ns, w.q.after_ns);
	w.q.now_ns += 1;
	judge(&w);
	assert_int_equal(w.j.missed_count, 1);
	assert_missed(&w, 0, "2026-11-02T03:00:00Z",
		      "muster was not running: no verify began within 6h");
	w.q.after_ns = w.j.judged_ns;
	judge(&w);
	assert_int_equal(w.j.missed_count, 0);
	end(&w);
}

static void a_run_of_another_kind_or_of_less_keeps_nothing(void **state)
{
	struct expected_run runs[] = { run_of("r1", "backup", at("2026-11-02T03:01:00Z")),
				       run_of("r2", "verify", at("2026-11-03T03:01:00Z")) };
	struct world w;

	(void)state;
	runs[1].component_count = 1;
	ask_of(&w, "*-*-* 03:00", "UTC", "2026-11-01T12:00:00Z", "2026-11-03T12:00:00Z");
	w.q.run = runs;
	w.q.run_count = 2;
	judge(&w);
	assert_int_equal(w.j.missed_count, 2);
	assert_missed(&w, 0, "2026-11-02T03:00:00Z",
		      "muster was not running: no verify began within 6h");
	assert_missed(&w, 1, "2026-11-03T03:00:00Z", "run r2 left out database");
	/* a schedule of that component alone is content */
	w.q.component_count = 1;
	judge(&w);
	assert_int_equal(w.j.kept, 1);
	end(&w);
}

static void who_held_the_lock_is_named(void **state)
{
	struct expected_run runs[] = { run_of("r1", "restore-test", at("2026-11-02T02:55:00Z")),
				       run_of("r2", "restore-test", at("2026-11-03T02:55:00Z")),
				       run_of("r3", "restore-test", at("2026-11-04T02:55:00Z")) };
	static const char *const queue[] = { "queue" };
	struct world w;

	(void)state;
	runs[1].component = queue; /* another's */
	runs[1].component_count = 1;
	runs[2].finished_ns = 0;
	ask_of(&w, "*-*-* 03:00", "UTC", "2026-11-01T12:00:00Z", "2026-11-04T12:00:00Z");
	w.q.run = runs;
	w.q.run_count = 3;
	judge(&w);
	assert_int_equal(w.j.missed_count, 3);
	assert_missed(&w, 0, "2026-11-02T03:00:00Z", "the lock was held by restore-test r1");
	assert_missed(&w, 1, "2026-11-03T03:00:00Z",
		      "muster was not running: no verify began within 6h");
	assert_missed(&w, 2, "2026-11-04T03:00:00Z", "the lock was held by restore-test r3");
	end(&w);
}

static void a_paused_time_is_not_missed_and_one_after_it_is(void **state)
{
	struct expected_pause pause = { .began_ns = at("2026-11-02T03:00:00Z"),
					.ends_ns = at("2026-11-04T03:00:00Z"),
					.reason = "move" };
	struct world w;

	(void)state;
	ask_of(&w, "*-*-* 03:00", "UTC", "2026-10-31T12:00:00Z", "2026-11-04T12:00:00Z");
	w.q.pause = &pause;
	w.q.pause_count = 1;
	judge(&w);
	assert_int_equal(w.j.paused, 2);
	assert_int_equal(w.j.missed_count, 2);
	assert_int_equal(w.j.missed[0].at_ns, at("2026-11-01T03:00:00Z"));
	assert_int_equal(w.j.missed[1].at_ns, at("2026-11-04T03:00:00Z"));
	end(&w);
}

/* In London clocks skip Sun 2026-03-29 01:00 and show Sun 2026-10-25 01:00 twice. */
static void clocks_that_change_neither_add_nor_take_a_time(void **state)
{
	struct expected_run spring = run_of("r1", "verify", at("2026-03-29T01:00:00Z"));
	struct expected_run autumn = run_of("r2", "verify", at("2026-10-25T00:00:30Z"));
	struct world w;

	(void)state;
	ask_of(&w, "Sun 01:00", "Europe/London", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
	w.q.run_within_ns = 5 * MINUTE;
	w.q.run = &spring;
	w.q.run_count = 1;
	judge(&w);
	assert_int_equal(w.j.kept, 1);
	assert_int_equal(w.j.missed_count, 0);
	w.q.after_ns = at("2026-10-24T12:00:00Z");
	w.q.now_ns = at("2026-10-26T12:00:00Z");
	w.q.run = &autumn;
	judge(&w);
	assert_int_equal(w.j.kept, 1);
	assert_int_equal(w.j.missed_count, 0);
	/* with no run it is missed once, at the first of the two */
	w.q.run_count = 0;
	judge(&w);
	assert_int_equal(w.j.missed_count, 1);
	assert_int_equal(w.j.missed[0].at_ns, at("2026-10-25T00:00:00Z"));
	end(&w);
}

static void a_year_of_daily_runs_is_kept_whatever_the_clocks_do(void **state)
{
	static const char *const zones[] = { "UTC", "Europe/London", "America/New_York",
					     "Australia/Lord_Howe" };
	struct expected_run runs[400];
	char ids[400][16];

	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
		struct calendar_time t = { .at_ns = at("2026-01-01T00:00:00Z") };
		size_t count = 0;
		struct world w;

		ask_of(&w, "*-*-* 02:00", zones[z], "2026-01-01T00:00:00Z", "2027-01-01T12:00:00Z");
		w.q.run_within_ns = 5 * MINUTE;
		/* each third is left out */
		for (size_t i = 0; calendar_next(w.calendar, t.at_ns, &t) && t.at_ns < w.q.now_ns;
		     i++) {
			if (i % 3 == 2)
				continue;
			(void)snprintf(ids[count], sizeof(ids[count]), "r%zu", i);
			runs[count] = run_of(ids[count], "verify", t.at_ns + MINUTE);
			count++;
		}
		w.q.run = runs;
		w.q.run_count = count;
		judge(&w);
		assert_int_equal(w.j.kept, count);
		assert_in_range(w.j.kept + w.j.missed_count, 365, 366);
		for (size_t i = 0; i < w.j.missed_count; i++)
			assert_int_equal(w.j.missed[i].times, 1);
		end(&w);
	}
}

static void a_long_gap_keeps_its_newest_times_and_counts_all(void **state)
{
	uint64_t times = 0;
	struct world w;

	(void)state;
	ask_of(&w, "*:*:00", "UTC", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z");
	w.q.run_within_ns = MINUTE;
	judge(&w);
	assert_int_equal(w.j.missed_count, EXPECTED_MISSED_MAX);
	for (size_t i = 0; i < w.j.missed_count; i++)
		times += w.j.missed[i].times;
	/* from 00:01 of the first day to 23:58 of the last: that of 23:59 may still be kept */
	assert_int_equal(times, 59 * 24 * 60 - 2);
	assert_int_equal(w.j.missed[EXPECTED_MISSED_MAX - 1].at_ns, at("2026-02-28T23:58:00Z"));
	assert_true(w.j.missed[0].at_ns < w.j.missed[1].at_ns);
	end(&w);
}

static void what_is_too_much_for_one_look_is_for_the_next(void **state)
{
	uint64_t times = 0;
	struct world w;
	int looks = 0;

	(void)state;
	ask_of(&w, "*:*:*", "UTC", "2026-01-01T00:00:00Z", "2026-01-14T00:00:00Z");
	w.q.run_within_ns = MINUTE;
	while (expected_any(&w.q)) {
		judge(&w);
		for (size_t i = 0; i < w.j.missed_count; i++)
			times += w.j.missed[i].times;
		assert_true(w.j.judged_ns > w.q.after_ns);
		w.q.after_ns = w.j.judged_ns;
		looks++;
	}
	assert_int_equal(looks, 2);
	assert_int_equal(times, 13 * 86400 - 61);
	end(&w);
}

static void assert_stale_after(const char *expression, const char *zone, const char *now,
			       int64_t expected)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of(expression, zone);

	assert_int_equal(expected_stale_after(c, at(now)), expected);
}

static void a_proof_may_be_twice_as_old_as_the_longest_interval(void **state)
{
	(void)state;
	assert_stale_after("*-*-* 03:00", "UTC", "2026-11-01T00:00:00Z", 2 * DAY);
	/* the day on which clocks go back is longer */
	assert_stale_after("*-*-* 12:00", "Europe/Berlin", "2026-11-01T00:00:00Z", 50 * HOUR);
	assert_stale_after("Mon..Fri 12:00", "UTC", "2026-11-01T00:00:00Z", 6 * DAY);
	assert_stale_after("*-*-01 00:00", "UTC", "2026-11-01T00:00:00Z", 62 * DAY);
	assert_stale_after("*-02-29 00:00", "UTC", "2026-11-01T00:00:00Z", 2 * 1461 * DAY);
	assert_stale_after("*:*:00", "UTC", "2026-11-01T00:00:00Z", 2 * MINUTE);
	/* what comes once, or never, proves nothing again */
	assert_stale_after("2027-01-01", "UTC", "2026-11-01T00:00:00Z", 0);
	assert_stale_after("2024-01-01", "UTC", "2026-11-01T00:00:00Z", 0);
}

static void what_was_never_proven_is_stale_only_after_it_was_expected_so_long(void **state)
{
	(void)state;
	assert_false(expected_is_stale(0, 10 * DAY, 2 * DAY, 12 * DAY));
	assert_true(expected_is_stale(0, 10 * DAY, 2 * DAY, 12 * DAY + 1));
	assert_false(expected_is_stale(11 * DAY, 10 * DAY, 2 * DAY, 12 * DAY + 1));
	assert_true(expected_is_stale(11 * DAY, 10 * DAY, 2 * DAY, 14 * DAY));
	/* an older proof counts for nothing before it was expected */
	assert_false(expected_is_stale(DAY, 10 * DAY, 2 * DAY, 11 * DAY));
	assert_false(expected_is_stale(0, 0, 0, 100 * DAY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_kept_by_a_run_that_began_within_its_limit),
		cmocka_unit_test(a_time_is_judged_when_its_limit_is_over_and_once),
		cmocka_unit_test(a_run_of_another_kind_or_of_less_keeps_nothing),
		cmocka_unit_test(who_held_the_lock_is_named),
		cmocka_unit_test(a_paused_time_is_not_missed_and_one_after_it_is),
		cmocka_unit_test(clocks_that_change_neither_add_nor_take_a_time),
		cmocka_unit_test(a_year_of_daily_runs_is_kept_whatever_the_clocks_do),
		cmocka_unit_test(a_long_gap_keeps_its_newest_times_and_counts_all),
		cmocka_unit_test(what_is_too_much_for_one_look_is_for_the_next),
		cmocka_unit_test(a_proof_may_be_twice_as_old_as_the_longest_interval),
		cmocka_unit_test(what_was_never_proven_is_stale_only_after_it_was_expected_so_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
