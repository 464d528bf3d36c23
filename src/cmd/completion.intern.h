/* SPDX-License-Identifier: Apache-2.0 */
/* One writer per shell. */
#ifndef CMD_COMPLETION_INTERN_H
#define CMD_COMPLETION_INTERN_H

#include <stdio.h>

#include "cmd/command.h"

void completion_bash(FILE *out, const struct command *root);
void completion_zsh(FILE *out, const struct command *root);
void completion_fish(FILE *out, const struct command *root);

#endif
