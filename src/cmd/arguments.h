/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a command line, sorted into command, options and arguments. */
#ifndef CMD_ARGUMENTS_H
#define CMD_ARGUMENTS_H

#include "cmd/command.h"

/*
 * Fill in `inv` (whose root is set): command (the root itself when none is named),
 * group, global options, options, arguments. Options may stand anywhere, those of
 * a command after its name; `--` ends them. Also after -1 the globals read so far
 * are set and arguments_release() must be called.
 */
MUST_CHECK int arguments_parse(struct invocation *inv, int argc, char **argv, struct error *err);
void arguments_release(struct invocation *inv);

#endif
