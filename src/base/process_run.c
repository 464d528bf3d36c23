/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are run to their end, their output collected. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { CHATTER_MAX = 4096, TURN_MS = 200 };

struct collection {
	const char *program;
	const struct stop *stop;
	struct buf *out; /* NULL: discarded */
	size_t max, start;
	struct buf chatter; /* the end of standard error */
	int out_fd, err_fd; /* -1: ended */
};

char *process_quote_text(const struct buf *text, char *out, size_t size)
{
	size_t len = text->len, used = 0, first;

	while (len && (text->ptr[len - 1] == '\n' || text->ptr[len - 1] == ' '))
		len--;
	first = len > size / 2 ? len - size / 2 : 0;
	for (size_t i = first; i < len && used + 3 < size; i++) {
		unsigned char c = (unsigned char)text->ptr[i];

		if (c == '\n') {
			out[used++] = ';';
			out[used++] = ' ';
		} else {
			out[used++] = (char)(c < 0x20 || c == 0x7f ? ' ' : c);
		}
	}
	out[used] = '\0';
	return out;
}

static int keep_output(struct collection *c, const char *bytes, size_t len, struct error *err)
{
	if (!c->out)
		return 0;
	if (c->out->len - c->start + len > c->max)
		return error_set(err, ERROR_TARGET, "%s wrote more than %zu bytes", c->program,
				 c->max);
	if (buf_append(c->out, bytes, len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the output of %s", c->program);
	return 0;
}

static int keep_chatter(struct collection *c, const char *bytes, size_t len, struct error *err)
{
	struct buf *b = &c->chatter;

	if (buf_append(b, bytes, len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the messages of %s", c->program);
	if (b->len > CHATTER_MAX) {
		memmove(b->ptr, b->ptr + b->len - CHATTER_MAX, CHATTER_MAX + 1);
		b->len = CHATTER_MAX;
	}
	return 0;
}

static void close_end(int *fd)
{
	(void)close(*fd);
	*fd = -1;
}

/* Everything that can be read now. */
static int drain(struct collection *c, int *fd, struct error *err)
{
	char block[4096];

	while (*fd >= 0) {
		ssize_t n = read(*fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "read from %s", c->program);
		if (n == 0)
			close_end(fd);
		else if ((fd == &c->out_fd && keep_output(c, block, (size_t)n, err) < 0) ||
			 (fd == &c->err_fd && keep_chatter(c, block, (size_t)n, err) < 0))
			return -1;
	}
	return 0;
}

/* How long to wait for output before the clock, and whoever may ask for the end, are looked at. */
static int patience_ms(const struct collection *c, int64_t left_ms, bool limited)
{
	if (c->stop->asked)
		return limited && left_ms < TURN_MS ? (int)left_ms : TURN_MS;
	if (!limited)
		return -1;
	return left_ms < 60000 ? (int)left_ms : 60000;
}

static int interrupted(const struct collection *c, struct error *err)
{
	return error_set(err, ERROR_INTERRUPTED, "interrupted while %s ran", c->program);
}

/*
 * Ends when the program does, not at the end of its output: what it left running
 * may hold the pipes open.
 */
static int collect(struct collection *c, const struct process *p, int64_t timeout_ns,
		   struct error *err)
{
	int64_t deadline = clock_monotonic_ns() + timeout_ns;

	for (;;) {
		struct pollfd fds[3] = { { .fd = p->pidfd, .events = POLLIN },
					 { .fd = c->out_fd, .events = POLLIN },
					 { .fd = c->err_fd, .events = POLLIN } };
		int64_t left_ms = (deadline - clock_monotonic_ns() + 999999) / 1000000;
		int rc;

		if (timeout_ns >= 0 && left_ms <= 0)
			return error_set(err, ERROR_TIMEOUT,
					 "%s did not end within %.1f seconds and was killed",
					 c->program, (double)timeout_ns / 1e9);
		rc = poll(fds, 3, patience_ms(c, left_ms, timeout_ns >= 0));
		if ((rc < 0 && errno == EINTR) || stop_is_asked(c->stop))
			return interrupted(c, err);
		if (rc < 0)
			return error_set_errno(err, ERROR_IO, "wait for %s", c->program);
		if (drain(c, &c->out_fd, err) < 0 || drain(c, &c->err_fd, err) < 0)
			return -1;
		if (fds[0].revents)
			return 0;
	}
}

/* A pipe whose reading end does not block; both close on exec. */
static int open_pipe(int *reader, int *writer, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	*reader = ends[0];
	*writer = ends[1];
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "prepare a pipe");
	return 0;
}

static int start_with_pipes(const struct process_spec *spec, struct collection *c,
			    struct process *p, struct error *err)
{
	CLEANUP(cleanup_close)
	int out = -1;
	CLEANUP(cleanup_close)
	int chatter = -1;
	struct process_spec piped = *spec;

	if (open_pipe(&c->out_fd, &out, err) < 0 || open_pipe(&c->err_fd, &chatter, err) < 0)
		return -1;
	piped.out = out;
	piped.err = chatter;
	return process_start(&piped, p, err);
}

static int judge(struct collection *c, const struct process *p, struct error *err)
{
	char end[80], words[CHATTER_MAX / 8];

	if (process_succeeded(p))
		return 0;
	(void)process_describe_end(p, end, sizeof(end));
	(void)process_quote_text(&c->chatter, words, sizeof(words));
	return error_set(err, ERROR_TARGET, "%s %s%s%s", c->program, end, words[0] ? ": " : "",
			 words);
}

int process_run(const struct process_spec *spec, int64_t timeout_ns, size_t max, struct buf *out,
		struct error *err)
{
	CLEANUP(cleanup_process)
	struct process p = PROCESS_INIT;
	struct collection c = { .program = spec->argv[0],
				.stop = &spec->stop,
				.out = out,
				.max = max,
				.start = out ? out->len : 0,
				.out_fd = -1,
				.err_fd = -1 };
	int rc = start_with_pipes(spec, &c, &p, err);

	if (rc == 0)
		rc = collect(&c, &p, timeout_ns, err);
	if (rc == 0)
		rc = process_wait(&p, -1, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = drain(&c, &c.out_fd, err) < 0 || drain(&c, &c.err_fd, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = judge(&c, &p, err);
	cleanup_close(&c.out_fd);
	cleanup_close(&c.err_fd);
	buf_release(&c.chatter);
	return rc;
}
