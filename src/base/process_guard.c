/* SPDX-License-Identifier: Apache-2.0 */
/* Who stays behind to end a program's group when the process that started it is gone. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/process.h"

/*
 * Forked beside other threads, so it allocates nothing. A session of its own: who kills the
 * starter's whole group does not mean this one.
 */
noreturn static void stand_guard(int starter, pid_t group)
{
	int *const kept[] = { &starter };
	struct error ignored = ERROR_INIT;
	struct pollfd end = { .events = POLLIN };

	(void)setsid();
	if (process_keep_only(kept, 1, &ignored) < 0)
		_exit(1);
	end.fd = starter;
	while (poll(&end, 1, -1) < 0 && errno == EINTR)
		;
	(void)kill(-group, SIGKILL);
	_exit(0);
}

int process_guard_group(const struct process *p, struct process *guard, struct error *err)
{
	CLEANUP(cleanup_close)
	int starter = pidfd_open(getpid(), 0);
	pid_t pid;

	if (starter < 0)
		return error_set_errno(err, ERROR_IO, "watch this process");
	pid = process_fork();
	if (pid == 0)
		stand_guard(starter, p->pid);
	if (pid < 0)
		return error_set_errno(err, ERROR_IO, "start a guard");
	*guard = (struct process){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
	if (guard->pidfd >= 0)
		return 0;
	(void)error_set_errno(err, ERROR_IO, "watch a guard");
	cleanup_process(guard);
	return -1;
}
