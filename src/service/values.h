/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of a service or a trial: those of the sandbox, and what the configuration adds. */
#ifndef SERVICE_VALUES_H
#define SERVICE_VALUES_H

#include "base/arena.h"
#include "config/lists.h"
#include "model/variables.h"

/*
 * Into zeroed `out`: `env` ("NAME=value" each, NULL-terminated; NULL: none), then the list's,
 * each with the ones before it put in; secrets are fetched. ERROR_CONFIG names what is not known.
 */
MUST_CHECK int values_fill(const char *const *env, const struct variable_list *list,
			   struct variables *out, struct error *err);

/* The words with their variables, NULL-terminated, in `arena`; NULL with an error. */
const char *const *values_words(const struct variables *v, const struct string_list *words,
				struct arena *arena, struct error *err);

/* The variables as a program's environment; valid until one is added. */
const char *const *values_env(const struct variables *v);

#endif
