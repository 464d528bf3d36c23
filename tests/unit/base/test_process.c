/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

static const int64_t minute_ns = 60 * NS_PER_SECOND;

#define SHELL(script) ((const char *const[]){ "/bin/sh", "-c", script, NULL })

static int run(const char *const *argv, struct buf *out, struct error *err)
{
	struct process_spec spec = { .argv = argv, .in = -1 };

	return process_run(&spec, minute_ns, 1 << 20, out, err);
}

static void output_is_collected(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(run(SHELL("echo one; echo two"), &out, &err), 0);
	assert_string_equal(out.ptr, "one\ntwo\n");
	buf_release(&out);
}

static void a_program_is_found_in_the_path_of_its_environment(void **state)
{
	static const char *const env[] = { "PATH=/nowhere:/usr/bin:/bin", NULL };
	struct process_spec spec = { .argv = (const char *const[]){ "true", NULL },
				     .env = env,
				     .in = -1 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(process_run(&spec, minute_ns, 10, NULL, &err), 0);
}

static void a_missing_program_is_an_error_with_its_name(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run((const char *const[]){ "/no/such/program", NULL }, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "/no/such/program"));
	error_clear(&err);
	assert_int_equal(run((const char *const[]){ "no-such-program-anywhere", NULL }, NULL, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void a_failed_program_says_its_code_and_words(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run(SHELL("echo no such database >&2; exit 3"), NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_string_equal(err.message, "/bin/sh exited with code 3: no such database");
}

static void a_killed_program_is_no_success(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run(SHELL("kill -9 $$"), NULL, &err), -1);
	assert_non_null(strstr(err.message, "killed by signal 9"));
}

static void too_much_output_is_an_error(void **state)
{
	struct process_spec spec = { .argv = SHELL("while :; do echo 0123456789; done"), .in = -1 };
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(process_run(&spec, minute_ns, 1000, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_true(out.len <= 1000);
	buf_release(&out);
}

static void a_program_past_its_time_is_killed(void **state)
{
	struct process_spec spec = { .argv = SHELL("exec sleep 1000"), .in = -1 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(process_run(&spec, NS_PER_SECOND / 20, 10, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_TIMEOUT);
}

static void what_a_program_leaves_running_does_not_hold_it_up(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	struct process_spec spec = { .argv = SHELL("sleep 1000 & echo $!"), .in = -1 };

	(void)state;
	assert_int_equal(process_run(&spec, minute_ns, 100, &out, &err), 0);
	assert_int_equal(kill((pid_t)strtol(out.ptr, NULL, 10), SIGKILL), 0);
	buf_release(&out);
}

static void variables_are_added_and_replaced(void **state)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "A=old", "B=kept", NULL };
	static const char *const set[] = { "A=new", "C=added", NULL };
	struct process_spec spec = {
		.argv = SHELL("echo $A $B $C"), .env = env, .set_env = set, .in = -1
	};
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(process_run(&spec, minute_ns, 100, &out, &err), 0);
	assert_string_equal(out.ptr, "new kept added\n");
	buf_release(&out);
}

static void no_other_descriptor_reaches_the_child(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	int leak = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(leak >= 0);
	assert_int_equal(run((const char *const[]){ "/bin/ls", "/proc/self/fd", NULL }, &out, &err),
			 0);
	/* 3 is the directory that ls reads */
	assert_string_equal(out.ptr, "0\n1\n2\n3\n");
	(void)close(leak);
	buf_release(&out);
}

static void standard_descriptors_may_be_given_in_any_order(void **state)
{
	int ends[2];
	char text[16] = "";
	struct error err = ERROR_INIT;
	struct process p = PROCESS_INIT;
	struct process_spec spec = { .argv = SHELL("echo out; echo err >&2"), .in = -1 };

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	/* standard error of the child goes to our 1, standard output to the pipe */
	spec.out = ends[1];
	spec.err = ends[1];
	spec.in = 0;
	assert_int_equal(process_start(&spec, &p, &err), 0);
	assert_int_equal(process_wait(&p, minute_ns, &err), 1);
	assert_true(process_succeeded(&p));
	assert_int_equal(read(ends[0], text, sizeof(text)), 8);
	assert_memory_equal(text, "out\nerr\n", 8);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void ignored_signals_are_not_passed_on(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	/* 32 and 33 are the C library's own: whom make started, ignores them */
	const unsigned long long internal = 3ULL << 31;
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	(void)state;
	assert_int_equal(
		run((const char *const[]){ "/bin/grep", "SigIgn", "/proc/self/status", NULL }, &out,
		    &err),
		0);
	assert_memory_equal(out.ptr, "SigIgn:", 7);
	assert_int_equal(strtoull(out.ptr + 7, NULL, 16) & ~internal, 0);
	(void)signal(SIGPIPE, before);
	buf_release(&out);
}

static void stopping_asks_first_and_then_kills(void **state)
{
	struct error err = ERROR_INIT;
	struct process polite = PROCESS_INIT, deaf = PROCESS_INIT;
	struct process_spec spec = {
		.argv = SHELL("exec sleep 1000"), .in = -1, .out = -1, .err = -1
	};
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(process_start(&spec, &polite, &err), 0);
	process_stop(&polite, SIGTERM, minute_ns);
	assert_true(WIFSIGNALED(polite.status) && WTERMSIG(polite.status) == SIGTERM);

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec.argv = SHELL("trap '' TERM; echo; while :; do sleep 1000; done");
	spec.out = ends[1];
	spec.own_group = true;
	assert_int_equal(process_start(&spec, &deaf, &err), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	process_stop(&deaf, SIGTERM, NS_PER_SECOND / 20);
	assert_true(WIFSIGNALED(deaf.status) && WTERMSIG(deaf.status) == SIGKILL);
	/* its sleep held the pipe too: the end of file shows that the whole group is gone */
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
	process_stop(&deaf, SIGTERM, minute_ns);
}

static void a_tied_child_dies_with_its_parent(void **state)
{
	int ends[2];
	char byte;
	pid_t parent;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		struct error err = ERROR_INIT;
		struct process p = PROCESS_INIT;
		struct process_spec spec = { .argv = SHELL("exec sleep 1000"),
					     .in = -1,
					     .out = ends[1],
					     .err = -1,
					     .own_group = true,
					     .die_with_parent = true };

		if (process_start(&spec, &p, &err) < 0)
			_exit(1);
		(void)kill(getpid(), SIGKILL);
	}
	(void)close(ends[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
}

static void as_root_a_child_gives_up_every_right(void **state)
{
	struct process_spec spec = { .argv = SHELL("id -u; id -g; id -G"),
				     .in = -1,
				     .drop = true,
				     .uid = 65534,
				     .gid = 65534 };
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can drop its rights\n");
		skip();
	}
	assert_int_equal(process_run(&spec, minute_ns, 100, &out, &err), 0);
	assert_string_equal(out.ptr, "65534\n65534\n65534\n");
	buf_release(&out);
}

/* In a process of its own, which has no other descriptor afterwards. */
static int keep_two(int first, int second)
{
	int none = -1;
	int *const kept[] = { &second, &none, &first };
	struct error err = ERROR_INIT;

	if (process_keep_only(kept, 3, &err) < 0 || second != 3 || first != 4 || none != -1)
		return 1;
	if (fcntl(first, F_GETFD) != FD_CLOEXEC || fcntl(second, F_GETFD) != FD_CLOEXEC)
		return 2;
	for (int fd = 5; fd < 64; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			return 3;
	}
	return write(1, "x", 1) == 1 && write(first, "1", 1) == 1 && write(second, "2", 1) == 1 ?
		       0 :
		       4;
}

static void a_process_keeps_the_descriptors_that_it_names_and_no_other(void **state)
{
	int one[2], two[2], status = -1;
	char got[2] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(one), 0);
	assert_int_equal(pipe(two), 0);
	pid = fork();
	if (pid == 0)
		_exit(keep_two(one[1], two[1]));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(one[0], &got[0], 1), 1);
	assert_int_equal(read(two[0], &got[1], 1), 1);
	assert_memory_equal(got, "12", 2);
	for (int i = 0; i < 2; i++) {
		(void)close(one[i]);
		(void)close(two[i]);
	}
}

static void hostile_text_is_quoted_on_one_line(void **state)
{
	struct buf text = { 0 };
	char out[64];

	(void)state;
	assert_int_equal(buf_puts(&text, "a\nb\x1b[31m\n"), 0);
	assert_string_equal(process_quote_text(&text, out, sizeof(out)), "a; b [31m");
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_collected),
		cmocka_unit_test(a_program_is_found_in_the_path_of_its_environment),
		cmocka_unit_test(a_missing_program_is_an_error_with_its_name),
		cmocka_unit_test(a_failed_program_says_its_code_and_words),
		cmocka_unit_test(a_killed_program_is_no_success),
		cmocka_unit_test(too_much_output_is_an_error),
		cmocka_unit_test(a_program_past_its_time_is_killed),
		cmocka_unit_test(what_a_program_leaves_running_does_not_hold_it_up),
		cmocka_unit_test(variables_are_added_and_replaced),
		cmocka_unit_test(no_other_descriptor_reaches_the_child),
		cmocka_unit_test(standard_descriptors_may_be_given_in_any_order),
		cmocka_unit_test(ignored_signals_are_not_passed_on),
		cmocka_unit_test(stopping_asks_first_and_then_kills),
		cmocka_unit_test(a_tied_child_dies_with_its_parent),
		cmocka_unit_test(as_root_a_child_gives_up_every_right),
		cmocka_unit_test(a_process_keeps_the_descriptors_that_it_names_and_no_other),
		cmocka_unit_test(hostile_text_is_quoted_on_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
