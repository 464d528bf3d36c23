/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "demo/platform.h"

static char parent[32];

static int make_parent(void **state)
{
	(void)state;
	(void)snprintf(parent, sizeof(parent), "/tmp/muster-test.XXXXXX");
	return mkdtemp(parent) && setenv("TMPDIR", parent, 1) == 0 ? 0 : -1;
}

static int remove_parent(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(parent, &err);
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* A child that opens a site and keeps it until it is killed; `directory` gets its path. */
static pid_t keep_site(char directory[64])
{
	int line[2];
	pid_t pid;

	assert_int_equal(pipe(line), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct site s;
		struct error err = ERROR_INIT;

		if (site_open(&s, NULL, &err) < 0 ||
		    write(line[1], s.directory, sizeof(s.directory)) < 0)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(line[1]);
	assert_int_equal(read(line[0], directory, 64), 64);
	(void)close(line[0]);
	return pid;
}

static void kill_child(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void its_keeper_is_known_while_it_lives(void **state)
{
	struct error err = ERROR_INIT;
	char directory[64];
	pid_t owner = 0, pid = keep_site(directory);

	(void)state;
	assert_int_equal(site_owner(directory, &owner, &err), 1);
	assert_int_equal(owner, pid);
	kill_child(pid);
	assert_int_equal(site_owner(directory, &owner, &err), 0);
	assert_true(is_there(directory));
}

static void the_next_one_removes_what_a_killed_keeper_left(void **state)
{
	struct error err = ERROR_INIT;
	struct site s;
	char alive[64], dead[64];
	pid_t first = keep_site(alive), second = keep_site(dead);

	(void)state;
	kill_child(second);
	assert_int_equal(site_open(&s, NULL, &err), 0);
	assert_false(is_there(dead));
	assert_true(is_there(alive));
	assert_int_equal(site_remove(&s, &err), 0);
	kill_child(first);
}

static void one_just_made_and_not_yet_locked_is_left_alone(void **state)
{
	struct error err = ERROR_INIT;
	struct site s;
	char young[64];

	(void)state;
	(void)snprintf(young, sizeof(young), "%s/muster-demo.abcdef", parent);
	assert_int_equal(mkdir(young, 0700), 0);
	assert_int_equal(site_open(&s, NULL, &err), 0);
	assert_true(is_there(young));
	assert_int_equal(site_remove(&s, &err), 0);
	assert_false(is_there(s.directory[0] ? s.directory : "/nonexistent"));
}

static void down_ends_the_keeper_and_removes_the_directory(void **state)
{
	struct error err = ERROR_INIT;
	char directory[64], ended[64];
	int status = 0;
	pid_t pid = keep_site(directory);

	(void)state;
	/* this keeper does not clean up after itself when asked to end */
	assert_int_equal(demo_platform_down(directory, ended, &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_false(is_there(directory));
}

static void down_refuses_what_is_not_a_platform(void **state)
{
	struct error err = ERROR_INIT;
	char ended[64], unlocked[64], lock[96];

	(void)state;
	assert_int_equal(demo_platform_down(parent, ended, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_true(is_there(parent));
	error_clear(&err);
	(void)snprintf(unlocked, sizeof(unlocked), "%s/muster-demo.ghijkl", parent);
	assert_int_equal(mkdir(unlocked, 0700), 0);
	assert_int_equal(demo_platform_down(unlocked, ended, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	error_clear(&err);
	(void)snprintf(lock, sizeof(lock), "%s/demo.lock", unlocked);
	assert_int_equal(file_write_atomic(lock, 0600, "other", 5, &err), 0);
	assert_int_equal(demo_platform_down(unlocked, ended, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_true(is_there(unlocked));
}

static void a_directory_of_ones_own_must_be_empty(void **state)
{
	struct error err = ERROR_INIT;
	struct site s;
	char own[64], file[96];

	(void)state;
	(void)snprintf(own, sizeof(own), "%s/own", parent);
	assert_int_equal(site_open(&s, own, &err), 0);
	assert_string_equal(s.directory, own);
	assert_int_equal(site_remove(&s, &err), 0);
	assert_false(is_there(own));
	assert_int_equal(mkdir(own, 0700), 0);
	(void)snprintf(file, sizeof(file), "%s/precious", own);
	assert_int_equal(file_write_atomic(file, 0600, "x", 1, &err), 0);
	assert_int_equal(site_open(&s, own, &err), -1);
	assert_int_equal(site_remove(&s, &err), 0);
	assert_true(is_there(file));
}

static void a_parent_too_long_for_sockets_is_refused(void **state)
{
	struct error err = ERROR_INIT;
	struct site s;

	(void)state;
	assert_int_equal(
		site_open(&s, "/tmp/a-directory-whose-name-is-very-much-too-long-for-unix-sockets",
			  &err),
		-1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_int_equal(site_remove(&s, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_keeper_is_known_while_it_lives),
		cmocka_unit_test(the_next_one_removes_what_a_killed_keeper_left),
		cmocka_unit_test(one_just_made_and_not_yet_locked_is_left_alone),
		cmocka_unit_test(down_ends_the_keeper_and_removes_the_directory),
		cmocka_unit_test(down_refuses_what_is_not_a_platform),
		cmocka_unit_test(a_directory_of_ones_own_must_be_empty),
		cmocka_unit_test(a_parent_too_long_for_sockets_is_refused),
	};

	return cmocka_run_group_tests(tests, make_parent, remove_parent);
}
