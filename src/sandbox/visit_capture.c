/* SPDX-License-Identifier: Apache-2.0 */
/* A program in a sandbox, run to its end by the owner. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "sandbox/visit.intern.h"
#include "sandbox/visit_program.h"

enum { TICK_MS = 200, BLOCK = 64 * 1024 };
static const int64_t ending_ns = 60 * NS_PER_SECOND; /* as in visit_end() */

struct capture {
	const struct sandbox *sandbox;
	const struct visit_capture *request;
	struct visit_captured *out;
	int connection, output;
	int64_t began_ns;
	int64_t given_up_ns; /* when it should have ended that was asked to; 0: nobody asked */
	bool interrupted;
};

void visit_captured_release(struct visit_captured *c)
{
	buf_release(&c->output);
	*c = (struct visit_captured){ 0 };
}

/* A file of nobody's that holds the input, for good: nothing needs to be passed on while the program runs. */
static int make_input(struct span text, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "make a program's input");
	if (file_write_all(fd, "a program's input", text.ptr, text.len, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_set_errno(err, ERROR_IO, "make a program's input");
	return TAKE_FD(fd);
}

static int begin(struct capture *c, struct error *err)
{
	CLEANUP(cleanup_close)
	int input = make_input(c->request->input, err);
	CLEANUP(cleanup_close)
	int written = -1;
	int ends[2];

	if (input < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	c->output = ends[0];
	written = ends[1];
	/* only our end: the other is another open file */
	if (fcntl(c->output, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "prepare a pipe");
	c->began_ns = clock_monotonic_ns();
	c->connection = visit_ask(c->sandbox, VISIT_CAPTURED, &c->request->program, "",
				  (const int[]){ input, written }, 2, err);
	return c->connection < 0 ? -1 : 0;
}

/* 1: there may be more; 0: not now, or no more at all. */
static int take_output(struct capture *c, struct error *err)
{
	char block[BLOCK];
	struct buf *kept = &c->out->output;
	ssize_t n = read(c->output, block, sizeof(block));
	size_t room = VISIT_OUTPUT_MAX - kept->len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		(void)close(c->output);
		c->output = -1;
		return 0;
	}
	c->out->written += (uint64_t)n;
	if (buf_append(kept, block, (size_t)n < room ? (size_t)n : room) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a program's output");
	return 1;
}

static void ask_to_end(struct capture *c)
{
	c->given_up_ns = clock_monotonic_ns() + ending_ns;
	(void)shutdown(c->connection, SHUT_WR);
}

/* Whether it may go on; one that was asked to end is waited for. */
static int judge(struct capture *c, struct error *err)
{
	const struct visit_capture *r = c->request;
	int64_t now_ns = clock_monotonic_ns();

	if (c->given_up_ns && now_ns > c->given_up_ns)
		return error_set(err, ERROR_TARGET, "a program in the sandbox does not end");
	if (c->given_up_ns)
		return 0;
	c->interrupted = stop_is_asked(&r->stop);
	c->out->time_is_up = r->time_max_ns && now_ns - c->began_ns >= r->time_max_ns;
	if (c->interrupted || c->out->time_is_up)
		ask_to_end(c);
	return 0;
}

static int patience_ms(const struct capture *c)
{
	int64_t left_ns = c->request->time_max_ns - (clock_monotonic_ns() - c->began_ns);

	if (!c->request->time_max_ns || c->given_up_ns || left_ns > TICK_MS * INT64_C(1000000))
		return TICK_MS;
	return left_ns > 0 ? (int)((left_ns + 999999) / 1000000) : 0;
}

static int run(struct capture *c, struct error *err)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = c->output, .events = POLLIN },
					{ .fd = c->connection, .events = POLLIN } };

		if (poll(fds, 2, patience_ms(c)) < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for a program in a sandbox");
		if (fds[0].revents && take_output(c, err) < 0)
			return -1;
		if (fds[1].revents)
			return visit_await(c->sandbox, c->connection, 0, &c->out->code, err);
		if (judge(c, err) < 0)
			return -1;
	}
}

/* What it wrote before its end. Somebody else in there may hold that pipe, too: no end of it is waited for. */
static int drain(struct capture *c, struct error *err)
{
	int more = 1;

	while (more > 0 && c->output >= 0)
		more = take_output(c, err);
	return more < 0 ? -1 : 0;
}

int visit_capture(const struct sandbox *s, const struct visit_capture *request,
		  struct visit_captured *out, struct error *err)
{
	struct capture c = {
		.sandbox = s, .request = request, .out = out, .connection = -1, .output = -1
	};
	int rc = begin(&c, err);

	if (rc == 0)
		rc = run(&c, err) < 0 ? -1 : drain(&c, err);
	out->took_ns = clock_monotonic_ns() - c.began_ns;
	cleanup_close(&c.connection);
	cleanup_close(&c.output);
	if (rc == 0 && c.interrupted)
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	return rc;
}
