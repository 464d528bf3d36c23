/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "inspect/desk.h"

#define FIXTURES SOURCE_ROOT "/tests/fixtures"
#define RDB      FIXTURES "/rdb/all.rdb"

static int stop_at_once(void)
{
	return SIGTERM;
}

static const struct inspect_request requests[] = {
	{ .path = RDB },
	{ .path = "/nowhere/at/all" },
	{ .path = RDB, .decode = (const char *const[]){ "false", NULL } },
	{ .path = "/dev/zero" },
};
enum { SOUND, MISSING, UNDECODED, ENDLESS };

static const struct inspect_options plain = { 0 };

static void open_desk(struct inspect_desk *d)
{
	struct error err = ERROR_INIT;

	*d = (struct inspect_desk)INSPECT_DESK_INIT;
	assert_int_equal(inspect_desk_open(d, requests, &plain, &err), 0);
}

static void what_is_found_is_what_an_inspection_finds(void **state)
{
	struct inspect_desk d;
	struct inspection here = { 0 }, there = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	open_desk(&d);
	assert_int_equal(inspect_files(&requests[SOUND], 1, &plain, &here, &err), 0);
	assert_int_equal(inspect_desk_read(&d, SOUND, 0, &plain, &there, &err), 0);
	assert_int_equal(there.verdict, VERDICT_PASS);
	assert_int_equal(there.verdict, here.verdict);
	assert_string_equal(there.path, RDB);
	assert_true(there.reading.facts.count > 0);
	assert_int_equal(there.reading.facts.count, here.reading.facts.count);
	assert_int_equal(there.size, here.size);
	assert_true(there.mtime_ns != 0);
	assert_true(there.mtime_ns == here.mtime_ns);
	assert_memory_equal(there.sha256, here.sha256, sizeof(here.sha256));
	inspection_release(&here);
	inspection_release(&there);
	inspect_desk_close(&d);
}

static void the_content_goes_where_the_order_says(void **state)
{
	char path[] = "/tmp/muster-desk-XXXXXX";
	int fd = mkstemp(path);
	struct inspect_desk d;
	struct inspection i = { 0 };
	struct error err = ERROR_INIT;
	struct stat st;

	(void)state;
	open_desk(&d);
	assert_true(fd > 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(inspect_desk_read(&d, SOUND, fd, &plain, &i, &err), 0);
	assert_int_equal(i.verdict, VERDICT_PASS);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true((uint64_t)st.st_size == i.reading.content_bytes);
	inspection_release(&i);
	(void)close(fd);
	inspect_desk_close(&d);
}

static void a_file_that_cannot_be_read_is_an_error_with_its_name(void **state)
{
	static const struct {
		size_t request;
		const char *words;
	} rows[] = { { MISSING, "/nowhere/at/all" }, { UNDECODED, "the decoder false" } };
	struct inspect_desk d;

	(void)state;
	open_desk(&d);
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		struct inspection i = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(inspect_desk_read(&d, rows[k].request, 0, &plain, &i, &err), 0);
		assert_int_equal(i.verdict, VERDICT_ERROR);
		if (!strstr(i.error.message, rows[k].words))
			fail_msg("%s", i.error.message);
		inspection_release(&i);
	}
	inspect_desk_close(&d);
}

static void a_request_to_stop_ends_it(void **state)
{
	const struct inspect_options options = { .stop_requested = stop_at_once };
	struct inspect_desk d;
	struct inspection i = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	open_desk(&d);
	assert_int_equal(inspect_desk_read(&d, ENDLESS, 0, &options, &i, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	inspect_desk_close(&d);
}

static void a_desk_that_was_killed_is_an_error(void **state)
{
	struct inspect_desk d;
	struct inspection i = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	open_desk(&d);
	assert_int_equal(kill(d.pid, SIGKILL), 0);
	assert_int_equal(inspect_desk_read(&d, ENDLESS, 0, &plain, &i, &err), -1);
	assert_true(err.message[0] != '\0');
	inspect_desk_close(&d);
}

enum { READERS = 2, HOLDERS = 2, READS = 40 };

struct bustle {
	struct inspect_desk desk;
	atomic_bool over;
	atomic_uint sound;
};

static void *read_often(void *cookie)
{
	struct bustle *b = cookie;

	for (unsigned n = 0; n < READS; n++) {
		struct inspection i = { 0 };
		struct error err = ERROR_INIT;

		if (inspect_desk_read(&b->desk, SOUND, 0, &plain, &i, &err) == 0 &&
		    i.verdict == VERDICT_PASS)
			atomic_fetch_add(&b->sound, 1);
		inspection_release(&i);
	}
	return NULL;
}

/* The locks of the allocator and of the library of checksums are this thread's most of the time. */
static void *hold_locks(void *cookie)
{
	struct bustle *b = cookie;

	while (!b->over) {
		struct error err = ERROR_INIT;
		struct sha256 sha = { 0 };

		for (size_t size = 16; size < 4096; size += 64)
			free(malloc(size));
		if (sha256_init(&sha, &err) < 0)
			break;
		sha256_release(&sha);
	}
	return NULL;
}

static void locks_of_other_threads_hold_up_no_reader(void **state)
{
	static struct bustle b;
	pthread_t reader[READERS], holder[HOLDERS];

	(void)state;
	open_desk(&b.desk);
	for (size_t k = 0; k < HOLDERS; k++)
		assert_int_equal(pthread_create(&holder[k], NULL, hold_locks, &b), 0);
	for (size_t k = 0; k < READERS; k++)
		assert_int_equal(pthread_create(&reader[k], NULL, read_often, &b), 0);
	for (size_t k = 0; k < READERS; k++)
		assert_int_equal(pthread_join(reader[k], NULL), 0);
	b.over = true;
	for (size_t k = 0; k < HOLDERS; k++)
		assert_int_equal(pthread_join(holder[k], NULL), 0);
	assert_int_equal(b.sound, READERS * READS);
	inspect_desk_close(&b.desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_what_an_inspection_finds),
		cmocka_unit_test(the_content_goes_where_the_order_says),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error_with_its_name),
		cmocka_unit_test(a_request_to_stop_ends_it),
		cmocka_unit_test(a_desk_that_was_killed_is_an_error),
		cmocka_unit_test(locks_of_other_threads_hold_up_no_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
