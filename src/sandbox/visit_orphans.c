/* SPDX-License-Identifier: Apache-2.0 */
/* The end of what an owner has run: of all that descends from it, whichever session that went to. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/visit.intern.h"

enum { REAP_MS = 1000, ENDING_MS = 50, BREATH_US = 1000 };
static const int64_t grace_ns = 2 * NS_PER_SECOND;

/* The parent of the process with that directory in /proc: proc_pid_stat(5). */
static pid_t parent_of(int proc, const char *name)
{
	char path[32], text[512];
	const char *after;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%.16s/stat", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	after = strrchr(text, ')'); /* the name before it may hold anything */
	return after && strlen(after) > 4 ? (pid_t)strtol(after + 4, NULL, 10) : 0;
}

static void kill_children(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    parent_of(dirfd(proc), entry->d_name) == getpid())
			(void)kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
	}
	if (proc)
		(void)closedir(proc);
}

/* Children of whoever is killed become ours, so that at last there are none. */
static void end_all(void)
{
	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid > 0 || (pid < 0 && errno == EINTR))
			continue;
		if (pid < 0)
			return;
		kill_children();
		(void)usleep(BREATH_US);
	}
}

/* Orphans that have ended, too. True: `program` has, with `*status`. */
static bool reap(pid_t program, int *status)
{
	int its = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &its, WNOHANG)) > 0) {
		if (pid != program)
			continue;
		*status = its;
		return true;
	}
	return pid < 0 && errno == ECHILD;
}

static void end_politely(pid_t program)
{
	(void)kill(-program, SIGTERM);
	(void)kill(-program, SIGCONT);
}

int visit_await_all(pid_t program, int pidfd, int connection)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
				{ .fd = connection, .events = POLLIN } };
	int64_t patience_ns = 0; /* since it was asked to end */
	int status = 0;

	while (!reap(program, &status)) {
		(void)poll(fds, 2, patience_ns ? ENDING_MS : REAP_MS);
		if (!patience_ns && fds[1].revents) {
			fds[1].fd = -1;
			patience_ns = clock_monotonic_ns() + grace_ns;
			end_politely(program);
		}
		if (patience_ns && clock_monotonic_ns() > patience_ns)
			(void)kill(program, SIGKILL);
	}
	end_all();
	return status;
}
