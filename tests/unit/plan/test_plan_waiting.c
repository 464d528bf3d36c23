/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that wait for people, plans that are held, runs that are taken up again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "plan/plan.h"

/* Writes down which steps began and ended, and how. */
struct witness {
	struct event_sink sink;
	struct buf log;
};

/* What the steps of one test share. */
struct subject {
	int asked, tended;
	int over_after; /* polled steps are over when asked so often; 0: never */
	int held_until; /* tended so often, steps may begin */
	int cut_at;     /* tended so often, the run is to end; 0: never */
	bool told;      /* note_end() was told of "a" and "b" before be_told() began */
	atomic_int threads;
	bool met; /* a step that is to be alone was not */
	struct buf ended;
};

/* The journal, when it refuses the end of step "a". */
static bool refuses;

static int note(struct event_sink *self, const struct event *e, struct error *err)
{
	struct witness *w = (struct witness *)(void *)self;

	if (refuses && e->type == EVENT_STEP_FINISHED && strcmp(e->step, "a") == 0)
		return error_set(err, ERROR_IO, "the disk is full");
	if (e->type == EVENT_RUN_STARTED)
		return buf_printf(&w->log, "begin ");
	if (e->type == EVENT_STEP_STARTED)
		return buf_printf(&w->log, "%s ", e->step);
	if (e->type == EVENT_STEP_FINISHED || e->type == EVENT_RUN_FINISHED)
		return buf_printf(&w->log, "%s=%s ", e->step ? e->step : "run",
				  verdict_name(e->verdict));
	return 0;
}

static int check(struct plan_run *run, enum verdict verdict, struct error *err)
{
	const struct check check = { .name = "hash", .subject = "x", .verdict = verdict };

	return plan_check(run, &check, err);
}

static int pass(struct plan_run *run, void *subject, struct error *err)
{
	(void)subject;
	return check(run, VERDICT_PASS, err);
}

static int fail_and_hinder(struct plan_run *run, void *subject, struct error *err)
{
	(void)subject;
	run->hinders = true;
	return check(run, VERDICT_FAIL, err);
}

static int be_asked(struct plan_run *run, void *subject, struct error *err)
{
	struct subject *s = subject;

	(void)run;
	(void)err;
	return ++s->asked == s->over_after;
}

static int be_over(struct plan_run *run, void *subject, struct error *err)
{
	(void)run;
	(void)subject;
	(void)err;
	return 1;
}

static int be_told(struct plan_run *run, void *subject, struct error *err)
{
	struct subject *s = subject;

	s->told = strcmp(s->ended.ptr, "a b ") == 0;
	return check(run, VERDICT_PASS, err);
}

/* As one that waits for a person's decision does. */
static int wait_for_a_word(struct plan_run *run, void *subject, struct error *err)
{
	(void)subject;
	while (plan_may_go_on(run, err) == 0)
		(void)usleep(1000);
	return -1;
}

static int break_down(struct plan_run *run, void *subject, struct error *err)
{
	(void)run;
	(void)subject;
	return error_set(err, ERROR_IO, "nobody can be asked");
}

static int be_a_thread(struct plan_run *run, void *subject, struct error *err)
{
	struct subject *s = subject;

	(void)atomic_fetch_add(&s->threads, 1);
	(void)usleep(20000);
	(void)atomic_fetch_sub(&s->threads, 1);
	return check(run, VERDICT_PASS, err);
}

static int be_alone(struct plan_run *run, void *subject, struct error *err)
{
	struct subject *s = subject;

	s->met |= atomic_load(&s->threads) > 0;
	return check(run, VERDICT_PASS, err);
}

static int tend(void *subject, struct error *err)
{
	struct subject *s = subject;

	s->tended++;
	if (s->cut_at && s->tended >= s->cut_at)
		return error_set(err, ERROR_INTERRUPTED, "aborted by Ann");
	return s->tended < s->held_until;
}

static int note_end(struct plan_run *run, void *subject, bool done, struct error *err)
{
	struct subject *s = subject;

	(void)err;
	return buf_printf(&s->ended, "%s%s ", run->current->id, done ? "" : "!");
}

struct outcome {
	struct witness witness;
	enum verdict verdict;
	enum error_kind cut_short;
};

static void execute(struct outcome *o, struct subject *s, const struct step *step, size_t count,
		    const struct plan_past *past)
{
	const struct plan plan = { .kind = "drill",
				   .step = step,
				   .step_count = count,
				   .lanes = 4,
				   .tend = tend,
				   .ended = note_end };
	const struct plan_request request = { .plan = &plan,
					      .subject = s,
					      .id = "r1",
					      .platform = "p",
					      .command = "c",
					      .past = past,
					      .cut_short = &o->cut_short,
					      .sinks = &o->witness.sink };
	struct error err = ERROR_INIT;

	*o = (struct outcome){ .witness = { .sink = { .receive = note } } };
	assert_int_equal(plan_execute(&request, &o->verdict, &err), 0);
}

static void release(struct outcome *o, struct subject *s)
{
	buf_release(&o->witness.log);
	buf_release(&s->ended);
}

static const char *const after_a[] = { "a", NULL };
static const char *const after_b[] = { "b", NULL };

static void a_step_that_waits_is_asked_until_it_is_over_and_stops_no_other(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .poll = be_asked },
		{ .id = "b", .title = "B", .run = pass },
		{ .id = "c", .title = "C", .after = after_a, .run = pass }
	};
	struct subject s = { .over_after = 3 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 3, NULL);
	assert_string_equal(o.witness.log.ptr, "begin a b b=pass a=pass c c=pass run=pass ");
	assert_string_equal(s.ended.ptr, "b a c ");
	assert_int_equal(s.asked, 3);
	release(&o, &s);
}

static void a_step_that_cannot_wait_fails_like_another(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .poll = break_down },
		{ .id = "b", .title = "B", .after = after_a, .run = pass }
	};
	struct subject s = { 0 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 2, NULL);
	assert_string_equal(o.witness.log.ptr, "begin a a=error b=skipped run=error ");
	release(&o, &s);
}

static void what_comes_after_a_step_that_hinders_is_skipped_but_for_what_tears_down(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .run = fail_and_hinder },
		{ .id = "b", .title = "B", .after = after_a, .poll = be_asked },
		{ .id = "c", .title = "C", .after = after_b, .run = pass, .always = true }
	};
	struct subject s = { 0 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 3, NULL);
	assert_string_equal(o.witness.log.ptr, "begin a a=fail b=skipped c c=pass run=fail ");
	assert_string_equal(s.ended.ptr, "a b! c ");
	assert_int_equal(s.asked, 0);
	release(&o, &s);
}

static void no_step_begins_while_the_plan_is_held(void **state)
{
	static const struct step steps[] = { { .id = "a", .title = "A", .run = pass } };
	struct subject s = { .held_until = 3 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 1, NULL);
	assert_string_equal(o.witness.log.ptr, "begin a a=pass run=pass ");
	assert_true(s.tended >= 3);
	release(&o, &s);
}

static void a_plan_that_wants_the_end_is_waited_for_by_nobody(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .poll = be_asked },
		{ .id = "b", .title = "B", .after = after_a, .run = pass }
	};
	struct subject s = { .cut_at = 3 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 2, NULL);
	assert_string_equal(o.witness.log.ptr, "begin a a=skipped run=error ");
	assert_int_equal(o.cut_short, ERROR_INTERRUPTED);
	release(&o, &s);
}

static void a_step_that_forks_runs_while_no_thread_of_another_does(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .run = be_a_thread },
		{ .id = "b", .title = "B", .run = be_a_thread },
		{ .id = "c", .title = "C", .run = be_alone, .alone = true },
		{ .id = "d", .title = "D", .run = be_a_thread }
	};
	struct subject s = { 0 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 4, NULL);
	assert_false(s.met);
	assert_int_equal(o.verdict, VERDICT_PASS);
	release(&o, &s);
}

static void no_step_begins_before_the_plan_was_told_of_those_that_it_waits_for(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .poll = be_over },
		{ .id = "b", .title = "B", .poll = be_over },
		{ .id = "c", .title = "C", .after = after_b, .run = be_told, .alone = true }
	};
	struct subject s = { 0 };
	struct outcome o;

	(void)state;
	execute(&o, &s, steps, 3, NULL);
	assert_true(s.told);
	assert_string_equal(s.ended.ptr, "a b c ");
	release(&o, &s);
}

static void a_step_that_waits_in_its_thread_ends_when_the_journal_refuses_anothers(void **state)
{
	static const struct step steps[] = { { .id = "a", .title = "A", .run = be_a_thread },
					     { .id = "b", .title = "B", .run = wait_for_a_word } };
	const struct plan plan = { .kind = "drill", .step = steps, .step_count = 2, .lanes = 4 };
	struct witness witness = { .sink = { .receive = note } };
	struct subject s = { 0 };
	const struct plan_request request = { .plan = &plan,
					      .subject = &s,
					      .id = "r1",
					      .platform = "p",
					      .command = "c",
					      .sinks = &witness.sink };
	struct error err = ERROR_INIT;
	enum verdict verdict;

	(void)state;
	refuses = true;
	assert_int_equal(plan_execute(&request, &verdict, &err), -1);
	refuses = false;
	assert_string_equal(err.message, "the disk is full");
	buf_release(&witness.log);
}

static void a_run_is_taken_up_where_it_was_left_with_all_that_it_found(void **state)
{
	static const struct step steps[] = {
		{ .id = "a", .title = "A", .poll = be_asked },
		{ .id = "b", .title = "B", .after = after_a, .run = pass }
	};
	static const bool over[] = { true, false };
	struct checks found = { 0 };
	const struct plan_past past = { .started_ns = 1, .checks = &found, .over = over };
	const struct check bad = { .name = "hash", .subject = "x", .verdict = VERDICT_FAIL };
	struct subject s = { 0 };
	struct outcome o;

	(void)state;
	assert_int_equal(checks_add(&found, &bad), 0);
	execute(&o, &s, steps, 2, &past);
	assert_string_equal(o.witness.log.ptr, "b b=pass run=fail ");
	assert_string_equal(s.ended.ptr, "b ");
	checks_release(&found);
	release(&o, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_waits_is_asked_until_it_is_over_and_stops_no_other),
		cmocka_unit_test(a_step_that_cannot_wait_fails_like_another),
		cmocka_unit_test(
			what_comes_after_a_step_that_hinders_is_skipped_but_for_what_tears_down),
		cmocka_unit_test(no_step_begins_while_the_plan_is_held),
		cmocka_unit_test(a_plan_that_wants_the_end_is_waited_for_by_nobody),
		cmocka_unit_test(a_step_that_forks_runs_while_no_thread_of_another_does),
		cmocka_unit_test(
			no_step_begins_before_the_plan_was_told_of_those_that_it_waits_for),
		cmocka_unit_test(
			a_step_that_waits_in_its_thread_ends_when_the_journal_refuses_anothers),
		cmocka_unit_test(a_run_is_taken_up_where_it_was_left_with_all_that_it_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
