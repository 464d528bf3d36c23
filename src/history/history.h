/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: one append-only table of events, and its queries. SQLite in the
 * state directory; numbered migrations bring an older file up to date when it is
 * opened. One writer at a time (history_lock), any number of readers.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdint.h>

#include "base/error.h"
#include "model/event.h"
#include "model/run.h"

struct history;

/* Opens or creates <state_dir>/history.db (directories 0750, file 0640). */
MUST_CHECK int history_open(const char *state_dir, struct history **out, struct error *err);
/* For queries only; a missing file is an empty history. */
MUST_CHECK int history_open_read(const char *state_dir, struct history **out, struct error *err);
void history_close(struct history *h);

/*
 * Take the one lock of the state directory (flock, so a dead holder holds nothing)
 * for run `id`. ERROR_BUSY names the holder: run, command, pid, since when.
 */
MUST_CHECK int history_lock(struct history *h, const char *id, const char *command,
			    struct error *err);

/*
 * Under the lock: every run that never finished gets a failing-safe end, an
 * `interrupted` check with verdict error and the verdict its checks give.
 */
MUST_CHECK int history_recover(struct history *h, struct error *err);

/* Appends each event durably; PROGRESS is not kept. Lives as long as `h`. */
struct event_sink *history_sink(struct history *h);

struct history_filter {
	const char *kind;           /* NULL: any */
	const char *component;      /* NULL: any */
	int64_t since_ns, until_ns; /* 0: open */
	size_t limit;               /* 0: all */
};

/* Runs, newest first, without steps and checks. Caller releases each and frees the array. */
MUST_CHECK int history_list(struct history *h, const struct history_filter *filter,
			    struct run **out, size_t *count, struct error *err);

/* One whole run by id, by a unique prefix, or "latest" (of any kind); ERROR_NOT_FOUND. */
MUST_CHECK int history_load(struct history *h, const char *id, struct run *out, struct error *err);

/* What an earlier run read from a backup file. */
struct earlier_file {
	char run[RUN_ID_SIZE], set[32];
	uint64_t size;
	struct facts facts; /* empty when they have expired */
};

/*
 * The newest earlier sets' readings of component's part `part` (a manifest part
 * id) of `database`, other than set `not_set`; at most `limit`, newest first.
 * The caller releases each one's facts and frees the array.
 */
MUST_CHECK int history_earlier_files(struct history *h, const char *component, const char *part,
				     const char *database, const char *not_set, size_t limit,
				     struct earlier_file **out, size_t *count, struct error *err);

/* The newest checks of a component by run kind, for `muster status`: the last finished run's. */
MUST_CHECK int history_last_run(struct history *h, const char *kind, const char *component,
				struct run *out, struct error *err);

/* Drop facts of runs that started before `before_ns`; verdicts and checks stay for ever. */
MUST_CHECK int history_expire_facts(struct history *h, int64_t before_ns, struct error *err);

#endif
