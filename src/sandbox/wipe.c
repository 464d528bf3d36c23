/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree may be deeper than any path may be long and than there are descriptors, so
 * nothing here walks down: what lies in a subdirectory is moved up to the top, level
 * by level, and removed there.
 */
#include "sandbox/wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEASURE_DESCRIPTORS = 16 };

struct wipe {
	int top;
	unsigned long moved; /* names given so far */
};

static bool is_real(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void cleanup_closedir(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static DIR *list(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (!d && fd >= 0)
		(void)close(fd);
	return d;
}

/*
 * A link is never followed, not even one that took the place of a directory just now: where
 * the reaper was killed, what ran inside may still be ending. Without /proc the C library
 * cannot change a mode that way; then it stays.
 */
static int make_accessible(int parent, const char *name)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW) < 0 && errno != EOPNOTSUPP ? -1 :
											      0;
}

/* A directory that is moved must be writable, since its ".." changes. */
static int move_up(struct wipe *w, int from, const char *name)
{
	char unique[32];

	if (make_accessible(from, name) < 0)
		return -1;
	for (int tries = 0; tries < 1000; tries++) {
		(void)snprintf(unique, sizeof(unique), "wipe%lu", w->moved++);
		if (renameat(from, name, w->top, unique) == 0)
			return 0;
		if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR && errno != EISDIR)
			return -1;
	}
	return -1;
}

/* Empties one directory of the top level and removes it. */
static int remove_directory(struct wipe *w, const char *name)
{
	CLEANUP(cleanup_closedir)
	DIR *d = NULL;
	const struct dirent *e;

	if (make_accessible(w->top, name) < 0)
		return -1;
	d = list(w->top, name);
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (is_real(e->d_name) && unlinkat(dirfd(d), e->d_name, 0) < 0 &&
		    unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR) < 0 &&
		    move_up(w, dirfd(d), e->d_name) < 0)
			return -1;
	}
	return unlinkat(w->top, name, AT_REMOVEDIR);
}

/* One pass over the top level. Yields whether anything was there. */
static int remove_level(struct wipe *w, bool *found)
{
	CLEANUP(cleanup_closedir)
	DIR *d = list(w->top, ".");
	const struct dirent *e;

	*found = false;
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (!is_real(e->d_name))
			continue;
		*found = true;
		if (unlinkat(w->top, e->d_name, 0) < 0 && remove_directory(w, e->d_name) < 0 &&
		    errno != ENOTEMPTY && errno != ENOENT)
			return -1;
	}
	return 0;
}

int wipe_tree(const char *path, struct error *err)
{
	CLEANUP(cleanup_close)
	int top = -1;
	struct wipe w = { 0 };
	bool found = true;

	(void)chmod(path, 0700);
	w.top = top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (top < 0 && errno == ENOENT)
		return 0;
	while (top >= 0 && found) {
		if (remove_level(&w, &found) < 0)
			return error_set_errno(err, ERROR_IO, "remove what is in %s", path);
	}
	if (top < 0 || rmdir(path) < 0)
		return error_set_errno(err, ERROR_IO, "remove %s", path);
	return 0;
}

/* nftw() has no cookie; each thread measures for itself. */
static _Thread_local struct {
	uint64_t bytes, enough;
} measured;

static int add(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (type != FTW_NS)
		measured.bytes += (uint64_t)st->st_blocks * 512;
	return measured.enough && measured.bytes > measured.enough;
}

uint64_t wipe_measure(const char *path, uint64_t enough)
{
	measured.bytes = 0;
	measured.enough = enough;
	(void)nftw(path, add, MEASURE_DESCRIPTORS, FTW_PHYS | FTW_MOUNT);
	return measured.bytes;
}
