/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../both_users.h"
#include "base/clock.h"
#include "base/file.h"
#include "sandbox/visit.h"
#include "sandbox/visit_program.h"

#define COUNT_SLEEPS                                                                               \
	"n=0; for p in /proc/[0-9]*; do grep -qs '^sleep' $p/cmdline && n=$((n + 1)); done; echo " \
	"$n"

enum { WAIT_MS = 30000 };

/* Says its cookie, its name and what it hears. */
static int echo(void *cookie, const char *name, struct sandbox_pipes pipes)
{
	char heard[64];
	ssize_t n = read(pipes.in, heard, sizeof(heard));

	if (strcmp(name, "silent") == 0)
		return 9;
	if (strcmp(name, "long") == 0)
		(void)execlp("sleep", "sleep", "1000", (char *)NULL);
	(void)dprintf(pipes.out, "%s %s heard %.*s", (const char *)cookie, name, n > 0 ? (int)n : 0,
		      heard);
	return 3;
}

static int be_visited(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static const char *const env[] = { "MUSTER_TEST_GUIDE=a guide", NULL };
	const struct visit_guide guide = {
		.directory = place->directory, .env = env, .work = echo, .cookie = cookie
	};
	struct error err = ERROR_INIT;

	return visit_serve(pipes, &guide, &err) < 0;
}

static struct sandbox open_sandbox(struct sandbox_limits limits)
{
	static char word[] = "echo";
	const struct sandbox_options options = {
		.visited = true, .work = be_visited, .cookie = word, .limits = limits
	};
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;

	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	return s;
}

static struct visit_captured run_request(const struct sandbox *s, struct visit_capture request,
					 const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct visit_captured out = { 0 };
	struct error err = ERROR_INIT;

	request.program.argv = argv;
	if (visit_capture(s, &request, &out, &err) < 0)
		fail_msg("%s", err.message);
	return out;
}

static struct visit_captured run(const struct sandbox *s, const char *script)
{
	return run_request(s, (struct visit_capture){ 0 }, script);
}

static void assert_sleeping(const struct sandbox *s, const char *count)
{
	CLEANUP(visit_captured_release)
	struct visit_captured c = run(s, COUNT_SLEEPS);

	assert_string_equal(c.output.ptr, count);
}

static void both_outputs_and_the_code_come_out(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = run(&s, "pwd; echo wrong >&2; hostname; exit 7");
	CLEANUP(visit_captured_release)
	struct visit_captured killed = run(&s, "kill -TERM $$");

	(void)state;
	assert_string_equal(c.output.ptr, "/work\nwrong\nsandbox\n");
	assert_int_equal(c.written, c.output.len);
	assert_int_equal(c.code, 7);
	assert_false(c.time_is_up);
	assert_int_equal(killed.code, 128 + SIGTERM);
	assert_int_equal(killed.written, 0);
	sandbox_close(&s);
}

static void it_gets_variables_a_directory_and_input(void **state)
{
	static const char *const env[] = { "ADDED=by the owner", "MUSTER_TEST_GUIDE=replaced",
					   "EMPTY=", NULL };
	static const char input[] = "the input";
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = run_request(
		&s,
		(struct visit_capture){ .program = { .env = env, .directory = "/usr/bin" },
					.input = { (const uint8_t *)input, strlen(input) } },
		"pwd; echo $ADDED, $MUSTER_TEST_GUIDE, ${EMPTY-none}, $HOME; cat; echo "
		">/dev/stdin");

	(void)state;
	assert_non_null(
		strstr(c.output.ptr, "/usr/bin\nby the owner, replaced, , /work\nthe input"));
	assert_int_not_equal(c.code, 0); /* the input is not to be written */
	sandbox_close(&s);
}

static void it_has_no_more_rights_than_the_work_and_three_descriptors(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = run(
		&s, "grep -E '^(NoNewPrivs|CapEff|CapPrm|CapBnd|CapInh|CapAmb):' "
		    "/proc/self/status | tr -d ' \\t\\n'; id -u; ls /proc/self/fd | tr '\\n' ' '");

	(void)state;
	/* ls has one for the directory itself */
	assert_string_equal(c.output.ptr, "CapInh:0000000000000000CapPrm:0000000000000000"
					  "CapEff:0000000000000000CapBnd:0000000000000000"
					  "CapAmb:0000000000000000NoNewPrivs:165534\n0 1 2 3 ");
	sandbox_close(&s);
}

static void what_cannot_be_started_says_why(void **state)
{
	static const char *const argv[] = { "no-such-program", NULL };
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	struct visit_capture request = { .program = { .argv = argv } };
	CLEANUP(visit_captured_release)
	struct visit_captured missing = { 0 };
	CLEANUP(visit_captured_release)
	struct visit_captured nowhere = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(visit_capture(&s, &request, &missing, &err), 0);
	assert_int_equal(missing.code, 127);
	assert_string_equal(missing.output.ptr,
			    "muster: no-such-program: No such file or directory\n");
	request.program.directory = "/nowhere";
	assert_int_equal(visit_capture(&s, &request, &nowhere, &err), 0);
	assert_int_equal(nowhere.code, 126);
	assert_string_equal(nowhere.output.ptr, "muster: /nowhere: No such file or directory\n");
	request.program.argv = NULL;
	assert_int_equal(visit_capture(&s, &request, &nowhere, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	sandbox_close(&s);
}

static void more_output_than_is_kept_is_counted(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = run(&s, "echo first; head -c 5000000 /dev/zero; exit 4");

	(void)state;
	assert_int_equal(c.written, 5000006);
	assert_int_equal(c.output.len, VISIT_OUTPUT_MAX);
	assert_memory_equal(c.output.ptr, "first\n\0", 7);
	assert_int_equal(c.code, 4);
	sandbox_close(&s);
}

static void much_input_is_no_standstill(void **state)
{
	enum { BYTES = 3000000 };
	char *input = calloc(1, BYTES);
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	const struct visit_capture request = { .input = { (const uint8_t *)input, BYTES } };
	CLEANUP(visit_captured_release)
	struct visit_captured copied = run_request(&s, request, "cat");
	CLEANUP(visit_captured_release)
	struct visit_captured unread = run_request(&s, request, "true");

	(void)state;
	assert_int_equal(copied.written, BYTES);
	assert_int_equal(unread.code, 0);
	free(input);
	sandbox_close(&s);
}

static void one_that_does_not_end_is_ended_with_all_that_it_began(void **state)
{
	static const char script[] = "trap '' TERM HUP; sleep 1000 & setsid sleep 1000 & "
				     "setsid sh -c 'trap \"\" TERM; sleep 1000 & sleep 1000; :' & "
				     "echo begun; while :; do sleep 1000; done";
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c =
		run_request(&s, (struct visit_capture){ .time_max_ns = 3 * NS_PER_SECOND }, script);
	CLEANUP(visit_captured_release)
	struct visit_captured polite = run_request(
		&s, (struct visit_capture){ .time_max_ns = 3 * NS_PER_SECOND },
		"trap 'echo ended; exit 5' TERM; echo begun; while :; do sleep 0.1; done");

	(void)state;
	assert_true(c.time_is_up);
	assert_string_equal(c.output.ptr, "begun\n");
	assert_int_equal(c.code, 128 + SIGKILL);
	assert_true(c.took_ns >= 3 * NS_PER_SECOND);
	assert_true(polite.time_is_up);
	assert_int_equal(polite.code, 5);
	assert_non_null(strstr(polite.output.ptr, "ended\n"));
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

static void what_it_leaves_behind_ends_with_it(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c =
		run(&s, "sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' & echo left");

	(void)state;
	assert_string_equal(c.output.ptr, "left\n");
	assert_int_equal(c.code, 0);
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

static void one_that_multiplies_without_end_is_ended(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ .process_max = 60 });
	CLEANUP(visit_captured_release)
	struct visit_captured c =
		run_request(&s, (struct visit_capture){ .time_max_ns = NS_PER_SECOND },
			    "f() { f & f & sleep 1000; }; trap '' TERM; f");
	CLEANUP(visit_captured_release)
	struct visit_captured after = run(&s, "echo room");

	(void)state;
	assert_true(c.time_is_up || c.code != 0);
	assert_string_equal(after.output.ptr, "room\n");
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

static bool stop(const void *cookie)
{
	(void)cookie;
	return true;
}

static void whoever_runs_it_may_be_interrupted(void **state)
{
	static const char *const argv[] = { "sleep", "1000", NULL };
	const struct visit_capture request = { .program = { .argv = argv },
					       .stop = { .asked = stop } };
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(visit_capture(&s, &request, &c, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

static void *run_in_thread(void *argument)
{
	static const char *const argv[] = { "sh", "-c", "cat; sleep 0.2; exit 6", NULL };
	static const char input[] = "of a thread";
	const struct visit_capture request = { .program = { .argv = argv },
					       .input = { (const uint8_t *)input, 11 } };
	CLEANUP(visit_captured_release)
	struct visit_captured c = { 0 };
	struct error err = ERROR_INIT;

	if (visit_capture(argument, &request, &c, &err) < 0 || c.code != 6 ||
	    strcmp(c.output.ptr, input) != 0)
		return argument;
	return NULL;
}

static void several_threads_run_programs_at_once(void **state)
{
	enum { THREADS = 12 };
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	pthread_t thread[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, run_in_thread, &s), 0);
	for (int i = 0; i < THREADS; i++) {
		void *failed = NULL;

		assert_int_equal(pthread_join(thread[i], &failed), 0);
		assert_null(failed);
	}
	sandbox_close(&s);
}

/* ---- programs that go on ---- */

static int start(const struct sandbox *s, const char *script, const char *output)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct visit_program program = { .argv = argv };
	struct error err = ERROR_INIT;
	int connection = -1;

	if (visit_start(s, &program, output, &connection, &err) < 0)
		fail_msg("%s", err.message);
	return connection;
}

/* Until WORDS stand in the file. */
static void expect_in_file(const struct sandbox *s, const char *name, const char *words)
{
	for (int tries = 0; tries < WAIT_MS / 20; tries++) {
		struct error err = ERROR_INIT;
		int fd = sandbox_open_file(s, name, &err);
		char text[4096] = "";
		bool found = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strstr(text, words);

		cleanup_close(&fd);
		if (found)
			return;
		(void)usleep(20000);
	}
	fail_msg("%s never says %s", name, words);
}

static void a_started_program_writes_to_its_file_until_its_connection_is_closed(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	int connection =
		start(&s, "echo up; echo loud >&2; setsid sleep 1000 & sleep 1000", "service.log");
	struct pollfd fd = { .fd = connection, .events = POLLIN };

	(void)state;
	expect_in_file(&s, "service.log", "up\nloud\n");
	assert_int_equal(poll(&fd, 1, 0), 0);
	(void)close(connection);
	for (int tries = 0; tries < WAIT_MS / 50; tries++) {
		CLEANUP(visit_captured_release)
		struct visit_captured c = run(&s, COUNT_SLEEPS);

		if (strcmp(c.output.ptr, "0\n") == 0)
			break;
		assert_true(tries + 1 < WAIT_MS / 50);
		(void)usleep(50000);
	}
	sandbox_close(&s);
}

static void the_end_of_a_started_program_is_noticed(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	int connection = start(&s, "read nothing; echo failed; exit 8", "service.log");
	struct pollfd fd = { .fd = connection, .events = POLLIN };
	struct error err = ERROR_INIT;
	int code = -1;

	(void)state;
	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	assert_int_equal(visit_await(&s, connection, 0, &code, &err), 1);
	assert_int_equal(code, 8);
	expect_in_file(&s, "service.log", "failed\n");
	(void)close(connection);
	sandbox_close(&s);
}

static void to_end_a_started_program_is_to_wait_for_its_end(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	int connection =
		start(&s, "trap 'echo bye; exit 2' TERM; echo up; while :; do sleep 0.1; done",
		      "service.log");
	struct error err = ERROR_INIT;
	int code = -1;

	(void)state;
	expect_in_file(&s, "service.log", "up\n");
	assert_int_equal(visit_await(&s, connection, 1, &code, &err), 0);
	assert_int_equal(visit_end(&s, connection, &code, &err), 0);
	assert_int_equal(code, 2);
	expect_in_file(&s, "service.log", "bye\n");
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

static void what_was_planted_for_the_owner_leads_nowhere(void **state)
{
	static const char *const names[] = { "link", "pipe",     "directory",   "through/passwd",
					     "..",   "../given", "/etc/passwd", "socket" };
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c =
		run(&s, "ln -s /etc/passwd link; ln -s /etc through; mkfifo pipe; mkdir directory; "
			"perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"socket\", "
			"Listen => 1) or die'; echo fine >directory/file");
	struct error err = ERROR_INIT;
	int fd;

	(void)state;
	assert_int_equal(c.code, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		error_clear(&err);
		assert_int_equal(sandbox_open_file(&s, names[i], &err), -1);
		assert_int_equal(err.kind, ERROR_REFUSED);
	}
	error_clear(&err);
	assert_int_equal(sandbox_open_file(&s, "missing", &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	error_clear(&err);
	fd = sandbox_open_file(&s, "directory/file", &err);
	assert_true(fd >= 0);
	(void)close(fd);
	sandbox_close(&s);
}

static void an_output_that_somebody_put_a_trap_for_is_not_opened(void **state)
{
	static const char *const names[] = { "link", "pipe" };
	static const char *const wrong[] = { "", "a/b", "..", ".hidden" };
	static const char *const argv[] = { "true", NULL };
	const struct visit_program program = { .argv = argv };
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	CLEANUP(visit_captured_release)
	struct visit_captured c = run(&s, "ln -s /work/elsewhere link; mkfifo pipe");

	(void)state;
	assert_int_equal(c.code, 0);
	for (size_t i = 0; i < 2; i++) {
		struct error err = ERROR_INIT;
		int code = 0, connection = start(&s, "echo trapped", names[i]);

		assert_int_equal(visit_await(&s, connection, -1, &code, &err), 1);
		assert_int_equal(code, 126);
		(void)close(connection);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct error err = ERROR_INIT;
		int connection = -1;

		assert_int_equal(visit_start(&s, &program, wrong[i], &connection, &err), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
	}
	sandbox_close(&s);
}

/* ---- work of the guide's ---- */

static void work_is_begun_by_name_and_speaks_by_its_own_pipes(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	struct visit_line one = VISIT_LINE_INIT, two = VISIT_LINE_INIT;
	struct error err = ERROR_INIT;
	char said[128] = "";
	int code = 0;

	(void)state;
	assert_int_equal(visit_begin_work(&s, "one", &one, &err), 0);
	assert_int_equal(visit_begin_work(&s, "two", &two, &err), 0);
	assert_int_equal(write(two.in, "2", 1), 1);
	assert_true(read(two.out, said, sizeof(said) - 1) > 0);
	assert_string_equal(said, "echo two heard 2");
	memset(said, 0, sizeof(said));
	assert_int_equal(write(one.in, "1", 1), 1);
	assert_true(read(one.out, said, sizeof(said) - 1) > 0);
	assert_string_equal(said, "echo one heard 1");
	assert_int_equal(visit_await(&s, one.connection, -1, &code, &err), 1);
	assert_int_equal(code, 3);
	visit_line_close(&one);
	visit_line_close(&two);
	assert_int_equal(visit_begin_work(&s, "silent", &one, &err), 0);
	(void)close(one.in);
	one.in = -1;
	assert_int_equal(visit_await(&s, one.connection, -1, &code, &err), 1);
	assert_int_equal(code, 9);
	visit_line_close(&one);
	sandbox_close(&s);
}

static void work_ends_with_its_line(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	struct visit_line line = VISIT_LINE_INIT;
	struct error err = ERROR_INIT;
	int code = 0;

	(void)state;
	assert_int_equal(visit_begin_work(&s, "long", &line, &err), 0);
	assert_int_equal(write(line.in, "1", 1), 1);
	assert_int_equal(visit_await(&s, line.connection, NS_PER_SECOND / 10, &code, &err), 0);
	assert_int_equal(visit_end(&s, TAKE_FD(line.connection), &code, &err), 0);
	assert_int_equal(code, 128 + SIGTERM);
	visit_line_close(&line);
	assert_sleeping(&s, "0\n");
	sandbox_close(&s);
}

/* ---- limits ---- */

static void assert_fails(struct sandbox_limits limits, const char *script, enum error_kind kind)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct visit_capture request = { .program = { .argv = argv } };
	struct sandbox s = open_sandbox(limits);
	CLEANUP(visit_captured_release)
	struct visit_captured c = { 0 };
	struct error err = ERROR_INIT, again = ERROR_INIT;
	int connection = start(&s, "sleep 1000", "service.log"), code = 0;

	assert_int_equal(visit_capture(&s, &request, &c, &err), -1);
	assert_int_equal(err.kind, kind);
	/* each that was in there is told the same */
	assert_int_equal(visit_await(&s, connection, -1, &code, &again), -1);
	assert_string_equal(again.message, err.message);
	error_clear(&again);
	assert_int_equal(sandbox_wait(&s, -1, &code, &again), -1);
	assert_string_equal(again.message, err.message);
	(void)close(connection);
	sandbox_close(&s);
}

static void the_limits_of_the_sandbox_end_programs_and_are_named(void **state)
{
	(void)state;
	assert_fails((struct sandbox_limits){ .time_max_ns = NS_PER_SECOND }, "sleep 1000",
		     ERROR_TIMEOUT);
	assert_fails((struct sandbox_limits){ .disk_max = 1 << 20 },
		     "head -c 3000000 /dev/zero >file; sleep 1000", ERROR_REFUSED);
}

static void the_output_of_a_started_program_is_limited_as_the_disk_is(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ .disk_max = 1 << 20 });
	int connection = start(&s, "yes", "service.log"), code = 0;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(visit_await(&s, connection, -1, &code, &err), -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	(void)close(connection);
	sandbox_close(&s);
}

static void a_closed_sandbox_leaves_none_of_its_programs(void **state)
{
	struct sandbox s = open_sandbox((struct sandbox_limits){ 0 });
	int connection = start(&s, "echo up; exec sleep 1000", "service.log"), code = 0;
	char directory[PATH_MAX];

	(void)state;
	(void)snprintf(directory, sizeof(directory), "%s", s.directory);
	expect_in_file(&s, "service.log", "up\n");
	sandbox_close(&s);
	assert_int_equal(recv(connection, &code, sizeof(code), 0), 0);
	assert_int_not_equal(access(directory, F_OK), 0);
	(void)close(connection);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_code_come_out),
		cmocka_unit_test(it_gets_variables_a_directory_and_input),
		cmocka_unit_test(it_has_no_more_rights_than_the_work_and_three_descriptors),
		cmocka_unit_test(what_cannot_be_started_says_why),
		cmocka_unit_test(more_output_than_is_kept_is_counted),
		cmocka_unit_test(much_input_is_no_standstill),
		cmocka_unit_test(one_that_does_not_end_is_ended_with_all_that_it_began),
		cmocka_unit_test(what_it_leaves_behind_ends_with_it),
		cmocka_unit_test(one_that_multiplies_without_end_is_ended),
		cmocka_unit_test(whoever_runs_it_may_be_interrupted),
		cmocka_unit_test(several_threads_run_programs_at_once),
		cmocka_unit_test(
			a_started_program_writes_to_its_file_until_its_connection_is_closed),
		cmocka_unit_test(the_end_of_a_started_program_is_noticed),
		cmocka_unit_test(to_end_a_started_program_is_to_wait_for_its_end),
		cmocka_unit_test(what_was_planted_for_the_owner_leads_nowhere),
		cmocka_unit_test(an_output_that_somebody_put_a_trap_for_is_not_opened),
		cmocka_unit_test(work_is_begun_by_name_and_speaks_by_its_own_pipes),
		cmocka_unit_test(work_ends_with_its_line),
		cmocka_unit_test(the_limits_of_the_sandbox_end_programs_and_are_named),
		cmocka_unit_test(the_output_of_a_started_program_is_limited_as_the_disk_is),
		cmocka_unit_test(a_closed_sandbox_leaves_none_of_its_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return run_as_both_users(run_group);
}
