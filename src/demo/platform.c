/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/platform.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "demo/holder.h"
#include "demo/site.h"

enum { TICK_MS = 100, END_TIMEOUT_MS = 60000 };

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The holder's report, or why none came. */
static int await_report(const struct platform_request *request, int line,
			struct holder_report *report, struct error *err)
{
	for (;;) {
		struct pollfd fd = { .fd = line, .events = POLLIN };
		int rc = poll(&fd, 1, TICK_MS);

		if (request->stop_requested && request->stop_requested())
			return error_set(err, ERROR_INTERRUPTED, "interrupted while starting");
		if (request->tick)
			request->tick(request->cookie);
		if (rc <= 0)
			continue;
		if (recv(line, report, sizeof(*report), 0) == (ssize_t)sizeof(*report))
			return 0;
		return error_set(err, ERROR_INTERNAL, "the platform's process ended unexpectedly");
	}
}

/* The keeper works from "/". */
static int make_absolute(const char *directory, char out[PATH_MAX], struct error *err)
{
	char here[PATH_MAX] = "";
	int n;

	if (directory[0] != '/' && !getcwd(here, sizeof(here)))
		return error_set_errno(err, ERROR_IO, "find the current directory");
	n = snprintf(out, PATH_MAX, "%s%s%s", here, here[0] ? "/" : "", directory);
	return n < PATH_MAX ? 0 : error_set(err, ERROR_USAGE, "%s is too long", directory);
}

int demo_platform_up(const struct platform_request *request, struct platform *out,
		     struct error *err)
{
	struct holder_report report = { .error = ERROR_INIT };
	struct platform_request absolute = *request;
	char directory[PATH_MAX];
	int line[2];
	pid_t pid;

	if (request->directory) {
		if (make_absolute(request->directory, directory, err) < 0)
			return -1;
		absolute.directory = directory;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket pair");
	(void)fflush(NULL);
	pid = fork();
	if (pid < 0) {
		(void)error_set_errno(err, ERROR_IO, "start the platform's process");
		(void)close(line[0]);
		(void)close(line[1]);
		return -1;
	}
	if (pid == 0) {
		(void)close(line[0]);
		holder_main(&absolute, line[1]);
	}
	(void)close(line[1]);
	*out = (struct platform){ .line = line[0], .keeper = pid };
	if (await_report(request, line[0], &report, err) < 0 || report.error.kind != ERROR_NONE) {
		demo_platform_release(out);
		if (err->kind == ERROR_NONE)
			*err = report.error;
		return -1;
	}
	*out = report.platform;
	out->line = line[0];
	out->keeper = pid;
	return 0;
}

void demo_platform_keep(struct platform *p)
{
	static const char word = HOLDER_STAY;

	(void)send(p->line, &word, 1, MSG_NOSIGNAL);
	(void)close(p->line);
	p->line = -1;
	p->keeper = 0;
}

void demo_platform_release(struct platform *p)
{
	if (p->keeper > 0) {
		(void)close(p->line);
		reap(p->keeper);
	}
	*p = (struct platform){ .line = -1 };
}

static int choose(char *chosen, struct error *err)
{
	CLEANUP(site_list_release)
	struct site_list list = { 0 };

	if (site_find(&list, err) < 0)
		return -1;
	if (list.count == 0)
		return error_set(err, ERROR_NOT_FOUND, "no example platform is up");
	if (list.count > 1) {
		(void)error_set(err, ERROR_USAGE, "%zu example platforms are up, such as %s and %s",
				list.count, list.directory[0], list.directory[1]);
		return error_hint(err, "say which: muster demo down %s", list.directory[0]);
	}
	(void)snprintf(chosen, 64, "%s", list.directory[0]);
	return 0;
}

/* The lock's owner is read again once a pidfd pins the process: a recycled pid owns no lock. */
static int end_owner(const char *directory, pid_t owner, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = pidfd_open(owner, 0);
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	pid_t again = 0;
	int rc = site_owner(directory, &again, err);

	if (rc < 0)
		return -1;
	if (rc == 0 || again != owner)
		return 0;
	if (fd < 0 || pidfd_send_signal(fd, SIGTERM, NULL, 0) < 0)
		return error_set_errno(err, ERROR_IO, "end process %d, which keeps %s", (int)owner,
				       directory);
	do
		rc = poll(&ended, 1, END_TIMEOUT_MS);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return error_set(err, ERROR_TIMEOUT, "process %d, which keeps %s, does not end",
				 (int)owner, directory);
	return 0;
}

int demo_platform_down(const char *directory, char *ended, struct error *err)
{
	struct stat st;
	pid_t owner;
	int rc;

	if (!directory && choose(ended, err) < 0)
		return -1;
	if (directory)
		(void)snprintf(ended, 64, "%.63s", directory);
	rc = site_owner(ended, &owner, err);
	if (rc < 0 || (rc > 0 && end_owner(ended, owner, err) < 0))
		return -1;
	/* its keeper removes it; after a kill -9 nobody has */
	return lstat(ended, &st) == 0 ? file_remove_tree(ended, err) : 0;
}
