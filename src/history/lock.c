/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lock per component, and one per kind of which a single run may be under way; each a file
 * below <state_dir>/locks: an open file description lock, which dies with its holder and, unlike
 * flock(), can be asked about without being taken for an instant. The file's text says who holds it.
 */
#include "history/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/owner.h"

/* Waits, when asked to, for as long as others take to take their locks. */
static int set_range(int fd, int how, struct flock *range)
{
	int rc;

	do {
		rc = fcntl(fd, how, range);
	} while (rc < 0 && errno == EINTR);
	return rc;
}

static int set_lock(int fd, int how, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	return set_range(fd, how, &whole);
}

int lock_directory(const struct history *h, char out[STORE_PATH_SIZE])
{
	return snprintf(out, STORE_PATH_SIZE, "%s/locks", h->directory);
}

static int open_file(const struct history *h, const char *name, struct error *err)
{
	char directory[STORE_PATH_SIZE], path[STORE_PATH_SIZE + 256];
	int fd;

	(void)lock_directory(h, directory);
	if (owner_make_directories(directory, 0750, err) < 0 || owner_adopt(directory, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (owner_adopt(path, err) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/*
 * Held while locks are taken, never while they are held: so nobody fails for the sake of one
 * who then gets nothing, and whoever holds a lock has written who it is.
 */
static int enter_gate(const struct history *h, struct error *err)
{
	int fd = open_file(h, "gate", err);

	if (fd >= 0 && set_lock(fd, F_OFD_SETLKW, F_WRLCK) < 0) {
		(void)error_set_errno(err, ERROR_IO, "lock %s/locks/gate", h->directory);
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* The name of a lock's file. Returns `out`. */
static const char *lock_file(bool of_kind, const char *name, char out[LOCK_NAME_SIZE])
{
	(void)snprintf(out, LOCK_NAME_SIZE, "%.200s%s", name,
		       of_kind ? LOCK_OF_KIND : LOCK_OF_COMPONENT);
	return out;
}

static int write_holder(const struct history *h, const struct held_lock *lock,
			const struct history_claim *claim, struct error *err)
{
	char text[256], since[CLOCK_RFC3339_SIZE], file[LOCK_NAME_SIZE],
		path[STORE_PATH_SIZE + LOCK_NAME_SIZE];

	(void)snprintf(text, sizeof(text), "%.31s\n%.60s\n%ld\n%s\n", claim->run, claim->command,
		       (long)getpid(), clock_format_rfc3339(clock_wall_ns(), since));
	(void)snprintf(path, sizeof(path), "%s/locks/%s", h->directory,
		       lock_file(lock->of_kind, lock->name, file));
	if (ftruncate(lock->fd, 0) < 0)
		return error_set_errno(err, ERROR_IO, "write %s", path);
	if (file_write_all(lock->fd, path, text, strlen(text), err) == 0)
		return 0;
	return error_hint(err, "nothing was looked at; is the disk of state_dir full?");
}

/* "cache, database", cut where it grows too long. */
static char *join(const struct history_holder *holder, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < holder->component_count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "",
					 holder->component[i]);
	return out;
}

/* Who it is that holds one of those locks, with all that it holds. */
static int busy(struct history *h, const struct history_claim *claim, const char *name,
		struct error *err)
{
	CLEANUP(history_holders_release)
	struct history_holders holders = { 0 };
	const struct history_holder *holder;
	char since[CLOCK_RFC3339_SIZE], names[256];

	if (history_holders(h, &holders, err) < 0)
		return -1;
	holder = claim->whole_kind ? holders_of_kind(&holders, name) :
				     holders_of_component(&holders, name);
	if (holder && *holder->run)
		(void)error_set(err, ERROR_BUSY,
				"another run is under way: %s %s%s%s, pid %ld, since %s",
				holder->command, holder->run, holder->component_count ? " of " : "",
				join(holder, names, sizeof(names)), holder->pid,
				clock_format_rfc3339(holder->since_ns, since));
	else
		(void)error_set(err, ERROR_BUSY, "another run of %s is under way",
				*name && !claim->whole_kind ? name : "the platform");
	return error_hint(err, "wait for it to end; `muster status` shows it");
}

static bool holds(const struct history *h, const char *name)
{
	for (size_t i = 0; i < h->lock_count; i++) {
		if (strcmp(h->lock[i].name, name) == 0)
			return true;
	}
	return false;
}

/* One more lock of the claim: of a component, or of its kind. */
static int take(struct history *h, const struct history_claim *claim, const char *name,
		struct error *err)
{
	struct held_lock *lock = &h->lock[h->lock_count];
	char file[LOCK_NAME_SIZE];
	CLEANUP(cleanup_close)
	int fd = open_file(h, lock_file(claim->whole_kind, name, file), err);

	if (fd < 0)
		return -1;
	if (set_lock(fd, F_OFD_SETLK, F_WRLCK) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			return busy(h, claim, name, err);
		return error_set_errno(err, ERROR_IO, "lock %s/locks/%s", h->directory, file);
	}
	lock->name = strdup(name);
	if (!lock->name)
		return error_set(err, ERROR_NOMEM, "history: no memory for locks");
	lock->of_kind = claim->whole_kind;
	lock->fd = TAKE_FD(fd);
	h->lock_count++;
	return write_holder(h, lock, claim, err);
}

static int take_all(struct history *h, const struct history_claim *claim, struct error *err)
{
	if (claim->whole_kind)
		return take(h, claim, claim->command, err);
	if (!claim->component_count)
		return take(h, claim, "", err);
	for (size_t i = 0; i < claim->component_count; i++) {
		/* a name that was said twice */
		if (!holds(h, claim->component[i]) && take(h, claim, claim->component[i], err) < 0)
			return -1;
	}
	return 0;
}

int history_lock(struct history *h, const struct history_claim *claim, struct error *err)
{
	CLEANUP(cleanup_close)
	int gate = -1;

	if (h->in_memory)
		return 0;
	if (h->lock_count)
		return error_set(err, ERROR_INTERNAL, "the locks are held already");
	gate = enter_gate(h, err);
	if (gate < 0)
		return -1;
	h->lock = calloc(claim->component_count + 1, sizeof(*h->lock));
	if (!h->lock)
		return error_set(err, ERROR_NOMEM, "history: no memory for locks");
	if (take_all(h, claim, err) == 0)
		return 0;
	history_unlock(h);
	return -1;
}

void history_unlock(struct history *h)
{
	for (size_t i = 0; i < h->lock_count; i++) {
		struct held_lock *lock = &h->lock[i];

		/* emptied first: the next holder's name is not there yet when it has just locked */
		if (ftruncate(lock->fd, 0) == 0)
			errno = 0;
		/* by its name: a process that was forked from this one may share the description */
		(void)set_lock(lock->fd, F_OFD_SETLK, F_UNLCK);
		(void)close(lock->fd);
		free(lock->name);
	}
	free(h->lock);
	h->lock = NULL;
	h->lock_count = 0;
}

/* A byte of one file for each second: its lock leaves nothing behind. */
int history_reserve_second(struct history *h, int64_t wall_ns, bool *ours, struct error *err)
{
	struct flock second = { .l_type = F_WRLCK,
				.l_whence = SEEK_SET,
				.l_start = wall_ns / NS_PER_SECOND,
				.l_len = 1 };

	*ours = true;
	if (h->in_memory)
		return 0;
	if (h->seconds_fd < 0)
		h->seconds_fd = open_file(h, "seconds", err);
	if (h->seconds_fd < 0)
		return -1;
	if (set_range(h->seconds_fd, F_OFD_SETLK, &second) == 0)
		return 0;
	*ours = false;
	if (errno == EAGAIN || errno == EACCES)
		return 0;
	return error_set_errno(err, ERROR_IO, "lock %s/locks/seconds", h->directory);
}
