/* SPDX-License-Identifier: Apache-2.0 */
/* The part of readiness that is about drills. */
#ifndef REPORT_READINESS_INTERN_H
#define REPORT_READINESS_INTERN_H

#include <jansson.h>

#include "model/readiness.h"
#include "report/paint.h"

/* Nothing where nobody thinks of drills. */
void readiness_drill_text(struct paint *p, const struct readiness_drill *d);
/* Adds last_drill, next_drill and actions. */
MUST_CHECK bool readiness_drill_put(json_t *o, const struct readiness_drill *d);

#endif
