/* SPDX-License-Identifier: Apache-2.0 */
/* Where a member stands in a JSON document: "result.items.0.id", names and numbers of items. */
#ifndef MODEL_MEMBER_PATH_H
#define MODEL_MEMBER_PATH_H

#include <stdbool.h>

#include "model/json.h"

/* Names that are not empty, with dots between them. */
bool member_path_is_sound(const char *path);

/* Borrowed; NULL: there is none. */
const json_t *member_path_find(const json_t *document, const char *path);

/*
 * The value as a text, appended: a string as it is, numbers, true and false as JSON has them,
 * anything else as JSON in one line. -1 when out of memory.
 */
MUST_CHECK int member_path_text(const json_t *value, struct buf *out);

#endif
