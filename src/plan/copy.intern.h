/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that copy only. */
#ifndef PLAN_COPY_INTERN_H
#define PLAN_COPY_INTERN_H

#include "plan/copy.h"
#include "repository/offsite.h"

/*
 * Before the files are copied, by who holds the locks of their components: remove what
 * uploads that were killed have left in the bucket. A server that does not let us is no
 * reason not to copy.
 */
MUST_CHECK int copy_sweep(struct plan_run *run, const struct offsite *offsite,
			  const struct copy_files *files, struct error *err);

/* Not an answer of the server, which says something of one file only. */
static inline bool copy_ends_run(const struct error *why)
{
	return why->kind == ERROR_INTERRUPTED || why->kind == ERROR_TIMEOUT ||
	       why->kind == ERROR_NOMEM;
}

#endif
