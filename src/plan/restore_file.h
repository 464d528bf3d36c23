/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The restore test of one file, with no platform: read it to the last byte, restore it into
 * a server inside a sandbox of this run, read back every row, compare, leave nothing.
 */
#ifndef PLAN_RESTORE_FILE_H
#define PLAN_RESTORE_FILE_H

#include "base/buf.h"
#include "inspect/inspect.h"
#include "model/check.h"

struct restore_request {
	const char *path;
	unsigned jobs;       /* of pg_restore; 0: one per processor */
	int64_t time_max_ns; /* for all of it; 0: no limit */
	const char *scratch; /* where sandbox and unpacked file lie; NULL: $TMPDIR or /tmp */
	/* What is being done, and bytes read of the file (0 of 0: unknown); NULL: nobody asks. */
	void (*progress)(void *cookie, const char *what, uint64_t done, uint64_t total);
	void *cookie;
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
};

/* How long what took; 0: it was not done. */
struct restore_times {
	int64_t seal_ns;    /* until the sandbox was tight */
	int64_t read_ns;    /* the file, unpacked and understood; the server starts meanwhile */
	int64_t server_ns;  /* from the sandbox's beginning until the server took a login */
	int64_t restore_ns; /* pg_restore */
	int64_t proof_ns;   /* reading back every row */
	int64_t total_ns;
};

struct restore_result {
	struct inspection inspection; /* its facts are what the backup holds */
	struct checks checks;
	struct facts restored;
	struct restore_times times;
	char server_version[64], program_version[64];
	struct buf complaints; /* of pg_restore, a line each */
};
void restore_result_release(struct restore_result *r);

/*
 * Bad backups are checks of `out`. -1: it could not be tried (no sandbox, no server, no
 * disk, a limit, a signal); nothing is left then either.
 */
MUST_CHECK int restore_file(const struct restore_request *request, struct restore_result *out,
			    struct error *err);

#endif
