/* SPDX-License-Identifier: Apache-2.0 */
/* The half of a restore test that runs inside the sandbox. */
#ifndef PLAN_RESTORE_INSIDE_H
#define PLAN_RESTORE_INSIDE_H

#include "config/config.h"
#include "sandbox/sandbox.h"

/* What it knows from its birth; the rest comes with the order (plan/restore_talk.h). */
struct restore_wish {
	enum engine_kind
		engine; /* that the order will most likely be about: its server starts at once; ENGINE_COUNT: none does */
	bool keep; /* serve visits after the report, until the owner wants no more */
	const struct restore_config *config;
};

/* Starts the server, waits for the order, restores, proves, reports, may stay. A sandbox_work; its cookie is a struct restore_wish. */
int restore_inside(const struct place *place, struct sandbox_pipes pipes, void *cookie);

/*
 * The same beside others in one sandbox: after the report it stays for its server's sake, and
 * returns only when there was no order, or no server. The exit code.
 */
int restore_inside_shared(const struct place *place, struct sandbox_pipes pipes,
			  const struct restore_wish *wish);

#endif
