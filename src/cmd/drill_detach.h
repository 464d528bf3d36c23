/* SPDX-License-Identifier: Apache-2.0 */
/* A drill goes on in a process of its own, of which its terminal learns only whether it has begun. */
#ifndef CMD_DRILL_DETACH_H
#define CMD_DRILL_DETACH_H

#include "cmd/command.h"

/*
 * 1: this is the process that is to carry the drill, and tells of its beginning by `*told`.
 * 0: the caller's, for which all is done when the drill has begun or has not: the exit code is
 * `*code`, and what kept it from beginning was said by the other. -1: error.
 */
MUST_CHECK int drill_detach(const struct invocation *inv, int *told, int *code, struct error *err);

/* Drill `id` has begun: tell it, close `told`, and leave the terminal. */
void drill_detach_begun(int told, const char *id);

#endif
