/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's units of a plan as files of one directory: all of them are written, or none. */
#ifndef CMD_SCHEDULE_UNITS_H
#define CMD_SCHEDULE_UNITS_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "schedule/export.h"

struct schedule_unit {
	char *name; /* "muster-weekly-restore-test.timer" */
	struct buf text;
};

struct schedule_units {
	struct schedule_unit *item;
	size_t count;
};
void schedule_units_release(struct schedule_units *u);

/* A service and a timer for each schedule, and those of the outbox where there is one. */
MUST_CHECK int schedule_units_make(const struct export_plan *plan, struct schedule_units *out,
				   struct error *err);

/* Into `directory`, over what has the same name there; on failure that is as before. */
MUST_CHECK int schedule_units_write(const struct schedule_units *u, const char *directory,
				    struct error *err);

#endif
