/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON documents of this room share. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdint.h>

#include "model/run.h"

/* A whole muster.run/v1 document; NULL: no memory. */
json_t *report_run_to_json(const struct run *run);

/* A duration in seconds, to the millisecond. */
json_t *seconds_to_json(int64_t ns);

#endif
