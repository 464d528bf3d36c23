/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "inspect/confine.h"
#include "inspect/inspect.h"
#include "inspect/sanitized.h"

#define RDB SOURCE_ROOT "/tests/fixtures/rdb/all.rdb"

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof(directory), "/tmp/muster-inspect-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(directory, &err);
}

static struct inspection inspect_one(const char *path, const char *const *decode)
{
	struct inspect_request request = { .path = path, .decode = decode };
	struct inspect_options options = { 0 };
	struct inspection out = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(inspect_files(&request, 1, &options, &out, &err), 0);
	return out;
}

static void a_sound_file_passes_with_its_facts(void **state)
{
	struct inspection i = inspect_one(RDB, NULL);
	bool known;

	(void)state;
	assert_int_equal(i.error.kind, ERROR_NONE);
	assert_int_equal(i.verdict, VERDICT_PASS);
	assert_int_equal(i.reading.format, FORMAT_RDB);
	assert_true(i.reading.finished);
	assert_true(facts_total(&i.reading.facts, FACT_DATABASE, &known) > 0);
	assert_true(i.reading.content_time_ns > 0);
	assert_true(i.size > 0 && i.size == i.reading.content_bytes);
	inspection_release(&i);
}

static void a_missing_file_is_an_error_with_its_name(void **state)
{
	struct inspection i = inspect_one("/nonexistent/backup.dump.gz", NULL);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_int_equal(i.error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(i.error.message, "/nonexistent/backup.dump.gz"));
	inspection_release(&i);
}

static void a_directory_is_an_error(void **state)
{
	struct inspection i = inspect_one("/", NULL);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_int_equal(i.error.kind, ERROR_USAGE);
	inspection_release(&i);
}

static void an_empty_file_fails(void **state)
{
	char path[128];
	struct error err = ERROR_INIT;
	struct inspection i;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/empty", directory);
	assert_int_equal(file_write_atomic(path, 0600, "", 0, &err), 0);
	i = inspect_one(path, NULL);
	assert_int_equal(i.verdict, VERDICT_FAIL);
	assert_int_equal(i.reading.findings.item[0].code, FINDING_EMPTY);
	inspection_release(&i);
}

static void a_decoder_is_read_and_the_stored_bytes_are_hashed(void **state)
{
	static const char *const cat[] = { "cat", NULL };
	struct inspection plain = inspect_one(RDB, NULL), decoded = inspect_one(RDB, cat);

	(void)state;
	assert_int_equal(decoded.error.kind, ERROR_NONE);
	assert_int_equal(decoded.verdict, VERDICT_PASS);
	assert_memory_equal(plain.sha256, decoded.sha256, 32);
	assert_int_equal(plain.size, decoded.size);
	inspection_release(&plain);
	inspection_release(&decoded);
}

static void a_failing_decoder_is_an_error_with_its_words(void **state)
{
	static const char *const broken[] = { "sh", "-c", "cat; echo no secret key >&2; exit 3",
					      NULL };
	struct inspection i = inspect_one(RDB, broken);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_non_null(strstr(i.error.message, "no secret key"));
	assert_non_null(strstr(i.error.message, "3"));
	inspection_release(&i);
}

static void a_missing_decoder_is_an_error(void **state)
{
	static const char *const none[] = { "/nonexistent/decoder", NULL };
	struct inspection i = inspect_one(RDB, none);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_non_null(strstr(i.error.message, "/nonexistent/decoder"));
	inspection_release(&i);
}

static void many_files_come_back_in_the_order_asked(void **state)
{
	enum { COUNT = 9 };
	static const char *const paths[] = { RDB, SOURCE_ROOT "/tests/fixtures/rdb/one.rdb",
					     "/nonexistent" };
	struct inspect_request request[COUNT] = { 0 };
	struct inspect_options options = { .jobs = 4 };
	struct inspection out[COUNT] = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t k = 0; k < COUNT; k++)
		request[k].path = paths[k % 3];
	assert_int_equal(inspect_files(request, COUNT, &options, out, &err), 0);
	for (size_t k = 0; k < COUNT; k++) {
		assert_string_equal(out[k].path, paths[k % 3]);
		assert_int_equal(out[k].verdict, k % 3 == 2 ? VERDICT_ERROR : VERDICT_PASS);
		assert_int_equal(out[k].size, out[k % 3].size);
		if (k >= 3)
			inspection_release(&out[k]);
	}
	for (size_t k = 0; k < 3; k++)
		inspection_release(&out[k]);
}

static int stop_at_once(void)
{
	return 2;
}

static void a_request_to_stop_ends_it_and_leaves_nothing(void **state)
{
	struct inspect_request request = { .path = RDB };
	struct inspect_options options = { .stop_requested = stop_at_once };
	struct inspection out = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(inspect_files(&request, 1, &options, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_null(out.path);
	assert_null(out.reading.facts.item);
}

static bool stop_now;

static int stop_when_told(void)
{
	return stop_now ? 2 : 0;
}

/* Of a worker at work: its standard input is a pipe that says no more. */
struct watch {
	int signal;      /* to send it; 0: none */
	bool stop;       /* ask for the end of all */
	bool confined;   /* it was seen so */
	char extra[256]; /* what it has open and should not */
};

static pid_t only_child(void)
{
	char path[64], text[32] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		(void)fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

static bool is_confined(pid_t pid)
{
	char path[64], line[256];
	bool out = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		out |= strncmp(line, "Seccomp:\t2", 10) == 0;
	if (f)
		(void)fclose(f);
	return out;
}

/* It has /dev/null three times, the file and the way to its parent. */
static void look_at_descriptors(pid_t pid, struct watch *w)
{
	char path[64], target[128];
	ssize_t n;

	for (int fd = 0; fd < 1024; fd++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		if (n > 0 && fd > 4)
			(void)snprintf(w->extra, sizeof(w->extra), "%d: %s", fd, target);
	}
}

static void watch_worker(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	struct watch *w = cookie;
	pid_t pid = only_child();

	(void)path, (void)done, (void)total;
	if (pid <= 0 || w->confined || !is_confined(pid))
		return;
	w->confined = true;
	look_at_descriptors(pid, w);
	stop_now = w->stop;
	if (w->signal)
		(void)kill(pid, w->signal);
}

/* Standard input, which the worker inherits, is `begin` and then nothing, but never ends. */
static int inspect_endless(const struct inspect_options *options, struct inspection *out,
			   struct error *err)
{
	struct inspect_request request = { .path = "-" };
	int before = dup(STDIN_FILENO), ends[2], rc;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "REDIS0010", 9), 9);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	*out = (struct inspection){ 0 };
	rc = inspect_files(&request, 1, options, out, err);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)dup2(before, STDIN_FILENO);
	(void)close(before);
	return rc;
}

static void a_reader_that_dies_is_an_error_with_the_files_name(void **state)
{
	static const struct {
		int signal;
		enum error_kind kind;
		const char *message;
	} rows[] = {
#ifndef SANITIZED /* which reports this one and exits */
		{ SIGSEGV, ERROR_INTERNAL, "-: the reader crashed (signal 11" },
#endif
		{ SIGSYS, ERROR_INTERNAL, "-: the reader crashed (signal 31" },
		{ SIGABRT, ERROR_INTERNAL, "-: the reader crashed (signal 6" },
		{ SIGKILL, ERROR_IO, "-: its reader was killed (signal 9)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct watch w = { .signal = rows[i].signal };
		struct inspect_options options = { .progress = watch_worker, .cookie = &w };
		struct error err = ERROR_INIT;
		struct inspection out;

		assert_int_equal(inspect_endless(&options, &out, &err), 0);
		assert_true(w.confined);
		assert_int_equal(out.verdict, VERDICT_ERROR);
		assert_int_equal(out.error.kind, rows[i].kind);
		if (!strstr(out.error.message, rows[i].message))
			fail_msg("%s", out.error.message);
		assert_true(out.error.hint[0]);
		inspection_release(&out);
	}
}

static void a_request_to_stop_that_reaches_a_worker_too_is_no_crash(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct watch w = { .signal = signals[i] };
		struct inspect_options options = { .progress = watch_worker,
						   .cookie = &w,
						   .time_max_ns = 1000000000 };
		struct error err = ERROR_INIT;
		struct inspection out;

		assert_int_equal(inspect_endless(&options, &out, &err), 0);
		assert_true(w.confined);
		assert_int_equal(out.error.kind, ERROR_TIMEOUT);
		inspection_release(&out);
	}
}

static void a_worker_has_open_what_it_reads_and_nothing_of_its_parent(void **state)
{
	struct watch w = { .stop = true };
	struct inspect_options options = { .progress = watch_worker,
					   .stop_requested = stop_when_told,
					   .cookie = &w };
	struct error err = ERROR_INIT;
	struct inspection out;
	int secret = open("/etc/passwd", O_RDONLY), high = fcntl(secret, F_DUPFD, 100);

	(void)state;
	assert_int_equal(inspect_endless(&options, &out, &err), -1);
	stop_now = false;
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_true(w.confined);
	assert_string_equal(w.extra, "");
	(void)close(secret);
	(void)close(high);
}

static void a_file_that_takes_too_long_is_an_error_with_the_limit(void **state)
{
	struct inspect_options options = { .time_max_ns = 250000000 };
	struct error err = ERROR_INIT;
	struct inspection out;

	(void)state;
	assert_int_equal(inspect_endless(&options, &out, &err), 0);
	assert_int_equal(out.verdict, VERDICT_ERROR);
	assert_int_equal(out.error.kind, ERROR_TIMEOUT);
	assert_non_null(
		strstr(out.error.message, "-: reading it took longer than its limit of 250ms"));
	assert_non_null(strstr(out.error.hint, "inspect.time_limit"));
	inspection_release(&out);
}

static void a_reader_that_may_open_too_little_is_an_error(void **state)
{
	struct rlimit before, few = { 8, 0 };
	struct inspection i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	i = inspect_one(RDB, NULL);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(i.verdict, VERDICT_ERROR);
	inspection_release(&i);
}

static void a_named_pipe_that_nobody_writes_ends_by_its_limit_and_the_others_are_read(void **state)
{
	char path[128];
	struct inspect_request request[] = { { .path = path }, { .path = RDB } };
	struct inspect_options options = { .jobs = 1, .time_max_ns = 250000000 };
	struct inspection out[2] = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/pipe", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(inspect_files(request, 2, &options, out, &err), 0);
	assert_int_equal(out[0].error.kind, ERROR_TIMEOUT);
	assert_int_equal(out[1].verdict, VERDICT_PASS);
	inspection_release(&out[0]);
	inspection_release(&out[1]);
}

static void a_named_pipe_is_read_when_its_writer_comes(void **state)
{
	struct error err = ERROR_INIT;
	struct buf rdb = { 0 };
	struct inspection i;
	char path[128];
	pid_t writer;

	(void)state;
	assert_int_equal(file_read(RDB, 1 << 20, &rdb, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/pipe", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	writer = fork();
	if (writer == 0) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		_exit(fd < 0 || file_write_all(fd, path, rdb.ptr, rdb.len, &err) < 0);
	}
	i = inspect_one(path, NULL);
	assert_int_equal(i.verdict, VERDICT_PASS);
	assert_int_equal(i.size, rdb.len);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	inspection_release(&i);
	buf_release(&rdb);
}

static void a_file_that_needs_too_much_memory_is_an_error_with_the_limit(void **state)
{
	struct inspect_request request[2] = { { .path = RDB }, { .path = "/nonexistent" } };
	struct inspect_options options = { .memory_max = 1 << 20 };
	struct inspection out[2] = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
#ifdef SANITIZED
	skip(); /* it needs terabytes of address space itself, so no limit is set */
#endif
	assert_int_equal(inspect_files(request, 2, &options, out, &err), 0);
	assert_int_equal(out[0].verdict, VERDICT_ERROR);
	assert_int_equal(out[0].error.kind, ERROR_NOMEM);
	assert_non_null(strstr(out[0].error.message,
			       "all.rdb: reading it needs more memory than its limit of 1.0 MiB"));
	assert_non_null(strstr(out[0].error.hint, "inspect.memory_limit"));
	inspection_release(&out[0]);
	inspection_release(&out[1]);
}

/* In a child, since it is for good: the number of the first thing that was not refused. */
static int try_what_is_forbidden(void)
{
	struct error err = ERROR_INIT;
	int fds[2];

	if (confine_self(&(struct confine_limits){ 0 }, &err) < 0)
		return 1;
	if (access("/", F_OK) == 0 || fopen("/etc/passwd", "r"))
		return 2;
	if (open("/dev/null", O_WRONLY) >= 0 || creat("/tmp/muster-confined", 0600) >= 0)
		return 3;
	if (fork() >= 0 || vfork() >= 0)
		return 4;
	if (execl("/bin/true", "true", (char *)NULL) == 0)
		return 5;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0)
		return 6;
	if (kill(getppid(), 0) == 0 || syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ||
	    fcntl(STDOUT_FILENO, F_SETOWN, getppid()) == 0)
		return 7;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED ||
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED)
		return 8;
	if (ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 || unlink("/nonexistent") == 0 ||
	    errno != EPERM)
		return 9;
	return 0;
}

static void a_confined_process_can_open_start_signal_and_reach_nothing(void **state)
{
	pid_t pid = fork();
	int status = -1;

	(void)state;
	if (pid == 0)
		_exit(try_what_is_forbidden());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_file_passes_with_its_facts),
		cmocka_unit_test(a_missing_file_is_an_error_with_its_name),
		cmocka_unit_test(a_directory_is_an_error),
		cmocka_unit_test_setup_teardown(an_empty_file_fails, make_directory,
						remove_directory),
		cmocka_unit_test(a_decoder_is_read_and_the_stored_bytes_are_hashed),
		cmocka_unit_test(a_failing_decoder_is_an_error_with_its_words),
		cmocka_unit_test(a_missing_decoder_is_an_error),
		cmocka_unit_test(many_files_come_back_in_the_order_asked),
		cmocka_unit_test(a_request_to_stop_ends_it_and_leaves_nothing),
		cmocka_unit_test(a_reader_that_dies_is_an_error_with_the_files_name),
		cmocka_unit_test(a_request_to_stop_that_reaches_a_worker_too_is_no_crash),
		cmocka_unit_test(a_worker_has_open_what_it_reads_and_nothing_of_its_parent),
		cmocka_unit_test(a_reader_that_may_open_too_little_is_an_error),
		cmocka_unit_test(a_file_that_takes_too_long_is_an_error_with_the_limit),
		cmocka_unit_test_setup_teardown(
			a_named_pipe_that_nobody_writes_ends_by_its_limit_and_the_others_are_read,
			make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_named_pipe_is_read_when_its_writer_comes,
						make_directory, remove_directory),
		cmocka_unit_test(a_file_that_needs_too_much_memory_is_an_error_with_the_limit),
		cmocka_unit_test(a_confined_process_can_open_start_signal_and_reach_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
