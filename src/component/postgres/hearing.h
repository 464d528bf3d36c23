/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program and the sessions that it forks say on one standard error, told apart by who
 * said it: each writes a message in several pieces, and those of others come between.
 */
#ifndef COMPONENT_POSTGRES_HEARING_H
#define COMPONENT_POSTGRES_HEARING_H

#include <sys/types.h>

#include "component/postgres/messages.h"

struct speaker {
	pid_t pid;
	struct messages said;
};

struct hearing {
	int in;                /* our end */
	int out;               /* the program's standard error; close it once it was started */
	struct messages model; /* what the owner sets of each speaker's */
	struct speaker *speaker;
	size_t count;
};
#define HEARING_INIT                                                                               \
	{                                                                                          \
		.in = -1, .out = -1                                                                \
	}

MUST_CHECK int hearing_open(struct hearing *h, struct error *err);
/* All that is there, after waiting `timeout_ms` for the first of it. */
MUST_CHECK int hearing_listen(struct hearing *h, int timeout_ms, struct error *err);
/* No more will come: the last lines count too. */
MUST_CHECK int hearing_end(struct hearing *h, struct error *err);
void hearing_close(struct hearing *h);

/* Of all speakers together. */
struct heard {
	uint64_t complaints, harmless, items;
	uint64_t summed_up; /* errors that pg_restore says at its end it went past */
	bool has_sum;
	const char *first, *lacking; /* as in struct messages; "" = none */
	const char *present;         /* of the session that began last */
};
struct heard hearing_sum(const struct hearing *h);

#endif
