/* SPDX-License-Identifier: Apache-2.0 */
/* The process that carries a drill, from its beginning, or from where another was killed. */
#ifndef CMD_DRILL_CARRY_H
#define CMD_DRILL_CARRY_H

#include "cmd/command.h"
#include "plan/drill/drill_run.h"

struct drill_wishes {
	const char *plan; /* name or file; NULL: "monthly" */
	enum drill_scenario scenario;
	const char *const *lost; /* COMPONENT_LOST: names of components */
	size_t lost_count;
	int64_t trusted_until_ns; /* CORRUPTED_PRIMARY */
	bool automatic, local;    /* local: from the repository, though there is an off-site copy */
	unsigned jobs;
	bool detached; /* in a process of its own, when it has begun */
};

/* Carries a new drill to its end, or begins it detached. An exit code; -1 with an error. */
MUST_CHECK int drill_carry(const struct invocation *inv, const struct drill_wishes *wishes,
			   struct error *err);

/* Goes on with the drill of that id, whose process is gone. As drill_carry(). */
MUST_CHECK int drill_carry_on(const struct invocation *inv, const char *id, bool detached,
			      struct error *err);

#endif
