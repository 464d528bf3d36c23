/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t requested;

static void request(int signal_number)
{
	if (requested)
		_exit(128 + signal_number);
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
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = notice_closed_pipe;
	(void)sigaction(SIGPIPE, &action, NULL);
}

int interrupt_requested(void)
{
	return requested;
}
