/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that die in the middle of a run, and two that want the lock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "world.h"

static const char run_id[] = "20261122T030000Z-dead";

static const char *const cache[] = { "cache" };

static int lock_cache(struct history *h, const char *id, const char *command, struct error *err)
{
	struct history_claim claim = {
		.run = id, .command = command, .component = cache, .component_count = 1
	};

	return history_lock(h, &claim, err);
}

static void report(int fd, char what)
{
	if (write(fd, &what, 1) != 1)
		_exit(3);
}

static int send_check(struct history *h, enum verdict v, struct error *err)
{
	struct check check = { .name = "compression", .component = "cache", .verdict = v };
	struct event e = {
		.type = EVENT_CHECK, .at_ns = clock_wall_ns(), .run = run_id, .check = &check
	};

	return event_send(history_sink(h), &e, err);
}

/* Says 's' when the start is on disk, then 'p' or 'f' for each check, until it is killed. */
static _Noreturn void write_until_killed(const char *directory, int fd, int fails_at)
{
	struct error err = ERROR_INIT;
	struct history *h = NULL;
	struct event start = {
		.type = EVENT_RUN_STARTED, .at_ns = clock_wall_ns(), .run = run_id, .kind = "verify"
	};

	if (history_open(directory, &h, &err) < 0 || lock_cache(h, run_id, "verify", &err) < 0 ||
	    event_send(history_sink(h), &start, &err) < 0)
		_exit(2);
	report(fd, 's');
	for (int i = 0;; i++) {
		enum verdict v = i == fails_at ? VERDICT_FAIL : i % 3 ? VERDICT_PASS : VERDICT_WARN;

		if (send_check(h, v, &err) < 0)
			_exit(2);
		report(fd, v == VERDICT_FAIL ? 'f' : 'p');
	}
}

struct witnessed {
	bool started, failed;
};

static void witness(int fd, struct witnessed *w, size_t enough)
{
	char c;

	for (size_t i = 0; i < enough && read(fd, &c, 1) == 1; i++) {
		w->started |= c == 's';
		w->failed |= c == 'f';
	}
}

static struct witnessed kill_a_writer(const struct world *world, unsigned random, int fails_at)
{
	struct witnessed seen = { false, false };
	struct timespec moment = { .tv_nsec = (long)(random % 3000) * 1000 };
	int pipe_fds[2];
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pipe_fds[0]);
		write_until_killed(world->directory, pipe_fds[1], fails_at);
	}
	(void)close(pipe_fds[1]);
	witness(pipe_fds[0], &seen, random % 12);
	(void)nanosleep(&moment, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* what it managed to say before it died is on disk as well */
	witness(pipe_fds[0], &seen, SIZE_MAX);
	(void)close(pipe_fds[0]);
	return seen;
}

static void judge(const struct run *run, const struct witnessed *seen)
{
	bool has_fail = checks_count(&run->checks, VERDICT_FAIL) > 0;
	size_t interrupted = 0;

	for (size_t i = 0; i < run->checks.count; i++)
		interrupted += strcmp(run->checks.item[i].name, "interrupted") == 0;
	assert_int_equal(interrupted, 1);
	assert_int_not_equal(run->finished_ns, 0);
	assert_int_equal(run->verdict, has_fail ? VERDICT_FAIL : VERDICT_ERROR);
	if (seen->failed)
		assert_true(has_fail);
}

static void a_killed_run_is_never_greener_than_what_it_recorded(void **state)
{
	struct world *w = *state;
	struct history *h = NULL;
	size_t failed = 0;

	srand(20261122);
	for (int round = 0; round < 40; round++) {
		struct witnessed seen = kill_a_writer(w, (unsigned)rand(), round % 5);
		struct run before = { 0 }, after = { 0 };

		/* readers already see it so, before anything recovers it */
		assert_int_equal(history_open_read(w->directory, &h, &w->err), 0);
		if (history_load(h, run_id, &before, &w->err) == 0)
			judge(&before, &seen);
		else
			assert_false(seen.started);
		history_close(TAKE(h));
		error_clear(&w->err);

		assert_int_equal(history_open(w->directory, &h, &w->err), 0);
		assert_int_equal(lock_cache(h, "next", "verify", &w->err), 0);
		assert_int_equal(history_recover(h, &w->err), 0);
		assert_int_equal(history_recover(h, &w->err), 0);
		if (history_load(h, run_id, &after, &w->err) == 0) {
			judge(&after, &seen);
			assert_int_equal(after.verdict, before.verdict);
			assert_int_equal(after.checks.count, before.checks.count);
		}
		history_close(TAKE(h));
		error_clear(&w->err);
		failed += after.verdict == VERDICT_FAIL;
		run_release(&before);
		run_release(&after);
		assert_int_equal(file_remove_tree(w->directory, &w->err), 0);
	}
	/* the rounds did reach both kinds of death */
	assert_true(failed > 0 && failed < 40);
}

static _Noreturn void hold_lock(const char *directory, int ready_fd, int done_fd)
{
	struct error err = ERROR_INIT;
	struct history *h = NULL;
	char c;

	if (history_open(directory, &h, &err) < 0 || lock_cache(h, run_id, "verify", &err) < 0)
		_exit(2);
	report(ready_fd, 'l');
	_exit(read(done_fd, &c, 1) < 0);
}

static void the_second_of_two_is_told_who_holds_the_lock(void **state)
{
	struct world *w = *state;
	struct history *h = NULL;
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };
	int ready[2], done[2];
	char c, pid_text[32];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(done[1]);
		hold_lock(w->directory, ready[1], done[0]);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(history_open(w->directory, &h, &w->err), 0);
	assert_int_equal(lock_cache(h, "mine", "backup", &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_BUSY);
	(void)snprintf(pid_text, sizeof(pid_text), "pid %d, since 20", (int)pid);
	assert_non_null(strstr(w->err.message, "verify 20261122T030000Z-dead of cache, pid "));
	assert_non_null(strstr(w->err.message, pid_text));
	assert_int_not_equal(w->err.hint[0], 0);
	error_clear(&w->err);
	assert_int_equal(history_holders(h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 1);
	assert_int_equal(holders.item[0].pid, pid);
	assert_int_equal(holders.item[0].component_count, 1);
	assert_string_equal(holders.item[0].component[0], "cache");
	history_holders_release(&holders);

	/* a dead holder holds nothing, however it died */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(history_holders(h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 0);
	assert_int_equal(lock_cache(h, "mine", "backup", &w->err), 0);
	history_unlock(h);
	assert_int_equal(lock_cache(h, "mine", "backup", &w->err), 0);
	history_close(h);
	for (int i = 0; i < 2; i++) {
		(void)close(ready[i]);
		(void)close(done[i]);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_of_directory, world_end)
	const struct CMUnitTest tests[] = {
		TEST(a_killed_run_is_never_greener_than_what_it_recorded),
		TEST(the_second_of_two_is_told_who_holds_the_lock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
