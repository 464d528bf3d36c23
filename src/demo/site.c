/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/site.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum { UNLOCKED_GRACE_S = 60, PATH_SIZE = 128 };

/* In the lock file, so that nothing else is ever taken for a platform and removed. */
static const char mark[] = "muster demo\n";

static const char *temporary_directory(void)
{
	const char *tmpdir = getenv("TMPDIR");

	return tmpdir && *tmpdir ? tmpdir : "/tmp";
}

static struct flock whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

static void lock_path(const char *directory, char out[PATH_SIZE])
{
	(void)snprintf(out, PATH_SIZE, "%.100s/demo.lock", directory);
}

int site_owner(const char *directory, pid_t *owner, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	struct flock lock = whole_file(F_WRLCK);
	char path[PATH_SIZE], text[sizeof(mark)] = "";

	lock_path(directory, path);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "%s holds no example platform: %s", directory,
				       path);
	if (read(fd, text, sizeof(mark) - 1) < 0 || fcntl(fd, F_GETLK, &lock) < 0)
		return error_set_errno(err, ERROR_IO, "lock of %s", path);
	if (strcmp(text, mark) != 0)
		return error_set(err, ERROR_USAGE, "%s is not the lock of an example platform",
				 path);
	*owner = lock.l_pid;
	return lock.l_type != F_UNLCK;
}

int site_find(struct site_list *out, struct error *err)
{
	char pattern[PATH_SIZE];
	glob_t found = { 0 };
	int rc = 0;

	(void)snprintf(pattern, sizeof(pattern), "%.100s/muster-demo.??????",
		       temporary_directory());
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	out->directory = arena_alloc(&out->arena, found.gl_pathc * sizeof(*out->directory));
	for (size_t i = 0; i < found.gl_pathc && out->directory; i++) {
		struct stat st;

		if (lstat(found.gl_pathv[i], &st) < 0 || !S_ISDIR(st.st_mode) ||
		    st.st_uid != geteuid())
			continue;
		out->directory[out->count] = arena_strdup(&out->arena, found.gl_pathv[i]);
		if (!out->directory[out->count])
			break;
		out->count++;
	}
	if (found.gl_pathc > 0 && !out->directory)
		rc = error_set(err, ERROR_NOMEM, "no memory to list %s", temporary_directory());
	globfree(&found);
	return rc;
}

void site_list_release(struct site_list *l)
{
	arena_release(&l->arena);
	*l = (struct site_list){ 0 };
}

/* Nobody keeps it, and it is not one that somebody makes this moment. */
static bool is_left_over(const char *directory)
{
	struct error nobody = ERROR_INIT;
	struct stat st;
	pid_t owner;
	int rc = site_owner(directory, &owner, &nobody);

	if (rc >= 0)
		return rc == 0;
	return stat(directory, &st) == 0 && time(NULL) - st.st_mtime > UNLOCKED_GRACE_S;
}

static int remove_left_overs(struct error *err)
{
	CLEANUP(site_list_release)
	struct site_list list = { 0 };

	if (site_find(&list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		if (is_left_over(list.directory[i]) && file_remove_tree(list.directory[i], err) < 0)
			return error_context(err, "clean up after a killed demo");
	}
	return 0;
}

static int take_lock(struct site *s, struct error *err)
{
	struct flock lock = whole_file(F_WRLCK);
	struct stat st;
	char path[PATH_SIZE];

	lock_path(s->directory, path);
	s->lock = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (s->lock < 0 || write(s->lock, mark, sizeof(mark) - 1) < 0 ||
	    fcntl(s->lock, F_SETLK, &lock) < 0 || stat(path, &st) < 0)
		return error_set_errno(err, ERROR_IO, "lock %s", path);
	return 0;
}

static int make_directory(struct site *s, const char *directory, struct error *err)
{
	pid_t owner;
	struct error nobody = ERROR_INIT;

	if (!directory) {
		if (!mkdtemp(s->directory))
			return error_set_errno(err, ERROR_IO, "create %s", s->directory);
		return 0;
	}
	if (site_owner(directory, &owner, &nobody) == 0 && file_remove_tree(directory, err) < 0)
		return -1;
	/* rmdir() takes an empty directory alone */
	if ((rmdir(directory) < 0 && errno != ENOENT) || mkdir(directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create %s", directory);
	return 0;
}

int site_open(struct site *s, const char *directory, struct error *err)
{
	int n;

	*s = (struct site){ .lock = -1 };
	if (remove_left_overs(err) < 0)
		return -1;
	n = snprintf(s->directory, sizeof(s->directory), "%s%s",
		     directory ? directory : temporary_directory(),
		     directory ? "" : "/muster-demo.XXXXXX");
	if (n < 0 || (size_t)n >= sizeof(s->directory)) {
		(void)error_set(
			err, ERROR_USAGE, "directory %s: its path may have at most %zu bytes",
			directory ? directory : temporary_directory(),
			sizeof(s->directory) - (directory ? 1 : sizeof("/muster-demo.XXXXXX")));
		(void)error_hint(err, "Unix sockets need short paths; see --directory and TMPDIR");
		s->directory[0] = '\0';
		return -1;
	}
	if (make_directory(s, directory, err) < 0) {
		s->directory[0] = '\0';
		return -1;
	}
	/* Servers run under other accounts then, each in a private directory of its own. */
	if (geteuid() == 0 && chmod(s->directory, 0711) < 0)
		return error_set_errno(err, ERROR_IO, "open %s to the servers", s->directory);
	return take_lock(s, err);
}

int site_remove(struct site *s, struct error *err)
{
	int rc = 0;

	if (s->directory[0]) {
		rc = file_remove_tree(s->directory, err);
		s->directory[0] = '\0';
		if (s->lock >= 0)
			(void)close(s->lock);
	}
	s->lock = -1;
	return rc;
}
