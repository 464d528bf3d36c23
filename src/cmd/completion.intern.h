/* SPDX-License-Identifier: Apache-2.0 */
/* One writer per shell. */
#ifndef CMD_COMPLETION_INTERN_H
#define CMD_COMPLETION_INTERN_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/command.h"

/* Is its argument a step of a drill, or an option's value? `muster completion --steps` has them. */
bool completion_takes_step(const struct command *command);
bool completion_is_step(const struct option_row *row);

void completion_bash(FILE *out, const struct command *root);
void completion_zsh(FILE *out, const struct command *root);
void completion_fish(FILE *out, const struct command *root);

#endif
