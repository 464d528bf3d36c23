/* SPDX-License-Identifier: Apache-2.0 */
#include "environment/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { TRIES = 100, RECORD_MAX = 64 * 1024 };

static int name_directory(struct registry *r, struct error *err)
{
	const char *tmpdir = getenv("TMPDIR");
	int n = snprintf(r->path, sizeof(r->path), "%s/muster-environments-%u",
			 tmpdir && *tmpdir ? tmpdir : "/tmp", (unsigned)geteuid());

	if (n < 0 || (size_t)n >= sizeof(r->path))
		return error_set(err, ERROR_USAGE, "TMPDIR is too long");
	return 0;
}

/* What others may write to would let them name a socket of theirs. */
static int check_owner(const struct registry *r, struct error *err)
{
	struct stat st;

	if (fstat(r->fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "directory %s", r->path);
	if (st.st_uid == geteuid() && !(st.st_mode & 077))
		return 0;
	(void)error_set(err, ERROR_REFUSED, "%s is not this user's alone (owner %u, mode %04o)",
			r->path, (unsigned)st.st_uid, (unsigned)st.st_mode & 07777);
	return error_hint(err, "remove it, or let TMPDIR name another directory");
}

/* Whoever held the lock before us may have removed the directory. */
static bool is_in_place(const struct registry *r)
{
	struct stat ours, there;

	return fstat(r->fd, &ours) == 0 && lstat(r->path, &there) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static int lock(const struct registry *r, struct error *err)
{
	while (flock(r->fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return error_set_errno(err, ERROR_IO, "lock %s", r->path);
	}
	return 0;
}

int registry_open(struct registry *r, bool make, struct error *err)
{
	int rc;

	*r = (struct registry){ .fd = -1 };
	if (name_directory(r, err) < 0)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		if (make && mkdir(r->path, 0700) < 0 && errno != EEXIST)
			return error_set_errno(err, ERROR_IO, "create directory %s", r->path);
		r->fd = open(r->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (r->fd < 0 && errno != ENOENT)
			return error_set_errno(err, ERROR_IO, "open directory %s", r->path);
		if (r->fd < 0 && !make)
			return 0;
		if (r->fd < 0)
			continue;
		rc = check_owner(r, err) < 0 || lock(r, err) < 0 ? -1 : is_in_place(r);
		if (rc > 0)
			return 1;
		(void)close(r->fd);
		r->fd = -1;
		if (rc < 0)
			return -1;
	}
	return error_set(err, ERROR_IO, "directory %s comes and goes", r->path);
}

void registry_close(struct registry *r)
{
	if (r->path[0] && r->fd >= 0) {
		(void)rmdir(r->path); /* takes an empty one alone */
		/* a child forked meanwhile has the same lock */
		(void)flock(r->fd, LOCK_UN);
		(void)close(r->fd);
	}
	*r = (struct registry){ .fd = -1 };
}

char *registry_file_name(const char *name, enum registry_file file, char out[REGISTRY_FILE_SIZE])
{
	(void)snprintf(out, REGISTRY_FILE_SIZE, "%.*s.%s", ENVIRONMENT_NAME_SIZE - 1, name,
		       file == REGISTRY_RECORD ? "json" : "sock");
	return out;
}

struct sockaddr_un registry_address(const struct registry *r, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char file[REGISTRY_FILE_SIZE];

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", r->fd,
		       registry_file_name(name, REGISTRY_SOCKET, file));
	return address;
}

void registry_remove(const struct registry *r, const char *name)
{
	char file[REGISTRY_FILE_SIZE];

	(void)unlinkat(r->fd, registry_file_name(name, REGISTRY_SOCKET, file), 0);
	(void)unlinkat(r->fd, registry_file_name(name, REGISTRY_RECORD, file), 0);
}

int registry_create(const struct registry *r, const char *name, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char file[REGISTRY_FILE_SIZE];

	fd = openat(r->fd, registry_file_name(name, REGISTRY_RECORD, file),
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST) {
		(void)error_set(err, ERROR_BUSY, "there is an environment called \"%s\"", name);
		return error_hint(err, "`muster env down %s` ends it", name);
	}
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set_errno(err, ERROR_IO, "create %s/%s", r->path, file);
	return TAKE_FD(fd);
}

static int read_record(int fd, const char *path, struct environment *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	ssize_t n;

	if (buf_reserve(&text, RECORD_MAX) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to read %s", path);
	n = file_read_some(fd, path, text.ptr, RECORD_MAX, err);
	if (n < 0)
		return -1;
	text.len = (size_t)n;
	if (record_parse(buf_span(&text), out, err) < 0)
		return error_context(err, "%s", path);
	return 0;
}

int registry_read(const struct registry *r, const char *file, struct environment *out,
		  struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX + REGISTRY_FILE_SIZE], name[REGISTRY_FILE_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", r->path, file);
	(void)snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - strlen(".json")), file);
	fd = openat(r->fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
		registry_remove(r, name);
		return 0;
	}
	if (read_record(fd, path, out, err) < 0)
		return -1;
	return strcmp(out->name, name) == 0 ?
		       1 :
		       error_set(err, ERROR_IO, "%s is the record of another", path);
}
