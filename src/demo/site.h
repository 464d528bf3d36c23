/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory of a running example platform. Whoever keeps the platform up
 * holds a lock on DIRECTORY/demo.lock, which ends with the process: so it is
 * always clear which directories are alive, and who keeps them.
 */
#ifndef DEMO_SITE_H
#define DEMO_SITE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"

struct site {
	char directory[64]; /* absolute; "" = none */
	int lock;
};

/*
 * Make and lock `directory` (absolute; NULL: a new muster-demo.XXXXXX in $TMPDIR or
 * /tmp); as root, one that other accounts may pass through. It must be empty or
 * not there. What this user's killed keepers left in these places is removed first.
 */
MUST_CHECK int site_open(struct site *s, const char *directory, struct error *err);

/* Remove it and release the lock. Safe on one that was never opened. */
MUST_CHECK int site_remove(struct site *s, struct error *err);

/* The process that keeps `directory`: 1 and `*owner`; 0: nobody does; -1: it is no such directory. */
MUST_CHECK int site_owner(const char *directory, pid_t *owner, struct error *err);

struct site_list {
	struct arena arena;
	const char **directory;
	size_t count;
};

/* Directories of this user's platforms in $TMPDIR or /tmp, kept by somebody or not. */
MUST_CHECK int site_find(struct site_list *out, struct error *err);
void site_list_release(struct site_list *l);

#endif
