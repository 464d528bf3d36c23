/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: one append-only table of events, and its queries. SQLite in the
 * state directory; numbered migrations bring an older file up to date when it is
 * opened. One run at a time for each component (history_lock), any number of readers.
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
/*
 * A history in memory, gone with the process: for a run that has no state directory. Nobody
 * else can see it, so that it needs no lock: history_lock() takes none.
 */
MUST_CHECK int history_open_memory(struct history **out, struct error *err);
void history_close(struct history *h);

static inline void cleanup_history(struct history **h)
{
	history_close(*h);
}

/* What a run wants to itself while it uses servers or files. */
struct history_claim {
	const char *run, *command;    /* its id; its kind, for those who wait */
	const char *const *component; /* names, of letters, digits, - and _ */
	size_t component_count; /* 0: the configuration has none; such runs exclude each other */
	bool whole_kind; /* the kind instead, whatever its runs are about: one of them at a time */
};
/*
 * Take the lock of each component, or of the kind (of an open file description, so a dead holder
 * holds nothing), all or none, without waiting for runs; held until close. ERROR_BUSY names the
 * holder: command, run, components, pid, since when. What the run then records as its start
 * tells which components it was about.
 */
MUST_CHECK int history_lock(struct history *h, const struct history_claim *claim,
			    struct error *err);
/* Give them back before close; safe when none is held. */
void history_unlock(struct history *h);

/*
 * Keeps the second of that time, by which a backup set is named, to this history until close.
 * `*ours` is false when another has it.
 */
MUST_CHECK int history_reserve_second(struct history *h, int64_t wall_ns, bool *ours,
				      struct error *err);

/* A run under way. No name, no pid: somebody who has not written who it is yet. */
struct history_holder {
	char run[RUN_ID_SIZE], command[64];
	long pid;
	int64_t since_ns;
	char **component; /* owned; sorted */
	size_t component_count;
	bool whole_kind; /* it keeps other runs of its kind, which `command` is, out */
};
struct history_holders {
	struct history_holder *item;
	size_t count;
};
/* All who hold locks; asks without taking any. */
MUST_CHECK int history_holders(struct history *h, struct history_holders *out, struct error *err);
void history_holders_release(struct history_holders *holders);

/*
 * Every run that never finished, and whose process holds no lock any more, gets a failing-safe
 * end: an `interrupted` check with verdict error and the verdict its checks give. Runs of the
 * living are left alone, and so are drills, which may be resumed, for a day after their last
 * event or entry (history/unfinished.h).
 */
MUST_CHECK int history_recover(struct history *h, struct error *err);

/*
 * Appends each event durably, before it returns; checks that pass or are skipped
 * become durable with the next event of another kind, since losing them to a crash
 * makes nothing greener. PROGRESS is not kept. Lives as long as `h`.
 */
struct event_sink *history_sink(struct history *h);

/*
 * A transaction, for what is to be recorded together, events too: no other writer comes between.
 * The end commits it when `rc` is 0, else nothing of it stays; -1 when `rc` is, or it fails.
 */
MUST_CHECK int history_begin(struct history *h, struct error *err);
MUST_CHECK int history_end(struct history *h, int rc, struct error *err);

/* A number that differs from an earlier one when somebody else has written since. Cheap. */
MUST_CHECK int history_version(struct history *h, int64_t *out, struct error *err);

struct history_filter {
	const char *kind;           /* NULL: any */
	const char *component;      /* NULL: any */
	int64_t since_ns, until_ns; /* 0: open */
	size_t limit;               /* 0: all */
	bool has_come; /* without those that began in the future, while a clock was ahead */
};

/*
 * In both: a run that has no end and holds no lock was cut short; it is
 * shown as history_recover() would end it. A run under way has finished_ns 0 and
 * the verdict of its checks so far; so has a drill that may be resumed, which is `unattended`.
 */
/* Runs, newest first, without steps, checks, facts and notes; given back by history_free_runs(). */
MUST_CHECK int history_list(struct history *h, const struct history_filter *filter,
			    struct run **out, size_t *count, struct error *err);
void history_free_runs(struct run *runs, size_t count);

/* One whole run by id, by a unique prefix, or "latest" (of any kind); ERROR_NOT_FOUND. */
MUST_CHECK int history_load(struct history *h, const char *id, struct run *out, struct error *err);
/* The same without facts, which may be many. */
MUST_CHECK int history_load_brief(struct history *h, const char *id, struct run *out,
				  struct error *err);

/* What an earlier run read from a backup file: of the side backup, never source or restored. */
struct earlier_file {
	char run[RUN_ID_SIZE], set[32];
	uint64_t size;
	struct facts facts; /* empty when they have expired */
};

/*
 * The newest reading of each earlier set of component's part `part` (a manifest
 * part id) of `database`; at most `limit`, newest set first. Earlier sets are those
 * whose id sorts before `before_set` ("": all). The caller releases each one's
 * facts and frees the array.
 */
MUST_CHECK int history_earlier_files(struct history *h, const char *component, const char *part,
				     const char *database, const char *before_set, size_t limit,
				     struct earlier_file **out, size_t *count, struct error *err);

/* The newest finished run of a kind that has a word on the component, without facts; ERROR_NOT_FOUND. */
MUST_CHECK int history_last_run(struct history *h, const char *kind, const char *component,
				struct run *out, struct error *err);

/* The newest restore test that a component of a backup set passed, perhaps with warnings. */
struct proof {
	char *component; /* owned */
	char run[RUN_ID_SIZE], set[32];
	int64_t proven_ns;  /* its end, wall clock */
	int64_t restore_ns; /* how long its steps "restore …" of the component took; 0: not told */
	enum verdict verdict; /* pass or warn: the worst of the component's checks */
};

struct proofs {
	struct proof *item; /* one per set and component, the set of the greatest id first */
	size_t count;
};
void proofs_release(struct proofs *p);
/* NULL: there is none. */
const struct proof *proofs_find(const struct proofs *p, const char *set, const char *component);

/*
 * What the finished restore tests and drills prove of `component` (NULL: of each): that a
 * check `proven` of it passed or warned, and that nothing of it, nor of the run as a whole,
 * failed or could not be told. The set is the one that was read of the component: those of one
 * run may be of several.
 */
MUST_CHECK int history_proofs(struct history *h, const char *component, struct proofs *out,
			      struct error *err);

/* Drop facts that were read before `before_ns`; sizes, verdicts and checks stay for ever. */
MUST_CHECK int history_expire_facts(struct history *h, int64_t before_ns, struct error *err);

#endif
