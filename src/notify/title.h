/* SPDX-License-Identifier: Apache-2.0 */
/* The titles of notices: one sentence each, without a full stop. */
#ifndef NOTIFY_TITLE_H
#define NOTIFY_TITLE_H

#include "model/run.h"
#include "notify/changes.h"
#include "notify/notice.h"

/* In the arena; NULL: no memory. `kind` is a run's. */
char *title_of_change(struct arena *a, const char *kind, const struct change *c);
char *title_of_changes(struct arena *a, const char *kind, enum notice_event gravest, size_t bad,
		       size_t well);
char *title_of_run(struct arena *a, const struct run *run);

#endif
