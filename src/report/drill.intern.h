/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about reports of drills share. */
#ifndef REPORT_DRILL_INTERN_H
#define REPORT_DRILL_INTERN_H

#include <jansson.h>

#include "report/drill.h"
#include "report/paint.h"

/* In the drill's zone; null for 0. */
json_t *drill_time_to_json(const struct drill_record *r, int64_t wall_ns);
/* All members of the metrics. False: no memory. */
bool drill_put_metrics(json_t *o, const struct report_drill *d);

#endif
