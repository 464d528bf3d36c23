/* SPDX-License-Identifier: Apache-2.0 */
/* muster inspect --coverage: what is checked of each format and compression, and what no check sees. */
#ifndef CMD_INSPECT_COVERAGE_H
#define CMD_INSPECT_COVERAGE_H

#include "base/cleanup.h"
#include "cmd/command.h"

/* Of those that inv's arguments name; of all when it has none. An exit code, or -1. */
MUST_CHECK int inspect_coverage(const struct invocation *inv, struct error *err);

#endif
