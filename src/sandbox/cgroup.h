/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group of the kernel's for one sandbox, as limits on memory and processes: of cgroup v2
 * or of v1's hierarchies, whichever the mount table shows and this user may write. Where
 * there is none, limits of single processes have to do (cgroup_limit_self()).
 */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

enum { CGROUP_HIERARCHIES = 2 };

struct cgroup {
	char path[CGROUP_HIERARCHIES][PATH_MAX]; /* made directories; "": none */
	bool memory, processes;                  /* limited there */
};

/* Make one called NAME with the limits (0: none). What cannot be limited stays false. */
void cgroup_make(struct cgroup *g, const char *name, uint64_t memory_max, unsigned process_max);

/* One of that name that somebody left. */
void cgroup_find(struct cgroup *g, const char *name);

/* Put the calling process into it; its children follow. */
MUST_CHECK int cgroup_join(const struct cgroup *g, struct error *err);

/* What the group does not limit, by resource limits of each process. */
MUST_CHECK int cgroup_limit_self(const struct cgroup *g, uint64_t memory_max, unsigned process_max,
				 struct error *err);

/* Once it is empty. */
void cgroup_remove(struct cgroup *g);

#endif
