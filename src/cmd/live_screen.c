/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/live_screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/interrupt.h"

/* xterm's words, which every terminal of today knows: alternate screen, cursor, to the corner. */
static const char enter[] = "\033[?1049h\033[?25l\033[2J";
static const char leave[] = "\033[0m\033[?25h\033[?1049l";

enum { SIZE_MAX_SANE = 10000, WIDTH_DEFAULT = 80, WIDTH_MIN = 20, HEIGHT_MIN = 2 };

static volatile sig_atomic_t resized;

static void notice_size(int signal_number)
{
	(void)signal_number;
	resized = 1;
}

static unsigned of_environment(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	unsigned long value = text ? strtoul(text, NULL, 10) : 0;

	return value && value <= SIZE_MAX_SANE ? (unsigned)value : otherwise;
}

struct live_size live_screen_size(const struct terminal *t)
{
	struct winsize size = { 0 };

	struct live_size out = { of_environment("COLUMNS", WIDTH_DEFAULT),
				 of_environment("LINES", 0) };

	if (ioctl(fileno(t->stream), TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row)
		out = (struct live_size){ size.ws_col, size.ws_row };
	if (out.width < WIDTH_MIN)
		out.width = WIDTH_MIN;
	if (out.height == 1)
		out.height = HEIGHT_MIN;
	return out;
}

static int put(struct live_screen *s, const char *text, size_t length, struct error *err)
{
	return file_write_all(fileno(s->terminal->stream), "the terminal", text, length, err);
}

/* Ctrl-C still is a signal; stopping the process would leave the terminal as it is. */
static bool take_keys(struct live_screen *s)
{
	struct termios manner;

	if (tcgetattr(STDIN_FILENO, &s->before) < 0)
		return false;
	manner = s->before;
	manner.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	manner.c_cc[VMIN] = 0;
	manner.c_cc[VTIME] = 0;
	manner.c_cc[VSUSP] = manner.c_cc[VQUIT] = _POSIX_VDISABLE;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &manner) == 0;
}

int live_screen_begin(struct live_screen *s, const struct terminal *t, struct error *err)
{
	struct sigaction action = { .sa_handler = notice_size, .sa_flags = SA_RESTART };

	s->terminal = t;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGWINCH, &action, NULL);
	if (fflush(t->stream) != 0)
		return error_set_errno(err, ERROR_IO, "write the terminal");
	s->takes_keys = take_keys(s);
	s->on = true;
	return put(s, enter, sizeof(enter) - 1, err);
}

void live_screen_end(struct live_screen *s)
{
	struct error ignored = ERROR_INIT;

	if (!s->on)
		return;
	s->on = false;
	if (put(s, leave, sizeof(leave) - 1, &ignored) < 0)
		error_clear(&ignored); /* it is gone */
	if (s->takes_keys)
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
}

/* Line by line over what stands there, so that nothing flickers. */
static int compose(const struct buf *frame, unsigned height, struct buf *out)
{
	const char *line = frame->ptr ? frame->ptr : "";
	int rc = buf_puts(out, "\033[H");

	for (unsigned row = 0; rc == 0 && *line && (!height || row < height); row++) {
		size_t length = strcspn(line, "\n");

		if (row)
			rc = buf_puts(out, "\r\n");
		if (rc == 0)
			rc = buf_append(out, line, length);
		if (rc == 0)
			rc = buf_puts(out, "\033[K");
		line += length + (line[length] == '\n');
	}
	return rc < 0 ? -1 : buf_puts(out, "\033[J");
}

int live_screen_draw(struct live_screen *s, const struct buf *frame, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (compose(frame, live_screen_size(s->terminal).height, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the screen");
	return put(s, text.ptr, text.len, err);
}

static enum live_event read_keys(void)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return LIVE_REDRAW;
	if (n <= 0 || memchr(keys, 'q', (size_t)n) || memchr(keys, 'Q', (size_t)n))
		return LIVE_QUIT;
	return LIVE_REDRAW;
}

enum live_event live_screen_wait(struct live_screen *s, int milliseconds)
{
	struct pollfd keys = { .fd = s->takes_keys ? STDIN_FILENO : -1, .events = POLLIN };
	int rc;

	if (interrupt_requested())
		return LIVE_QUIT;
	rc = resized ? 0 : poll(&keys, 1, milliseconds);
	if (interrupt_requested())
		return LIVE_QUIT;
	if (resized) {
		resized = 0;
		return LIVE_REDRAW;
	}
	return rc > 0 ? read_keys() : LIVE_TIME_PASSED;
}
