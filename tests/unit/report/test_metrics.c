/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics as text: what is written, what is left out, what strange names become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "report/exposition.h"
#include "report/metrics.h"

#define HOUR (3600 * NS_PER_SECOND)

static struct metrics empty(void)
{
	return (struct metrics){ .platform = "shop", .version = "1.2", .compiler = "gcc 12" };
}

/* The whole text; the caller frees it. */
static char *text_of(const struct metrics *m)
{
	struct buf text = { 0 };

	assert_int_equal(metrics_text(m, &text), 0);
	return text.ptr;
}

static void expect_lines(const struct metrics *m, const char *const *line)
{
	char *text = text_of(m);

	for (; *line; line++) {
		const char *at = strstr(text, *line);

		if (!at || (at != text && at[-1] != '\n') || at[strlen(*line)] != '\n')
			fail_msg("no line %s in\n%s", *line, text);
	}
	free(text);
}

static void expect_none(const struct metrics *m, const char *word)
{
	char *text = text_of(m);

	if (strstr(text, word))
		fail_msg("%s in\n%s", word, text);
	free(text);
}

static void without_anything_only_the_program_is_told_of(void **state)
{
	const struct metrics m = empty();
	char *text = text_of(&m);

	(void)state;
	assert_string_equal(
		text, "# HELP muster_build_info Which muster wrote this; always 1.\n"
		      "# TYPE muster_build_info gauge\n"
		      "muster_build_info{platform=\"shop\",version=\"1.2\",compiler=\"gcc 12\"} "
		      "1\n");
	free(text);
}

static void names_are_escaped_and_made_utf8(void **state)
{
	struct metrics m = empty();

	(void)state;
	m.platform = "a\"b\\c\nd\xff"
		     "e\xc3\xa9\xe2\x82";
	m.compiler = NULL;
	expect_lines(&m,
		     (const char *const[]){
			     "muster_build_info{platform=\"a\\\"b\\\\c\\nd\xef\xbf\xbd"
			     "e\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\",version=\"1.2\",compiler=\"\"} 1",
			     NULL });
}

static void a_component_without_a_backup_says_so_and_one_without_a_limit_has_none(void **state)
{
	struct metrics_component c[] = {
		{ .name = "pg", .engine = "postgresql", .max_age_ns = 25 * HOUR },
		{ .name = "cache",
		  .engine = "redis",
		  .last_success_ns = INT64_C(1795316400123456789),
		  .size = UINT64_C(5) << 40,
		  .copies = 1 },
	};
	struct metrics m = empty();

	(void)state;
	m.component = c;
	m.component_count = 2;
	expect_lines(
		&m,
		(const char *const[]){
			"# TYPE muster_backup_last_success_timestamp_seconds gauge",
			"muster_backup_last_success_timestamp_seconds{platform=\"shop\",component="
			"\"pg\","
			"engine=\"postgresql\"} 0",
			"muster_backup_last_success_timestamp_seconds{platform=\"shop\",component="
			"\"cache\",engine=\"redis\"} 1795316400.123",
			"muster_backup_max_age_seconds{platform=\"shop\",component=\"pg\",engine="
			"\"postgresql\"} 90000",
			"muster_backup_size_bytes{platform=\"shop\",component=\"cache\",engine="
			"\"redis\","
			"location=\"repository\"} 5497558138880",
			"muster_backup_copies{platform=\"shop\",component=\"pg\",engine="
			"\"postgresql\"} 0",
			NULL });
	expect_none(&m, "max_age_seconds{platform=\"shop\",component=\"cache\"");
}

static void verdicts_are_numbers_and_not_knowing_is_0(void **state)
{
	static const char *const names[] = { "skipped", "pass", "warn", "error", "fail" };
	struct metrics_check c[VERDICT_COUNT];
	struct metrics m = empty();

	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++)
		c[v] = (struct metrics_check){ "pg", "verify", names[v], (enum verdict)v };
	m.check = c;
	m.check_count = VERDICT_COUNT;
#define STATUS(check, number)                                                                      \
	"muster_check_status{platform=\"shop\",component=\"pg\",kind=\"verify\",check=\"" check    \
	"\"} " number
	expect_lines(&m, (const char *const[]){ STATUS("error", "0"), STATUS("pass", "1"),
						STATUS("warn", "2"), STATUS("fail", "3"),
						STATUS("skipped", "4"), NULL });
}

static void failures_are_parted_from_not_knowing(void **state)
{
	struct metrics_run r[] = {
		{ .kind = "verify", .started = 9, .failed = 2, .errors = 1, .last = VERDICT_FAIL },
		{ .kind = "backup", .last = VERDICT_ERROR, .in_progress = true },
	};
	struct metrics m = empty();

	(void)state;
	m.run = r;
	m.run_count = 2;
	expect_lines(&m,
		     (const char *const[]){
			     "# TYPE muster_run_failures_total counter",
			     "muster_run_attempts_total{platform=\"shop\",kind=\"verify\"} 9",
			     "muster_run_failures_total{platform=\"shop\",kind=\"verify\",outcome="
			     "\"fail\"} 2",
			     "muster_run_failures_total{platform=\"shop\",kind=\"verify\",outcome="
			     "\"error\"} 1",
			     "muster_run_failures_total{platform=\"shop\",kind=\"backup\",outcome="
			     "\"fail\"} 0",
			     "muster_run_last_status{platform=\"shop\",kind=\"verify\"} 3",
			     "muster_run_last_status{platform=\"shop\",kind=\"backup\"} 0",
			     "muster_run_in_progress{platform=\"shop\",kind=\"backup\"} 1", NULL });
}

static void a_schedule_that_is_peoples_work_is_due_but_never_stale(void **state)
{
	struct metrics_schedule s[] = {
		{ .name = "daily",
		  .kind = "verify",
		  .expected = true,
		  .max_interval_ns = 25 * HOUR,
		  .run_within_ns = 6 * HOUR,
		  .next_ns = INT64_C(1795316400) * NS_PER_SECOND,
		  .stale_after_ns = 50 * HOUR,
		  .stale = true,
		  .missed = 3 },
		{ .name = "drill", .kind = "drill", .run_within_ns = HOUR, .paused = true },
	};
	struct metrics m = empty();

	(void)state;
	m.schedule = s;
	m.schedule_count = 2;
#define DAILY "{platform=\"shop\",kind=\"verify\",schedule=\"daily\"} "
#define DRILL "{platform=\"shop\",kind=\"drill\",schedule=\"drill\"} "
	expect_lines(&m, (const char *const[]){
				 "muster_run_last_success_timestamp_seconds" DAILY "0",
				 "muster_schedule_stale" DAILY "1",
				 "muster_schedule_stale_after_seconds" DAILY "180000",
				 "muster_schedule_max_interval_seconds" DAILY "90000",
				 "muster_schedule_next_run_timestamp_seconds" DAILY "1795316400",
				 "muster_schedule_next_run_timestamp_seconds" DRILL "0",
				 "muster_schedule_run_within_seconds" DAILY "21600",
				 "muster_schedule_missed_runs_total" DAILY "3",
				 "muster_schedule_missed_runs_total" DRILL "0",
				 "muster_schedule_paused" DRILL "1", NULL });
	expect_none(&m, "muster_schedule_stale" DRILL);
	expect_none(&m, "muster_run_last_success_timestamp_seconds" DRILL);
	expect_none(&m, "muster_schedule_max_interval_seconds" DRILL);
	expect_none(&m, "muster_schedule_run_within_seconds" DRILL);
}

static void recovery_stands_beside_its_objective(void **state)
{
	struct metrics_recovery r[] = {
		{ .component = "pg",
		  .time_ns = 90 * 60 * NS_PER_SECOND + 500000000,
		  .time_objective_ns = HOUR,
		  .point_ns = 0,
		  .point_objective_ns = 24 * HOUR,
		  .bytes_per_second = 1234567.8 },
		{ .component = METRICS_WHOLE,
		  .time_ns = 0,
		  .point_ns = -1,
		  .bytes_per_second = -1 },
	};
	struct metrics m = empty();

	(void)state;
	m.recovery = r;
	m.recovery_count = 2;
#define PG    "{platform=\"shop\",component=\"pg\""
#define WHOLE "{platform=\"shop\",component=\"platform\""
	expect_lines(&m,
		     (const char *const[]){
			     "muster_recovery_time_seconds" PG ",kind=\"restore-test\"} 5400.500",
			     "muster_recovery_time_seconds" WHOLE ",kind=\"restore-test\"} 0",
			     "muster_recovery_time_objective_seconds" PG "} 3600",
			     "muster_recovery_point_seconds" PG ",kind=\"restore-test\"} 0",
			     "muster_recovery_point_objective_seconds" PG "} 86400",
			     "muster_restore_bytes_per_second" PG "} 1234567", NULL });
	expect_none(&m, "muster_recovery_time_objective_seconds" WHOLE);
	expect_none(&m, "muster_recovery_point_seconds" WHOLE);
	expect_none(&m, "muster_restore_bytes_per_second" WHOLE);
}

static void a_drill_is_told_beside_restore_tests_and_with_what_is_left_to_be_done(void **state)
{
	struct metrics_drill d = { .status = VERDICT_FAIL,
				   .began_ns = INT64_C(1796292300) * NS_PER_SECOND,
				   .duration_ns = 3 * HOUR,
				   .time_ns = 2 * HOUR,
				   .point_ns = 4 * HOUR,
				   .is_of_the_whole = true,
				   .actions = { 2, 1 } };
	struct metrics m = empty();

	(void)state;
	m.drill = &d;
	expect_lines(&m,
		     (const char *const[]){
			     "muster_recovery_time_seconds" WHOLE ",kind=\"drill\"} 7200",
			     "muster_recovery_point_seconds" WHOLE ",kind=\"drill\"} 14400",
			     "muster_drill_last_timestamp_seconds{platform=\"shop\"} 1796292300",
			     "muster_drill_last_status{platform=\"shop\"} 3",
			     "muster_drill_duration_seconds{platform=\"shop\"} 10800",
			     "muster_actions_open{platform=\"shop\",overdue=\"false\"} 2",
			     "muster_actions_open{platform=\"shop\",overdue=\"true\"} 1", NULL });
	expect_none(&m, "kind=\"restore-test\"");
	d.is_of_the_whole = false;
	expect_none(&m, "muster_recovery_time_seconds");
	expect_none(&m, "muster_recovery_point_seconds");
}

static void a_histogram_is_cumulative(void **state)
{
	char kind[] = "restore-test", step[] = "restore";
	const struct step_tally t = { .kind = kind,
				      .step = step,
				      .count = { [0] = 1, [2] = 4, [STEP_BUCKETS] = 2 },
				      .sum_ns = 12345 * NS_PER_SECOND };
	struct metrics m = empty();

	(void)state;
	m.step = &t;
	m.step_count = 1;
#define STEP(suffix, more)                                                                         \
	"muster_step_duration_seconds_" suffix                                                     \
	"{platform=\"shop\",kind=\"restore-test\",step=\"restore\"" more "} "
	expect_lines(&m,
		     (const char *const[]){
			     "# TYPE muster_step_duration_seconds histogram",
			     STEP("bucket", ",le=\"60\"") "1", STEP("bucket", ",le=\"300\"") "1",
			     STEP("bucket", ",le=\"900\"") "5", STEP("bucket", ",le=\"14400\"") "5",
			     STEP("bucket", ",le=\"+Inf\"") "7", STEP("sum", "") "12345",
			     STEP("count", "") "7", NULL });
}

static void every_family_has_its_head_once_before_its_samples(void **state)
{
	struct metrics_component c[] = { { .name = "a", .engine = "redis" },
					 { .name = "b", .engine = "redis" } };
	struct metrics_receiver r[] = { { "ops", "mail", 1, 2, 3 },
					{ "pager", "pagerduty", 0, 0, 0 } };
	struct metrics m = empty();
	char *text, *line, *rest = NULL, family[128] = "";
	size_t heads = 0;

	(void)state;
	m.component = c;
	m.receiver = r;
	m.component_count = m.receiver_count = 2;
	text = text_of(&m);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# HELP ", 7) == 0) {
			(void)snprintf(family, sizeof(family), "%.*s", (int)strcspn(line + 7, " "),
				       line + 7);
			heads++;
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			assert_memory_equal(line + 7, family, strlen(family));
		} else {
			assert_memory_equal(line, family, strlen(family));
			assert_int_equal(line[strlen(family)], '{');
		}
	}
	/* the program; three of backups, the size among them, without a limit; three of messages */
	assert_int_equal(heads, 1 + 3 + 3);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_anything_only_the_program_is_told_of),
		cmocka_unit_test(names_are_escaped_and_made_utf8),
		cmocka_unit_test(
			a_component_without_a_backup_says_so_and_one_without_a_limit_has_none),
		cmocka_unit_test(verdicts_are_numbers_and_not_knowing_is_0),
		cmocka_unit_test(failures_are_parted_from_not_knowing),
		cmocka_unit_test(a_schedule_that_is_peoples_work_is_due_but_never_stale),
		cmocka_unit_test(recovery_stands_beside_its_objective),
		cmocka_unit_test(
			a_drill_is_told_beside_restore_tests_and_with_what_is_left_to_be_done),
		cmocka_unit_test(a_histogram_is_cumulative),
		cmocka_unit_test(every_family_has_its_head_once_before_its_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
