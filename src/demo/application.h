/* SPDX-License-Identifier: Apache-2.0 */
/* The example's application (examples/orchestrator) in the example platform's muster.yaml. */
#ifndef DEMO_APPLICATION_H
#define DEMO_APPLICATION_H

#include <limits.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/cleanup.h"

/*
 * The directory of its programs, where they were built: beside this program in its build
 * directory. False: they are not there, as when muster is installed, which they are not.
 */
bool application_find(char out[PATH_MAX]);

/* Append its components, to stand below `components`; what a drill tries, below `drill`. -1: no memory. */
MUST_CHECK int application_put_components(const char *directory, struct buf *out);
MUST_CHECK int application_put_drill(struct buf *out);

#endif
