/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cmd/interrupt.h"

enum { CAME_TO_ITS_END = 7 };

/* How a process ends that is sent both, the second after a pause. */
static int exit_code_after(int first, int second, int64_t pause_ns)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int64_t until;

		interrupt_watch();
		(void)raise(first);
		until = clock_monotonic_ns() + pause_ns;
		while (clock_monotonic_ns() < until)
			;
		(void)raise(second);
		_exit(interrupt_requested() == first ? CAME_TO_ITS_END : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_request_that_comes_as_two_signals_is_one(void **state)
{
	(void)state;
	assert_int_equal(exit_code_after(SIGTERM, SIGTERM, 0), CAME_TO_ITS_END);
	assert_int_equal(exit_code_after(SIGINT, SIGTERM, 0), CAME_TO_ITS_END);
}

static void a_second_request_ends_at_once(void **state)
{
	(void)state;
	assert_int_equal(exit_code_after(SIGTERM, SIGINT, NS_PER_SECOND / 2), 130);
	assert_int_equal(exit_code_after(SIGINT, SIGTERM, NS_PER_SECOND / 2), 143);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_that_comes_as_two_signals_is_one),
		cmocka_unit_test(a_second_request_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
