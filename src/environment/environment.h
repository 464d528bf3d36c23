/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Environments: sandboxes with servers in them that stay up after the command that made
 * them. A process of its own, in a session of its own, keeps each until it is told to end it
 * or its time is up; when that process is killed, the sandbox ends. Every command of the same
 * user finds them, by a record each in a directory of that user's below $TMPDIR or /tmp.
 */
#ifndef ENVIRONMENT_ENVIRONMENT_H
#define ENVIRONMENT_ENVIRONMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"
#include "model/run.h"
#include "sandbox/sandbox.h"

enum { ENVIRONMENT_NAME_SIZE = 41, ENVIRONMENT_COMPONENT_SIZE = 128 };

/* How long one stays up when nobody says: 8 hours. */
#define ENVIRONMENT_STAY_NS (INT64_C(8) * 3600 * INT64_C(1000000000))

struct environment {
	char name[ENVIRONMENT_NAME_SIZE]; /* letters, digits, "_", "-" and "."; the first no sign */
	bool engine[ENGINE_COUNT];        /* whose servers are in it */
	/* the restore test that it is left of; "": it was made for people */
	char run[RUN_ID_SIZE], component[ENVIRONMENT_COMPONENT_SIZE];
	int64_t began_ns, until_ns; /* wall clock */
	pid_t keeper;
	char directory[PATH_MAX]; /* of the host */
};

/*
 * Keep `s` up, which was opened to be visited; it is its keeper's then and closed here. Set
 * `e` but for keeper, directory and beginning first; without a name it gets one that is free,
 * after its component. Who is kept later has begun later. On failure `s` is as before.
 * ERROR_USAGE: a name that is none or not free. ERROR_REFUSED: the directory of records is
 * somebody else's.
 */
MUST_CHECK int environment_keep(struct sandbox *s, struct environment *e, struct error *err);

struct environments {
	struct environment *item; /* the oldest first */
	size_t count;
};
void environments_release(struct environments *l);

/* Into zeroed `out`, all that are up; records of those that were killed are removed. */
MUST_CHECK int environments_find(struct environments *out, struct error *err);

/*
 * The one called NAME (NULL: the only one). NULL with ERROR_NOT_FOUND, or with ERROR_USAGE
 * when there are several; the hint tells their names.
 */
const struct environment *environments_choose(const struct environments *l, const char *name,
					      struct error *err);

/* End it, and return when nothing is left of it. */
MUST_CHECK int environment_end(const struct environment *e, struct error *err);

/* A visitor's connection (sandbox/visit.h) into it; the caller closes it. -1 on failure. */
MUST_CHECK int environment_connect(const struct environment *e, struct error *err);

/* ERROR_USAGE unless NAME may be an environment's. */
MUST_CHECK int environment_check_name(const char *name, struct error *err);

#endif
