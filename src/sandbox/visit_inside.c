/* SPDX-License-Identifier: Apache-2.0 */
/* The inner side of visits: one process per visit, which forks what it is for and tells its code. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "sandbox/visit.intern.h"

enum { GRACE_MS = 2000, REAP_MS = 1000 };

/* Until it has ended, or until the visitor is gone. Returns its status. */
static int await(pid_t program, int pidfd, int connection)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
				{ .fd = connection, .events = POLLIN } };
	int status = 0;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents) {
		(void)kill(-program, SIGHUP);
		(void)kill(-program, SIGCONT);
		if (poll(fds, 1, GRACE_MS) <= 0)
			(void)kill(-program, SIGKILL);
	}
	return waitpid(program, &status, 0) == program ? status : -1;
}

static bool is_of_people(const struct visit *v)
{
	return v->manner == VISIT_ON_TERMINAL || v->manner == VISIT_BY_PIPES;
}

static void receive(struct visit *v, int connection)
{
	ssize_t n = visit_receive(connection, v->text, sizeof(v->text) - 1, v->fd);

	while (v->fds < VISIT_STREAMS && v->fd[v->fds] >= 0)
		v->fds++;
	if (n <= 0 || !visit_message_parse(v, (size_t)n))
		_exit(1);
}

noreturn static void be_host(int connection, const struct visit_guide *guide)
{
	static struct visit v;
	int pidfd, status, code;
	pid_t program;

	v.guide = guide;
	receive(&v, connection);
	if (!is_of_people(&v) && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		_exit(1);
	program = process_fork();
	if (program == 0)
		visit_become(&v);
	pidfd = program < 0 ? -1 : pidfd_open(program, 0);
	if (pidfd < 0)
		_exit(1);
	for (size_t i = 0; i < v.fds; i++)
		(void)close(v.fd[i]);
	status = is_of_people(&v) ? await(program, pidfd, connection) :
				    visit_await_all(program, pidfd, connection);
	if (status < 0)
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
