/* SPDX-License-Identifier: Apache-2.0 */
/* One of the things that a run restores: its files, its line into a sandbox, what was heard of it. */
#ifndef PLAN_RESTORE_TARGET_H
#define PLAN_RESTORE_TARGET_H

#include <pthread.h>

#include "plan/judge_file.h"
#include "plan/restore_inside.h"
#include "plan/restore_talk.h"
#include "sandbox/visit_program.h"

struct restore_test;

/* A file of a target: where it lies, what is in it, where its content is seen from inside. */
struct restore_file {
	const char *path;                    /* absolute, or as it was given */
	const struct inspect_source *source; /* the object that it is; NULL: none */
	struct judged_file judged;
	size_t request;  /* its number at the desk */
	char inside[64]; /* path of its unpacked content in the sandbox; "" = not unpacked */
};

/*
 * What the sandbox says of a target. One thread at a time hears, whoever needs it, and has
 * `said` to itself; the rest is under the lock.
 */
struct restore_hearing {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool busy;       /* one hears */
	struct buf said; /* not parsed yet */
	size_t searched; /* of it, for a line's end */
	int phase;       /* that was told of last, an enum restore_phase; -1: none */
	bool reported;
	bool *told;          /* of the report's checks: it was recorded */
	struct error silent; /* why no report will come */
};

/* What is restored by one server: a component's files of one set, or a single file. */
struct restore_target {
	const struct component_config *component;
	struct backup_set *set;  /* NULL: none, or of no platform */
	const char *passed_over; /* which newer sets were not trusted, and why; NULL: none */
	struct restore_file *file;
	size_t file_count;
	enum engine_kind engine;
	struct restore_config config; /* the component's, with this run's wishes */
	struct restore_wish wish;
	const char *seal;        /* id of the step that seals its sandbox */
	struct sandbox own;      /* of a restore test */
	struct sandbox *sandbox; /* its own, or a fleet's */
	struct visit_line
		line;     /* to what restores it in there; its own sandbox has no connection */
	int64_t began_ns; /* monotonic: the sealing's begin */
	bool sealed;
	bool restorable; /* our own readers accepted every file */
	bool restored;   /* the sandbox was told to, and its news are being heard */
	struct restore_hearing hearing;
	struct restore_report report; /* once it is heard */
	pthread_mutex_t proving;      /* a comparison sets some of the report's facts aside */
	enum error_kind cause;        /* of its first step that could not do its work */
};

/* Send the order. */
MUST_CHECK int restore_give_order(struct plan_run *run, struct restore_target *t,
				  const struct restore_test *test, struct error *err);
/*
 * Hear until it tells of a phase that is not before `until`, or has reported
 * (RESTORE_PHASE_COUNT). -1: it will never report, or the run must end. Several threads may
 * hear the same target at once.
 */
MUST_CHECK int restore_hear(struct plan_run *run, struct restore_target *t,
			    enum restore_phase until, struct error *err);
/* Its sandbox ends: nobody waits for what it says any more, and restore_hear() yields -1. */
void restore_hear_no_more(struct restore_target *t);
bool restore_has_reported(struct restore_target *t);

/*
 * Record those of the report's checks that `wants` wants (NULL: all) and that were not yet
 * recorded. It must have reported.
 */
typedef bool restore_wants(const void *cookie, const struct check *check);
MUST_CHECK int restore_record_checks(struct plan_run *run, struct restore_target *t,
				     restore_wants *wants, const void *cookie, struct error *err);
/* -1 with what kept the restore from its end, as the report has it. */
MUST_CHECK int restore_judge_report(const struct restore_target *t, struct error *err);

/* What the restored facts are held against. */
enum restore_side { RESTORE_AGAINST_BACKUP, RESTORE_AGAINST_SOURCE };
MUST_CHECK int restore_compare(struct plan_run *run, struct restore_target *t,
			       enum restore_side side, struct error *err);
/* Versions, settings, complaints, and how long each phase took. */
MUST_CHECK int restore_note(struct plan_run *run, const struct restore_target *t,
			    struct error *err);

#endif
