/* SPDX-License-Identifier: Apache-2.0 */
#include "component/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK_SIZE = 128 << 10, MESSAGES_MAX = 64 << 10 };

enum end { END_OUT, END_ERR, END_FILTER_IN, END_FILTER_OUT, END_FILTER_ERR, END_COUNT };

/*
 * The block read last is handed to the filter before the next one is read; the
 * filter's output is always taken, so neither program waits for the other in a ring.
 */
struct flow {
	struct pump *pump;
	struct process source, filter;
	int fd[END_COUNT]; /* ours; -1: closed */
	uint8_t *block;
	struct span pending; /* of `block`, not yet given to the filter */
	bool filter_deaf;    /* it stopped reading */
};

static void close_end(struct flow *f, enum end e)
{
	if (f->fd[e] >= 0)
		(void)close(f->fd[e]);
	f->fd[e] = -1;
}

/* A socket instead of a pipe, so that a reader that has gone is EPIPE and no signal. */
static int make_ends(int *ours, int *theirs, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	*ours = ends[0];
	*theirs = ends[1];
	return 0;
}

static int make_pipe(int *reader, int *writer, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	/* a bigger pipe means fewer switches between the programs; what it is does not matter */
	(void)fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
	*reader = ends[0];
	*writer = ends[1];
	return 0;
}

static int start_source(struct flow *f, struct error *err)
{
	CLEANUP(cleanup_close)
	int out = -1;
	CLEANUP(cleanup_close)
	int messages = -1;
	struct process_spec spec = { .argv = f->pump->argv,
				     .set_env = f->pump->set_env,
				     .in = -1,
				     .own_group = true,
				     .die_with_parent = true };

	if (make_pipe(&f->fd[END_OUT], &out, err) < 0 ||
	    make_pipe(&f->fd[END_ERR], &messages, err) < 0)
		return -1;
	spec.out = out;
	spec.err = messages;
	return process_start(&spec, &f->source, err);
}

static int start_filter(struct flow *f, struct error *err)
{
	CLEANUP(cleanup_close)
	int in = -1;
	CLEANUP(cleanup_close)
	int out = -1;
	CLEANUP(cleanup_close)
	int messages = -1;
	struct process_spec spec = { .argv = f->pump->filter_argv,
				     .set_env = f->pump->set_env,
				     .own_group = true,
				     .die_with_parent = true };

	if (!f->pump->filter_argv)
		return 0;
	if (make_ends(&f->fd[END_FILTER_IN], &in, err) < 0 ||
	    make_pipe(&f->fd[END_FILTER_OUT], &out, err) < 0 ||
	    make_pipe(&f->fd[END_FILTER_ERR], &messages, err) < 0)
		return -1;
	spec.in = in;
	spec.out = out;
	spec.err = messages;
	return process_start(&spec, &f->filter, err);
}

/* One read; 0 at the end of the stream, which closes it. */
static ssize_t read_end(struct flow *f, enum end e, void *bytes, size_t size, struct error *err)
{
	ssize_t n = read(f->fd[e], bytes, size);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return -2;
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "read from %s",
				       e >= END_FILTER_IN ? f->pump->filter_argv[0] :
							    f->pump->argv[0]);
	if (n == 0)
		close_end(f, e);
	return n;
}

static int take_messages(struct flow *f, enum end e, struct buf *out, struct error *err)
{
	char text[4096];
	ssize_t n = read_end(f, e, text, sizeof(text), err);

	if (n <= 0)
		return n == -1 ? -1 : 0;
	if (out->len < MESSAGES_MAX && buf_append(out, text, (size_t)n) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the messages of %s",
				 f->pump->argv[0]);
	return 0;
}

static int take_output(struct flow *f, struct error *err)
{
	struct pump *p = f->pump;
	ssize_t n = read_end(f, END_OUT, f->block, BLOCK_SIZE, err);

	if (n < 0)
		return n == -1 ? -1 : 0;
	if (n == 0) {
		close_end(f, END_FILTER_IN);
		return 0;
	}
	p->bytes += (uint64_t)n;
	if (f->fd[END_FILTER_IN] >= 0)
		f->pending = (struct span){ f->block, (size_t)n };
	if (p->job->progress.report)
		p->job->progress.report(p->job->progress.cookie, p->subject, p->bytes, 0);
	return p->receive(p->cookie, f->block, (size_t)n, err);
}

static int take_filtered(struct flow *f, struct error *err)
{
	/* its own block: `block` may still be on its way to the filter */
	uint8_t *block = f->block + BLOCK_SIZE;
	ssize_t n = read_end(f, END_FILTER_OUT, block, BLOCK_SIZE, err);

	if (n <= 0)
		return n == -1 ? -1 : 0;
	return part_push(f->pump->filtered, block, (size_t)n, err);
}

static int feed_filter(struct flow *f, struct error *err)
{
	ssize_t n = send(f->fd[END_FILTER_IN], f->pending.ptr, f->pending.len,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
		/* why it stopped reading, its exit code and words will tell */
		f->pending.len = 0;
		f->filter_deaf = true;
		close_end(f, END_FILTER_IN);
		return 0;
	}
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "write to %s", f->pump->filter_argv[0]);
	f->pending.ptr += n;
	f->pending.len -= (size_t)n;
	return 0;
}

static int serve(struct flow *f, enum end e, struct error *err)
{
	switch (e) {
	case END_OUT:
		return take_output(f, err);
	case END_ERR:
		return take_messages(f, e, &f->pump->messages, err);
	case END_FILTER_IN:
		return feed_filter(f, err);
	case END_FILTER_OUT:
		return take_filtered(f, err);
	default:
		return take_messages(f, e, &f->pump->filter_messages, err);
	}
}

static bool all_closed(const struct flow *f)
{
	for (int e = 0; e < END_COUNT; e++) {
		if (f->fd[e] >= 0)
			return false;
	}
	return true;
}

static int flow_all(struct flow *f, struct error *err)
{
	while (!all_closed(f)) {
		struct pollfd fds[END_COUNT];

		for (int e = 0; e < END_COUNT; e++)
			fds[e] = (struct pollfd){ .fd = f->fd[e], .events = POLLIN };
		fds[END_FILTER_IN].events = POLLOUT;
		if (f->pending.len)
			fds[END_OUT].fd = -1;
		else
			fds[END_FILTER_IN].fd = -1;
		if (part_stop_requested(f->pump->job, err) < 0)
			return -1;
		if (poll(fds, END_COUNT, 1000) < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for %s", f->pump->argv[0]);
		for (int e = 0; e < END_COUNT; e++) {
			if (fds[e].fd >= 0 && fds[e].revents && serve(f, (enum end)e, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int judge(struct process *p, const char *const *argv, const struct buf *messages,
		 struct error *err)
{
	char end[80], words[420];
	int rc;

	do {
		struct error interrupted = ERROR_INIT;

		rc = process_wait(p, -1, &interrupted);
		if (rc < 0 && interrupted.kind != ERROR_INTERRUPTED) {
			*err = interrupted;
			return -1;
		}
	} while (rc < 0);
	if (p->pid == 0 || process_succeeded(p))
		return 0;
	return error_set(err, ERROR_TARGET, "%s %s: %s", argv[0],
			 process_describe_end(p, end, sizeof(end)),
			 process_quote_text(messages, words, sizeof(words)));
}

int pump_run(struct pump *p, struct error *err)
{
	CLEANUP(cleanup_free)
	uint8_t *blocks = malloc((size_t)BLOCK_SIZE * 2);
	struct flow f = { .pump = p,
			  .source = PROCESS_INIT,
			  .filter = PROCESS_INIT,
			  .fd = { -1, -1, -1, -1, -1 },
			  .block = blocks };
	int rc;

	if (!blocks)
		return error_set(err, ERROR_NOMEM, "no memory to run %s", p->argv[0]);
	rc = start_source(&f, err) < 0 || start_filter(&f, err) < 0 || flow_all(&f, err) < 0 ? -1 :
											       0;
	if (rc == 0)
		rc = judge(&f.source, p->argv, &p->messages, err);
	if (rc == 0)
		rc = judge(&f.filter, p->filter_argv, &p->filter_messages, err);
	if (rc == 0 && f.filter_deaf)
		rc = error_set(err, ERROR_TARGET, "%s stopped reading before the end",
			       p->filter_argv[0]);
	for (int e = 0; e < END_COUNT; e++)
		close_end(&f, (enum end)e);
	cleanup_process(&f.source);
	cleanup_process(&f.filter);
	return rc;
}

void pump_release(struct pump *p)
{
	buf_release(&p->messages);
	buf_release(&p->filter_messages);
}

int pump_to_part(void *cookie, const void *bytes, size_t len, struct error *err)
{
	return part_push(cookie, bytes, len, err);
}
