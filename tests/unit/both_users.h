/* SPDX-License-Identifier: Apache-2.0 */
/* A group of tests as whoever runs it, and when that is root once more as nobody. */
#ifndef TESTS_BOTH_USERS_H
#define TESTS_BOTH_USERS_H

#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* The program's exit code. */
static inline int run_as_both_users(int (*group)(void))
{
	int failed = group(), status = 0;
	pid_t pid;

	if (geteuid() != 0)
		return failed;
	pid = fork();
	if (pid == 0) {
		/* as a program that is started by this user is */
		if (chdir("/") < 0 || setgroups(0, NULL) < 0 ||
		    setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0 || prctl(PR_SET_DUMPABLE, 1) < 0)
			_exit(1);
		exit(group());
	}
	return waitpid(pid, &status, 0) != pid || status != 0 || failed;
}

#endif
