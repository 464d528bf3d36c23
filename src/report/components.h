/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which reports tell of a run's checks. */
#ifndef REPORT_COMPONENTS_H
#define REPORT_COMPONENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/check.h"

/*
 * The components that checks are about, in the order of their first check; what concerns the
 * whole platform ("") last. `*at` starts as 0; false: there is no other.
 */
bool component_next(const struct checks *checks, size_t *at, const char **out);

/*
 * The checks that did not hold, the gravest first, in the order told: `*at` starts as 0.
 * NULL: there is no other.
 */
const struct check *trouble_next(const struct checks *checks, size_t *at);

#endif
