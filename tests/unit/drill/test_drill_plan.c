/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "drill/drill_plan.h"

static struct drill_plan plan;
static struct config_complaints complaints;

static int tear_down(void **state)
{
	(void)state;
	drill_plan_release(&plan);
	config_complaints_release(&complaints);
	return 0;
}

static int parse(const char *text)
{
	struct error err = ERROR_INIT;
	int rc = drill_plan_parse("own", "own.yaml", text, &plan, &complaints, &err);

	if (rc < 0) {
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_true(complaints.errors > 0);
	}
	return rc;
}

#define HEAD                                                                                       \
	"version: 1\nstart: go\nvalidated: done\nroles: {boss: The boss}\n"                        \
	"phases:\n  one:\n    steps:\n      go: {kind: gate, role: boss}\n"

/* With these steps and one called "done" behind them there is an error of which this is a part. */
static void is_refused(const char *steps, const char *part, unsigned line)
{
	char text[2000];

	(void)snprintf(text, sizeof(text), "%s%s", HEAD, steps);
	assert_int_equal(parse(text), -1);
	for (size_t i = 0; i < complaints.count; i++) {
		if (!complaints.item[i].is_error || !strstr(complaints.item[i].message, part))
			continue;
		if (line)
			assert_int_equal(complaints.item[i].line, line);
		return;
	}
	print_error("\"%s\", not \"%s\"\n", complaints.item[0].message, part);
	fail();
}

static void the_built_in_plan_is_sound(void **state)
{
	(void)state;
	assert_int_equal(parse(drill_plan_built_in("monthly")), 0);
	assert_int_equal(complaints.count, 0);
	assert_null(drill_plan_built_in("yearly"));
}

/* -1: there is no such phase. */
static int64_t milestone_of(const char *id)
{
	for (size_t i = 0; i < plan.phase_count; i++)
		if (strcmp(plan.phase[i].id, id) == 0)
			return plan.phase[i].milestone_ns;
	return -1;
}

static void the_built_in_plan_has_the_objectives_of_a_monthly_drill(void **state)
{
	static const struct {
		const char *step;
		int minutes;
	} objective[] = { { "restore-postgresql", 60 },
			  { "restore-redis", 30 },
			  { "restore-rabbitmq", 45 } };
	static const struct {
		const char *phase;
		int minutes;
	} milestone[] = { { "postgresql", 60 }, { "redis", 75 },       { "rabbitmq", 90 },
			  { "services", 105 },  { "validation", 120 }, { "final", 150 } };

	(void)state;
	assert_int_equal(parse(drill_plan_built_in("monthly")), 0);
	for (size_t i = 0; i < sizeof(objective) / sizeof(*objective); i++) {
		const struct drill_step *s = drill_plan_step(&plan, objective[i].step);

		assert_non_null(s);
		assert_int_equal(s->objective_ns, objective[i].minutes * 60 * NS_PER_SECOND);
		assert_int_equal(s->begin_ns, 0);
	}
	for (size_t i = 0; i < sizeof(milestone) / sizeof(*milestone); i++)
		assert_int_equal(milestone_of(milestone[i].phase),
				 milestone[i].minutes * 60 * NS_PER_SECOND);
}

static void a_step_waits_for_the_one_before_it_unless_it_says_otherwise(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "      a: {objective: 10m}\n"
				    "      b: {after: [go], objective: 1h}\n"
				    "      c: {}\n"
				    "      free: {after: []}\n"
				    "      done: {after: [a, c]}\n"),
			 0);
	assert_string_equal(drill_plan_step(&plan, "a")->after.item[0], "go");
	assert_string_equal(drill_plan_step(&plan, "c")->after.item[0], "b");
	assert_false(drill_plan_step(&plan, "go")->on_clock);
	assert_false(drill_plan_step(&plan, "free")->on_clock);
	assert_int_equal(drill_plan_step(&plan, "b")->begin_ns, 0);
	assert_int_equal(drill_plan_step(&plan, "done")->begin_ns, 3600 * NS_PER_SECOND);
	assert_int_equal(plan.end_ns, 3600 * NS_PER_SECOND);
}

static void a_step_stands_behind_all_that_it_waits_for(void **state)
{
	size_t at[8] = { 0 };

	(void)state;
	assert_int_equal(parse(HEAD "      done: {after: [late, later]}\n"
				    "      late: {after: [later]}\n"
				    "      later: {after: [go]}\n"),
			 0);
	for (size_t i = 0; i < plan.step_count; i++)
		at[plan.order[i]] = i;
	for (size_t i = 0; i < plan.step_count; i++)
		for (size_t k = 0; k < plan.step[i].after.count; k++)
			assert_true(at[plan.step[i].before[k]] < at[i]);
}

static void steps_that_wait_for_each_other_are_named(void **state)
{
	(void)state;
	is_refused("      a: {after: [c]}\n      b: {}\n      c: {}\n      done: {}\n",
		   "none can begin: ", 0);
	assert_non_null(
		strstr(complaints.item[0].message, "a waits for c waits for b waits for a"));
}

static void a_step_that_waits_for_itself_is_named(void **state)
{
	(void)state;
	is_refused("      done: {after: [done]}\n", "done waits for done", 9);
}

static void names_of_nothing_are_refused_with_what_was_meant(void **state)
{
	(void)state;
	is_refused("      done: {after: [goo], role: bos}\n",
		   "there is no step \"goo\"; did you mean \"go\"?", 9);
	assert_int_equal(complaints.count, 2);
	assert_non_null(
		strstr(complaints.item[1].message, "no role \"bos\"; did you mean \"boss\""));
}

static void a_start_that_nobody_declares_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("version: 1\nstart: a\nvalidated: b\n"
			       "phases: {p: {steps: {a: {kind: wait, objective: 1s}, b: {}}}}\n"),
			 -1);
	assert_non_null(strstr(complaints.item[0].message, "must be a gate or a tick"));
}

static void a_validation_that_does_not_follow_the_start_is_refused(void **state)
{
	(void)state;
	is_refused("      done: {after: []}\n", "does not come after the start", 9);
}

static void a_milestone_that_waits_make_impossible_is_refused(void **state)
{
	(void)state;
	is_refused(
		"  two:\n    milestone: 30m\n    steps:\n"
		"      pause: {kind: wait, objective: 31m}\n      done: {}\n",
		"cannot meet the milestone T+0:30 of its phase: the waits before it end at T+0:31",
		12);
}

static void a_milestone_that_objectives_use_up_is_warned_of(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "  two:\n    milestone: 30m\n    steps:\n"
				    "      work: {objective: 30m}\n      done: {objective: 30s}\n"),
			 0);
	assert_int_equal(complaints.count, 1);
	assert_false(complaints.item[0].is_error);
	assert_non_null(strstr(complaints.item[0].message, "it ends at T+0:30:30 then"));
}

static void keys_belong_to_a_kind(void **state)
{
	(void)state;
	is_refused("      a: {kind: automatic}\n      b: {kind: command, does: seal}\n"
		   "      c: {kind: automatic, does: restore}\n      d: {kind: wait}\n"
		   "      e: {kind: gate}\n      done: {}\n",
		   "step \"a\" has no does", 9);
	assert_int_equal(complaints.count, 6);
	assert_non_null(strstr(complaints.item[1].message, "\"does\" does not go with its kind"));
	assert_non_null(strstr(complaints.item[2].message, "step \"b\" has no command"));
	assert_non_null(strstr(complaints.item[3].message, "step \"c\" has no engine"));
	assert_non_null(strstr(complaints.item[4].message, "step \"d\" has no objective"));
	assert_non_null(strstr(complaints.item[5].message, "step \"e\" has no role"));
}

static void what_is_done_after_the_end_is_peoples_and_nothing_waits_for_it(void **state)
{
	(void)state;
	is_refused("      done: {}\n  two:\n    after_end: true\n    steps:\n"
		   "      count: {kind: wait, objective: 1m}\n",
		   "after the drill's end; there are only ticks and gates", 13);
	tear_down(NULL);
	is_refused("      done: {}\n      late: {after: [talk]}\n  two:\n    after_end: true\n"
		   "    steps:\n      talk: {after: [done]}\n",
		   "waits for \"talk\", which is done after the drill's end", 10);
}

static void what_measures_tells_and_removes_is_done_however_it_went(void **state)
{
	static const char *const always[] = { "recovery-time", "cleanup", "metrics", "issues" };

	(void)state;
	assert_int_equal(parse(drill_plan_built_in("monthly")), 0);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		assert_true(drill_plan_step(&plan, always[i])->always);
	assert_false(drill_plan_step(&plan, "operational")->always);
	assert_true(plan.phase[plan.phase_count - 1].after_end);
	assert_false(plan.phase[0].after_end);
}

static void what_is_no_plan_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"version: 2",
		"phases: 3",
		"version: 1\nphases: {}\n",
		"version: 1\nphases: {p: }\n",
		"version: 1\nphases: {p: {steps: [a]}}\n",
		"version: 1\nphases: {p: {steps: {a: [b]}}}\n",
		"version: 1\nroles: [a]\n",
		HEAD "      done: {kind: tik}\n",
		HEAD "      done: {objective: [1]}\n",
		HEAD "      done: {objective: 3}\n",
		HEAD "      done: {objective: 8d}\n",
		HEAD "      done: {after: go}\n",
		HEAD "      do ne: {}\n",
		HEAD "      done: {wen: 3}\n",
		HEAD "      done: {kind: gate, role: \"\"}\n",
		HEAD "      done: {kind: command, command: []}\n",
		HEAD "  two: {steps: {done: {}, go: {}}}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (parse(texts[i]) == 0)
			fail_msg("accepted: %s", texts[i]);
		(void)tear_down(NULL);
	}
}

static void times_are_counted_from_the_start(void **state)
{
	char out[DRILL_T_SIZE];

	(void)state;
	assert_string_equal(drill_t_format(0, out), "T+0:00");
	assert_string_equal(drill_t_format(75 * 60 * NS_PER_SECOND, out), "T+1:15");
	assert_string_equal(drill_t_format(30 * NS_PER_SECOND, out), "T+0:00:30");
	assert_string_equal(drill_t_format(100 * 3600 * NS_PER_SECOND, out), "T+100:00");
	assert_string_equal(drill_t_clock(75 * 60 * NS_PER_SECOND, out), "T+1:15:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_built_in_plan_is_sound, tear_down),
		cmocka_unit_test_teardown(the_built_in_plan_has_the_objectives_of_a_monthly_drill,
					  tear_down),
		cmocka_unit_test_teardown(
			a_step_waits_for_the_one_before_it_unless_it_says_otherwise, tear_down),
		cmocka_unit_test_teardown(a_step_stands_behind_all_that_it_waits_for, tear_down),
		cmocka_unit_test_teardown(steps_that_wait_for_each_other_are_named, tear_down),
		cmocka_unit_test_teardown(a_step_that_waits_for_itself_is_named, tear_down),
		cmocka_unit_test_teardown(names_of_nothing_are_refused_with_what_was_meant,
					  tear_down),
		cmocka_unit_test_teardown(a_start_that_nobody_declares_is_refused, tear_down),
		cmocka_unit_test_teardown(a_validation_that_does_not_follow_the_start_is_refused,
					  tear_down),
		cmocka_unit_test_teardown(a_milestone_that_waits_make_impossible_is_refused,
					  tear_down),
		cmocka_unit_test_teardown(a_milestone_that_objectives_use_up_is_warned_of,
					  tear_down),
		cmocka_unit_test_teardown(keys_belong_to_a_kind, tear_down),
		cmocka_unit_test_teardown(
			what_is_done_after_the_end_is_peoples_and_nothing_waits_for_it, tear_down),
		cmocka_unit_test_teardown(what_measures_tells_and_removes_is_done_however_it_went,
					  tear_down),
		cmocka_unit_test_teardown(what_is_no_plan_is_refused, tear_down),
		cmocka_unit_test(times_are_counted_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
