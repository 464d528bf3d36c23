/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's half: an order in, an answer out, and nobody waited for who does not answer. */
#include "service/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { TICK_MS = 100, ANSWER_MAX = 64 * 1024 };
/* More than the work takes that keeps to its own time, unless the machine is at its limits. */
static const int64_t grace_ns = 30 * NS_PER_SECOND;

struct asking {
	const struct sandbox *sandbox;
	const struct stop *stop;
	int64_t deadline_ns;
	struct visit_line line;
};

/* 1: `fd` is ready; 0: not yet. */
static int await(const struct asking *a, int fd, short events, struct error *err)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, TICK_MS);

	if (n < 0 && errno != EINTR)
		return error_set_errno(err, ERROR_IO, "wait for the sandbox");
	if (stop_is_asked(a->stop))
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	if (clock_monotonic_ns() > a->deadline_ns)
		return error_set(err, ERROR_TARGET, "the sandbox does not answer");
	return n > 0;
}

static int send_order(struct asking *a, const struct buf *text, struct error *err)
{
	size_t sent = 0;

	if (fcntl(a->line.in, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "prepare a pipe");
	while (sent < text->len) {
		int ready = await(a, a->line.in, POLLOUT, err);
		ssize_t n;

		if (ready < 0)
			return -1;
		if (!ready)
			continue;
		n = write(a->line.in, text->ptr + sent, text->len - sent);
		if (n < 0 && errno == EPIPE)
			return sandbox_explain_end(a->sandbox, err);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "write to the sandbox's pipe");
		sent += n > 0 ? (size_t)n : 0;
	}
	(void)close(a->line.in);
	a->line.in = -1;
	return 0;
}

/* Its first line. */
static int hear(struct asking *a, struct buf *said, struct error *err)
{
	for (;;) {
		int ready = await(a, a->line.out, POLLIN, err);
		char block[4096];
		const char *end;
		ssize_t n;

		if (ready < 0)
			return -1;
		if (!ready)
			continue;
		n = read(a->line.out, block, sizeof(block));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return sandbox_explain_end(a->sandbox, err);
		if (said->len + (size_t)n > ANSWER_MAX)
			return error_set(err, ERROR_TARGET, "the sandbox says too much");
		if (buf_append(said, block, (size_t)n) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for an answer");
		end = memchr(said->ptr, '\n', said->len);
		if (!end)
			continue;
		said->len = (size_t)(end - said->ptr);
		return 0;
	}
}

void ask_answer_hide(struct ask_answer *a, struct hidden *hidden)
{
	hidden_from_text(hidden, a->expected, sizeof(a->expected));
	hidden_from_text(hidden, a->found, sizeof(a->found));
	hidden_from_text(hidden, a->message, sizeof(a->message));
	hidden_from_text(hidden, a->hint, sizeof(a->hint));
}

int ask_inside(const struct sandbox *s, const struct ask_order *order, const struct stop *stop,
	       struct ask_answer *out, struct error *err)
{
	struct asking a = { .sandbox = s,
			    .stop = stop,
			    .deadline_ns = clock_monotonic_ns() + order->time_ns + grace_ns,
			    .line = VISIT_LINE_INIT };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf said = { 0 };
	int rc;

	*out = (struct ask_answer){ 0 };
	if (ask_order_write(order, &text, err) < 0 ||
	    visit_begin_work(s, ASK_WORK, &a.line, err) < 0)
		return -1;
	rc = send_order(&a, &text, err);
	if (rc == 0)
		rc = hear(&a, &said, err);
	visit_line_close(&a.line);
	explicit_bzero(text.ptr, text.len); /* secrets may be among the variables */
	return rc < 0 ? -1 : ask_answer_parse(buf_span(&said), out, err);
}
