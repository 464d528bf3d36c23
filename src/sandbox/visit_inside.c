/* SPDX-License-Identifier: Apache-2.0 */
/* The inner side of visits: one process per visit, which forks the program and tells its code. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "sandbox/visit.intern.h"

enum { WORDS_MAX = 4096, GRACE_MS = 2000, REAP_MS = 1000 };
enum { NOT_EXECUTABLE = 126, NO_SUCH_PROGRAM = 127 };

/* One visit, as its message asked for it. */
struct visit {
	bool terminal;
	int fd[VISIT_STREAMS];
	char text[VISIT_MESSAGE_MAX + 1];
	const char *term, *prompt;
	char *argv[WORDS_MAX + 1];
	const struct visit_guide *guide;
};

/* False: not a message of ours. */
static bool parse(struct visit *v, size_t len)
{
	size_t words = 0;
	char *word = v->text + 1, *end = v->text + len;

	if (len < 2 || end[-1] != '\0')
		return false;
	v->terminal = v->text[0] == VISIT_ON_TERMINAL;
	v->term = word;
	word += strlen(word) + 1;
	v->prompt = word;
	if (word == end)
		return false;
	for (word += strlen(word) + 1; word < end && words < WORDS_MAX; word += strlen(word) + 1)
		v->argv[words++] = word;
	for (int i = 1; v->terminal && i < VISIT_STREAMS; i++)
		v->fd[i] = v->fd[0];
	return word == end && v->fd[VISIT_STREAMS - 1] >= 0;
}

static int set_environment(const struct visit *v)
{
	if (clearenv() != 0 ||
	    setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", 1) < 0 ||
	    setenv("HOME", v->guide->directory, 1) < 0 || setenv("LANG", "C.UTF-8", 1) < 0 ||
	    (v->term[0] && setenv("TERM", v->term, 1) < 0) ||
	    (v->prompt[0] && setenv("PS1", v->prompt, 1) < 0))
		return -1;
	for (const char *const *e = v->guide->env; e && *e; e++) {
		char name[64];
		size_t len = strcspn(*e, "=");

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, *e);
		if (setenv(name, *e + len + 1, 1) < 0)
			return -1;
	}
	return 0;
}

/* What stands in a start-up file there, a restored program may have written. */
static void become_shell(struct visit *v)
{
	static char bash[] = "/bin/bash", bare[] = "--norc", no_profile[] = "--noprofile";

	v->argv[0] = bash;
	v->argv[1] = no_profile;
	v->argv[2] = bare;
	v->argv[3] = NULL;
	if (v->terminal)
		(void)!write(1, v->guide->greeting, strlen(v->guide->greeting));
}

noreturn static void be_program(struct visit *v)
{
	int *const kept[VISIT_STREAMS] = { &v->fd[0], &v->fd[1], &v->fd[2] };
	struct error ignored = ERROR_INIT;

	process_reset_signals();
	if (process_keep_only(kept, VISIT_STREAMS, &ignored) < 0)
		_exit(NOT_EXECUTABLE);
	for (int i = 0; i < VISIT_STREAMS; i++) {
		if (dup2(v->fd[i], i) < 0)
			_exit(NOT_EXECUTABLE);
	}
	if (setsid() < 0 || (v->terminal && ioctl(0, TIOCSCTTY, 0) < 0) ||
	    chdir(v->guide->directory) < 0 || set_environment(v) < 0)
		_exit(NOT_EXECUTABLE);
	if (!v->argv[0])
		become_shell(v);
	(void)execvp(v->argv[0], v->argv);
	(void)dprintf(2, "muster: %s: %s\n", v->argv[0], strerror(errno));
	_exit(errno == ENOENT ? NO_SUCH_PROGRAM : NOT_EXECUTABLE);
}

/* Until it has ended, or until the visitor is gone. */
static void await(pid_t program, int pidfd, int connection)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
				{ .fd = connection, .events = POLLIN } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents)
		return;
	(void)kill(-program, SIGHUP);
	(void)kill(-program, SIGCONT);
	if (poll(fds, 1, GRACE_MS) <= 0)
		(void)kill(-program, SIGKILL);
}

noreturn static void be_host(int connection, const struct visit_guide *guide)
{
	static struct visit v;
	ssize_t n = visit_receive(connection, v.text, sizeof(v.text) - 1, v.fd);
	int pidfd, status = 0, code;
	pid_t program;

	v.guide = guide;
	if (n <= 0 || !parse(&v, (size_t)n))
		_exit(1);
	program = process_fork();
	if (program == 0)
		be_program(&v);
	pidfd = program < 0 ? -1 : pidfd_open(program, 0);
	if (pidfd < 0)
		_exit(1);
	for (int i = 0; i < (v.terminal ? 1 : VISIT_STREAMS); i++)
		(void)close(v.fd[i]);
	await(program, pidfd, connection);
	if (waitpid(program, &status, 0) != program)
		_exit(1);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	_exit(visit_send(connection, &code, sizeof(code), NULL, 0, 0) < 0);
}

/* Its streams may not wait for a place at the server's output. */
static void begin(int connection, struct sandbox_pipes pipes, const struct visit_guide *guide)
{
	pid_t host = process_fork();

	if (host != 0)
		return; /* one that cannot be forked: the visitor sees its connection end */
	process_reset_signals();
	(void)close(pipes.in);
	(void)close(pipes.out);
	(void)close(pipes.visits);
	be_host(connection, guide);
}

int visit_serve(struct sandbox_pipes pipes, const struct visit_guide *guide, struct error *err)
{
	struct pollfd announced = { .fd = pipes.visits, .events = POLLIN };

	for (;;) {
		char word;
		int fd[VISIT_STREAMS];
		int ready = poll(&announced, 1, REAP_MS);
		ssize_t n;

		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		n = ready < 0 ? -1 : visit_receive(pipes.visits, &word, 1, fd);
		if (n == 0)
			return 0;
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "wait for visits");
		if (fd[0] >= 0)
			begin(fd[0], pipes, guide);
		for (int i = 0; i < VISIT_STREAMS; i++)
			cleanup_close(&fd[i]);
	}
}
