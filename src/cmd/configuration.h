/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as commands use it: read, complaints shown, ready. */
#ifndef CMD_CONFIGURATION_H
#define CMD_CONFIGURATION_H

#include "cmd/command.h"
#include "config/config.h"

/*
 * Read the configuration that the command line names into zeroed `out`; what is
 * wrong with it goes to standard error like a compiler's. -1 with ERROR_CONFIG
 * when that was an error.
 */
MUST_CHECK int configuration_load(const struct invocation *inv, struct config *out,
				  struct error *err);

/* As configuration_load(), of the file `path` (NULL: as above), leaving the complaints to the caller. */
MUST_CHECK int configuration_read(const struct invocation *inv, const char *path,
				  struct config *out, struct config_complaints *complaints,
				  struct error *err);

/*
 * "file:line:column: error: message", the source line, a marker under the
 * place; then "1 error, 2 warnings" when there was anything.
 */
void configuration_complain(const struct terminal *t, const struct config_complaints *complaints);

#endif
