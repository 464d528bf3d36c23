/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs at once: of different components, of the same, of the living and the dead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "world.h"

/* Components of claims: "cache", "database", "queue" and what lies between. */
static const char *const all[] = { "cache", "database", "queue" };

static int lock(struct history *h, const char *run, size_t first, size_t count, struct error *err)
{
	struct history_claim claim = {
		.run = run, .command = "verify", .component = all + first, .component_count = count
	};

	return history_lock(h, &claim, err);
}

static int say(struct history *h, const char *run, enum event_type type, enum verdict v,
	       struct error *err)
{
	struct check check = { .name = "format", .component = "cache", .verdict = v };
	struct event e = { .type = type,
			   .at_ns = clock_wall_ns(),
			   .run = run,
			   .kind = "verify",
			   .verdict = v,
			   .check = type == EVENT_CHECK ? &check : NULL };

	return event_send(history_sink(h), &e, err);
}

/* A process that holds one component for a run which it has begun; ended by its lifeline's end. */
struct holder {
	pid_t pid;
	int lifeline;
};

static _Noreturn void hold(const char *directory, const char *run, size_t component, int ready,
			   int lifeline)
{
	struct error err = ERROR_INIT;
	struct history *h = NULL;
	char c = 'l';

	if (history_open(directory, &h, &err) < 0 || lock(h, run, component, 1, &err) < 0 ||
	    say(h, run, EVENT_RUN_STARTED, VERDICT_SKIPPED, &err) < 0 ||
	    say(h, run, EVENT_CHECK, VERDICT_PASS, &err) < 0 || write(ready, &c, 1) != 1)
		_exit(2);
	while (read(lifeline, &c, 1) > 0)
		continue;
	_exit(say(h, run, EVENT_RUN_FINISHED, VERDICT_PASS, &err) < 0);
}

static struct holder begin_holder(const struct world *w, const char *run, size_t component)
{
	struct holder holder;
	int ready[2], lifeline[2];
	char c;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(lifeline, O_CLOEXEC), 0);
	holder.pid = fork();
	assert_true(holder.pid >= 0);
	if (holder.pid == 0) {
		(void)close(ready[0]);
		(void)close(lifeline[1]);
		hold(w->directory, run, component, ready[1], lifeline[0]);
	}
	(void)close(ready[1]);
	(void)close(lifeline[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	(void)close(ready[0]);
	holder.lifeline = lifeline[1];
	return holder;
}

static void end_holder(const struct holder *holder)
{
	int status;

	(void)close(holder->lifeline);
	assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
	assert_int_equal(status, 0);
}

static void kill_holder(const struct holder *holder)
{
	assert_int_equal(kill(holder->pid, SIGKILL), 0);
	assert_int_equal(waitpid(holder->pid, NULL, 0), holder->pid);
	(void)close(holder->lifeline);
}

static void runs_of_different_components_do_not_wait(void **state)
{
	struct world *w = *state;
	struct holder cache = begin_holder(w, "r1", 0);
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	assert_int_equal(lock(h, "r2", 1, 2, &w->err), 0);
	/* the other has a check that waits to be written, which keeps nobody from writing */
	assert_int_equal(say(h, "r2", EVENT_RUN_STARTED, VERDICT_SKIPPED, &w->err), 0);
	assert_int_equal(history_holders(h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 2);
	assert_string_equal(holders.item[0].run, "r1");
	assert_string_equal(holders.item[1].run, "r2");
	assert_int_equal(holders.item[1].component_count, 2);
	assert_string_equal(holders.item[1].component[1], "queue");
	end_holder(&cache);
}

static void all_of_a_claim_is_taken_or_nothing(void **state)
{
	struct world *w = *state;
	struct holder queue = begin_holder(w, "r1", 2);
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	assert_int_equal(lock(h, "r2", 0, 3, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_BUSY);
	assert_non_null(strstr(w->err.message, "verify r1 of queue, pid "));
	assert_int_equal(history_holders(h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 1);
	assert_string_equal(holders.item[0].run, "r1");
	end_holder(&queue);
}

static void a_full_disk_is_told_with_the_file_and_what_to_do(void **state)
{
	struct world *w = *state;
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	struct rlimit before, nothing;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	nothing = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &nothing), 0);
	assert_int_equal(lock(h, "r1", 0, 1, &w->err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(w->err.message, w->directory));
	assert_non_null(strstr(w->err.message, "/locks/cache.lock: "));
	assert_non_null(strstr(w->err.hint, "disk of state_dir"));
	error_clear(&w->err);
	assert_int_equal(lock(h, "r1", 0, 1, &w->err), 0);
}

static void runs_of_no_component_exclude_each_other_alone(void **state)
{
	struct world *w = *state;
	struct holder queue = begin_holder(w, "r1", 2);
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	CLEANUP(cleanup_history)
	struct history *other = world_open(w);

	assert_int_equal(lock(h, "r2", 0, 0, &w->err), 0);
	assert_int_equal(lock(other, "r3", 0, 0, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_BUSY);
	end_holder(&queue);
}

static void a_kind_is_no_component_whatever_that_is_called(void **state)
{
	struct world *w = *state;
	static const char *const named_alike[] = { "_drill", "drill" };
	const struct history_claim drill = { .run = "r1", .command = "drill", .whole_kind = true },
				   verify = { .run = "r2",
					      .command = "verify",
					      .component = named_alike,
					      .component_count = 2 },
				   another = { .run = "r3",
					       .command = "drill",
					       .whole_kind = true };
	CLEANUP(cleanup_history)
	struct history *first = world_open(w);
	CLEANUP(cleanup_history)
	struct history *second = world_open(w);
	CLEANUP(cleanup_history)
	struct history *third = world_open(w);
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };

	assert_int_equal(history_lock(first, &drill, &w->err), 0);
	assert_int_equal(history_lock(second, &verify, &w->err), 0);
	assert_int_equal(history_holders(third, &holders, &w->err), 0);
	assert_int_equal(holders.count, 2);
	assert_string_equal(holders.item[0].run, "r2");
	assert_int_equal(holders.item[0].component_count, 2);
	assert_string_equal(holders.item[0].component[0], "_drill");
	assert_false(holders.item[0].whole_kind);
	assert_string_equal(holders.item[1].run, "r1");
	assert_int_equal(holders.item[1].component_count, 0);
	assert_true(holders.item[1].whole_kind);

	assert_int_equal(history_lock(third, &another, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_BUSY);
	assert_non_null(strstr(w->err.message, ": drill r1, pid "));
}

static size_t list(struct world *w, struct history *h, struct run **runs)
{
	struct history_filter any = { .kind = NULL };
	size_t count;

	assert_int_equal(history_list(h, &any, runs, &count, &w->err), 0);
	return count;
}

static void recovery_ends_the_runs_of_the_dead_and_of_nobody_else(void **state)
{
	struct world *w = *state;
	struct holder living = begin_holder(w, "r1", 0), dead = begin_holder(w, "r2", 1);
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	struct run *runs;

	assert_int_equal(history_recover(h, &w->err), 0);
	assert_int_equal(list(w, h, &runs), 2);
	assert_int_equal(runs[0].finished_ns, 0);
	assert_int_equal(runs[1].finished_ns, 0);
	history_free_runs(runs, 2);

	kill_holder(&dead);
	/* readers know before anybody recovers it */
	assert_int_equal(list(w, h, &runs), 2);
	assert_string_equal(runs[0].id, "r2");
	assert_int_equal(runs[0].verdict, VERDICT_ERROR);
	assert_int_equal(runs[1].finished_ns, 0);
	history_free_runs(runs, 2);
	assert_int_equal(history_recover(h, &w->err), 0);
	assert_int_equal(history_recover(h, &w->err), 0);

	end_holder(&living);
	assert_int_equal(list(w, h, &runs), 2);
	assert_int_equal(runs[0].verdict, VERDICT_ERROR);
	assert_int_equal(runs[1].verdict, VERDICT_PASS);
	history_free_runs(runs, 2);
}

enum { WRITERS = 3, CHECKS = 150 };

static _Noreturn void write_checks(const char *directory, size_t component)
{
	struct error err = ERROR_INIT;
	struct history *h = NULL;
	char run[RUN_ID_SIZE];

	(void)snprintf(run, sizeof(run), "r%zu", component);
	if (history_open(directory, &h, &err) < 0 || lock(h, run, component, 1, &err) < 0 ||
	    say(h, run, EVENT_RUN_STARTED, VERDICT_SKIPPED, &err) < 0)
		_exit(2);
	for (int i = 0; i < CHECKS; i++)
		if (say(h, run, EVENT_CHECK, i % 3 ? VERDICT_WARN : VERDICT_PASS, &err) < 0)
			_exit(3);
	if (say(h, run, EVENT_RUN_FINISHED, VERDICT_WARN, &err) < 0)
		_exit(4);
	history_close(h);
	_exit(0);
}

static void several_writers_lose_nothing_and_keep_each_run_in_order(void **state)
{
	struct world *w = *state;
	struct history *h = world_open(w);
	pid_t pid[WRITERS];

	history_close(h);
	for (size_t i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			write_checks(w->directory, i);
	}
	for (size_t i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	h = world_open(w);
	for (size_t i = 0; i < WRITERS; i++) {
		char id[RUN_ID_SIZE];
		struct run run = { 0 };

		(void)snprintf(id, sizeof(id), "r%zu", i);
		assert_int_equal(history_load(h, id, &run, &w->err), 0);
		assert_int_equal(run.checks.count, CHECKS);
		for (int k = 0; k < CHECKS; k++)
			assert_int_equal(run.checks.item[k].verdict,
					 k % 3 ? VERDICT_WARN : VERDICT_PASS);
		run_release(&run);
	}
	history_close(h);
}

enum { ROUNDS = 60 };

/* Takes two of three components again and again; a file of each tells whether it was alone. */
static _Noreturn void contend(const char *directory, size_t first, int fd)
{
	struct error err = ERROR_INIT;
	struct history *h = NULL;
	char path[2][128], got = 0;

	if (history_open(directory, &h, &err) < 0)
		_exit(2);
	for (size_t i = 0; i < 2; i++)
		(void)snprintf(path[i], sizeof(path[i]), "%s/%s", directory, all[first + i]);
	for (int round = 0; round < ROUNDS; round++) {
		error_clear(&err);
		if (lock(h, "r", first, 2, &err) < 0) {
			if (err.kind != ERROR_BUSY)
				_exit(3);
			continue;
		}
		got = 1;
		for (size_t i = 0; i < 2; i++) {
			int own = open(path[i], O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

			if (own < 0 || close(own) < 0)
				_exit(4);
		}
		if (unlink(path[0]) < 0 || unlink(path[1]) < 0)
			_exit(5);
		history_unlock(h);
	}
	_exit(write(fd, &got, 1) != 1);
}

static void two_never_hold_the_same_component(void **state)
{
	struct world *w = *state;
	pid_t pid[4];
	int results[2];
	char got, any = 0;

	history_close(world_open(w));
	assert_int_equal(pipe2(results, O_CLOEXEC), 0);
	for (size_t i = 0; i < 4; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			contend(w->directory, i % 2, results[1]);
	}
	for (size_t i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
		assert_int_equal(read(results[0], &got, 1), 1);
		any |= got;
	}
	assert_true(any);
	(void)close(results[0]);
	(void)close(results[1]);
}

static void a_lock_ends_with_its_run_though_a_child_lives(void **state)
{
	struct world *w = *state;
	CLEANUP(cleanup_history)
	struct history *h = world_open(w);
	CLEANUP(cleanup_history)
	struct history *other = world_open(w);
	int lifeline[2];
	char c;
	pid_t pid;

	assert_int_equal(lock(h, "r1", 0, 1, &w->err), 0);
	assert_int_equal(pipe2(lifeline, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(lifeline[1]);
		_exit(read(lifeline[0], &c, 1) != 0);
	}
	(void)close(lifeline[0]);
	history_unlock(h);
	assert_int_equal(lock(other, "r2", 0, 1, &w->err), 0);
	(void)close(lifeline[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_second_is_kept_to_one_history_until_its_end(void **state)
{
	struct world *w = *state;
	struct history *h = world_open(w);
	CLEANUP(cleanup_history)
	struct history *other = world_open(w);
	bool ours = false;

	assert_int_equal(history_reserve_second(h, 5 * NS_PER_SECOND, &ours, &w->err), 0);
	assert_true(ours);
	assert_int_equal(history_reserve_second(other, 5 * NS_PER_SECOND + 7, &ours, &w->err), 0);
	assert_false(ours);
	assert_int_equal(history_reserve_second(other, 6 * NS_PER_SECOND, &ours, &w->err), 0);
	assert_true(ours);
	history_close(h);
	assert_int_equal(history_reserve_second(other, 5 * NS_PER_SECOND, &ours, &w->err), 0);
	assert_true(ours);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_of_directory, world_end)
	const struct CMUnitTest tests[] = {
		TEST(runs_of_different_components_do_not_wait),
		TEST(all_of_a_claim_is_taken_or_nothing),
		TEST(a_full_disk_is_told_with_the_file_and_what_to_do),
		TEST(runs_of_no_component_exclude_each_other_alone),
		TEST(a_kind_is_no_component_whatever_that_is_called),
		TEST(recovery_ends_the_runs_of_the_dead_and_of_nobody_else),
		TEST(several_writers_lose_nothing_and_keep_each_run_in_order),
		TEST(two_never_hold_the_same_component),
		TEST(a_second_is_kept_to_one_history_until_its_end),
		TEST(a_lock_ends_with_its_run_though_a_child_lives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
