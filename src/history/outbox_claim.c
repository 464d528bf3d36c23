/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: for each item one byte of a file beside the database, at the item's id, locked as the
 * history's lock is (of the open file description: a dead process holds none).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/owner.h"
#include "history/outbox.intern.h"

/* Heads of queues: nothing earlier of the same key waits. */
#define HEADS                                                                                      \
	" FROM outbox o WHERE o.state = 'waiting' AND o.receiver = ?1 AND NOT EXISTS"              \
	" (SELECT 1 FROM outbox e WHERE e.state = 'waiting' AND e.receiver = o.receiver"           \
	"  AND e.key = o.key AND e.id < o.id)"

/* More than so many at once are surely not all claimed by others. */
enum { CANDIDATES = 256 };

int outbox_next_due(struct history *h, const char *receiver, int64_t *due_ns, bool *any,
		    struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "SELECT min(due)" HEADS, &s, err) < 0 ||
	    store_bind_key(h, s, 1, receiver, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*any = sqlite3_column_type(s, 0) != SQLITE_NULL;
	*due_ns = sqlite3_column_int64(s, 0);
	return 0;
}

static int find_candidates(struct history *h, const char *receiver, int64_t now_ns, int64_t *id,
			   size_t *count, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*count = 0;
	if (store_prepare(h, "SELECT o.id" HEADS " AND o.due <= ?2 ORDER BY o.due, o.id", &s, err) <
		    0 ||
	    store_bind_key(h, s, 1, receiver, err) < 0 || store_bind_int(h, s, 2, now_ns, err) < 0)
		return -1;
	while (*count < CANDIDATES && (rc = store_step(h, s, err)) != 0) {
		if (rc < 0)
			return -1;
		id[(*count)++] = sqlite3_column_int64(s, 0);
	}
	return 0;
}

/* As find_candidates() has it, asked again now that nobody else can send it. */
static int read_claimed(struct history *h, const char *receiver, int64_t now_ns,
			struct outbox_claim *claim, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h, "SELECT " OUTBOX_COLUMNS HEADS " AND o.due <= ?2 AND o.id = ?3", &s,
			  err) < 0 ||
	    store_bind_key(h, s, 1, receiver, err) < 0 ||
	    store_bind_int(h, s, 2, now_ns, err) < 0 || store_bind_int(h, s, 3, claim->id, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc > 0 && outbox_read_row(s, &claim->one, err) < 0)
		return -1;
	return rc;
}

static int open_file(const struct history *h, struct outbox_claim *claim, struct error *err)
{
	char path[STORE_PATH_SIZE];

	if (claim->fd >= 0 || h->in_memory)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/outbox.lock", h->directory);
	claim->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	return claim->fd < 0 ? error_set_errno(err, ERROR_IO, "open %s", path) :
			       owner_adopt(path, err);
}

/* 1: it is ours; 0: another's. */
static int lock_item(struct outbox_claim *claim, int64_t id, struct error *err)
{
	struct flock byte = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)id, .l_len = 1
	};

	claim->id = id;
	if (claim->fd < 0 || fcntl(claim->fd, F_OFD_SETLK, &byte) == 0)
		return 1;
	claim->id = 0;
	if (errno == EAGAIN || errno == EACCES)
		return 0;
	return error_set_errno(err, ERROR_IO, "claim a notification");
}

int outbox_claim(struct history *h, const char *receiver, int64_t now_ns,
		 struct outbox_claim *claim, struct error *err)
{
	int64_t id[CANDIDATES];
	size_t count = 0;
	int rc = 0;

	outbox_unclaim(claim);
	if (open_file(h, claim, err) < 0 ||
	    find_candidates(h, receiver, now_ns, id, &count, err) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = lock_item(claim, id[i], err);
		if (rc > 0)
			rc = read_claimed(h, receiver, now_ns, claim, err);
		if (rc <= 0)
			outbox_unclaim(claim);
	}
	return rc;
}

void outbox_unclaim(struct outbox_claim *claim)
{
	struct flock byte = {
		.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = (off_t)claim->id, .l_len = 1
	};

	if (claim->id && claim->fd >= 0)
		(void)fcntl(claim->fd, F_OFD_SETLK, &byte);
	claim->id = 0;
	outbox_items_release(&claim->one);
}

void outbox_claim_close(struct outbox_claim *claim)
{
	outbox_unclaim(claim);
	if (claim->fd >= 0)
		(void)close(claim->fd);
	claim->fd = -1;
}
