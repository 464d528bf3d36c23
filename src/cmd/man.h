/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages in mdoc(7), written from the tables that drive the program. */
#ifndef CMD_MAN_H
#define CMD_MAN_H

#include "cmd/command.h"

/* Write man1/muster.1, man1/muster-COMMAND.1 … and man5/muster.yaml.5 below `directory`. */
MUST_CHECK int man_write_pages(const struct command *root, const char *directory,
			       struct error *err);

#endif
