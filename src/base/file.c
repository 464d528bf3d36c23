/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int file_write_all(int fd, const char *name, const void *bytes, size_t len, struct error *err)
{
	const uint8_t *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "write %s", name);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t file_read_some(int fd, const char *name, void *bytes, size_t len, struct error *err)
{
	ssize_t n;

	do
		n = read(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "read %s", name);
	return n;
}

static const char *name_of(mode_t mode)
{
	return S_ISDIR(mode)  ? "a directory" :
	       S_ISFIFO(mode) ? "a FIFO" :
	       S_ISSOCK(mode) ? "a socket" :
				"a device";
}

/* What a shell hands over by "<(…)" (zsh in the second way) or "|": somebody writes there. */
static bool is_handed_over(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/self/fd/", 14) == 0 ||
	       strcmp(path, "/dev/stdin") == 0;
}

/* /dev/null, by whatever name: a file that is empty, as whoever names it means. */
static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Opened without waiting for anybody at the other end. */
static int open_file(const char *path, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | (is_handed_over(path) ? 0 : O_NONBLOCK));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (!S_ISREG(st.st_mode) && !is_null(&st) && !is_handed_over(path))
		return error_set(err, ERROR_IO, "%s is no file but %s", path, name_of(st.st_mode));
	return TAKE_FD(fd);
}

int file_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open_file(path, err);
	size_t start = out->len;

	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t n;

		if (buf_reserve(out, 65536) < 0)
			return error_set(err, ERROR_NOMEM, "%s: no memory to read it", path);
		n = file_read_some(fd, path, out->ptr + out->len, 65536, err);
		if (n < 0)
			return -1;
		if (n == 0)
			return 0;
		out->len += (size_t)n;
		out->ptr[out->len] = '\0';
		if (out->len - start > max)
			return error_set(err, ERROR_CONFIG, "%s: larger than %zu bytes", path, max);
	}
}

static void parent_of(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		(void)snprintf(out, size, ".");
	else if (slash == path)
		(void)snprintf(out, size, "/");
	else
		(void)snprintf(out, size, "%.*s", (int)(slash - path), path);
}

int file_sync_directory(const char *path, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (fsync(fd) < 0)
		return error_set_errno(err, ERROR_IO, "sync %s", path);
	return 0;
}

static int write_and_sync(int fd, const char *name, mode_t mode, const void *bytes, size_t len,
			  struct error *err)
{
	if (file_write_all(fd, name, bytes, len, err) < 0)
		return -1;
	if (fchmod(fd, mode) < 0)
		return error_set_errno(err, ERROR_IO, "set the mode of %s", name);
	if (fsync(fd) < 0)
		return error_set_errno(err, ERROR_IO, "sync %s", name);
	return 0;
}

int file_write_atomic(const char *path, mode_t mode, const void *bytes, size_t len,
		      struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char temporary[4096], parent[4096];
	int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return error_set(err, ERROR_USAGE, "path is too long: %.80s…", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "create %s", temporary);
	if (write_and_sync(fd, temporary, mode, bytes, len, err) < 0) {
		(void)unlink(temporary);
		return -1;
	}
	if (rename(temporary, path) < 0) {
		(void)error_set_errno(err, ERROR_IO, "rename %s to %s", temporary, path);
		(void)unlink(temporary);
		return -1;
	}
	parent_of(path, parent, sizeof(parent));
	return file_sync_directory(parent, err);
}

int file_make_directories_told(const char *path, mode_t mode,
			       int (*made)(const char *path, struct error *err), struct error *err)
{
	char partial[4096];
	size_t len = strlen(path);

	if (len >= sizeof(partial))
		return error_set(err, ERROR_USAGE, "path is too long: %.80s…", path);
	memcpy(partial, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		partial[i] = '\0';
		if (mkdir(partial, mode) == 0) {
			if (made && made(partial, err) < 0)
				return -1;
		} else if (errno != EEXIST) {
			return error_set_errno(err, ERROR_IO, "create directory %s", partial);
		}
		partial[i] = path[i];
	}
	return 0;
}

int file_make_directories(const char *path, mode_t mode, struct error *err)
{
	return file_make_directories_told(path, mode, NULL, err);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int file_remove_tree(const char *path, struct error *err)
{
	if (nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT)
		return 0;
	return error_set_errno(err, ERROR_IO, "remove %s", path);
}
