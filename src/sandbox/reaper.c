/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outlives the owner of a sandbox, and nothing else: in a session of its own, it starts
 * the sandbox, watches its limits, ends it with its owner, and removes what is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/quantity.h"
#include "sandbox/sandbox.intern.h"
#include "sandbox/wipe.h"

enum { WATCH_MS = 250, MEASURE_EVERY = 4 /* watches */ };

struct reaper {
	struct sandbox_plan *plan;
	pid_t init;
	int init_fd;
	int64_t deadline_ns; /* 0: none */
	struct error why;    /* it was ended */
};

/* The owner's descriptors, terminal and journal among them, are none of ours. */
static int leave_owner(struct sandbox_plan *p, struct error *err)
{
	int *const kept[] = { &p->lifeline, &p->status, &p->pipes.in, &p->pipes.out,
			      &p->pipes.visits };

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, s == SIGCHLD ? SIG_DFL : SIG_IGN);
	if (process_keep_only(kept, 5, err) < 0)
		return -1;
	if (setsid() < 0 || chdir("/") < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: start its reaper");
	(void)prctl(PR_SET_NAME, "muster-reaper");
	return 0;
}

/* The pid of the sandbox's init, which its maker tells; none when the maker told an error to the owner. */
static int await_birth(struct reaper *r, pid_t maker, int told)
{
	ssize_t n;

	do
		n = read(told, &r->init, sizeof(r->init));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(r->init))
		r->init = 0;
	if (r->init)
		r->init_fd = pidfd_open(r->init, 0);
	if (r->init && r->init_fd < 0)
		(void)kill(r->init, SIGKILL);
	(void)waitpid(maker, NULL, 0);
	return r->init_fd < 0 ? -1 : 0;
}

/* Init is our child now. */
static void let_begin(int heart)
{
	static const char go = 'g';

	while (write(heart, &go, 1) < 0 && errno == EINTR)
		;
}

static int start(struct reaper *r, struct error *err)
{
	int told[2], heart[2];
	pid_t maker;
	int rc;

	if (pipe2(told, O_CLOEXEC) < 0 || pipe2(heart, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: make a pipe");
	maker = fork();
	if (maker == 0) {
		(void)close(told[0]);
		(void)close(heart[1]);
		(void)close(r->plan->lifeline);
		(void)close(r->plan->lock);
		init_main(r->plan, told[1], heart[0]);
	}
	(void)close(told[1]);
	(void)close(heart[0]); /* heart[1] stays open as long as we live */
	(void)close(r->plan->pipes.in);
	(void)close(r->plan->pipes.out);
	if (r->plan->pipes.visits >= 0)
		(void)close(r->plan->pipes.visits);
	if (maker < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: start a process");
	rc = await_birth(r, maker, told[0]);
	(void)close(told[0]);
	if (rc == 0)
		let_begin(heart[1]);
	return rc;
}

static bool is_over(struct reaper *r, unsigned round)
{
	const struct sandbox_limits *limits = &r->plan->options->limits;
	char work[PATH_MAX], most[QUANTITY_TEXT_SIZE];

	if (r->deadline_ns && clock_monotonic_ns() > r->deadline_ns) {
		(void)error_set(&r->why, ERROR_TIMEOUT, "the sandbox ran longer than %.0f s",
				(double)limits->time_max_ns / 1e9);
		return true;
	}
	if (!limits->disk_max || round % MEASURE_EVERY)
		return false;
	if (wipe_measure(sandbox_path(r->plan, SANDBOX_WORK, work), limits->disk_max) <=
	    limits->disk_max)
		return false;
	(void)error_set(&r->why, ERROR_REFUSED, "the sandbox wrote more than %s to its directory",
			quantity_format_size(limits->disk_max, most));
	return true;
}

static void watch(struct reaper *r)
{
	struct pollfd fds[] = { { .fd = r->init_fd, .events = POLLIN },
				{ .fd = r->plan->lifeline, .events = POLLIN } };

	for (unsigned round = 1;; round++) {
		int n = poll(fds, 2, WATCH_MS);

		if (n > 0 && fds[0].revents)
			return;
		if (n > 0 && fds[1].revents) {
			(void)error_set(&r->why, ERROR_INTERRUPTED, "the sandbox was closed");
			break;
		}
		if (is_over(r, round))
			break;
	}
	(void)pidfd_send_signal(r->init_fd, SIGKILL, NULL, 0);
}

/* Its code; with init all that was in there has ended. */
static int bury(struct reaper *r)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(r->init, &status, 0);
	while (pid < 0 && errno == EINTR);
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (pid == r->init && WIFEXITED(status))
		return WEXITSTATUS(status);
	if (r->why.kind == ERROR_NONE)
		(void)error_set(&r->why, ERROR_TARGET,
				"the sandbox was killed by signal %d, as when memory runs out",
				WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	return 0;
}

static void clean_up(struct reaper *r)
{
	struct error err = ERROR_INIT;

	escape_close(&r->plan->escape);
	cgroup_remove(&r->plan->cgroup);
	if (wipe_tree(r->plan->directory, &err) < 0 && r->why.kind == ERROR_NONE)
		r->why = err;
}

void reaper_main(struct sandbox_plan *plan)
{
	struct reaper r = { .plan = plan, .init_fd = -1 };
	int code = 0;

	if (plan->options->limits.time_max_ns)
		r.deadline_ns = clock_monotonic_ns() + plan->options->limits.time_max_ns;
	if (leave_owner(plan, &r.why) == 0 && sandbox_prepare(plan, &r.why) == 0 &&
	    start(&r, &r.why) == 0)
		watch(&r);
	if (r.init)
		code = bury(&r);
	else if (r.why.kind != ERROR_NONE)
		sandbox_tell(plan->status, SANDBOX_FAILED, 0, &r.why);
	clean_up(&r);
	sandbox_tell(plan->status, SANDBOX_ENDED, code, &r.why);
	_exit(0);
}
