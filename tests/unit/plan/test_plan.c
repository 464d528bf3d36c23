/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "plan/plan.h"

/* Writes down what it is told; can refuse from the n-th event on. */
struct witness {
	struct event_sink sink;
	struct buf log;
	size_t told, refuse_at; /* 0: never */
	enum verdict verdict;   /* of the run's end */
};

static int note(struct event_sink *self, const struct event *e, struct error *err)
{
	struct witness *w = (struct witness *)(void *)self;

	if (w->refuse_at && ++w->told == w->refuse_at)
		return error_set(err, ERROR_IO, "disk full");
	if (e->type == EVENT_CHECK)
		return buf_printf(&w->log, "%s:%s:%s ", e->check->name, e->check->subject,
				  verdict_name(e->check->verdict));
	if (e->type == EVENT_RUN_FINISHED)
		w->verdict = e->verdict;
	return buf_printf(&w->log, "%s%s%s%s%s ", event_type_id(e->type), e->step ? ":" : "",
			  e->step ? e->step : "",
			  e->type == EVENT_STEP_FINISHED || e->type == EVENT_RUN_FINISHED ? ":" :
											    "",
			  e->type == EVENT_STEP_FINISHED || e->type == EVENT_RUN_FINISHED ?
				  verdict_name(e->verdict) :
				  "");
}

static int stop_signal;

static int stop_requested(void)
{
	return stop_signal;
}

static int pass(struct plan_run *run, void *subject, struct error *err)
{
	struct check check = { .name = "compression", .subject = "x", .verdict = VERDICT_PASS };

	(void)subject;
	return plan_check(run, &check, err);
}

static int find_bad(struct plan_run *run, void *subject, struct error *err)
{
	struct check check = { .name = "compression", .subject = "x", .verdict = VERDICT_FAIL };

	(void)subject;
	return plan_check(run, &check, err);
}

static int yield_nothing(struct plan_run *run, void *subject, struct error *err)
{
	(void)run;
	(void)subject;
	(void)err;
	return 0;
}

static int break_down(struct plan_run *run, void *subject, struct error *err)
{
	(void)run;
	(void)subject;
	return error_set(err, ERROR_IO, "open /nowhere: gone");
}

static int stop_in_the_middle(struct plan_run *run, void *subject, struct error *err)
{
	(void)subject;
	stop_signal = SIGTERM;
	return plan_progress(run, "file", 1, 2, err);
}

static int use_up_the_time(struct plan_run *run, void *subject, struct error *err)
{
	struct error ignored = ERROR_INIT;

	(void)subject;
	while (plan_may_go_on(run, &ignored) == 0)
		(void)usleep(1000);
	return plan_progress(run, "file", 1, 2, err);
}

static int skip_required(struct plan_run *run, void *subject, struct error *err)
{
	struct check check = {
		.name = "hash", .subject = "x", .verdict = VERDICT_SKIPPED, .required = true
	};

	(void)subject;
	return plan_check(run, &check, err);
}

/* Two steps that wait for each other: it ends only when both run at once. */
static sem_t here, there;

static int meet(sem_t *mine, sem_t *its)
{
	(void)sem_post(mine);
	while (sem_wait(its) < 0)
		;
	return 0;
}

static int meet_here(struct plan_run *run, void *subject, struct error *err)
{
	(void)meet(&here, &there);
	return pass(run, subject, err);
}

static int meet_there(struct plan_run *run, void *subject, struct error *err)
{
	(void)meet(&there, &here);
	return find_bad(run, subject, err);
}

static const char *const after_a[] = { "a", NULL };
static const char *const after_b[] = { "b", NULL };

struct outcome {
	struct witness witness;
	enum verdict verdict;
	enum error_kind cut_short;
	struct error err;
	int rc;
};

static void execute_in_lanes(struct outcome *o, unsigned lanes, const struct step *step,
			     size_t count, int64_t limit_ns)
{
	struct plan plan = { .kind = "verify", .step = step, .step_count = count, .lanes = lanes };
	struct plan_request request = { .plan = &plan,
					.id = "r1",
					.sinks = &o->witness.sink,
					.time_limit_ns = limit_ns,
					.stop_requested = stop_requested,
					.cut_short = &o->cut_short };

	stop_signal = 0;
	o->witness.sink.receive = note;
	o->rc = plan_execute(&request, &o->verdict, &o->err);
}

static void execute(struct outcome *o, const struct step *step, size_t count, int64_t limit_ns)
{
	execute_in_lanes(o, 1, step, count, limit_ns);
}

static void expect(struct outcome *o, enum verdict v, const char *log)
{
	assert_int_equal(o->rc, 0);
	assert_int_equal(o->verdict, v);
	assert_int_equal(o->witness.verdict, v);
	assert_string_equal(o->witness.log.ptr, log);
	buf_release(&o->witness.log);
}

static void steps_run_in_the_order_of_their_dependencies(void **state)
{
	static const struct step steps[] = {
		{ .id = "c", .after = after_b, .run = pass },
		{ .id = "b", .after = after_a, .run = yield_nothing },
		{ .id = "a", .run = yield_nothing },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 3, 0);
	expect(&o, VERDICT_PASS,
	       "run-started step-started:a step-finished:a:pass step-started:b "
	       "step-finished:b:pass step-started:c compression:x:pass step-finished:c:pass "
	       "run-finished:pass ");
}

static void a_run_without_checks_cannot_pass(void **state)
{
	static const struct step steps[] = { { .id = "a", .run = yield_nothing } };
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 1, 0);
	expect(&o, VERDICT_ERROR,
	       "run-started step-started:a step-finished:a:pass run-finished:error ");
}

static void dependents_of_a_broken_step_are_skipped_and_others_run(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = break_down },
		{ .id = "b", .after = after_a, .run = pass },
		{ .id = "c", .after = after_b, .run = pass },
		{ .id = "d", .run = pass },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 4, 0);
	expect(&o, VERDICT_ERROR,
	       "run-started step-started:a step:a:error step-finished:a:error "
	       "step:b:skipped step-finished:b:skipped step:c:skipped step-finished:c:skipped "
	       "step-started:d compression:x:pass step-finished:d:pass run-finished:error ");
	assert_int_equal(o.cut_short, ERROR_NONE);
}

static void a_bad_backup_does_not_stop_the_steps_after_it(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = find_bad },
		{ .id = "b", .after = after_a, .run = pass },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 2, 0);
	expect(&o, VERDICT_FAIL,
	       "run-started step-started:a compression:x:fail step-finished:a:fail "
	       "step-started:b compression:x:pass step-finished:b:pass run-finished:fail ");
}

static void a_required_check_that_was_skipped_is_an_error(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = pass },
		{ .id = "b", .run = skip_required },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 2, 0);
	expect(&o, VERDICT_ERROR,
	       "run-started step-started:a compression:x:pass step-finished:a:pass "
	       "step-started:b hash:x:skipped step-finished:b:error run-finished:error ");
}

static void a_stop_request_ends_the_run_with_an_interrupted_check(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = pass },
		{ .id = "b", .run = stop_in_the_middle },
		{ .id = "c", .run = pass },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 3, 0);
	expect(&o, VERDICT_ERROR,
	       "run-started step-started:a compression:x:pass step-finished:a:pass "
	       "step-started:b step-progress:b step-finished:b:error interrupted::error "
	       "run-finished:error ");
	assert_int_equal(o.cut_short, ERROR_INTERRUPTED);
}

static void a_recorded_failure_wins_over_the_time_limit(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = find_bad },
		{ .id = "b", .run = use_up_the_time },
		{ .id = "c", .run = pass },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 3, NS_PER_SECOND);
	expect(&o, VERDICT_FAIL,
	       "run-started step-started:a compression:x:fail step-finished:a:fail "
	       "step-started:b step-progress:b step-finished:b:error interrupted::error "
	       "run-finished:fail ");
	assert_int_equal(o.cut_short, ERROR_TIMEOUT);
}

static void a_plan_that_cannot_be_ordered_is_our_bug(void **state)
{
	static const struct step cycle[] = {
		{ .id = "a", .after = after_b, .run = pass },
		{ .id = "b", .after = after_a, .run = pass },
	};
	static const struct step unknown[] = { { .id = "c", .after = after_a, .run = pass } };
	static const struct step twice[] = {
		{ .id = "a", .run = pass },
		{ .id = "a", .run = pass },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, cycle, 2, 0);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_INTERNAL);
	assert_null(o.witness.log.ptr);
	error_clear(&o.err);
	execute(&o, unknown, 1, 0);
	assert_int_equal(o.err.kind, ERROR_INTERNAL);
	error_clear(&o.err);
	execute(&o, twice, 2, 0);
	assert_int_equal(o.err.kind, ERROR_INTERNAL);
}

static void a_journal_that_refuses_an_event_ends_the_run_with_an_error(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = pass },
		{ .id = "b", .run = pass },
	};

	(void)state;
	for (size_t n = 1; n <= 8; n++) {
		struct outcome o = { .witness = { .refuse_at = n } };

		execute(&o, steps, 2, 0);
		assert_int_equal(o.rc, -1);
		assert_int_equal(o.err.kind, ERROR_IO);
		assert_string_equal(o.err.message, "disk full");
		assert_int_equal(o.verdict, VERDICT_ERROR);
		buf_release(&o.witness.log);
	}
}

static void steps_in_lanes_run_at_the_same_time_and_are_judged_apart(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = meet_here },
		{ .id = "b", .run = meet_there },
		{ .id = "c", .after = after_a, .run = yield_nothing },
	};
	struct outcome o = { 0 };

	(void)state;
	assert_int_equal(sem_init(&here, 0, 0), 0);
	assert_int_equal(sem_init(&there, 0, 0), 0);
	execute_in_lanes(&o, 2, steps, 3, 0);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.verdict, VERDICT_FAIL);
	assert_non_null(strstr(o.witness.log.ptr, "step-finished:a:pass "));
	assert_non_null(strstr(o.witness.log.ptr, "step-finished:b:fail "));
	assert_non_null(strstr(o.witness.log.ptr, "step-finished:c:pass "));
	buf_release(&o.witness.log);
}

static void a_step_that_tears_down_runs_after_a_broken_one(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = break_down },
		{ .id = "b", .after = after_a, .run = pass, .always = true },
	};
	struct outcome o = { 0 };

	(void)state;
	execute(&o, steps, 2, 0);
	expect(&o, VERDICT_ERROR,
	       "run-started step-started:a step:a:error step-finished:a:error "
	       "step-started:b compression:x:pass step-finished:b:pass run-finished:error ");
}

static void a_journal_that_refuses_an_event_of_a_lane_ends_them_all(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .run = pass },
		{ .id = "b", .run = pass },
		{ .id = "c", .after = after_a, .run = pass },
	};

	(void)state;
	for (size_t n = 1; n <= 11; n++) {
		struct outcome o = { .witness = { .refuse_at = n } };

		execute_in_lanes(&o, 2, steps, 3, 0);
		assert_int_equal(o.rc, -1);
		assert_int_equal(o.err.kind, ERROR_IO);
		buf_release(&o.witness.log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_run_in_the_order_of_their_dependencies),
		cmocka_unit_test(a_run_without_checks_cannot_pass),
		cmocka_unit_test(dependents_of_a_broken_step_are_skipped_and_others_run),
		cmocka_unit_test(a_bad_backup_does_not_stop_the_steps_after_it),
		cmocka_unit_test(a_required_check_that_was_skipped_is_an_error),
		cmocka_unit_test(a_stop_request_ends_the_run_with_an_interrupted_check),
		cmocka_unit_test(a_recorded_failure_wins_over_the_time_limit),
		cmocka_unit_test(a_plan_that_cannot_be_ordered_is_our_bug),
		cmocka_unit_test(a_journal_that_refuses_an_event_ends_the_run_with_an_error),
		cmocka_unit_test(steps_in_lanes_run_at_the_same_time_and_are_judged_apart),
		cmocka_unit_test(a_step_that_tears_down_runs_after_a_broken_one),
		cmocka_unit_test(a_journal_that_refuses_an_event_of_a_lane_ends_them_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
