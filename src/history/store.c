/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the history's database and speaking to it. It keeps a rollback journal,
 * not a write-ahead log, so that somebody who may only read the directory
 * (monitoring) can; see docs/decisions/sqlite.md.
 */
#include "history/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/owner.h"

/*
 * Longer than the write transactions of several runs take one after the other, shorter than an
 * operator's patience.
 */
enum { BUSY_TIMEOUT_MS = 30000 };

static enum error_kind kind_of_code(int code)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return ERROR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERROR_BUSY;
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return ERROR_PERMISSION;
	case SQLITE_MISUSE:
	case SQLITE_CONSTRAINT:
	case SQLITE_ERROR:
		return ERROR_INTERNAL;
	default:
		return ERROR_IO;
	}
}

static const char *hint_of_code(int code)
{
	if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY)
		return "a run was cut short; the next `muster verify` by its owner puts this right";
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "the file is damaged: move it away and a new history begins; "
		       "`sqlite3 FILE .recover` saves what can be read";
	case SQLITE_FULL:
		return "free some space on the disk of state_dir";
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return "state_dir and the files in it must be writable by the user who runs muster";
	case SQLITE_BUSY:
		return "another program holds the file locked; try again when it is done";
	default:
		return "";
	}
}

int store_error(struct history *h, struct error *err, const char *doing)
{
	int code = h->db ? sqlite3_extended_errcode(h->db) : SQLITE_NOMEM;
	const char *text = h->db ? sqlite3_errmsg(h->db) : sqlite3_errstr(code);

	(void)error_set(err, kind_of_code(code), "history %s: %s: %s", h->path, doing, text);
	return error_hint(err, "%s", hint_of_code(code));
}

int store_exec(struct history *h, const char *sql, struct error *err)
{
	if (sqlite3_exec(h->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_error(h, err, "execute");
	return 0;
}

int store_prepare(struct history *h, const char *sql, sqlite3_stmt **out, struct error *err)
{
	if (sqlite3_prepare_v2(h->db, sql, -1, out, NULL) != SQLITE_OK)
		return store_error(h, err, "prepare");
	return 0;
}

int store_step(struct history *h, sqlite3_stmt *statement, struct error *err)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return store_error(h, err, sqlite3_stmt_readonly(statement) ? "read" : "write");
	}
}

int store_each_row(struct history *h, sqlite3_stmt *statement,
		   int (*take)(sqlite3_stmt *row, void *out, struct error *err), void *out,
		   struct error *err)
{
	int rc;

	while ((rc = store_step(h, statement, err)) > 0) {
		if (take(statement, out, err) < 0)
			return -1;
	}
	return rc;
}

void cleanup_statement(sqlite3_stmt **statement)
{
	(void)sqlite3_finalize(*statement);
}

int store_bind_text(struct history *h, sqlite3_stmt *statement, int index, const char *text,
		    struct error *err)
{
	if (!text || !*text)
		return sqlite3_bind_null(statement, index) == SQLITE_OK ?
			       0 :
			       store_error(h, err, "bind");
	if (sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC) != SQLITE_OK)
		return store_error(h, err, "bind");
	return 0;
}

int store_bind_key(struct history *h, sqlite3_stmt *statement, int index, const char *text,
		   struct error *err)
{
	if (sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC) != SQLITE_OK)
		return store_error(h, err, "bind");
	return 0;
}

int store_bind_int(struct history *h, sqlite3_stmt *statement, int index, int64_t value,
		   struct error *err)
{
	if (sqlite3_bind_int64(statement, index, value) != SQLITE_OK)
		return store_error(h, err, "bind");
	return 0;
}

const char *store_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	return text ? (const char *)text : "";
}

void *store_slot(void **array, size_t count, size_t item)
{
	char *grown = *array;

	/* a power of two: it is full */
	if ((count & (count - 1)) == 0)
		grown = realloc(*array, (count ? 2 * count : 1) * item);
	if (!grown)
		return NULL;
	*array = grown;
	return memset(grown + count * item, 0, item);
}

int history_begin(struct history *h, struct error *err)
{
	if (store_exec(h, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	h->in_transaction = true;
	return 0;
}

int history_end(struct history *h, int rc, struct error *err)
{
	h->in_transaction = false;
	if (rc == 0) {
		if (sqlite3_exec(h->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
			return 0;
		(void)store_error(h, err, "commit");
	}
	(void)sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

int history_version(struct history *h, int64_t *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "PRAGMA data_version", &s, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*out = sqlite3_column_int64(s, 0);
	return 0;
}

/* NULL: `err` says why. */
static struct history *allocate(const char *state_dir, struct error *err)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h) {
		(void)error_set(err, ERROR_NOMEM, "history: no memory");
		return NULL;
	}
	h->seconds_fd = -1;
	if ((size_t)snprintf(h->directory, sizeof(h->directory), "%s", state_dir) >=
	    sizeof(h->directory)) {
		free(h);
		(void)error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", state_dir);
		return NULL;
	}
	(void)snprintf(h->path, sizeof(h->path), "%s/history.db", h->directory);
	return h;
}

/* SQLite would create it with 0644; the journal beside it takes the file's mode. */
static int create_file(const struct history *h, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;

	if (owner_make_directories(h->directory, 0750, err) < 0) {
		(void)error_hint(err, "state_dir must be a directory that muster may write");
		return -1;
	}
	fd = open(h->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		(void)error_set_errno(err, ERROR_IO, "open history %s", h->path);
		return error_hint(err, "state_dir must be a directory that muster may write");
	}
	/* SQLite gives its journal the owner of the database */
	return owner_adopt(h->path, err);
}

static int connect_database(struct history *h, int flags, struct error *err)
{
	const char *name = flags & SQLITE_OPEN_MEMORY ? ":memory:" : h->path;

	if (sqlite3_open_v2(name, &h->db, flags, NULL) != SQLITE_OK)
		return store_error(h, err, "open");
	(void)sqlite3_extended_result_codes(h->db, 1);
	(void)sqlite3_busy_timeout(h->db, BUSY_TIMEOUT_MS);
	/* what a damaged or hostile file may make SQLite do is kept small */
	(void)sqlite3_db_config(h->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return store_exec(h, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON", err);
}

static int open_for_writing(struct history *h, struct error *err)
{
	if (create_file(h, err) < 0 ||
	    connect_database(h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, err) < 0)
		return -1;
	/* FULL syncs the truncated journal too, so that a commit is a commit */
	if (store_exec(h,
		       "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;"
		       "PRAGMA foreign_keys = ON",
		       err) < 0)
		return -1;
	return migrations_apply(h, err);
}

static int open_empty(struct history *h, struct error *err)
{
	(void)sqlite3_close(TAKE(h->db));
	if (connect_database(h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, err) < 0)
		return -1;
	return migrations_apply(h, err);
}

static int open_in_memory(struct history *h, struct error *err)
{
	h->in_memory = true;
	(void)snprintf(h->path, sizeof(h->path), "in memory");
	return open_empty(h, err);
}

static int open_for_reading(struct history *h, struct error *err)
{
	struct stat st;
	int usable;

	if (stat(h->path, &st) < 0) {
		if (errno == ENOENT)
			return open_empty(h, err);
		return error_set_errno(err, ERROR_IO, "open history %s", h->path);
	}
	/* read-write where permitted, so that a journal left by a crash can be rolled back */
	if (connect_database(h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, err) < 0)
		return -1;
	usable = migrations_check(h, err);
	if (usable < 0)
		return -1;
	return usable ? store_exec(h, "PRAGMA query_only = ON", err) : open_empty(h, err);
}

static int open_by(int (*how)(struct history *, struct error *), const char *state_dir,
		   struct history **out, struct error *err)
{
	struct history *h = allocate(state_dir, err);

	if (!h)
		return -1;
	if (how(h, err) < 0) {
		history_close(h);
		return -1;
	}
	*out = h;
	return 0;
}

int history_open(const char *state_dir, struct history **out, struct error *err)
{
	return open_by(open_for_writing, state_dir, out, err);
}

int history_open_read(const char *state_dir, struct history **out, struct error *err)
{
	return open_by(open_for_reading, state_dir, out, err);
}

int history_open_memory(struct history **out, struct error *err)
{
	return open_by(open_in_memory, "", out, err);
}

void history_close(struct history *h)
{
	struct error ignored = ERROR_INIT;

	if (!h)
		return;
	/* what could not be written by now makes nothing greener when it is lost */
	if (h->db && sink_flush(h, &ignored) < 0)
		error_clear(&ignored);
	(void)sqlite3_finalize(h->append);
	(void)sqlite3_close(h->db);
	history_unlock(h);
	cleanup_close(&h->seconds_fd);
	free(h->waiting);
	arena_release(&h->waiting_texts);
	free(h);
}
