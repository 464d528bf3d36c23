/* SPDX-License-Identifier: Apache-2.0 */
/* What sandboxes left that ended with their reaper. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/sandbox.intern.h"
#include "sandbox/wipe.h"

enum { YOUNG_SECONDS = 60 }; /* may still be between its making and its lock */

/* Nobody holds its lock, and nobody is about to. */
static bool is_left(const char *directory)
{
	CLEANUP(cleanup_close)
	int lock = -1;
	char path[PATH_MAX];
	struct stat st;

	if (lstat(directory, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    time(NULL) - st.st_mtime < YOUNG_SECONDS)
		return false;
	(void)snprintf(path, sizeof(path), "%.*s/" SANDBOX_LOCK, PATH_MAX - 16, directory);
	lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return lock >= 0 ? flock(lock, LOCK_EX | LOCK_NB) == 0 : errno == ENOENT;
}

int sandbox_sweep(const char *parent, unsigned *removed, struct error *err)
{
	const char *in = sandbox_parent(parent);
	const struct dirent *e;
	DIR *d = opendir(in);
	int rc = 0;

	*removed = 0;
	if (!d)
		return error_set_errno(err, ERROR_IO, "open directory %s", in);
	while (rc == 0 && (e = readdir(d))) {
		char path[PATH_MAX];
		struct cgroup group;

		if (strncmp(e->d_name, SANDBOX_PREFIX, strlen(SANDBOX_PREFIX)) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", in, e->d_name);
		if (!is_left(path))
			continue;
		cgroup_find(&group, e->d_name);
		cgroup_remove(&group);
		rc = wipe_tree(path, err);
		*removed += rc == 0;
	}
	(void)closedir(d);
	return rc;
}
