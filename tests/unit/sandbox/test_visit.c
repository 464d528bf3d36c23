/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../both_users.h"
#include "base/buf.h"
#include "base/file.h"
#include "sandbox/visit.h"

#define SLEEPS "for p in /proc/[0-9]*; do grep -qs '^sleep' $p/cmdline && exit 0; done; exit 1"
#define NOTHING_SLEEPS                                                                             \
	"for p in /proc/[0-9]*; do grep -qs '^sleep' $p/cmdline && exit 1; done; exit 0"

enum { NO_CODE = 200 /* and the kind of the error */, WAIT_MS = 30000 };

static int be_visited(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static const char *const env[] = { "MUSTER_TEST_GUIDE=a guide", NULL };
	const struct visit_guide guide = { .directory = place->directory,
					   .env = env,
					   .greeting = "welcome\n" };
	struct error err = ERROR_INIT;

	(void)cookie;
	return visit_serve(pipes, &guide, &err) < 0;
}

static struct sandbox open_sandbox(void)
{
	const struct sandbox_options options = { .visited = true, .work = be_visited };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;

	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	return s;
}

/* The visitor's end of a connection that was let in. */
static int connect_to(const struct sandbox *s)
{
	struct error err = ERROR_INIT;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	if (visit_let_in(s, ends[0], &err) < 0)
		fail_msg("%s", err.message);
	(void)close(ends[0]);
	return ends[1];
}

static int visit(int connection, const char *const *argv)
{
	const struct visit_request request = { .argv = argv, .prompt = "ready> " };
	struct error err = ERROR_INIT;
	int code = 0;

	return visit_run(connection, &request, &code, &err) < 0 ? NO_CODE + (int)err.kind : code;
}

/* A visitor in a process of its own, with these standard streams. */
static pid_t send_visitor(const struct sandbox *s, const char *const *argv, int in, int out)
{
	int connection = connect_to(s);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct sandbox not_ours = *s;

		sandbox_hand_over(&not_ours); /* or it would keep it alive */
		if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
			_exit(199);
		_exit(visit(connection, argv));
	}
	(void)close(connection);
	return pid;
}

static int code_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int memory_file(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct buf content_of(int fd)
{
	struct buf b = { 0 };
	char block[4096];
	ssize_t n;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(buf_puts(&b, ""), 0);
	while ((n = read(fd, block, sizeof(block))) > 0)
		assert_int_equal(buf_append(&b, block, (size_t)n), 0);
	return b;
}

/* Run SCRIPT in there; what it wrote and its code. */
static struct buf run(const struct sandbox *s, const char *script, int *code)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), out = memory_file();
	struct buf said;

	*code = code_of(send_visitor(s, argv, null, out));
	said = content_of(out);
	(void)close(null);
	(void)close(out);
	return said;
}

static void a_program_runs_inside_and_its_words_and_code_come_out(void **state)
{
	struct sandbox s = open_sandbox();
	int code = 0;
	CLEANUP(buf_release)
	struct buf said = run(&s, "pwd; hostname; echo wrong >&2; exit 7", &code);
	CLEANUP(buf_release)
	struct buf killed = run(&s, "kill -TERM $$", &code);

	(void)state;
	assert_int_equal(code, 128 + SIGTERM);
	assert_non_null(strstr(said.ptr, "/work\nsandbox\n"));
	assert_non_null(strstr(said.ptr, "wrong\n"));
	buf_release(&killed);
	killed = run(&s, "exit 7", &code);
	assert_int_equal(code, 7);
	sandbox_close(&s);
}

static void a_program_that_is_not_there_is_named(void **state)
{
	static const char *const argv[] = { "no-such-program", NULL };
	struct sandbox s = open_sandbox();
	int out = memory_file();
	int code = code_of(send_visitor(&s, argv, out, out));
	CLEANUP(buf_release)
	struct buf said = content_of(out);

	(void)state;
	assert_int_equal(code, 127);
	assert_string_equal(said.ptr, "muster: no-such-program: No such file or directory\n");
	(void)close(out);
	sandbox_close(&s);
}

static void much_passes_both_ways_without_a_standstill(void **state)
{
	enum { BYTES = 3000000 };
	static const char *const argv[] = { "cat", NULL };
	struct sandbox s = open_sandbox();
	int in = memory_file(), out = memory_file();
	CLEANUP(buf_release)
	struct buf sent = { 0 };
	CLEANUP(buf_release)
	struct buf got = { 0 };

	(void)state;
	for (int i = 0; i < BYTES / 10; i++)
		assert_int_equal(buf_printf(&sent, "%09d\n", i), 0);
	assert_int_equal(write(in, sent.ptr, sent.len), (ssize_t)sent.len);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	assert_int_equal(code_of(send_visitor(&s, argv, in, out)), 0);
	got = content_of(out);
	assert_int_equal(got.len, sent.len);
	assert_memory_equal(got.ptr, sent.ptr, sent.len);
	(void)close(in);
	(void)close(out);
	sandbox_close(&s);
}

static void a_visitor_has_no_more_rights_than_the_work(void **state)
{
	struct sandbox s = open_sandbox();
	int code = 0;
	CLEANUP(buf_release)
	struct buf said = run(&s,
			      "grep -E '^(NoNewPrivs|CapEff|CapPrm|CapBnd|CapInh|CapAmb):' "
			      "/proc/self/status | tr -d ' \\t\\n'; id -u; ls /proc/self/fd | tr "
			      "'\\n' ' '; ls -l /proc/self/fd/0 | grep -c pipe",
			      &code);

	(void)state;
	assert_int_equal(code, 0);
	/* ls has one for the directory itself */
	assert_string_equal(said.ptr, "CapInh:0000000000000000CapPrm:0000000000000000"
				      "CapEff:0000000000000000CapBnd:0000000000000000"
				      "CapAmb:0000000000000000NoNewPrivs:165534\n0 1 2 3 1\n");
	sandbox_close(&s);
}

/* A TCP port and a Unix socket of the host, both listening. */
static void listen_on_host(int fd[2], in_port_t *port, char path[64])
{
	struct sockaddr_in tcp = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un named = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(tcp);

	(void)snprintf(path, 64, "/tmp/test-visit-%d.sock", (int)getpid());
	(void)snprintf(named.sun_path, sizeof(named.sun_path), "%s", path);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fd[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd[0], (struct sockaddr *)&tcp, sizeof(tcp)), 0);
	assert_int_equal(getsockname(fd[0], (struct sockaddr *)&tcp, &len), 0);
	assert_int_equal(bind(fd[1], (struct sockaddr *)&named, sizeof(named)), 0);
	assert_int_equal(listen(fd[0], 5), 0);
	assert_int_equal(listen(fd[1], 5), 0);
	*port = ntohs(tcp.sin_port);
}

static void a_visitor_reaches_nothing_of_the_host(void **state)
{
	struct sandbox s = open_sandbox();
	char path[64], script[600];
	in_port_t port;
	int fd[2], code = 0;
	CLEANUP(buf_release)
	struct buf said = { 0 };

	(void)state;
	listen_on_host(fd, &port, path);
	(void)snprintf(script, sizeof(script),
		       "bash -c 'exec 3<>/dev/tcp/127.0.0.1/%u' && echo reached\n"
		       "[ -e %s ] && echo reached\n"
		       "cat /etc/shadow && echo reached\n"
		       "touch /usr/visited && echo reached\n"
		       "env | grep MUSTER_TEST_SECRET && echo reached\n"
		       "kill -0 %d && echo reached\n"
		       "echo $MUSTER_TEST_GUIDE $HOME",
		       (unsigned)port, path, (int)getpid());
	assert_int_equal(setenv("MUSTER_TEST_SECRET", "secret", 1), 0);
	said = run(&s, script, &code);
	for (size_t i = 0; i < 2; i++)
		(void)close(fd[i]);
	(void)unlink(path);
	assert_int_equal(code, 0);
	assert_null(strstr(said.ptr, "reached"));
	assert_non_null(strstr(said.ptr, "a guide /work\n"));
	sandbox_close(&s);
}

static void a_program_holds_pipes_and_no_file_of_the_visitor(void **state)
{
	struct sandbox s = open_sandbox();
	int code = 0;
	CLEANUP(buf_release)
	struct buf said =
		run(&s, "for i in 0 1 2; do readlink /proc/$$/fd/$i | cut -d: -f1; done", &code);

	(void)state;
	assert_string_equal(said.ptr, "pipe\npipe\npipe\n");
	sandbox_close(&s);
}

/* Until SCRIPT succeeds in there. */
static void await(const struct sandbox *s, const char *script)
{
	for (int tries = 0; tries < WAIT_MS / 50; tries++) {
		int code = 0;
		CLEANUP(buf_release)
		struct buf said = run(s, script, &code);

		if (code == 0 && !said.len)
			return;
		(void)usleep(50000);
	}
	fail_msg("never: %s", script);
}

static void the_program_of_a_visitor_that_was_killed_ends(void **state)
{
	static const char *const argv[] = { "sleep", "12345", NULL };
	struct sandbox s = open_sandbox();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = send_visitor(&s, argv, null, null);

	(void)state;
	await(&s, SLEEPS);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	await(&s, NOTHING_SLEEPS);
	(void)close(null);
	sandbox_close(&s);
}

static void the_end_of_the_sandbox_ends_a_visit(void **state)
{
	static const char *const argv[] = { "sleep", "1000", NULL };
	struct sandbox s = open_sandbox();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = send_visitor(&s, argv, null, null);

	(void)state;
	await(&s, SLEEPS);
	sandbox_close(&s);
	assert_int_equal(code_of(pid), NO_CODE + ERROR_TARGET);
	(void)close(null);
}

/* ---- on a terminal ---- */

/* Read until WORDS stand in what was said, and forget all up to them. */
static void expect(int terminal, struct buf *said, const char *words)
{
	struct pollfd fd = { .fd = terminal, .events = POLLIN };
	char block[512], *end;

	while (!said->len || !strstr(said->ptr, words)) {
		ssize_t n = poll(&fd, 1, WAIT_MS) > 0 ? read(terminal, block, sizeof(block)) : -1;

		if (n <= 0)
			fail_msg("no \"%s\" in: %s", words, said->len ? said->ptr : "");
		assert_int_equal(buf_append(said, block, (size_t)n), 0);
	}
	end = strstr(said->ptr, words) + strlen(words);
	said->len -= (size_t)(end - said->ptr);
	memmove(said->ptr, end, said->len + 1);
}

static void type(int terminal, const char *text)
{
	assert_int_equal(write(terminal, text, strlen(text)), (ssize_t)strlen(text));
}

static void a_shell_has_a_terminal_with_job_control(void **state)
{
	struct sandbox s = open_sandbox();
	int connection = connect_to(&s), terminal = -1;
	struct winsize size = { .ws_row = 33, .ws_col = 77 };
	CLEANUP(buf_release)
	struct buf said = { 0 };
	pid_t pid;

	(void)state;
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	pid = forkpty(&terminal, NULL, NULL, &size);
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(visit(connection, NULL));
	(void)close(connection);
	expect(terminal, &said, "welcome");
	expect(terminal, &said, "ready> ");
	type(terminal, "stty size; echo $TERM\n");
	expect(terminal, &said, "33 77\r\ndumb\r\n");
	size.ws_col = 99;
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
	type(terminal, "until stty size | grep ' 99'; do sleep 0.1; done\n");
	expect(terminal, &said, "33 99\r\n");
	type(terminal, "sleep 1000\n");
	await(&s, SLEEPS);
	type(terminal, "\x1a");
	expect(terminal, &said, "Stopped");
	expect(terminal, &said, "ready> ");
	type(terminal, "kill -9 %1\n");
	expect(terminal, &said, "ready> ");
	await(&s, NOTHING_SLEEPS);
	type(terminal, "sleep 1000\n");
	await(&s, SLEEPS);
	type(terminal, "\x03");
	expect(terminal, &said, "ready> ");
	type(terminal, "echo code $?; exit 9\n");
	expect(terminal, &said, "code 130");
	assert_int_equal(code_of(pid), 9);
	(void)close(terminal);
	sandbox_close(&s);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_runs_inside_and_its_words_and_code_come_out),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(much_passes_both_ways_without_a_standstill),
		cmocka_unit_test(a_visitor_has_no_more_rights_than_the_work),
		cmocka_unit_test(a_visitor_reaches_nothing_of_the_host),
		cmocka_unit_test(a_program_holds_pipes_and_no_file_of_the_visitor),
		cmocka_unit_test(the_program_of_a_visitor_that_was_killed_ends),
		cmocka_unit_test(the_end_of_the_sandbox_ends_a_visit),
		cmocka_unit_test(a_shell_has_a_terminal_with_job_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return run_as_both_users(run_group);
}
