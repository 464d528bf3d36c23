/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL's programs, which Debian keeps per major version outside of PATH. */
#ifndef COMPONENT_POSTGRES_PROGRAMS_H
#define COMPONENT_POSTGRES_PROGRAMS_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

/*
 * Append the directory that holds `program`: `pg_config --bindir`, then
 * /usr/lib/postgresql/MAJOR/bin (newest first), then PATH. With `major` not 0, that
 * major version's, else the oldest that is newer.
 */
MUST_CHECK int postgres_program_directory(const char *program, unsigned major, struct buf *out,
					  struct error *err);

#endif
