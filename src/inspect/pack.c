/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "format/tar.h"

static const char *const tables_of_contents[] = { "toc.dat", "toc.dat.gz", "toc.dat.lz4",
						  "toc.dat.zst" };
enum { TABLES = sizeof(tables_of_contents) / sizeof(tables_of_contents[0]) };
enum { NAME_MAX_SHORT = 99 }; /* what tar_header() takes */

static const uint8_t zeros[2 * TAR_BLOCK];

bool pack_is_dump(int directory)
{
	struct stat st;

	for (size_t i = 0; i < TABLES; i++) {
		if (fstatat(directory, tables_of_contents[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	return false;
}

static bool is_table_of_contents(const char *name)
{
	for (size_t i = 0; i < TABLES; i++) {
		if (strcmp(name, tables_of_contents[i]) == 0)
			return true;
	}
	return false;
}

/* The table of contents first: then the rows are judged as they come. */
static int in_order(const struct dirent **a, const struct dirent **b)
{
	bool first = is_table_of_contents((*a)->d_name),
	     second = is_table_of_contents((*b)->d_name);

	if (first != second)
		return first ? -1 : 1;
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int put(int out, const void *bytes, size_t len, struct error *err)
{
	return len ? file_write_all(out, "the pipe", bytes, len, err) : 0;
}

static int put_padding(int out, uint64_t size, struct error *err)
{
	return put(out, zeros, (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK, err);
}

static int put_header(int out, const char *name, char type, uint64_t size, struct error *err)
{
	uint8_t block[TAR_BLOCK];
	size_t len = strlen(name);
	char cut[NAME_MAX_SHORT + 1] = "";

	if (len > NAME_MAX_SHORT) { /* GNU's way */
		tar_header("././@LongLink", 'L', len, block);
		if (put(out, block, sizeof(block), err) < 0 || put(out, name, len, err) < 0 ||
		    put_padding(out, len, err) < 0)
			return -1;
		len = NAME_MAX_SHORT;
	}
	memcpy(cut, name, len);
	tar_header(cut, type, size, block);
	return put(out, block, sizeof(block), err);
}

static int put_content(int out, int in, const char *name, uint64_t size, struct error *err)
{
	enum { PIECE = 1 << 20 };

	for (uint64_t left = size; left;) {
		ssize_t n = sendfile(out, in, NULL, left < PIECE ? (size_t)left : PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "read %s", name);
		if (n == 0)
			return error_set(err, ERROR_IO, "%s became shorter while it was read",
					 name);
		left -= (uint64_t)n;
	}
	return put_padding(out, size, err);
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return '2';
	case S_IFCHR:
		return '3';
	case S_IFBLK:
		return '4';
	case S_IFDIR:
		return '5';
	case S_IFREG:
		return '0';
	default:
		return '6';
	}
}

static int put_entry(int out, int directory, const char *name, struct error *err)
{
	CLEANUP(cleanup_close)
	int in = -1;
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set_errno(err, ERROR_IO, "look at %s", name);
	if (!S_ISREG(st.st_mode))
		return put_header(out, name, type_of(st.st_mode), 0, err);
	in = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (in < 0)
		return error_set_errno(err, ERROR_IO, "open %s", name);
	if (fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(err, ERROR_IO, "%s is no longer a plain file", name);
	if (put_header(out, name, '0', (uint64_t)st.st_size, err) < 0)
		return -1;
	return put_content(out, in, name, (uint64_t)st.st_size, err);
}

static int put_all(int out, int directory, struct error *err)
{
	struct dirent **entry;
	int count = scandirat(directory, ".", &entry, is_entry, in_order);
	int rc = 0;

	if (count < 0)
		return error_set_errno(err, ERROR_IO, "list the directory");
	for (int i = 0; i < count; i++) {
		if (rc == 0)
			rc = put_entry(out, directory, entry[i]->d_name, err);
		free(entry[i]);
	}
	free(entry);
	return rc < 0 ? -1 : put(out, zeros, sizeof(zeros), err);
}

static int work(int out, int complaints, int directory)
{
	struct error err = ERROR_INIT, ignored = ERROR_INIT;
	int *const kept[] = { &out, &complaints, &directory };

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	/* the pipes of whatever else its starter does would not end before it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || process_keep_only(kept, 3, &err) < 0)
		return 1;
	if (put_all(out, directory, &err) == 0)
		return 0;
	if (file_write_all(complaints, "the pipe", err.message, strlen(err.message), &ignored) < 0)
		return 2;
	return 1;
}

static void close_pipe(int ends[2])
{
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			(void)close(ends[i]);
	}
}

static int fork_child(int directory, int tar[2], int complaints[2], struct pack *out)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		(void)close(tar[0]);
		(void)close(complaints[0]);
		_exit(work(tar[1], complaints[1], directory));
	}
	(void)close(tar[1]);
	(void)close(complaints[1]);
	out->process = (struct process){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
	out->tar = tar[0];
	out->complaints = complaints[0];
	return 0;
}

int pack_start(int directory, const char *path, struct pack *out, struct error *err)
{
	enum { PIPE_SIZE = 1 << 20 };
	int tar[2] = { -1, -1 }, complaints[2] = { -1, -1 };

	if (pipe2(tar, O_CLOEXEC) < 0 || pipe2(complaints, O_CLOEXEC) < 0 ||
	    fork_child(directory, tar, complaints, out) < 0) {
		(void)error_set_errno(err, ERROR_IO, "start to pack %s", path);
		close_pipe(tar);
		close_pipe(complaints);
		return -1;
	}
	(void)fcntl(out->tar, F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(out->complaints, F_SETFL, O_NONBLOCK);
	return 0;
}
