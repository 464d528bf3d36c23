/* SPDX-License-Identifier: Apache-2.0 */
/* Why a sandbox is silent, for those who must not take its reaper's word from its owner. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "sandbox/sandbox.intern.h"

/* What ends all that runs inside ends one a moment after the other. */
enum { MOMENT_MS = 1000 };

/* The one that serves visits is gone. */
static bool is_ending(const struct sandbox *s)
{
	struct pollfd fd = { .fd = s->visits };

	return s->visits < 0 || poll(&fd, 1, MOMENT_MS) != 0;
}

/* Wait for the reaper's last message, and leave it in its pipe. False: there is none any more. */
static bool look(const struct sandbox *s, struct sandbox_status *out)
{
	struct pollfd fd = { .fd = s->status, .events = POLLIN };
	int copy[2];
	bool seen;

	if (pipe2(copy, O_CLOEXEC) < 0)
		return false;
	while (poll(&fd, 1, -1) < 0 && errno == EINTR)
		;
	seen = tee(s->status, copy[1], sizeof(*out), SPLICE_F_NONBLOCK) == (ssize_t)sizeof(*out) &&
	       read(copy[0], out, sizeof(*out)) == (ssize_t)sizeof(*out);
	(void)close(copy[0]);
	(void)close(copy[1]);
	return seen;
}

int sandbox_explain_end(const struct sandbox *s, struct error *err)
{
	struct sandbox_status status = { 0 };

	if (!is_ending(s))
		return error_set(err, ERROR_TARGET,
				 "what ran in the sandbox was killed, as when memory runs out");
	if (look(s, &status) && status.error.kind != ERROR_NONE) {
		if (err->kind == ERROR_NONE)
			*err = status.error;
		return -1;
	}
	return error_set(err, ERROR_TARGET, "the sandbox ended");
}
