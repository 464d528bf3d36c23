/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs inside a sandbox that several restores share: each is a work of its own, begun by
 * a visit (sandbox/visit_program.h) that bears its component's name. It starts its server, and
 * stays after its report, since a server ends with who started it. Beside them, services may
 * be deployed in there and asked (service/services.h).
 */
#ifndef PLAN_RESTORE_CREW_H
#define PLAN_RESTORE_CREW_H

#include "plan/restore_inside.h"

/* A component's place among the others. */
struct restore_seat {
	const char *component;
	struct restore_wish wish;
	unsigned number; /* among those of its engine, from 0 */
};

struct restore_crew {
	const struct restore_seat *seat;
	size_t count;
};

/* Serves visits. A sandbox_work; its cookie is a struct restore_crew. */
int restore_crew_work(const struct place *place, struct sandbox_pipes pipes, void *cookie);

#endif
