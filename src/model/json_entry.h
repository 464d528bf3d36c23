/* SPDX-License-Identifier: Apache-2.0 */
/* What people enter in a drill, as JSON. */
#ifndef MODEL_JSON_ENTRY_H
#define MODEL_JSON_ENTRY_H

#include <jansson.h>

#include "model/entry.h"

/*
 * {"number", "author", "at", "recorded", "late", "kind", "step", "role", "text", "reason",
 * "severity", "resolution", "action", "supersedes", "superseded_by"}; null where there is none.
 * `all` holds those that may replace it. A new reference; NULL: no memory.
 */
json_t *entry_to_json(const struct entry *e, const struct entries *all);

#endif
