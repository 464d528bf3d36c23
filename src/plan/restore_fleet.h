/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several components restored into one sandbox, whose servers then stay up beside each other
 * in one network, for programs that are run in there (sandbox/visit_program.h). What a restore
 * test does in a plan of its own are single calls here, for the steps of another plan. Each
 * yields checks and notes of the component whose target it gets.
 *
 * In this order: choose and seal, while no other thread is at work; then of each target fetch,
 * begin, hear, and what follows from the report, different targets in different threads;
 * at last remove.
 */
#ifndef PLAN_RESTORE_FLEET_H
#define PLAN_RESTORE_FLEET_H

#include "plan/restore_crew.h"
#include "plan/restore_test.intern.h"

struct restore_fleet {
	struct restore_test test;  /* its targets: test.target[0 … test.target_count - 1] */
	struct restore_seat *seat; /* one per target */
	struct restore_crew crew;
	struct sandbox sandbox; /* lifeline is -1 unless it stands */
	int64_t began_ns;       /* monotonic: the sealing's begin */
	uint64_t disk_max;      /* bytes in there; 0: no limit */
};

/*
 * The targets: the components that `request` names, or all that can be restored. Of the
 * request, which is kept, run.config, component, offsite and stop_requested count, and set, pick,
 * from_sql, realistic, standby, jobs and scratch. restore_fleet_release() is due also on failure.
 */
MUST_CHECK int restore_fleet_init(struct restore_fleet *f,
				  const struct restore_test_request *request, struct error *err);
/* Ends the sandbox, if it still stands. */
void restore_fleet_release(struct restore_fleet *f);

/* The target of the component of that name; NULL: there is none. */
struct restore_target *restore_fleet_target(struct restore_fleet *f, const char *component);

/* Choose each target's set and files: checks `exists`, `manifest`. One without files has no backup. */
MUST_CHECK int restore_fleet_choose(struct plan_run *run, struct restore_fleet *f,
				    struct error *err);

struct restore_fleet_options {
	/*
	 * For the programs that are to run in there, beside what the components' own limits come
	 * to; of time: all that the sandbox may take, 0: as long as the run may.
	 */
	struct sandbox_limits extra;
	const char *const
		*readable; /* absolute paths that may be read in there; NULL-terminated, or NULL */
};

/*
 * Seal the sandbox, in which each target that has files waits for its order, and starts its
 * server then: check `sandbox`. Memory and processes are limited to the sum of what each may take,
 * disk, too, unless one has no limit: then a tenth of what is free is left.
 */
MUST_CHECK int restore_fleet_seal(struct plan_run *run, struct restore_fleet *f,
				  const struct restore_fleet_options *options, struct error *err);

/* Read the target's files to their last byte: checks of files. A bad backup is a check; then it is not restorable. */
MUST_CHECK int restore_fleet_fetch(struct plan_run *run, struct restore_fleet *f,
				   struct restore_target *t, struct error *err);

/*
 * Is there room (check `preflight`), counting what others were promised? Then the order goes in;
 * waits for no more than that. Of a backup that is missing or not sound, nothing is restored:
 * check `restored`, skipped.
 */
MUST_CHECK int restore_fleet_begin(struct plan_run *run, struct restore_fleet *f,
				   struct restore_target *t, struct error *err);

/*
 * Hear until it reaches a phase that is not before `until`, or has reported, with
 * RESTORE_PHASE_COUNT. Records none of the report's checks, unless something kept the restore
 * from its end: then all, and -1. Nothing to hear of what was not begun: 0. From any thread,
 * several at once.
 */
MUST_CHECK int restore_fleet_hear(struct plan_run *run, struct restore_target *t,
				  enum restore_phase until, struct error *err);

/*
 * Record those of the report's checks that `wants` wants (NULL: all) and that were not yet
 * recorded; each is, once. Of what has not reported there are none: then 0.
 */
MUST_CHECK int restore_fleet_record(struct plan_run *run, struct restore_target *t,
				    restore_wants *wants, const void *cookie, struct error *err);

/*
 * Hold what came back against the backup or against its source: checks `proven`, facts for the
 * history; skipped, when it was not restored. It must have reported.
 */
MUST_CHECK int restore_fleet_compare(struct plan_run *run, struct restore_target *t,
				     enum restore_side side, struct error *err);

/* Notes of versions, settings, complaints and times, once it has reported. */
MUST_CHECK int restore_fleet_note(struct plan_run *run, struct restore_target *t,
				  struct error *err);

/*
 * How programs in there find the servers that have reported, "NAME=value" (environment/guide.c),
 * NULL-terminated, in `arena`, borrowed of the reports: of several of an engine the first's. Each target's own are its
 * report.variable. NULL: no memory.
 */
const char *const *restore_fleet_environment(struct restore_fleet *f, struct arena *arena,
					     struct error *err);

/* End the sandbox: check `removed`, nothing of it may be left. */
MUST_CHECK int restore_fleet_remove(struct plan_run *run, struct restore_fleet *f,
				    struct error *err);

#endif
