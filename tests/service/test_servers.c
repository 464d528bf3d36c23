/* SPDX-License-Identifier: Apache-2.0 */
/* Private servers start, answer, and leave neither process nor file behind. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

static void start_and_stop(enum engine_kind kind)
{
	struct server s = SERVER_INIT;

	platform_start(kind, "server", &s);
	assert_true(platform_processes_naming(s.place.directory) > 0);
	platform_stop(kind, &s);
}

static void postgresql_starts_and_leaves_nothing(void **state)
{
	(void)state;
	start_and_stop(ENGINE_POSTGRESQL);
}

static void redis_starts_and_leaves_nothing(void **state)
{
	(void)state;
	start_and_stop(ENGINE_REDIS);
}

static void rabbitmq_starts_and_leaves_nothing(void **state)
{
	(void)state;
	start_and_stop(ENGINE_RABBITMQ);
}

/* A process that starts a server and is killed: the server must go with it. */
static void dies_with_its_starter(enum engine_kind kind)
{
	char directory[128], byte;
	struct error err = ERROR_INIT;
	int64_t deadline = clock_monotonic_ns() + 60 * NS_PER_SECOND;
	int ends[2];
	pid_t starter;

	(void)snprintf(directory, sizeof(directory), "%s/orphan", platform_directory);
	assert_int_equal(pipe(ends), 0);
	starter = fork();
	assert_true(starter >= 0);
	if (starter == 0) {
		struct server s = SERVER_INIT;

		platform_start(kind, "orphan", &s);
		(void)!write(ends[1], "", 1);
		(void)pause();
		_exit(0);
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	assert_true(platform_processes_naming(directory) > 0);
	(void)kill(starter, SIGKILL);
	assert_int_equal(waitpid(starter, NULL, 0), starter);
	while (platform_processes_naming(directory) && clock_monotonic_ns() < deadline)
		(void)usleep(10000);
	assert_int_equal(platform_processes_naming(directory), 0);
	assert_int_equal(file_remove_tree(directory, &err), 0);
}

static void postgresql_dies_with_its_starter(void **state)
{
	(void)state;
	dies_with_its_starter(ENGINE_POSTGRESQL);
}

static void redis_dies_with_its_starter(void **state)
{
	(void)state;
	dies_with_its_starter(ENGINE_REDIS);
}

static void rabbitmq_dies_with_its_starter(void **state)
{
	(void)state;
	dies_with_its_starter(ENGINE_RABBITMQ);
}

static void a_server_that_cannot_start_says_why(void **state)
{
	struct error err = ERROR_INIT;
	struct server s = SERVER_INIT;
	struct place place = { 0 };
	char path[128];

	(void)state;
	assert_int_equal(place_open(&place, platform_directory, "bad", "redis", &err), 0);
	(void)snprintf(path, sizeof(path), "%s/dump.rdb", place.directory);
	assert_int_equal(file_write_atomic(path, 0644, "not an RDB file", 15, &err), 0);
	assert_int_equal(engine_of(ENGINE_REDIS)->start(&place, &s, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_non_null(strstr(err.message, "exited with code 1"));
	assert_non_null(strstr(err.message, "signature"));
	error_clear(&err);
	assert_int_equal(place_remove(&place, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postgresql_starts_and_leaves_nothing),
		cmocka_unit_test(redis_starts_and_leaves_nothing),
		cmocka_unit_test(rabbitmq_starts_and_leaves_nothing),
		cmocka_unit_test(postgresql_dies_with_its_starter),
		cmocka_unit_test(redis_dies_with_its_starter),
		cmocka_unit_test(rabbitmq_dies_with_its_starter),
		cmocka_unit_test(a_server_that_cannot_start_says_why),
	};

	return cmocka_run_group_tests(tests, platform_open, platform_close);
}
