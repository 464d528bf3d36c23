/* SPDX-License-Identifier: Apache-2.0 */
/* The process that keeps an environment up. */
#ifndef ENVIRONMENT_KEEPER_H
#define ENVIRONMENT_KEEPER_H

#include <stdnoreturn.h>

#include "environment/registry.h"

/* The first word on a connection: it is a visitor's, or the environment shall end. */
enum { KEEPER_VISIT = 'v', KEEPER_END = 'e' };

struct keeper {
	struct sandbox sandbox;
	char name[ENVIRONMENT_NAME_SIZE];
	int64_t deadline_ns; /* monotonic clock */
	int record;          /* locked */
	int listener;
};

/* The child's whole life after the fork, also of a process with threads. */
noreturn void keeper_main(struct keeper *k);

/* As environments_find(), with the registry open. */
MUST_CHECK int environments_read(const struct registry *r, struct environments *out,
				 struct error *err);

#endif
