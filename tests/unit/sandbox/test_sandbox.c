/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../both_users.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "sandbox/cgroup.h"
#include "sandbox/escape.h"
#include "sandbox/sandbox.h"

/* Each test has a directory of its own for sandboxes, which must be empty again at its end. */
static char scratch[64];

static int make_scratch(void **state)
{
	(void)state;
	(void)snprintf(scratch, sizeof(scratch), "/tmp/test-sandbox-XXXXXX");
	return mkdtemp(scratch) && chmod(scratch, 0777) == 0 ? 0 : -1;
}

static size_t entries_of(const char *path)
{
	DIR *d = opendir(path);
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	(void)closedir(d);
	return count - 2;
}

static int remove_scratch(void **state)
{
	(void)state;
	return rmdir(scratch); /* fails the test when something is left */
}

/* Processes by this name on the whole machine; test programs name themselves after the scratch directory. */
static size_t processes_called(const char *name)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	size_t count = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char path[300], comm[32] = "";
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, comm, sizeof(comm) - 1) > 0) {
			comm[strcspn(comm, "\n")] = '\0';
			count += strcmp(comm, name) == 0;
		}
		(void)close(fd);
	}
	(void)closedir(d);
	return count;
}

static const char *own_name(void)
{
	return scratch + strlen("/tmp/test-"); /* 14 characters: fits comm */
}

static struct sandbox open_with(sandbox_work *work, struct sandbox_limits limits)
{
	const struct sandbox_options options = { .parent = scratch,
						 .limits = limits,
						 .work = work };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;

	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	return s;
}

static struct buf everything(int fd)
{
	struct buf b = { 0 };
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		assert_int_equal(buf_append(&b, block, (size_t)n), 0);
	return b;
}

__attribute__((format(printf, 2, 3))) static void say(int out, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (write(out, text, (size_t)n) < 0)
		_exit(99);
}

static int look_around(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static const char *const gone[] = { "/root",       "/home",       "/srv",     "/var/lib",
					    "/mnt",        "/sys",        "/boot",    "/opt",
					    "/dev/kmsg",   "/etc/shadow", "/etc/ssh", "/etc/muster",
					    "/etc/default" };
	char host[64] = "";
	int fd;

	(void)cookie;
	(void)gethostname(host, sizeof(host) - 1);
	say(pipes.out, "host %s, uid %s, parent %d\n", host, getuid() ? "of nobody" : "0",
	    (int)getppid());
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		if (access(gone[i], F_OK) == 0)
			say(pipes.out, "%s is there\n", gone[i]);
	}
	fd = open("/work/file", O_WRONLY | O_CREAT | O_EXCL, 0600); /* another's is not seen */
	say(pipes.out, "work %s\n",
	    fd >= 0 && write(fd, "x", 1) == 1 ? "writable" : "not writable");
	fd = open("/tmp/file", O_WRONLY | O_CREAT, 0600);
	say(pipes.out, "tmp %s\n", fd >= 0 ? "writable" : "not writable");
	fd = open("/usr/bin/env", O_RDONLY);
	say(pipes.out, "programs %s\n", fd >= 0 ? "readable" : "not readable");
	say(pipes.out, "place %s drop %d\n", place->directory, place->drop);
	for (fd = 0; fd < 64; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 && fd > 2 && fd != pipes.in && fd != pipes.out &&
		    fd > 9)
			say(pipes.out, "descriptor %d is open\n", fd);
	}
	return 7;
}

static const char seen[] = "host sandbox, uid of nobody, parent 1\n"
			   "work writable\ntmp writable\nprograms readable\n"
			   "place /work drop 0\n";

static void the_work_sees_only_its_sandbox(void **state)
{
	struct sandbox s = open_with(look_around, (struct sandbox_limits){ 0 });
	CLEANUP(buf_release)
	struct buf said = everything(s.out);
	struct error err = ERROR_INIT;
	int code = 0;

	(void)state;
	assert_int_equal(sandbox_wait(&s, -1, &code, &err), 1);
	assert_int_equal(code, 7);
	assert_string_equal(said.ptr, seen);
	assert_int_equal(entries_of(scratch), 0);
	sandbox_close(&s);
}

/* What the owner lets it read it sees where it is, also below directories of its own, and no more of it. */
static int look_at_readable(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	const char *const *path = cookie;
	char text[16] = "", beside[PATH_MAX];
	int fd;

	(void)place;
	for (; *path; path++) {
		fd = open(*path, O_RDONLY);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) != 5 || strcmp(text, "words") != 0)
			say(pipes.out, "%s is not seen\n", *path);
		(void)close(fd);
		if (open(*path, O_WRONLY) >= 0 || unlink(*path) == 0 || chmod(*path, 0777) == 0)
			say(pipes.out, "%s may be changed\n", *path);
		(void)snprintf(beside, sizeof(beside), "%s-beside", *path);
		if (access(beside, F_OK) == 0)
			say(pipes.out, "%s is seen\n", beside);
	}
	fd = open("/tmp/file", O_WRONLY | O_CREAT, 0600);
	say(pipes.out, "%s\n", fd >= 0 && access("/work/tmp/file", F_OK) == 0 ? "done" : "no /tmp");
	return 0;
}

static void write_words(const char *directory, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("words", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void what_may_be_read_is_seen_where_it_is(void **state)
{
	char directory[] = "/tmp/test-readable-XXXXXX", path[PATH_MAX];
	const char *readable[] = { path, NULL };
	const struct sandbox_options options = { .parent = scratch,
						 .readable = readable,
						 .work = look_at_readable,
						 .cookie = readable };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;
	int code = 0;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	write_words(directory, "file");
	write_words(directory, "file-beside");
	(void)snprintf(path, sizeof(path), "%s/file", directory);
	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	CLEANUP(buf_release)
	struct buf said = everything(s.out);
	assert_string_equal(said.ptr, "done\n");
	assert_int_equal(sandbox_wait(&s, -1, &code, &err), 1);
	sandbox_close(&s);
	assert_int_equal(entries_of(scratch), 0);
	assert_int_equal(file_remove_tree(directory, &err), 0);
}

static int tell_environment(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)cookie;
	for (char **e = environ; e && *e; e++)
		say(pipes.out, "%s\n", *e);
	return 0;
}

static void the_work_has_nothing_of_its_owners_environment(void **state)
{
	struct sandbox s;
	CLEANUP(buf_release)
	struct buf said = { 0 };

	(void)state;
	assert_int_equal(setenv("PGSERVICE", "elsewhere", 1), 0);
	s = open_with(tell_environment, (struct sandbox_limits){ 0 });
	assert_int_equal(unsetenv("PGSERVICE"), 0);
	said = everything(s.out);
	assert_string_equal(said.ptr, "PATH=/usr/bin:/bin\n");
	sandbox_close(&s);
}

/* A child and a daemon that have no end, in deep directories that nobody may enter. */
static int stay(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)cookie;
	(void)prctl(PR_SET_NAME, own_name());
	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			(void)setsid();
			if (fork() == 0)
				(void)prctl(PR_SET_NAME, own_name());
			for (;;)
				(void)pause();
		}
	}
	for (int i = 0; i < 3000; i++) {
		if (mkdir("abcdefghij", 0700) < 0 || chdir("abcdefghij") < 0)
			_exit(1);
	}
	(void)mkdir("locked", 0);
	(void)chmod(".", 0);
	say(pipes.out, "up\n");
	for (;;)
		(void)pause();
}

static int open_stay(struct sandbox *s, struct error *err)
{
	const struct sandbox_options options = { .parent = scratch, .work = stay };

	return sandbox_open(&options, s, err);
}

static void closing_leaves_neither_process_nor_file(void **state)
{
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;
	char up[3];

	(void)state;
	assert_int_equal(open_stay(&s, &err), 0);
	assert_int_equal(read(s.out, up, sizeof(up)), 3);
	assert_true(processes_called(own_name()) >= 3);
	sandbox_close(&s);
	assert_int_equal(processes_called(own_name()), 0);
	assert_int_equal(entries_of(scratch), 0);
}

static void await_nothing_left(void)
{
	int64_t deadline = clock_monotonic_ns() + 30 * NS_PER_SECOND;

	while (entries_of(scratch) || processes_called(own_name())) {
		if (clock_monotonic_ns() > deadline)
			fail_msg("left: %zu directories, %zu processes", entries_of(scratch),
				 processes_called(own_name()));
		(void)usleep(5000);
	}
}

static void an_owner_that_is_killed_at_any_moment_leaves_nothing(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 100; i++) {
		pid_t owner = fork();

		if (owner == 0) {
			struct sandbox s = SANDBOX_INIT;
			struct error err = ERROR_INIT;

			if (open_stay(&s, &err) < 0)
				_exit(1);
			for (;;)
				(void)pause();
		}
		(void)usleep((useconds_t)(rand() % 60000));
		assert_int_equal(kill(owner, SIGKILL), 0);
		assert_int_equal(waitpid(owner, NULL, 0), owner);
	}
	await_nothing_left();
}

/* More and more files, by many. */
static int make_files(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	char name[32];

	(void)place;
	(void)cookie;
	(void)prctl(PR_SET_NAME, own_name());
	for (int i = 0; i < 3; i++)
		(void)fork();
	say(pipes.out, "u");
	for (int i = 0; i < 1000000; i++) {
		(void)snprintf(name, sizeof(name), "%d-%d", (int)getpid(), i % 1000);
		if (mkdir(name, 0700) < 0)
			(void)rmdir(name);
	}
	return 0;
}

static void a_reaper_that_is_killed_leaves_nothing_to_its_owner(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct sandbox s =
			open_with(make_files, (struct sandbox_limits){ .process_max = 200 });
		struct cgroup group;
		char up, name[64];

		assert_int_equal(read(s.out, &up, 1), 1);
		(void)snprintf(name, sizeof(name), "%s", strrchr(s.directory, '/') + 1);
		assert_int_equal(kill(s.reaper, SIGKILL), 0);
		sandbox_close(&s);
		assert_int_equal(entries_of(scratch), 0);
		cgroup_find(&group, name);
		assert_string_equal(group.path[0], "");
		assert_string_equal(group.path[1], "");
	}
	await_nothing_left();
}

static int sleep_long(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)pipes;
	(void)cookie;
	return (int)sleep(1000);
}

/* The first child of `parent`'s; 0: it has none. */
static pid_t first_child(pid_t parent)
{
	char path[64], text[32] = "";
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	(void)close(fd);
	return (pid_t)strtol(text, NULL, 10);
}

static bool has_ended(pid_t child)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == child;
}

/* The first child of the owner's reaper, as soon as it is there. False: all was over before it was seen. */
static bool kill_maker(pid_t owner)
{
	pid_t maker = 0;

	while (!maker && !has_ended(owner)) {
		pid_t reaper = first_child(owner);

		maker = reaper ? first_child(reaper) : 0;
	}
	return maker && kill(maker, SIGKILL) == 0;
}

static void a_sandbox_whose_maker_is_killed_says_so(void **state)
{
	int status = 0, killed = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		const struct sandbox_options options = { .parent = scratch, .work = sleep_long };
		struct sandbox s = SANDBOX_INIT;
		struct error err = ERROR_INIT;
		pid_t owner = fork();

		if (owner == 0) {
			int rc = sandbox_open(&options, &s, &err);

			sandbox_close(&s);
			_exit(rc == 0 ? 2 : err.kind == ERROR_NONE || !err.message[0]);
		}
		killed += kill_maker(owner);
		assert_int_equal(waitpid(owner, &status, 0), owner);
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), 1);
	}
	assert_int_not_equal(killed, 0);
	await_nothing_left();
}

static int fill_disk(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static char block[1 << 16];
	int fd = open("/work/file", O_WRONLY | O_CREAT, 0600);

	(void)place;
	(void)pipes;
	(void)cookie;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 64 && fd >= 0; i++) {
		if (write(fd, block, sizeof(block)) < 0)
			return 1;
	}
	return (int)sleep(1000);
}

static int fill_memory(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)pipes;
	(void)cookie;
	for (int i = 0; i < 256; i++) {
		char *p = malloc(1 << 20);

		if (!p)
			return 12;
		memset(p, i, 1 << 20);
	}
	return 0;
}

static void limits_end_it_and_say_which(void **state)
{
	static const struct {
		sandbox_work *work;
		struct sandbox_limits limits;
		enum error_kind kind;
		const char *message;
	} rows[] = {
		{ sleep_long, { .time_max_ns = NS_PER_SECOND / 5 }, ERROR_TIMEOUT, "ran longer" },
		{ fill_disk, { .disk_max = 1 << 20 }, ERROR_REFUSED, "wrote more than 1.0 MiB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sandbox s = open_with(rows[i].work, rows[i].limits);
		struct error err = ERROR_INIT;
		int code;

		assert_int_equal(sandbox_wait(&s, -1, &code, &err), -1);
		assert_int_equal(err.kind, rows[i].kind);
		assert_non_null(strstr(err.message, rows[i].message));
		sandbox_close(&s);
	}
}

static void memory_has_a_limit(void **state)
{
#ifdef __SANITIZE_ADDRESS__ /* whose allocator ends the program itself */
	skip();
#endif
	struct sandbox s =
		open_with(fill_memory, (struct sandbox_limits){ .memory_max = 100 << 20 });
	struct error err = ERROR_INIT;
	int code = 0, rc = sandbox_wait(&s, -1, &code, &err);

	(void)state;
	/* a cgroup kills the process (137), a resource limit makes its malloc() fail (12) */
	assert_int_equal(rc, 1);
	assert_true(code == 137 || code == 12);
	sandbox_close(&s);
}

static void what_reapers_left_is_swept_and_nothing_else(void **state)
{
	char left[128], young[128], deep[160];
	struct timespec old[2] = { { .tv_sec = 1000000 }, { .tv_sec = 1000000 } };
	struct sandbox s = open_with(sleep_long, (struct sandbox_limits){ 0 });
	struct error err = ERROR_INIT;
	unsigned removed = 0;

	(void)state;
	(void)snprintf(left, sizeof(left), "%s/muster-sandbox-left", scratch);
	(void)snprintf(young, sizeof(young), "%s/muster-sandbox-young", scratch);
	(void)snprintf(deep, sizeof(deep), "%s/work", left);
	assert_int_equal(mkdir(left, 0700) | mkdir(young, 0700) | mkdir(deep, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, left, old, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, s.directory, old, 0), 0);
	assert_int_equal(sandbox_sweep(scratch, &removed, &err), 0);
	assert_int_equal(removed, 1);
	assert_int_not_equal(access(left, F_OK), 0);
	assert_int_equal(access(s.directory, F_OK), 0);
	assert_int_equal(rmdir(young), 0);
	sandbox_close(&s);
}

/* Without namespaces of its own: what is tried inside must be able to fail. */
static void the_trial_finds_the_way_out_of_no_sandbox(void **state)
{
	struct escape e = ESCAPE_INIT;
	struct error err = ERROR_INIT;
	char door[108];
	int status = 0;
	pid_t pid;

	(void)state;
	(void)snprintf(door, sizeof(door), "%s/door", scratch);
	assert_int_equal(escape_open(&e, door, &err), 0);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
		     setresuid(65534, 65534, 65534) < 0))
			_exit(2);
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(escape_try(&e, &err) < 0 && strstr(err.message, "not tight") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	escape_close(&e);
	assert_int_equal(unlink(door), 0);
}

static void two_at_once_do_not_meet(void **state)
{
	struct sandbox a = open_with(look_around, (struct sandbox_limits){ 0 });
	struct sandbox b = open_with(look_around, (struct sandbox_limits){ 0 });
	CLEANUP(buf_release)
	struct buf of_a = everything(a.out);
	CLEANUP(buf_release)
	struct buf of_b = everything(b.out);
	struct error err = ERROR_INIT;
	int code = 0;

	(void)state;
	assert_string_not_equal(a.directory, b.directory);
	assert_string_equal(of_a.ptr, seen);
	assert_string_equal(of_b.ptr, seen);
	assert_int_equal(sandbox_wait(&a, -1, &code, &err), 1);
	assert_int_equal(sandbox_wait(&b, -1, &code, &err), 1);
	sandbox_close(&a);
	sandbox_close(&b);
}

static int find_devices(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)cookie;
	say(pipes.out, "null %s, programs %s\n",
	    access("/dev/null", R_OK | W_OK) == 0 ? "usable" : "not usable",
	    access("/usr/bin/env", X_OK) == 0 ? "usable" : "not usable");
	return 0;
}

static void an_owner_with_a_tight_umask_does_not_shut_the_work_out(void **state)
{
	mode_t before = umask(077);
	struct sandbox s = open_with(find_devices, (struct sandbox_limits){ 0 });
	CLEANUP(buf_release)
	struct buf words = everything(s.out);
	struct error err = ERROR_INIT;
	int code = 0;

	(void)state;
	(void)umask(before);
	assert_string_equal(words.ptr, "null usable, programs usable\n");
	assert_int_equal(sandbox_wait(&s, -1, &code, &err), 1);
	sandbox_close(&s);
}

static void a_relative_parent_is_where_the_owner_stands(void **state)
{
	const struct sandbox_options options = { .parent = ".", .work = sleep_long };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(chdir(scratch), 0);
	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(entries_of(scratch), 1);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(access(s.given, F_OK), 0);
	sandbox_close(&s);
}

static void a_parent_with_too_long_a_path_is_refused_with_what_to_do(void **state)
{
	char deep[160];
	const struct sandbox_options options = { .parent = deep, .work = sleep_long };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	(void)snprintf(deep, sizeof(deep), "%s/%080d", scratch, 0);
	assert_int_equal(mkdir(deep, 0700), 0);
	assert_int_equal(sandbox_open(&options, &s, &err), -1);
	assert_non_null(strstr(err.message, "too long for a Unix socket"));
	assert_non_null(strstr(err.hint, "TMPDIR"));
	assert_int_equal(rmdir(deep), 0);
}

static int run_group(void)
{
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_work_sees_only_its_sandbox),
		IN_SCRATCH(what_may_be_read_is_seen_where_it_is),
		IN_SCRATCH(the_work_has_nothing_of_its_owners_environment),
		IN_SCRATCH(closing_leaves_neither_process_nor_file),
		IN_SCRATCH(an_owner_that_is_killed_at_any_moment_leaves_nothing),
		IN_SCRATCH(a_reaper_that_is_killed_leaves_nothing_to_its_owner),
		IN_SCRATCH(a_sandbox_whose_maker_is_killed_says_so),
		IN_SCRATCH(limits_end_it_and_say_which),
		IN_SCRATCH(memory_has_a_limit),
		IN_SCRATCH(what_reapers_left_is_swept_and_nothing_else),
		IN_SCRATCH(the_trial_finds_the_way_out_of_no_sandbox),
		IN_SCRATCH(two_at_once_do_not_meet),
		IN_SCRATCH(an_owner_with_a_tight_umask_does_not_shut_the_work_out),
		IN_SCRATCH(a_relative_parent_is_where_the_owner_stands),
		IN_SCRATCH(a_parent_with_too_long_a_path_is_refused_with_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return run_as_both_users(run_group);
}
