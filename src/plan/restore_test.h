/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The weekly restore test: backups restored into servers inside sandboxes of this run, what
 * came back compared with what was backed up, measured, judged, torn down. Of components of
 * a platform, or straight of files.
 */
#ifndef PLAN_RESTORE_TEST_H
#define PLAN_RESTORE_TEST_H

#include "inspect/inspect.h"
#include "plan/run_request.h"

/* Which of a component's backup sets. */
enum restore_pick { RESTORE_PICK_LATEST, RESTORE_PICK_RANDOM, RESTORE_PICK_OLDEST };
/* Which of them may be picked, as far as earlier runs know them (history/standing.h). */
enum restore_trust {
	RESTORE_TRUST_ALL,    /* any: it is they that are tested */
	RESTORE_TRUST_UNLESS, /* those that nothing is known against; when there is none, any */
	RESTORE_TRUST_PROVEN, /* those that were found sound or proven; when there is none, the former */
};

/* What a component's objective is when nobody set one: an hour. */
#define RESTORE_RTO_NS (INT64_C(3600) * INT64_C(1000000000))

struct restore_test_request {
	struct run_request run; /* without names: all components that have backups */
	bool of_files;          /* run.config is of restore_files_config() */
	/* of files: the object that each of them is (NULL: none); NULL: all lie here */
	const struct inspect_source *const *source;
	const char *set; /* catalogue_find(); NULL: `pick` tells */
	enum restore_pick pick;
	enum restore_trust trust;
	size_t withheld;      /* so many of the newest sets that are trusted may not be used */
	int64_t not_after_ns; /* nor newer ones than this, wall clock; 0: any may */
	/*
	 * Only tell what would be restored, whether this machine can, and how long it took
	 * before: a run of kind "restore-plan", which proves nothing.
	 */
	bool dry_run;
	struct history *past; /* of a dry run: where earlier restore tests stand; NULL: none */
	bool from_sql; /* postgresql: from the plain SQL where the set has it, not from the archive */
	bool realistic;      /* with production's settings, for all components */
	bool standby;        /* postgresql: a standby streams from what was restored */
	unsigned jobs;       /* sessions of each restore; 0: one per processor */
	int64_t time_max_ns; /* for all of it; 0: the configuration's */
	int64_t keep_ns;     /* leave sandboxes up so long, to be visited; 0: not */
	const char *scratch; /* where sandboxes and unpacked files lie; NULL: $TMPDIR or /tmp */
};

struct restore_test_outcome {
	struct run_outcome run;
	enum error_kind
		cause; /* of the first step that could not do its work; ERROR_NONE: all could */
};

/*
 * Bad backups, and environments that cannot restore them, are checks. -1 only when the run
 * could not be made or recorded. Nothing is left either way but
 * sandboxes that are to be kept; of a run that was interrupted none is.
 */
MUST_CHECK int restore_test_run(const struct restore_test_request *request,
				struct restore_test_outcome *out, struct error *err);

/*
 * Into zeroed `out`, a configuration of no platform: a component per file, named after it,
 * with built-in values. Its engine is guessed by the name; the content decides later.
 */
MUST_CHECK int restore_files_config(const char *const *path, size_t count, struct config *out,
				    struct error *err);

#endif
