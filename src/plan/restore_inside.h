/* SPDX-License-Identifier: Apache-2.0 */
/* The half of a restore test that runs inside the sandbox, and the documents between the halves. */
#ifndef PLAN_RESTORE_INSIDE_H
#define PLAN_RESTORE_INSIDE_H

#include "component/postgres/restore.h"
#include "sandbox/sandbox.h"

/* The unpacked backup among the files that the owner gives. */
#define RESTORE_FILE_NAME "backup"

/* What a sandbox may say at most: the facts of a few million tables. */
enum { RESTORE_REPORT_MAX = 256 << 20 };

struct restore_report {
	struct postgres_restored restored;
	int64_t server_ns;
	struct error error; /* why there is no more than that */
};
void restore_report_release(struct restore_report *r);

/* Starts the server; then waits for the order, restores, reports. A sandbox_work without cookie. */
int restore_inside(const struct place *place, struct sandbox_pipes pipes, void *cookie);

/* The owner's side of the pipes: tell it to begin; read what it said (hostile bytes). */
MUST_CHECK int restore_order(int in, unsigned jobs, const struct facts *backup, struct error *err);
MUST_CHECK int restore_report_parse(struct span text, struct restore_report *out,
				    struct error *err);

#endif
