/* SPDX-License-Identifier: Apache-2.0 */
/* The owner looks at what was written inside, where names may be traps. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox.intern.h"
#include "sandbox/wipe.h"

static int open_directory(const struct sandbox *s, struct error *err)
{
	char path[PATH_MAX + sizeof("/" SANDBOX_WORK)];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/" SANDBOX_WORK, s->directory);
	fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? error_set_errno(err, ERROR_IO, "open %s", path) : fd;
}

uint64_t sandbox_written(const struct sandbox *s)
{
	char path[PATH_MAX + sizeof("/" SANDBOX_WORK)];

	(void)snprintf(path, sizeof(path), "%s/" SANDBOX_WORK, s->directory);
	return wipe_measure(path, UINT64_MAX);
}

int sandbox_open_file(const struct sandbox *s, const char *name, struct error *err)
{
	CLEANUP(cleanup_close)
	int directory = open_directory(s, err);
	CLEANUP(cleanup_close)
	int fd = -1;
	/* without O_NONBLOCK a pipe would keep us waiting for its writer */
	struct open_how how = { .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
				.resolve =
					RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };
	struct stat st;

	if (directory < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
	if (fd < 0 && (errno == ELOOP || errno == EXDEV || errno == ENXIO))
		return error_set(err, ERROR_REFUSED, "%s in the sandbox is no regular file", name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "open %s in the sandbox", name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_REFUSED, "%s in the sandbox is no regular file", name);
	return TAKE_FD(fd);
}
