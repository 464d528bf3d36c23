/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill that is taken up again knows of what an earlier process did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drill/record.h"
#include "plan/drill/drill.intern.h"

enum { PREPARED, VALIDATED, JUDGED, STEPS };

/* A drill of three steps, as it is before it takes up what there was. */
struct fixture {
	struct drill_step step[STEPS];
	struct drill_plan plan;
	struct drill_state state[STEPS];
	bool over[STEPS];
	size_t left[1];
	struct run_step done[STEPS];
	struct run_note note[4];
	struct run earlier;
	struct drill_request request;
	struct drill d;
};

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){
		.step = { { .id = "prepared", .kind = DRILL_AUTOMATIC, .work = DRILL_WORK_REPORT },
			  { .id = "seen", .kind = DRILL_TICK },
			  { .id = "judged", .kind = DRILL_AUTOMATIC, .work = DRILL_WORK_JUDGE } },
		.left = { STEPS },
		.done = { { .id = "prepared", .component = "", .started_ns = 10, .duration_ns = 5 },
			  { .id = "seen", .component = "", .started_ns = 20, .duration_ns = 5 } },
	};
	f->plan = (struct drill_plan){ .step = f->step, .step_count = STEPS, .validated = "seen" };
	f->done[PREPARED].verdict = f->done[VALIDATED].verdict = VERDICT_PASS;
	for (size_t i = 0; i < STEPS; i++)
		f->state[i].step = &f->step[i];
	f->earlier = (struct run){ .step = f->done, .step_count = 2, .note = f->note };
	f->request.earlier = &f->earlier;
	f->d = (struct drill){ .request = &f->request,
			       .plan = &f->plan,
			       .state = f->state,
			       .step_count = STEPS,
			       .left = f->left,
			       .over = f->over,
			       .services_lock = PTHREAD_MUTEX_INITIALIZER };
}

static void note(struct fixture *f, const char *component, const char *name, const char *text,
		 int64_t at_ns)
{
	f->note[f->earlier.note_count++] = (struct run_note){
		.component = component, .name = name, .text = text, .at_ns = at_ns
	};
}

static void take_up(struct fixture *f)
{
	struct error err = ERROR_INIT;

	if (drill_take_earlier(&f->d, &err) < 0)
		fail_msg("%s", err.message);
}

static void a_service_that_ended_before_the_kill_is_known_behind_the_recovery(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	note(&f, "web", DRILL_NOTE_ENDED, "web ended after 9s", 22);
	take_up(&f);
	assert_true(f.over[VALIDATED]);
	assert_false(f.over[JUDGED]);
	assert_string_equal(drill_service_ended(&f.d, f.state[VALIDATED].ended_ns),
			    "web ended after 9s");
	assert_null(drill_service_ended(&f.d, 21));
}

static void what_ended_with_a_sandbox_that_was_lost_does_not_count(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	note(&f, "web", DRILL_NOTE_ENDED, "web ended after 9s", 12);
	note(&f, "", "deviation", DRILL_DOES_AGAIN, 15);
	take_up(&f);
	assert_null(drill_service_ended(&f.d, 1000));
}

static void what_is_deployed_anew_has_not_ended(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.done[VALIDATED].duration_ns = -1;
	note(&f, "web", DRILL_NOTE_ENDED, "web ended after 9s", 22);
	take_up(&f);
	assert_false(f.over[VALIDATED]);
	assert_null(drill_service_ended(&f.d, 1000));
}

/* The first step came to its end with that verdict, and there is a word on its objective. */
static bool prepared_failed(enum verdict verdict, bool again)
{
	struct check late = { .name = check_name(CHECK_OBJECTIVE),
			      .component = "",
			      .subject = "prepared",
			      .verdict = VERDICT_FAIL,
			      .step = "prepared",
			      .again = again };
	struct fixture f;

	fixture_init(&f);
	f.done[PREPARED].verdict = verdict;
	f.earlier.checks.item = &late;
	f.earlier.checks.count = 1;
	take_up(&f);
	assert_true(f.over[PREPARED]);
	return f.state[PREPARED].failed;
}

static void a_step_that_was_only_late_has_not_failed(void **state)
{
	(void)state;
	assert_false(prepared_failed(VERDICT_FAIL, false));
}

static void a_step_that_was_late_once_and_could_not_do_its_work_then_has_failed(void **state)
{
	(void)state;
	assert_true(prepared_failed(VERDICT_ERROR, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_ended_before_the_kill_is_known_behind_the_recovery),
		cmocka_unit_test(what_ended_with_a_sandbox_that_was_lost_does_not_count),
		cmocka_unit_test(what_is_deployed_anew_has_not_ended),
		cmocka_unit_test(a_step_that_was_only_late_has_not_failed),
		cmocka_unit_test(
			a_step_that_was_late_once_and_could_not_do_its_work_then_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
