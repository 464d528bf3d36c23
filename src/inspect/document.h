/* SPDX-License-Identifier: Apache-2.0 */
/* An inspection as JSON: what `muster inspect --json` prints of a file, and what a worker hands its parent. */
#ifndef INSPECT_DOCUMENT_H
#define INSPECT_DOCUMENT_H

#include <jansson.h>

#include "inspect/inspect.h"

/*
 * {"path", "format", "verdict", "size", "sha256", "compression", "members", "content_bytes",
 * "content_time", "duration", "findings": […], "findings_dropped", "facts": {…},
 * "contents"?: […], "largest"?: […], "error"?}.
 * A new reference; NULL when out of memory.
 */
json_t *inspection_to_json(const struct inspection *i);

/* The inverse, into zeroed `out` but for its path, which stays. */
MUST_CHECK int inspection_from_json(const json_t *json, struct inspection *out, struct error *err);

#endif
