/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's side of what goes on in a sandbox. */
#include "sandbox/visit_program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/visit.intern.h"

/* More than an end may take that is asked for, unless the machine is at its limits. */
static const int64_t ending_ns = 60 * NS_PER_SECOND;

static int check_program(const struct visit_program *p, struct error *err)
{
	if (!p->argv || !p->argv[0] || !p->argv[0][0])
		return error_set(err, ERROR_USAGE, "no program to run in the sandbox");
	for (const char *const *e = p->env; e && *e; e++) {
		if (!strchr(*e, '=') || **e == '=')
			return error_set(err, ERROR_USAGE, "\"%s\" is no NAME=value", *e);
	}
	return 0;
}

int visit_ask(const struct sandbox *s, enum visit_manner manner, const struct visit_program *p,
	      const char *output, const int *fd, size_t fds, struct error *err)
{
	CLEANUP(buf_release)
	struct buf message = { 0 };
	CLEANUP(cleanup_close)
	int connection = -1;
	const struct visit_wish wish = { .manner = manner,
					 .term = "",
					 .prompt = "",
					 .directory = p->directory ? p->directory : "",
					 .output = output,
					 .env = p->env,
					 .argv = p->argv };

	if (check_program(p, err) < 0 || visit_message_write(&wish, &message, err) < 0)
		return -1;
	connection = visit_connect(s, err);
	if (connection < 0)
		return -1;
	if (visit_send(connection, message.ptr, message.len, fd, fds, 0) < 0)
		return error_set_errno(err, ERROR_TARGET, "visit the sandbox");
	return TAKE_FD(connection);
}

int visit_start(const struct sandbox *s, const struct visit_program *program, const char *output,
		int *connection, struct error *err)
{
	if (!output[0] || output[0] == '.' || strchr(output, '/'))
		return error_set(err, ERROR_USAGE, "\"%s\" is no name for a file of output",
				 output);
	*connection = visit_ask(s, VISIT_STARTED, program, output, NULL, 0, err);
	return *connection < 0 ? -1 : 0;
}

int visit_begin_work(const struct sandbox *s, const char *name, struct visit_line *out,
		     struct error *err)
{
	const char *const argv[] = { name, NULL };
	const struct visit_program program = { .argv = argv };
	int in[2], up[2], rc;

	if (pipe2(in, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	if (pipe2(up, O_CLOEXEC) < 0) {
		(void)close(in[0]);
		(void)close(in[1]);
		return error_set_errno(err, ERROR_IO, "make a pipe");
	}
	*out = (struct visit_line){ .in = in[1], .out = up[0], .connection = -1 };
	rc = visit_ask(s, VISIT_WORK, &program, "", (const int[]){ in[0], up[1] }, 2, err);
	(void)close(in[0]);
	(void)close(up[1]);
	out->connection = rc;
	if (rc >= 0)
		return 0;
	visit_line_close(out);
	return -1;
}

void visit_line_close(struct visit_line *line)
{
	cleanup_close(&line->in);
	cleanup_close(&line->out);
	cleanup_close(&line->connection);
	*line = (struct visit_line)VISIT_LINE_INIT;
}

int visit_await(const struct sandbox *s, int connection, int64_t timeout_ns, int *code,
		struct error *err)
{
	struct pollfd fd = { .fd = connection, .events = POLLIN };
	int64_t ms = (timeout_ns + 999999) / 1000000;
	int n = poll(&fd, 1, timeout_ns < 0 ? -1 : ms > INT_MAX ? INT_MAX : (int)ms);

	if (n == 0 || (n < 0 && errno == EINTR))
		return 0;
	if (n > 0 && recv(connection, code, sizeof(*code), 0) == (ssize_t)sizeof(*code) &&
	    *code >= 0 && *code <= UCHAR_MAX)
		return 1;
	return sandbox_explain_end(s, err);
}

void visit_ask_to_end(int connection)
{
	(void)shutdown(connection, SHUT_WR);
}

int visit_end(const struct sandbox *s, int connection, int *code, struct error *err)
{
	int64_t deadline_ns = clock_monotonic_ns() + ending_ns;
	int rc = 0;

	visit_ask_to_end(connection);
	while (rc == 0 && clock_monotonic_ns() < deadline_ns)
		rc = visit_await(s, connection, deadline_ns - clock_monotonic_ns(), code, err);
	(void)close(connection);
	if (rc == 0)
		return error_set(err, ERROR_TARGET, "what runs in the sandbox does not end");
	return rc < 0 ? -1 : 0;
}
