/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share: the SQLite connection and how it is spoken to. */
#ifndef HISTORY_STORE_H
#define HISTORY_STORE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "history/history.h"

enum { STORE_PATH_SIZE = 4096 };

/*
 * Of a run's start `s`: its time has come. What began while the clock was ahead would be the newest
 * until then, whatever runs find meanwhile. A minute is no more than clocks are set back by.
 */
#define STORE_HAS_COME " s.at < (unixepoch() + 60) * 1000000000"

/*
 * Of a check `c`: its step was not done again, by whoever took the run up again, or could not do its
 * work then. As checks_end_again().
 */
#define STORE_STANDS                                                                               \
	" NOT EXISTS (SELECT 1 FROM event b JOIN event g ON g.run = b.run AND g.step = b.step"     \
	"   AND g.type = 'step-finished' AND g.seq > b.seq"                                        \
	"   AND g.verdict NOT IN ('skipped', 'error')"                                             \
	"  WHERE b.run = c.run AND b.step = c.step AND b.type = 'step-started' AND b.seq > c.seq)"

/* A lock that we hold. */
struct held_lock {
	int fd;
	char *name; /* owned; of a component, "" of a run that has none; or of the kind */
	bool of_kind;
};

struct history {
	struct event_sink sink;
	sqlite3 *db;
	char directory[STORE_PATH_SIZE - 32]; /* the state directory */
	char path[STORE_PATH_SIZE];           /* of the database */
	bool in_memory;                       /* there is no file, and no lock */
	struct held_lock *lock;               /* those we hold */
	size_t lock_count;
	int seconds_fd;            /* the file of seconds; -1: not asked for yet */
	bool in_transaction;       /* history_begin() */
	struct event_row *waiting; /* passing checks not written yet, the oldest first */
	size_t waiting_count, waiting_capacity;
	struct arena waiting_texts;
	sqlite3_stmt *append; /* prepared once, kept until close */
};

/* The columns of `event` after seq, in the order in which they are written and read. */
#define EVENT_COLUMNS(X)                                                                           \
	X(RUN, run)                                                                                \
	X(AT, at)                                                                                  \
	X(TYPE, type)                                                                              \
	X(KIND, kind)                                                                              \
	X(STEP, step)                                                                              \
	X(COMPONENT, component)                                                                    \
	X(NAME, name)                                                                              \
	X(SUBJECT, subject)                                                                        \
	X(VERDICT, verdict)                                                                        \
	X(EXPECTED, expected)                                                                      \
	X(FOUND, found)                                                                            \
	X(MESSAGE, message)                                                                        \
	X(HINT, hint)                                                                              \
	X(REQUIRED, required)                                                                      \
	X(DURATION, duration)                                                                      \
	X(BACKUP_SET, backup_set)                                                                  \
	X(PLATFORM, platform)                                                                      \
	X(HOST, host)                                                                              \
	X(VERSION, version)                                                                        \
	X(COMMAND, command)

enum event_column {
#define X(id, column) COLUMN_##id,
	EVENT_COLUMNS(X)
#undef X
		EVENT_COLUMN_COUNT
};

/* Turn SQLite's last error into `err`, with the file and what to do; always -1. */
int store_error(struct history *h, struct error *err, const char *doing);

MUST_CHECK int store_exec(struct history *h, const char *sql, struct error *err);
MUST_CHECK int store_prepare(struct history *h, const char *sql, sqlite3_stmt **out,
			     struct error *err);
/* 1: a row is there; 0: done; -1: error. */
MUST_CHECK int store_step(struct history *h, sqlite3_stmt *statement, struct error *err);
/* Has each row taken into `out`, until one cannot be: then -1. */
MUST_CHECK int store_each_row(struct history *h, sqlite3_stmt *statement,
			      int (*take)(sqlite3_stmt *row, void *out, struct error *err),
			      void *out, struct error *err);
void cleanup_statement(sqlite3_stmt **statement);

/* Bind a borrowed text that outlives the step; NULL and "" are stored as NULL. */
MUST_CHECK int store_bind_text(struct history *h, sqlite3_stmt *statement, int index,
			       const char *text, struct error *err);
/* The same where "" is as good as any other: never NULL. */
MUST_CHECK int store_bind_key(struct history *h, sqlite3_stmt *statement, int index,
			      const char *text, struct error *err);
MUST_CHECK int store_bind_int(struct history *h, sqlite3_stmt *statement, int index, int64_t value,
			      struct error *err);
/* "" for NULL; valid until the next step. */
const char *store_text(sqlite3_stmt *statement, int column);

/*
 * The zeroed place behind `count` items of an array that nothing else makes grow, which may move;
 * NULL: no memory.
 */
void *store_slot(void **array, size_t count, size_t item);

/* Write the events that wait, if any. */
MUST_CHECK int sink_flush(struct history *h, struct error *err);

/* Bring the file up to the newest schema; a newer file is refused. */
MUST_CHECK int migrations_apply(struct history *h, struct error *err);
/* For readers, who may not change the file: 1 usable, 0 holds nothing yet, -1 refused. */
MUST_CHECK int migrations_check(struct history *h, struct error *err);

/* The runs that a query without parameters yields; the caller frees the array. */
MUST_CHECK int query_ids(struct history *h, const char *sql, char (**out)[RUN_ID_SIZE],
			 size_t *count, struct error *err);
/* Names every run that has no end, oldest first; the caller frees the array. */
MUST_CHECK int query_unfinished(struct history *h, char (**out)[RUN_ID_SIZE], size_t *count,
				struct error *err);

/* The check and the verdict of a run that was cut short, as of its recorded checks. */
MUST_CHECK int history_judge_interrupted(struct run *run, int64_t last_sign_ns, struct error *err);

/*
 * Of a run that has no end and that no process answers for: may it be resumed, as drills may? A
 * drill's last sign of life may be an entry.
 */
MUST_CHECK int unfinished_look(struct history *h, const struct run *run, int64_t *last_sign_ns,
			       bool *resumable, struct error *err);

/* One run by its exact id, without the judgement of what cut it short; 0 found, 1 none, -1. */
MUST_CHECK int query_run(struct history *h, const char *id, struct run *out, int64_t *last_sign_ns,
			 struct error *err);

/* Into a run that was read: the facts of each of its readings, in the order read. */
MUST_CHECK int query_facts(struct history *h, struct run *run, struct error *err);

#endif
