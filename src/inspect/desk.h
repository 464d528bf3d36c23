/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspections for a process of several threads. A worker is a fork that goes on to allocate and
 * to lock, and what another thread had locked at its fork stays locked in it for ever; so a
 * process of one thread, made in time, forks the workers of all.
 */
#ifndef INSPECT_DESK_H
#define INSPECT_DESK_H

#include <sys/types.h>

#include "inspect/inspect.h"

struct inspect_desk {
	const struct inspect_request *request;
	uint64_t memory_max;
	int line; /* orders go in; -1: it is not open */
	pid_t pid;
};
#define INSPECT_DESK_INIT                                                                          \
	{                                                                                          \
		.line = -1                                                                         \
	}

/*
 * To be opened while no other thread is at work. Keeps `request`; of `options` the limits and
 * the deadline hold for every inspection.
 */
MUST_CHECK int inspect_desk_open(struct inspect_desk *d, const struct inspect_request *request,
				 const struct inspect_options *options, struct error *err);

/*
 * inspect_files() of request[index], whose content goes into the open file `unpacked` (0: nowhere).
 * From any thread, also from several at a time; of `options` those that ask and tell are called in it.
 */
MUST_CHECK int inspect_desk_read(const struct inspect_desk *d, size_t index, int unpacked,
				 const struct inspect_options *options, struct inspection *out,
				 struct error *err);

void inspect_desk_close(struct inspect_desk *d);

#endif
