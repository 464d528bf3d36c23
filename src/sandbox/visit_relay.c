/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passes bytes between this process's streams and those of a program in a sandbox, which
 * so holds no descriptor of ours: not our files, and not our terminal, into which it could
 * type.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "sandbox/visit.intern.h"

enum { BLOCK = 16 * 1024, TICK_MS = 200 };

/* ---- streams ---- */

static int open_terminal(struct visit_streams *s, struct error *err)
{
	struct termios manner;
	struct winsize size;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	s->near[0] = master;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return error_set_errno(err, ERROR_IO, "make a terminal");
	s->far[0] = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s->far[0] < 0)
		return error_set_errno(err, ERROR_IO, "make a terminal");
	if (ioctl(0, TIOCGWINSZ, &size) == 0)
		(void)ioctl(master, TIOCSWINSZ, &size);
	if (tcgetattr(0, &manner) == 0)
		(void)tcsetattr(s->far[0], TCSANOW, &manner);
	return 0;
}

static int open_pipes(struct visit_streams *s, struct error *err)
{
	for (int i = 0; i < VISIT_STREAMS; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return error_set_errno(err, ERROR_IO, "make a pipe");
		s->far[i] = ends[i == 0 ? 0 : 1];
		s->near[i] = ends[i == 0 ? 1 : 0];
		if (fcntl(s->near[i], F_SETFL, O_NONBLOCK) < 0)
			return error_set_errno(err, ERROR_IO, "prepare a pipe");
	}
	return 0;
}

int visit_streams_open(struct visit_streams *s, struct error *err)
{
	*s = (struct visit_streams){ .terminal = isatty(0) && isatty(1),
				     .far = { -1, -1, -1 },
				     .near = { -1, -1, -1 } };
	return s->terminal ? open_terminal(s, err) : open_pipes(s, err);
}

static void close_one(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

void visit_streams_close(struct visit_streams *s)
{
	for (int i = 0; i < VISIT_STREAMS; i++) {
		close_one(&s->far[i]);
		close_one(&s->near[i]);
	}
}

/* ---- relay ---- */

struct relay {
	struct visit_streams *streams;
	int connection;
	const struct visit_request *request;
	/* what came in and has not gone to the program yet: that may be busy writing itself */
	char block[BLOCK];
	size_t begin, end;
	bool input_ended;
	struct winsize size;
};

/* Our terminal passes everything on; what Ctrl-C means the other one decides. */
static bool make_raw(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(0, before) < 0)
		return false;
	raw = *before;
	cfmakeraw(&raw);
	return tcsetattr(0, TCSADRAIN, &raw) == 0;
}

static void follow_size(struct relay *r)
{
	struct winsize now;

	if (ioctl(0, TIOCGWINSZ, &now) < 0 ||
	    (now.ws_row == r->size.ws_row && now.ws_col == r->size.ws_col))
		return;
	r->size = now;
	(void)ioctl(r->streams->near[0], TIOCSWINSZ, &now);
}

static void take_input(struct relay *r)
{
	ssize_t n = read(0, r->block, sizeof(r->block));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	r->input_ended = n <= 0;
	r->begin = 0;
	r->end = n > 0 ? (size_t)n : 0;
}

static void pass_input(struct relay *r)
{
	ssize_t n = write(r->streams->near[0], r->block + r->begin, r->end - r->begin);

	if (n > 0)
		r->begin += (size_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		r->input_ended = true, r->begin = r->end; /* it reads no more */
}

/* 1: there may be more; 0: not now; -1 with `err`: nobody reads us. The descriptor is closed at its end. */
static int pass_output(int *from, int to, struct error *err)
{
	char block[BLOCK];
	ssize_t n = read(*from, block, sizeof(block));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		close_one(from);
		return 0;
	}
	return file_write_all(to, "standard output", block, (size_t)n, err) < 0 ? -1 : 1;
}

/* What the program wrote before its end. Of a terminal it comes a moment later. */
static int drain(struct visit_streams *s, struct error *err)
{
	for (int i = 0; i < VISIT_STREAMS; i++) {
		bool is_output = s->terminal ? i == 0 : i > 0;
		struct pollfd fd = { .fd = s->near[i], .events = POLLIN };

		while (is_output && s->near[i] >= 0 &&
		       poll(&fd, 1, s->terminal ? TICK_MS : 0) > 0) {
			if (pass_output(&s->near[i], i == 2 ? 2 : 1, err) < 0)
				return -1;
			fd.fd = s->near[i];
		}
	}
	return 0;
}

enum { INPUT, CONNECTION, PROGRAM, OUTPUT, MESSAGES, WATCHED };

static void choose(const struct relay *r, struct pollfd fds[WATCHED])
{
	const struct visit_streams *s = r->streams;
	bool pending = r->begin < r->end;

	fds[INPUT] = (struct pollfd){ .fd = r->input_ended || pending ? -1 : 0, .events = POLLIN };
	fds[CONNECTION] = (struct pollfd){ .fd = r->connection, .events = POLLIN };
	fds[PROGRAM] = (struct pollfd){ .fd = pending ? s->near[0] : -1, .events = POLLOUT };
	fds[OUTPUT] = (struct pollfd){ .fd = s->near[s->terminal ? 0 : 1], .events = POLLIN };
	fds[MESSAGES] = (struct pollfd){ .fd = s->terminal ? -1 : s->near[2], .events = POLLIN };
}

static int pass(struct relay *r, const struct pollfd fds[WATCHED], struct error *err)
{
	struct visit_streams *s = r->streams;

	if (fds[INPUT].revents)
		take_input(r);
	if (fds[PROGRAM].revents)
		pass_input(r);
	if (r->input_ended && r->begin == r->end && !s->terminal)
		close_one(&s->near[0]);
	if (fds[OUTPUT].revents && pass_output(&s->near[s->terminal ? 0 : 1], 1, err) < 0)
		return -1;
	if (fds[MESSAGES].revents && pass_output(&s->near[2], 2, err) < 0)
		return -1;
	return 0;
}

static int take_code(const struct relay *r, int *code, struct error *err)
{
	if (recv(r->connection, code, sizeof(*code), 0) != (ssize_t)sizeof(*code) || *code < 0 ||
	    *code > 255) {
		(void)error_set(err, ERROR_TARGET, "the sandbox ended");
		return -1;
	}
	return 0;
}

static int relay(struct relay *r, int *code, struct error *err)
{
	for (;;) {
		struct pollfd fds[WATCHED];

		choose(r, fds);
		if (poll(fds, WATCHED, TICK_MS) < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for a program in a sandbox");
		if (r->request->stop_requested && r->request->stop_requested())
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (r->streams->terminal)
			follow_size(r);
		if (pass(r, fds, err) < 0)
			return -1;
		if (fds[CONNECTION].revents)
			return take_code(r, code, err);
	}
}

int visit_relay(struct visit_streams *s, int connection, const struct visit_request *request,
		int *code, struct error *err)
{
	struct relay r = { .streams = s, .connection = connection, .request = request };
	struct termios before;
	bool raw = s->terminal && make_raw(&before);
	int rc;

	for (int i = 0; i < VISIT_STREAMS; i++)
		close_one(&s->far[i]);
	rc = relay(&r, code, err);
	if (rc == 0)
		rc = drain(s, err);
	if (raw)
		(void)tcsetattr(0, TCSADRAIN, &before);
	return rc;
}
