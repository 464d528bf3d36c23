/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one lock of a state directory: an open file description lock, which dies with
 * its holder and, unlike flock(), can be asked about without being taken for an
 * instant. The file's text says who holds it.
 */
#include "history/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

static int open_lock_file(const struct history *h, int flags)
{
	char path[STORE_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/lock", h->directory);
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0640);
}

static int try_lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &whole);
}

/* run, command, pid, since: one a line. A holder that has not got to writing it yet is nameless. */
static void parse_holder(char *text, struct history_holder *out)
{
	char *field[4] = { NULL }, *rest = text;

	*out = (struct history_holder){ .pid = 0 };
	for (size_t i = 0; i < 4; i++) {
		char *end = strchr(rest, '\n');

		if (!end)
			return;
		*end = '\0';
		field[i] = rest;
		rest = end + 1;
	}
	(void)snprintf(out->run, sizeof(out->run), "%.*s", RUN_ID_SIZE - 1, field[0]);
	(void)snprintf(out->command, sizeof(out->command), "%s", field[1]);
	out->pid = strtol(field[2], NULL, 10);
	if (clock_parse_rfc3339(field[3], &out->since_ns) < 0)
		out->since_ns = 0;
}

static void read_holder(int fd, struct history_holder *out)
{
	char text[256];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	parse_holder(text, out);
}

static int write_holder(const struct history *h, int fd, const char *id, const char *command,
			struct error *err)
{
	char text[256], since[CLOCK_RFC3339_SIZE];

	(void)snprintf(text, sizeof(text), "%.31s\n%.60s\n%ld\n%s\n", id, command, (long)getpid(),
		       clock_format_rfc3339(clock_wall_ns(), since));
	if (ftruncate(fd, 0) < 0)
		return error_set_errno(err, ERROR_IO, "write %s/lock", h->directory);
	return file_write_all(fd, "the lock file", text, strlen(text), err);
}

static int busy(int fd, struct error *err)
{
	struct history_holder holder;
	char since[CLOCK_RFC3339_SIZE];

	read_holder(fd, &holder);
	if (holder.pid)
		(void)error_set(err, ERROR_BUSY,
				"another run is under way: %s %s, pid %ld, since %s",
				holder.command, holder.run, holder.pid,
				clock_format_rfc3339(holder.since_ns, since));
	else
		(void)error_set(err, ERROR_BUSY, "another run is under way");
	return error_hint(err, "wait for it to end; `muster status` shows it");
}

int history_lock(struct history *h, const char *id, const char *command, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;

	if (h->in_memory)
		return 0;
	fd = open_lock_file(h, O_RDWR | O_CREAT);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s/lock", h->directory);
	if (try_lock(fd) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			return busy(fd, err);
		return error_set_errno(err, ERROR_IO, "lock %s/lock", h->directory);
	}
	if (write_holder(h, fd, id, command, err) < 0)
		return -1;
	h->lock_fd = TAKE_FD(fd);
	return 0;
}

void history_unlock(struct history *h)
{
	if (h->lock_fd < 0)
		return;
	/* emptied first: the next holder's name is not there yet when it has just locked */
	if (ftruncate(h->lock_fd, 0) == 0)
		errno = 0;
	(void)close(h->lock_fd);
	h->lock_fd = -1;
}

int history_holder(struct history *h, struct history_holder *out, bool *held, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*held = false;
	*out = (struct history_holder){ .pid = 0 };
	if (h->in_memory)
		return 0;
	fd = open_lock_file(h, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s/lock", h->directory);
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0)
		return error_set_errno(err, ERROR_IO, "ask for the holder of %s/lock",
				       h->directory);
	*held = whole.l_type != F_UNLCK;
	if (*held)
		read_holder(fd, out);
	return 0;
}
