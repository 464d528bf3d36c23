/* SPDX-License-Identifier: Apache-2.0 */
#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The directory that it is in, for openat(): by its path another could be found the next time. */
static int open_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[4096];
	int n = snprintf(parent, sizeof(parent), "%.*s/.", slash ? (int)(slash - path) : 1,
			 slash ? path : ".");

	if (n < 0 || (size_t)n >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return path;
	return slash[1] ? slash + 1 : ".";
}

/* Something of root's that somebody else has linked here is not for them. */
static bool is_ours(const struct stat *st)
{
	return st->st_uid == 0 &&
	       (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_nlink == 1));
}

int owner_adopt(const char *path, struct error *err)
{
	CLEANUP(cleanup_close)
	int directory = -1;
	CLEANUP(cleanup_close)
	int fd = -1;
	struct stat parent, st;

	if (geteuid() != 0)
		return 0;
	directory = open_parent(path);
	if (directory < 0 || fstat(directory, &parent) < 0)
		return error_set_errno(err, ERROR_IO, "look at the directory of %s", path);
	if (parent.st_uid == 0)
		return 0;
	fd = openat(directory, last_name(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "look at %s", path);
	if (!is_ours(&st) || fchown(fd, parent.st_uid, parent.st_gid) == 0)
		return 0;
	/* root of a container, who does not know that account: it can be given nothing */
	if (errno == EINVAL)
		return 0;
	(void)error_set_errno(err, ERROR_IO, "give %s to uid %u, whose directory it is in", path,
			      (unsigned)parent.st_uid);
	return error_hint(err, "run muster as the account that owns the directory");
}

int owner_make_directories(const char *path, mode_t mode, struct error *err)
{
	return file_make_directories_told(path, mode, owner_adopt, err);
}
