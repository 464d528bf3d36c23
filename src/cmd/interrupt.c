/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"

static volatile sig_atomic_t requested;
static int64_t first_ns; /* when it was; the handler's own */

/* One request may come as two: timeout(1) signals the program, and then the group that it is of. */
static void request(int signal_number)
{
	enum { ONE_REQUEST_NS = 250000000 };
	int64_t now = clock_monotonic_ns();

	if (requested && now - first_ns > ONE_REQUEST_NS)
		_exit(128 + signal_number);
	if (requested)
		return;
	first_ns = now;
	requested = signal_number;
}

/* A handler, not SIG_IGN, which children would inherit: writes to a closed pipe fail with EPIPE. */
static void notice_closed_pipe(int signal_number)
{
	(void)signal_number;
}

void interrupt_watch(void)
{
	struct sigaction action = { .sa_handler = request };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaddset(&action.sa_mask, SIGINT);
	(void)sigaddset(&action.sa_mask, SIGTERM);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = notice_closed_pipe;
	(void)sigaction(SIGPIPE, &action, NULL);
}

int interrupt_requested(void)
{
	return requested;
}

static bool is_requested(const void *cookie)
{
	(void)cookie;
	return requested != 0;
}

const struct stop interrupt_stop = { .asked = is_requested };
