/* SPDX-License-Identifier: Apache-2.0 */
/* Plans that could be carried out and would show nothing: each is told with its steps and what to do. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <string.h>

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

#define HEAD                                                                                       \
	"version: 1\nstart: go\nvalidated: judged\nroles: {boss: The boss}\n"                      \
	"phases:\n  one:\n    steps:\n      go: {kind: gate, role: boss}\n"
#define STEP(id, work) "      " id ": {kind: automatic, does: " work "}\n"
#define STEP_AFTER(id, work, ids)                                                                  \
	"      " id ": {kind: automatic, does: " work ", after: [" ids "]}\n"
#define REDIS(work) work ", engine: redis"

/* How many errors there are in the plan of these steps, which can be carried out. */
static size_t judge(const char *steps)
{
	char text[2000];
	struct error err = ERROR_INIT;

	(void)tear_down(NULL);
	(void)snprintf(text, sizeof(text), "%s%s", HEAD, steps);
	if (drill_plan_parse("own", "own.yaml", text, &plan, &complaints, &err) < 0)
		fail_msg("%s", complaints.count ? complaints.item[0].message : err.message);
	if (drill_plan_check_sense(&plan, &complaints, &err) < 0)
		assert_int_equal(err.kind, ERROR_CONFIG);
	else
		assert_int_equal(complaints.errors, 0);
	return complaints.errors;
}

/* That is all that is wrong, and it is said of the step on that line; the first line is HEAD's. */
static void is_told(const char *steps, unsigned line, const char *said)
{
	if (judge(steps) == 1 && complaints.item[0].line == line &&
	    strcmp(complaints.item[0].message, said) == 0)
		return;
	for (size_t i = 0; i < complaints.count; i++)
		print_error("line %u: %s\n", complaints.item[i].line, complaints.item[i].message);
	fail_msg("not that alone on line %u: %s", line, said);
}

static void sound_plans_are_not_complained_of(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(drill_plan_parse("monthly", "monthly", drill_plan_built_in("monthly"),
					  &plan, &complaints, &err),
			 0);
	assert_int_equal(drill_plan_check_sense(&plan, &complaints, &err), 0);
	assert_int_equal(judge(STEP("judged", "judge")), 0);
	assert_int_equal(judge(STEP("empty", "seal") STEP("fetched", "fetch") STEP(
				 "redis", REDIS("restore")) STEP("keys", REDIS("prove"))
				       STEP("deploy", "deploy") STEP("health", "health")
					       STEP("judged", "judge") STEP("gone", "remove")),
			 0);
	/* one fetch for each engine, and what is of one waits for its own alone */
	assert_int_equal(judge(STEP("empty", "seal") STEP_AFTER("f", REDIS("fetch"), "empty")
				       STEP_AFTER("g", "fetch, engine: postgresql",
						  "empty") STEP_AFTER("r", REDIS("restore"), "f")
					       STEP_AFTER("s", "restore, engine: postgresql", "g")
						       STEP_AFTER("judged", "judge", "r, s")),
			 0);
}

static void a_removal_that_need_not_come_last_is_told(void **state)
{
	(void)state;
	is_told(STEP("empty", "seal") STEP("fetched", "fetch") STEP("redis", REDIS("restore"))
			STEP("judged", "judge") STEP_AFTER("gone", "remove", "fetched"),
		13,
		"step \"gone\" removes the sandbox, and what is done in it need not be over by "
		"then: let it wait for redis, by \"after\"");
	is_told(STEP("gone", "remove") STEP("empty", "seal") STEP("fetched", "fetch")
			STEP("judged", "judge"),
		9,
		"step \"gone\" removes the sandbox, and what is done in it need not be over by "
		"then: let it wait for empty, fetched, by \"after\"");
}

static void a_sandbox_is_sealed_before_it_is_used_and_once(void **state)
{
	(void)state;
	is_told(STEP("fetched", "fetch") STEP("judged", "judge"), 9,
		"step \"fetched\" reads into the sandbox, and the plan has no step for that: put "
		"one with \"does: seal\" before it");
	is_told(STEP("fetched", "fetch") STEP("empty", "seal") STEP("judged", "judge"), 9,
		"step \"fetched\" reads into the sandbox, and \"empty\" (does: seal) need not be "
		"over by then: let it wait for that step, by \"after\"");
	is_told(STEP("empty", "seal") STEP_AFTER("smoke", "smoke", "go")
			STEP_AFTER("judged", "judge", "smoke, empty"),
		10,
		"step \"smoke\" runs programs in the sandbox, and \"empty\" (does: seal) need not "
		"be over by then: let it wait for that step, by \"after\"");
	is_told(STEP("empty", "seal") STEP("again", "seal") STEP("judged", "judge"), 10,
		"step \"again\" seals a sandbox, as \"empty\" does: a drill has one, leave one of "
		"them out");
}

static void what_is_restored_was_read_before(void **state)
{
	(void)state;
	is_told(STEP("empty", "seal") STEP("redis", REDIS("restore")) STEP("judged", "judge"), 10,
		"step \"redis\" restores what was read, and the plan has no step for that: put one "
		"with \"does: fetch\" before it");
	is_told(STEP("empty", "seal") STEP("fetched", "fetch, engine: postgresql")
			STEP("redis", REDIS("restore")) STEP("judged", "judge"),
		11,
		"step \"redis\" restores what was read, and the plan has no step for that: put one "
		"with \"does: fetch\" before it");
	is_told(STEP("empty", "seal") STEP("redis", REDIS("restore")) STEP("fetched", "fetch")
			STEP("judged", "judge"),
		10,
		"step \"redis\" restores what was read, and \"fetched\" (does: fetch) need not be "
		"over by then: let it wait for that step, by \"after\"");
}

static void proofs_and_services_come_after_restores(void **state)
{
	(void)state;
	is_told(STEP("empty", "seal") STEP("fetched", "fetch") STEP("keys", REDIS("prove"))
			STEP("redis", REDIS("restore")) STEP("judged", "judge"),
		11,
		"step \"keys\" examines what was restored, and \"redis\" (does: restore) need not "
		"be over by then: let it wait for that step, by \"after\"");
	is_told(STEP("empty", "seal") STEP("sound", "sound") STEP("judged", "judge"), 10,
		"step \"sound\" examines what was restored, and the plan has no step for that: put "
		"one with \"does: restore\" before it");
	is_told(STEP("empty", "seal") STEP("fetched", "fetch") STEP("redis", REDIS("restore"))
			STEP_AFTER("deploy", "deploy, engine: service", "fetched")
				STEP_AFTER("judged", "judge", "redis, deploy"),
		12,
		"step \"deploy\" starts services on restored servers, and \"redis\" (does: "
		"restore) need not be over by then: let it wait for that step, by \"after\"");
	is_told(STEP("empty", "seal") STEP("health", "health") STEP("deploy", "deploy")
			STEP("judged", "judge"),
		10,
		"step \"health\" asks the services that were started, and \"deploy\" (does: "
		"deploy) need not be over by then: let it wait for that step, by \"after\"");
}

static void services_are_started_once(void **state)
{
	(void)state;
	is_told(STEP("empty", "seal") STEP("deploy", "deploy")
			STEP("more", "deploy, engine: service") STEP("judged", "judge"),
		11,
		"step \"more\" starts the services, as \"deploy\" does: they are all started at "
		"once, leave one of them out");
}

static void validated_comes_after_what_it_validates(void **state)
{
	(void)state;
	is_told(STEP("empty", "seal") STEP("fetched", "fetch") STEP("judged", "judge")
			STEP("redis", REDIS("restore")) STEP_AFTER("smoke", "smoke", "fetched"),
		11,
		"the recovery time ends with step \"judged\" (validated), and what shows that the "
		"platform is back need not be over by then: let it wait for redis, smoke, by "
		"\"after\"");
}

static void the_recovery_time_is_judged_when_it_has_ended(void **state)
{
	(void)state;
	is_told("      judged: {role: boss}\n" STEP_AFTER("time", "judge", "go"), 10,
		"step \"time\" judges the recovery time, which ends with step \"judged\" "
		"(validated): let it wait for that step, by \"after\"");
	assert_int_equal(judge("      judged: {role: boss}\n" STEP("time", "judge")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sound_plans_are_not_complained_of, tear_down),
		cmocka_unit_test_teardown(a_removal_that_need_not_come_last_is_told, tear_down),
		cmocka_unit_test_teardown(a_sandbox_is_sealed_before_it_is_used_and_once,
					  tear_down),
		cmocka_unit_test_teardown(what_is_restored_was_read_before, tear_down),
		cmocka_unit_test_teardown(proofs_and_services_come_after_restores, tear_down),
		cmocka_unit_test_teardown(services_are_started_once, tear_down),
		cmocka_unit_test_teardown(validated_comes_after_what_it_validates, tear_down),
		cmocka_unit_test_teardown(the_recovery_time_is_judged_when_it_has_ended, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
