/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON documents of this room share. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdint.h>

/* A duration in seconds, to the millisecond. */
json_t *seconds_to_json(int64_t ns);

#endif
