/* SPDX-License-Identifier: Apache-2.0 */
#include "environment/keeper.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "sandbox/visit.h"

enum { SIGNALS, ENDED, SAID, CALLS, WATCHED };
enum { CALLER_SECONDS = 5 };

/* Signals are blocked since the fork; these end it in order. */
static int watch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* What it was forked from is none of its business: terminal, journal, locks. */
static int detach(struct keeper *k, struct error *err)
{
	struct sandbox *s = &k->sandbox;
	int *const kept[] = { &s->lifeline, &s->status, &s->out,
			      &s->visits,   &k->record, &k->listener };

	if (process_keep_only(kept, sizeof(kept) / sizeof(*kept), err) < 0)
		return -1;
	s->in = -1;    /* closed: the work waits for nothing more */
	s->reaper = 0; /* its parent's child, not ours */
	(void)prctl(PR_SET_NAME, "muster-keeper");
	if (setsid() < 0 || chdir("/") < 0)
		return error_set_errno(err, ERROR_IO, "leave the session");
	return 0;
}

/* True: the environment shall end. The caller's connection then stays open until we do. */
static bool answer(const struct keeper *k)
{
	struct timeval patience = { .tv_sec = CALLER_SECONDS }, none = { 0 };
	struct error ignored = ERROR_INIT;
	char word = 0;
	int fd = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (recv(fd, &word, 1, 0) == 1 && word == KEEPER_END)
		return true;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	if (word == KEEPER_VISIT && visit_let_in(&k->sandbox, fd, &ignored) < 0)
		error_clear(&ignored); /* the visitor sees its connection end */
	(void)close(fd);
	return false;
}

/* What the work says nobody wants to hear any more; nobody reading would block it. */
static void drain(int *fd)
{
	char block[4096];

	if (read(*fd, block, sizeof(block)) > 0)
		return;
	(void)close(*fd);
	*fd = -1;
}

static int milliseconds_left(const struct keeper *k)
{
	int64_t left = (k->deadline_ns - clock_monotonic_ns() + 999999) / 1000000;

	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void keep(struct keeper *k)
{
	int signals = watch_signals();

	for (;;) {
		struct pollfd fds[WATCHED] = {
			[SIGNALS] = { .fd = signals, .events = POLLIN },
			[ENDED] = { .fd = k->sandbox.status, .events = POLLIN },
			[SAID] = { .fd = k->sandbox.out, .events = POLLIN },
			[CALLS] = { .fd = k->listener, .events = POLLIN },
		};

		if (poll(fds, WATCHED, milliseconds_left(k)) < 0 && errno != EINTR)
			return;
		if (fds[SIGNALS].revents || fds[ENDED].revents || !milliseconds_left(k))
			return;
		if (fds[SAID].revents)
			drain(&k->sandbox.out);
		if (fds[CALLS].revents && answer(k))
			return;
	}
}

void keeper_main(struct keeper *k)
{
	struct error ignored = ERROR_INIT;
	struct registry r = { .fd = -1 };

	if (detach(k, &ignored) == 0)
		keep(k);
	sandbox_close(&k->sandbox);
	if (registry_open(&r, false, &ignored) > 0)
		registry_remove(&r, k->name);
	registry_close(&r);
	_exit(0);
}
