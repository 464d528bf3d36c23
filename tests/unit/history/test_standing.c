/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "history/standing.h"
#include "world.h"

#define SET "20261120"

/* What was told, and what is asked. */
static struct {
	struct standings standings;
	struct standings_question question;
	int runs;
	char run[16];
} test;

static int set_up(void **state)
{
	test.question = (struct standings_question){ .offsite = false };
	test.runs = 0;
	return world_in_memory(state);
}

static int tear_down(void **state)
{
	standings_release(&test.standings);
	return world_end(state);
}

static void tell_of_run(struct world *w, struct event e)
{
	e.run = test.run;
	e.at_ns = test.runs * NS_PER_SECOND;
	tell(w, &e);
}

static void found(struct world *w, const char *component, const char *name, enum verdict v)
{
	struct check check = { .name = name, .component = component, .verdict = v, .message = "m" };

	tell_of_run(w, (struct event){ .type = EVENT_CHECK, .check = &check });
}

/* A later run than those before, of the kind, on the set of "database". */
static void begin(struct world *w, const char *kind)
{
	struct check check = { .name = "exists",
			       .component = "database",
			       .verdict = VERDICT_PASS,
			       .found = SET,
			       .message = "m" };

	(void)snprintf(test.run, sizeof(test.run), "r%d", ++test.runs);
	tell_of_run(w, (struct event){ .type = EVENT_RUN_STARTED, .kind = kind });
	tell_of_run(w, (struct event){ .type = EVENT_CHECK, .check = &check });
}

static void end(struct world *w)
{
	tell_of_run(w, (struct event){ .type = EVENT_RUN_FINISHED, .verdict = VERDICT_PASS });
}

/* A whole run that found that of the set. */
static void run(struct world *w, const char *kind, const char *name, enum verdict v)
{
	begin(w, kind);
	found(w, "database", name, v);
	end(w);
}

static const struct standing *known(struct world *w, const char *component, const char *set)
{
	standings_release(&test.standings);
	if (history_standings(w->h, &test.question, &test.standings, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return standings_find(&test.standings, component, set);
}

static enum set_standing standing(struct world *w)
{
	const struct standing *s = known(w, "database", SET);

	return s ? s->standing : SET_UNKNOWN;
}

/* What a step of the run found, which begins with it and is over with it. */
static void step_found(struct world *w, const char *name, enum verdict v)
{
	tell_of_run(w, (struct event){ .type = EVENT_STEP_STARTED, .step = "prove", .text = "t" });
	if (name) {
		struct check check = {
			.name = name, .component = "database", .verdict = v, .message = "m"
		};

		tell_of_run(
			w, (struct event){ .type = EVENT_CHECK, .step = "prove", .check = &check });
	}
	tell_of_run(w,
		    (struct event){ .type = EVENT_STEP_FINISHED, .step = "prove", .verdict = v });
}

static void what_was_done_again_tells_of_the_set_in_the_place_of_what_was_found_before(void **state)
{
	struct world *w = *state;

	begin(w, "drill");
	step_found(w, "proven", VERDICT_FAIL);
	step_found(w, "proven", VERDICT_PASS);
	end(w);
	assert_int_equal(standing(w), SET_PROVEN);
	/* a second attempt that could not look is none that found it well */
	begin(w, "drill");
	step_found(w, "proven", VERDICT_FAIL);
	step_found(w, NULL, VERDICT_ERROR);
	end(w);
	assert_int_equal(standing(w), SET_BAD);
}

static void a_verification_finds_a_set_sound_or_bad(void **state)
{
	struct world *w = *state;

	assert_null(known(w, "database", SET));
	run(w, "verify", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_SOUND);
	run(w, "verify", "hash", VERDICT_FAIL);
	assert_int_equal(standing(w), SET_BAD);
	assert_string_equal(known(w, "database", SET)->check, "hash");
	assert_string_equal(known(w, "database", SET)->run, "r2");
	/* the file was brought back */
	run(w, "verify", "format", VERDICT_WARN);
	assert_int_equal(standing(w), SET_SOUND);
	assert_string_equal(known(w, "database", SET)->check, "");
	assert_null(known(w, "database", "20261121"));
	assert_null(known(w, "cache", SET));
}

static void what_a_restore_found_no_verification_takes_back(void **state)
{
	struct world *w = *state;

	run(w, "restore-test", "proven", VERDICT_FAIL);
	run(w, "verify", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_BAD);
	assert_string_equal(known(w, "database", SET)->kind, "restore-test");
	run(w, "drill", "proven", VERDICT_PASS);
	assert_int_equal(standing(w), SET_PROVEN);
	run(w, "verify", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_PROVEN);
	/* it has gone bad since */
	run(w, "verify", "compression", VERDICT_FAIL);
	assert_int_equal(standing(w), SET_BAD);
}

static void what_says_nothing_of_the_content_does_not_count(void **state)
{
	struct world *w = *state;

	run(w, "verify", "age", VERDICT_FAIL);
	run(w, "verify", "offsite", VERDICT_FAIL);
	run(w, "drill", "objective", VERDICT_FAIL);
	run(w, "drill", "replication", VERDICT_FAIL);
	run(w, "backup", "hash", VERDICT_FAIL);
	assert_int_equal(standing(w), SET_UNKNOWN);
	begin(w, "verify");
	found(w, "cache", "format", VERDICT_FAIL);
	found(w, "database", "format", VERDICT_PASS);
	end(w);
	assert_int_equal(standing(w), SET_SOUND);
}

/* As run(), of the off-site copy. */
static void run_offsite(struct world *w, const char *kind, const char *name, enum verdict v)
{
	begin(w, kind);
	tell_of_run(w, (struct event){ .type = EVENT_NOTE, .subject = "offsite", .text = "yes" });
	found(w, "database", name, v);
	end(w);
}

static void files_of_one_place_say_nothing_of_those_of_another(void **state)
{
	struct world *w = *state;

	run(w, "verify", "hash", VERDICT_FAIL);
	run_offsite(w, "verify-offsite", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_BAD);
	test.question.offsite = true;
	assert_int_equal(standing(w), SET_SOUND);
	run(w, "restore-test", "compression", VERDICT_FAIL);
	run(w, "restore-test", "proven", VERDICT_PASS);
	assert_int_equal(standing(w), SET_SOUND);
	/* what it holds is the same in both */
	run(w, "restore-test", "proven", VERDICT_FAIL);
	assert_int_equal(standing(w), SET_BAD);
	run_offsite(w, "drill", "proven", VERDICT_PASS);
	assert_int_equal(standing(w), SET_PROVEN);
	test.question.offsite = false;
	assert_int_equal(standing(w), SET_BAD);
}

static void what_did_not_see_all_finds_nothing_sound(void **state)
{
	struct world *w = *state;

	begin(w, "verify");
	found(w, "database", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_UNKNOWN); /* under way */
	found(w, "", "interrupted", VERDICT_ERROR);
	end(w);
	assert_int_equal(standing(w), SET_UNKNOWN);
	begin(w, "verify");
	found(w, "database", "format", VERDICT_PASS);
	found(w, "database", "readable", VERDICT_ERROR);
	end(w);
	assert_int_equal(standing(w), SET_UNKNOWN);
	/* a fault that was seen before the end is one */
	begin(w, "verify");
	found(w, "database", "format", VERDICT_FAIL);
	found(w, "", "interrupted", VERDICT_ERROR);
	end(w);
	assert_int_equal(standing(w), SET_BAD);
}

static void runs_before_a_time_are_not_asked_and_sets_are_told_apart(void **state)
{
	struct world *w = *state;

	run(w, "verify", "hash", VERDICT_FAIL);
	begin(w, "verify");
	for (const char *const *c = (const char *const[]){ "zoo", "cache", "ant", NULL }; *c; c++) {
		for (const char *const *set = (const char *const[]){ "20261122", "20261119", NULL };
		     *set; set++) {
			struct check check = { .name = "exists",
					       .component = *c,
					       .verdict = VERDICT_PASS,
					       .found = *set,
					       .message = "m" };

			tell_of_run(w, (struct event){ .type = EVENT_CHECK, .check = &check });
		}
	}
	found(w, "cache", "format", VERDICT_PASS);
	found(w, "zoo", "format", VERDICT_FAIL);
	end(w);
	assert_int_equal(known(w, "cache", "20261119")->standing, SET_SOUND);
	assert_int_equal(known(w, "cache", "20261122")->standing, SET_SOUND);
	assert_int_equal(known(w, "zoo", "20261122")->standing, SET_BAD);
	assert_int_equal(known(w, "ant", "20261119")->standing, SET_UNKNOWN);
	assert_null(known(w, "cache", SET));
	assert_int_equal(standing(w), SET_BAD);
	/* the second run began at that second */
	test.question.since_ns = 2 * NS_PER_SECOND;
	assert_int_equal(known(w, "cache", "20261119")->standing, SET_SOUND);
	assert_int_equal(known(w, "database", SET)->standing, SET_UNKNOWN);
	run(w, "verify", "format", VERDICT_PASS);
	assert_int_equal(standing(w), SET_SOUND);
	test.question.since_ns = 4 * NS_PER_SECOND;
	assert_null(known(w, "database", SET));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_verification_finds_a_set_sound_or_bad),
		TEST(what_was_done_again_tells_of_the_set_in_the_place_of_what_was_found_before),
		TEST(what_a_restore_found_no_verification_takes_back),
		TEST(what_says_nothing_of_the_content_does_not_count),
		TEST(files_of_one_place_say_nothing_of_those_of_another),
		TEST(what_did_not_see_all_finds_nothing_sound),
		TEST(runs_before_a_time_are_not_asked_and_sets_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
