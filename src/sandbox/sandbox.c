/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's side of a sandbox. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "sandbox/sandbox.intern.h"
#include "sandbox/wipe.h"

/* The next message; 1: there is one, 0: time is up, -1: there will be none. */
static int read_status(struct sandbox *s, int64_t timeout_ns, struct sandbox_status *out,
		       struct error *err)
{
	struct pollfd fd = { .fd = s->status, .events = POLLIN };
	int64_t ms = (timeout_ns + 999999) / 1000000;
	int n = poll(&fd, 1, timeout_ns < 0 ? -1 : ms > INT_MAX ? INT_MAX : (int)ms);

	if (n == 0)
		return 0;
	if (n < 0 && errno == EINTR)
		return error_set(err, ERROR_INTERRUPTED, "interrupted while waiting for a sandbox");
	if (n < 0 || read(s->status, out, sizeof(*out)) != (ssize_t)sizeof(*out))
		return error_set(err, ERROR_TARGET, "the reaper of the sandbox was killed");
	return 1;
}

static int make_pipes(struct sandbox_plan *plan, struct sandbox *s, struct error *err)
{
	int pipes[4][2];

	for (size_t i = 0; i < 4; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) < 0) {
			(void)error_set_errno(err, ERROR_IO, "sandbox: make a pipe");
			while (i-- > 0) {
				(void)close(pipes[i][0]);
				(void)close(pipes[i][1]);
			}
			return -1;
		}
	}
	plan->lifeline = pipes[0][0];
	plan->status = pipes[1][1];
	plan->pipes.out = pipes[2][1];
	plan->pipes.in = pipes[3][0];
	s->lifeline = pipes[0][1];
	s->status = pipes[1][0];
	s->out = pipes[2][0];
	s->in = pipes[3][1];
	return 0;
}

static int make_door_for_visits(struct sandbox_plan *plan, struct sandbox *s, struct error *err)
{
	int ends[2];

	if (!plan->options->visited)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: make a socket");
	s->visits = ends[0];
	plan->pipes.visits = ends[1];
	return 0;
}

static void close_other_ends(const struct sandbox_plan *plan)
{
	const int ends[] = { plan->lifeline, plan->status, plan->pipes.in, plan->pipes.out,
			     plan->pipes.visits };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends[i] >= 0)
			(void)close(ends[i]);
	}
}

/* Pipes: lifeline (owner to reaper), status (reaper to owner), in and out (owner to work and back). */
static int fork_reaper(struct sandbox_plan *plan, struct sandbox *s, struct error *err)
{
	if (make_pipes(plan, s, err) < 0)
		return -1;
	if (make_door_for_visits(plan, s, err) < 0) {
		close_other_ends(plan);
		return -1;
	}
	s->reaper = process_fork();
	if (s->reaper == 0)
		reaper_main(plan);
	close_other_ends(plan);
	if (s->reaper < 0) {
		s->reaper = 0;
		return error_set_errno(err, ERROR_IO, "sandbox: start its reaper");
	}
	return 0;
}

/* A name that nobody has yet. */
static int choose_directory(const char *parent, char out[PATH_MAX], struct error *err)
{
	unsigned char random[8];
	char text[2 * sizeof(random) + 1], absolute[PATH_MAX];
	int n;

	/* the reaper stands elsewhere */
	if (!realpath(sandbox_parent(parent), absolute))
		return error_set_errno(err, ERROR_IO, "directory for sandboxes %s",
				       sandbox_parent(parent));
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set_errno(err, ERROR_IO, "random numbers");
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", random[i]);
	n = snprintf(out, PATH_MAX, "%s/" SANDBOX_PREFIX "%s", absolute, text);
	if (n < 0 || n >= PATH_MAX - SANDBOX_NAME_MAX)
		return error_set(err, ERROR_USAGE, "path is too long: %.80s…", out);
	return 0;
}

int sandbox_open(const struct sandbox_options *options, struct sandbox *s, struct error *err)
{
	struct sandbox_plan plan = {
		.options = options, .escape = ESCAPE_INIT, .lock = -1, .pipes.visits = -1
	};
	struct sandbox_status status = { 0 };
	int rc;

	*s = (struct sandbox)SANDBOX_INIT;
	if (choose_directory(options->parent, plan.directory, err) < 0)
		return -1;
	memcpy(s->directory, plan.directory, sizeof(s->directory));
	(void)sandbox_path(&plan, SANDBOX_FOR_IT, s->given);
	rc = fork_reaper(&plan, s, err);
	if (rc == 0)
		rc = read_status(s, -1, &status, err) == 1 ? 0 : -1;
	if (rc == 0 && status.word != SANDBOX_READY) {
		*err = status.error;
		/* who was killed could not say why */
		rc = error_set(err, ERROR_TARGET,
			       "a process of the sandbox was killed while it was made");
	}
	if (rc < 0)
		sandbox_close(s);
	return rc;
}

int sandbox_wait(struct sandbox *s, int64_t timeout_ns, int *code, struct error *err)
{
	struct sandbox_status status = { 0 };
	int rc = read_status(s, timeout_ns, &status, err);

	if (rc <= 0)
		return rc;
	*code = status.code;
	if (status.error.kind == ERROR_NONE)
		return 1;
	*err = status.error;
	return -1;
}

/* Until the reaper closes its end. True: it removed what there was. */
static bool await_reaper(const struct sandbox *s)
{
	struct sandbox_status status = { 0 };
	bool removed = false;

	for (;;) {
		ssize_t n = read(s->status, &status, sizeof(status));

		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(status))
			return removed;
		removed = removed || status.word == SANDBOX_ENDED;
	}
}

/*
 * A reaper that was killed leaves directory and cgroup, and what runs inside ends a moment
 * after it. What stays all the same sandbox_sweep() finds.
 */
static void remove_left(const struct sandbox *s)
{
	struct error ignored = ERROR_INIT;
	struct cgroup group;

	for (int tries = 0; tries < 100 && wipe_tree(s->directory, &ignored) < 0; tries++) {
		error_clear(&ignored);
		(void)usleep(20000);
	}
	cgroup_find(&group, strrchr(s->directory, '/') + 1);
	cgroup_remove(&group);
}

/* All but the status. */
static void let_go(const struct sandbox *s)
{
	const int ends[] = { s->lifeline, s->in, s->out, s->visits };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends[i] >= 0)
			(void)close(ends[i]);
	}
}

void sandbox_hand_over(struct sandbox *s)
{
	let_go(s);
	if (s->status >= 0)
		(void)close(s->status);
	*s = (struct sandbox)SANDBOX_INIT;
}

void sandbox_close(struct sandbox *s)
{
	let_go(s);
	if (s->status >= 0 && !await_reaper(s))
		remove_left(s);
	if (s->status >= 0)
		(void)close(s->status);
	while (s->reaper > 0 && waitpid(s->reaper, NULL, 0) < 0 && errno == EINTR)
		;
	*s = (struct sandbox)SANDBOX_INIT;
}
