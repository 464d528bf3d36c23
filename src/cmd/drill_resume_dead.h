/* SPDX-License-Identifier: Apache-2.0 */
/* A drill whose process is gone is taken up again. */
#ifndef CMD_DRILL_RESUME_DEAD_H
#define CMD_DRILL_RESUME_DEAD_H

#include "cmd/command.h"

/* Take up the drill `run`, which has no end and no process. -1, or the exit code. */
MUST_CHECK int drill_resume_dead(const struct invocation *inv, const char *run, struct error *err);

#endif
