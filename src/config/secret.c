/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

enum { SECRET_SIZE_MAX = 64 << 10 };

static const int64_t command_timeout_ns = 30 * NS_PER_SECOND;

/* The permissions of the open file, so that no other one is judged than the one read. */
static int check_permissions(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_CONFIG, "%s is not a regular file", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	(void)error_set(err, ERROR_REFUSED, "secret file %s has mode %04o: others may read it",
			path, (unsigned)(st.st_mode & 07777));
	return error_hint(err, "chmod 600 %s", path);
}

static int fetch_file(const char *path, struct buf *out, struct error *err)
{
	char chunk[4096];
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "cannot open secret file %s", path);
	if (check_permissions(fd, path, err) < 0)
		return -1;
	while ((n = file_read_some(fd, path, chunk, sizeof(chunk), err)) > 0) {
		total += (size_t)n;
		if (total > SECRET_SIZE_MAX)
			n = error_set(err, ERROR_CONFIG, "secret file %s is larger than %d bytes",
				      path, SECRET_SIZE_MAX);
		else if (buf_append(out, chunk, (size_t)n) < 0)
			n = error_set(err, ERROR_NOMEM, "out of memory");
		if (n < 0)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk));
	return n < 0 ? -1 : 0;
}

static int fetch_variable(const char *name, struct buf *out, struct error *err)
{
	const char *value = getenv(name);

	if (!value)
		return error_set(err, ERROR_CONFIG, "the environment variable %s is not set", name);
	return buf_puts(out, value) < 0 ? error_set(err, ERROR_NOMEM, "out of memory") : 0;
}

static int fetch_command(const char *const *argv, struct buf *out, struct error *err)
{
	const struct process_spec spec = {
		.argv = argv, .in = -1, .out = -1, .err = -1, .die_with_parent = true
	};

	return process_run(&spec, command_timeout_ns, SECRET_SIZE_MAX, out, err);
}

static int fetch(const struct secret *s, struct buf *out, struct error *err)
{
	switch (s->kind) {
	case SECRET_NONE:
		break;
	case SECRET_LITERAL:
		return buf_puts(out, s->text) < 0 ? error_set(err, ERROR_NOMEM, "out of memory") :
						    0;
	case SECRET_FILE:
		return fetch_file(s->text, out, err);
	case SECRET_ENV:
		return fetch_variable(s->text, out, err);
	case SECRET_COMMAND:
		return fetch_command(s->argv, out, err);
	}
	return 0;
}

static void chomp(struct buf *b, size_t start)
{
	if (b->len > start && b->ptr[b->len - 1] == '\n')
		b->ptr[--b->len] = '\0';
	if (b->len > start && b->ptr[b->len - 1] == '\r')
		b->ptr[--b->len] = '\0';
}

int secret_fetch(const struct secret *s, struct buf *out, struct error *err)
{
	size_t start = out->len;

	if (fetch(s, out, err) < 0)
		return error_context(err, "secret of %s", s->origin ? s->origin : "?");
	if (s->kind == SECRET_FILE || s->kind == SECRET_COMMAND)
		chomp(out, start);
	return 0;
}

void secret_wipe(struct buf *b)
{
	if (b->ptr)
		explicit_bzero(b->ptr, b->capacity);
	buf_release(b);
}
