/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts with variables in them: ${NAME} stands for NAME's value, $$ for a dollar sign; a
 * dollar before anything else is one. Nothing is expanded twice.
 */
#ifndef MODEL_VARIABLES_H
#define MODEL_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

enum { VARIABLES_NAME_MAX = 63 };

/* Letters, digits and _; no digit first. */
bool variables_is_name(const char *name);

/* What is wrong with how variables are written in `text`, and at which byte; NULL: nothing. */
const char *variables_mistake(const char *text, size_t *at);

/* The variables that are known, in the order of their coming; a later one of a name hides earlier ones. */
struct variables {
	char **item; /* "NAME=value" each, NULL-terminated once there are some */
	size_t count;
};
/* Wipes the values, which may be secrets, and frees. */
void variables_release(struct variables *v);

MUST_CHECK int variables_set(struct variables *v, const char *name, const char *value,
			     struct error *err);
/* From "NAME=value"; what is none is ERROR_CONFIG. */
MUST_CHECK int variables_put(struct variables *v, const char *assignment, struct error *err);
/* NULL: there is none. */
const char *variables_get(const struct variables *v, const char *name);

/* Append `text` with the values in their places. ERROR_CONFIG names a variable that is not known. */
MUST_CHECK int variables_expand(const struct variables *v, const char *text, struct buf *out,
				struct error *err);

#endif
