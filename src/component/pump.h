/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program whose standard output becomes a part, and optionally hands the
 * same bytes to a second program whose output becomes another part.
 */
#ifndef COMPONENT_PUMP_H
#define COMPONENT_PUMP_H

#include "component/part.h"

struct pump {
	const struct backup_job *job;
	const char *subject; /* for progress */
	const char *const *argv, *const *set_env;
	/* Takes the output; a part's push, or what cuts it first. */
	int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err);
	void *cookie;
	/* The second program; NULL: none. It reads what the first wrote. */
	const char *const *filter_argv;
	struct part *filtered;

	/* Results, also on failure. What each said on standard error; released by the caller. */
	struct buf messages, filter_messages;
	uint64_t bytes; /* of the first program's output */
};

/*
 * 0 when both ended with code 0; else -1, ERROR_TARGET with the failing program's
 * words. Neither outlives the call.
 */
MUST_CHECK int pump_run(struct pump *p, struct error *err);
void pump_release(struct pump *p); /* frees the messages */

/* A `receive` for a struct part in `cookie`. */
int pump_to_part(void *cookie, const void *bytes, size_t len, struct error *err);

#endif
