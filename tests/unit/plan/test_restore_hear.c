/* SPDX-License-Identifier: Apache-2.0 */
/* Several steps of a run wait for what one sandbox says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan/restore_test.intern.h"

enum { HEARERS = 6, CHECKS = 40 };

/* Of the journal: what was told, by one thread at a time. */
static struct {
	size_t progress, restored, schema;

} told;

static int receive(struct event_sink *sink, const struct event *e, struct error *err)
{
	(void)sink;
	(void)err;
	told.progress += e->type == EVENT_PROGRESS;
	if (e->type != EVENT_CHECK)
		return 0;
	told.restored += strcmp(e->check->name, check_name(CHECK_RESTORED)) == 0;
	told.schema += strcmp(e->check->name, check_name(CHECK_SCHEMA)) == 0;
	return 0;
}

static struct component_config component = { .name = "cache", .engine = ENGINE_REDIS };

struct fixture {
	struct restore_target target;
	int mouth; /* what the sandbox says goes in here */
	pthread_mutex_t lock;
	size_t heard, failed;
	char why[HEARERS][640];
};

static struct fixture *new_fixture(void)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int ends[2];

	assert_non_null(f);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	f->target = (struct restore_target){
		.component = &component,
		.engine = ENGINE_REDIS,
		.own = SANDBOX_INIT,
		.line = { .in = -1, .out = ends[0], .connection = -1 },
		.hearing = { .lock = PTHREAD_MUTEX_INITIALIZER,
			     .changed = PTHREAD_COND_INITIALIZER,
			     .phase = -1 },
		.proving = PTHREAD_MUTEX_INITIALIZER,
		.restored = true,
	};
	f->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	f->mouth = ends[1];
	memset(&told, 0, sizeof(told));
	return f;
}

static void free_fixture(struct fixture *f)
{
	visit_line_close(&f->target.line);
	(void)close(f->mouth);
	restore_report_release(&f->target.report);
	buf_release(&f->target.hearing.said);
	free(f->target.hearing.told);
	free(f);
}

static void say(const struct fixture *f, struct buf *text)
{
	assert_int_equal(write(f->mouth, text->ptr, text->len), (ssize_t)text->len);
	buf_clear(text);
}

static void say_progress(const struct fixture *f, enum restore_phase phase)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(restore_progress_write(phase, "", 1, 2, false, &text, &err), 0);
	say(f, &text);
}

static void say_report(const struct fixture *f)
{
	struct restore_report r = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	for (int i = 0; i < CHECKS; i++) {
		const struct check check = { .name = check_name(i % 2 ? CHECK_SCHEMA :
									CHECK_RESTORED),
					     .verdict = VERDICT_PASS };

		assert_int_equal(checks_add(&r.restored.checks, &check), 0);
	}
	assert_int_equal(restore_report_write(&r, &text, &err), 0);
	say(f, &text);
	restore_report_release(&r);
}

/* ---- steps ---- */

static void keep(struct fixture *f, int rc, const struct error *err)
{
	(void)pthread_mutex_lock(&f->lock);
	if (rc < 0)
		(void)snprintf(f->why[f->failed], sizeof(f->why[0]), "%s", err->message);
	f->failed += rc < 0;
	f->heard += rc == 0;
	(void)pthread_mutex_unlock(&f->lock);
}

static bool is_schema(const void *cookie, const struct check *check)
{
	(void)cookie;
	return strcmp(check->name, check_name(CHECK_SCHEMA)) == 0;
}

/* Each records all that it can get. */
static int hear_report(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *f = subject;
	int rc = restore_hear(run, &f->target, RESTORE_PHASE_COUNT, err);

	if (rc == 0)
		rc = restore_record_checks(run, &f->target, is_schema, NULL, err);
	if (rc == 0)
		rc = restore_record_checks(run, &f->target, NULL, NULL, err);
	keep(f, rc, err);
	return 0;
}

/* The sandbox speaks when this has heard that all is loaded, and that waits for nobody's report. */
static int hear_loaded(struct plan_run *run, void *subject, struct error *err)
{
	struct fixture *f = subject;

	if (restore_hear(run, &f->target, RESTORE_READ_BACK, err) < 0)
		return -1;
	keep(f, restore_has_reported(&f->target) ? -1 : 0, err);
	say_report(f);
	return 0;
}

static int speak(struct plan_run *run, void *subject, struct error *err)
{
	(void)run;
	(void)err;
	say_progress(subject, RESTORE_PREPARE);
	say_progress(subject, RESTORE_LOAD);
	say_progress(subject, RESTORE_READ_BACK);
	return 0;
}

static int speak_nonsense(struct plan_run *run, void *subject, struct error *err)
{
	const struct fixture *f = subject;

	(void)run;
	(void)err;
	say_progress(f, RESTORE_PREPARE);
	return write(f->mouth, "nonsense\n", 9) == 9 ? 0 : -1;
}

static void run_steps(struct fixture *f, int (*first)(struct plan_run *, void *, struct error *),
		      int (*second)(struct plan_run *, void *, struct error *))
{
	static const char *const ids[] = { "1", "2", "3", "4", "5", "6" };
	struct step step[HEARERS + 2];
	struct event_sink sink = { .receive = receive };
	struct plan plan = { .kind = "test", .step = step, .lanes = HEARERS + 2 };
	const struct plan_request request = {
		.plan = &plan, .subject = f, .id = "run", .platform = "p", .sinks = &sink
	};
	enum verdict verdict;
	struct error err = ERROR_INIT;

	for (; plan.step_count < HEARERS; plan.step_count++)
		step[plan.step_count] = (struct step){ .id = ids[plan.step_count],
						       .title = "",
						       .run = hear_report };
	if (second)
		step[plan.step_count++] =
			(struct step){ .id = "second", .title = "", .run = second };
	step[plan.step_count++] = (struct step){ .id = "first", .title = "", .run = first };
	assert_int_equal(plan_execute(&request, &verdict, &err), 0);
}

static void all_find_the_report_that_one_heard_and_each_check_is_told_once(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct fixture *f = new_fixture();

		run_steps(f, speak, hear_loaded);
		assert_int_equal(f->failed, 0);
		assert_int_equal(f->heard, HEARERS + 1);
		assert_int_equal(told.progress, 3);
		assert_int_equal(told.restored, CHECKS / 2);
		assert_int_equal(told.schema, CHECKS / 2);
		free_fixture(f);
	}
}

static void all_learn_why_there_will_be_no_report(void **state)
{
	struct fixture *f = new_fixture();

	(void)state;
	run_steps(f, speak_nonsense, NULL);
	assert_int_equal(f->heard, 0);
	assert_int_equal(f->failed, HEARERS);
	for (size_t i = 0; i < HEARERS; i++)
		assert_string_equal(f->why[i], f->why[0]);
	assert_int_equal(told.progress, 1);
	assert_int_equal(told.restored, 0);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_find_the_report_that_one_heard_and_each_check_is_told_once),
		cmocka_unit_test(all_learn_why_there_will_be_no_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
