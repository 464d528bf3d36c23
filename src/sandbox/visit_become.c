/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a visit's process, in a session of its own: a program, a shell, or work of the guide's. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "sandbox/visit.intern.h"

enum { NOT_EXECUTABLE = 126, NO_SUCH_PROGRAM = 127 };

static int put(const char *assignment)
{
	char *copy = strdup(assignment); /* the environment keeps it */

	return copy ? putenv(copy) : -1;
}

static int set_environment(const struct visit *v)
{
	if (clearenv() != 0 ||
	    setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", 1) < 0 ||
	    setenv("HOME", v->guide->directory, 1) < 0 || setenv("LANG", "C.UTF-8", 1) < 0 ||
	    (v->term[0] && setenv("TERM", v->term, 1) < 0) ||
	    (v->prompt[0] && setenv("PS1", v->prompt, 1) < 0))
		return -1;
	for (const char *const *e = v->guide->env; e && *e; e++) {
		if (put(*e) != 0)
			return -1;
	}
	for (char **e = v->env; *e; e++) {
		if (put(*e) != 0)
			return -1;
	}
	return 0;
}

/* What stands in a start-up file there, a restored program may have written. */
static void become_shell(struct visit *v)
{
	static char bash[] = "/bin/bash", bare[] = "--norc", no_profile[] = "--noprofile";
	static char *argv[] = { bash, no_profile, bare, NULL };
	const char *greeting = v->guide->greeting;

	v->argv = argv;
	if (v->manner == VISIT_ON_TERMINAL && greeting)
		(void)!write(1, greeting, strlen(greeting));
}

/* A file, whatever somebody in there may have put in its place: a pipe without a reader would keep us waiting. */
static int open_output(const struct visit *v)
{
	struct stat st;
	int directory = open(v->guide->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = directory < 0 ?
			 -1 :
			 openat(directory, v->output,
				O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
				0600);

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fd : -1;
}

static int take_streams(struct visit *v)
{
	int *const kept[VISIT_STREAMS] = { &v->fd[0], &v->fd[1], &v->fd[2] };
	struct error ignored = ERROR_INIT;

	if (v->manner == VISIT_STARTED) {
		v->fd[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		v->fd[1] = open_output(v);
	}
	if (v->manner == VISIT_ON_TERMINAL)
		v->fd[1] = v->fd[0];
	if (v->fd[2] < 0)
		v->fd[2] = v->fd[1];
	if (v->fd[0] < 0 || v->fd[1] < 0)
		return -1;
	if (process_keep_only(kept, VISIT_STREAMS, &ignored) < 0)
		return -1;
	for (int i = 0; i < VISIT_STREAMS; i++) {
		if (dup2(v->fd[i], i) < 0)
			return -1;
	}
	return 0;
}

noreturn static void become_program(struct visit *v)
{
	const char *directory = v->directory[0] ? v->directory : v->guide->directory;

	if (take_streams(v) < 0 || (v->manner == VISIT_ON_TERMINAL && ioctl(0, TIOCSCTTY, 0) < 0) ||
	    set_environment(v) < 0)
		_exit(NOT_EXECUTABLE);
	if (chdir(directory) < 0) {
		(void)dprintf(2, "muster: %s: %s\n", directory, strerror(errno));
		_exit(NOT_EXECUTABLE);
	}
	if (!v->argv[0])
		become_shell(v);
	(void)execvp(v->argv[0], v->argv);
	(void)dprintf(2, "muster: %s: %s\n", v->argv[0], strerror(errno));
	_exit(errno == ENOENT ? NO_SUCH_PROGRAM : NOT_EXECUTABLE);
}

noreturn static void become_work(struct visit *v)
{
	struct sandbox_pipes pipes = { .in = v->fd[0], .out = v->fd[1], .visits = -1 };
	int *const kept[] = { &pipes.in, &pipes.out };
	struct error ignored = ERROR_INIT;

	if (process_keep_only(kept, 2, &ignored) < 0)
		_exit(NOT_EXECUTABLE);
	_exit(v->guide->work(v->guide->cookie, v->argv[0], pipes));
}

void visit_become(struct visit *v)
{
	bool of_owner = v->manner != VISIT_ON_TERMINAL && v->manner != VISIT_BY_PIPES;

	process_reset_signals();
	/* what the owner has run ends with the process that awaits it here */
	if (setsid() < 0 || (of_owner && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0))
		_exit(NOT_EXECUTABLE);
	if (v->manner == VISIT_WORK)
		become_work(v);
	become_program(v);
}
