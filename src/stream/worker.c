/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

static unsigned limit;

void worker_limit(unsigned most)
{
	limit = most;
}

unsigned worker_count(unsigned wanted)
{
	cpu_set_t allowed;

	if (wanted == 0 && sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
		wanted = (unsigned)CPU_COUNT(&allowed);
		wanted = limit && limit < wanted ? limit : wanted;
	}
	if (wanted == 0)
		return 1;
	return wanted < WORKER_MAX ? wanted : WORKER_MAX;
}

int worker_start(pthread_t *thread, void *(*run)(void *), void *arg, struct error *err)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(thread, NULL, run, arg);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (errno)
		return error_set_errno(err, errno == EAGAIN ? ERROR_NOMEM : ERROR_IO,
				       "start a thread");
	return 0;
}
