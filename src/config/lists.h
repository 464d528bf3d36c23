/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that keys hold, in the configuration's arena. */
#ifndef CONFIG_LISTS_H
#define CONFIG_LISTS_H

#include <stddef.h>

#include "config/secret.h"

struct string_list {
	const char *
		*item; /* NULL-terminated when it is of the configuration's; NULL: it is empty */
	size_t count;
};

struct text_pair {
	const char *name, *text;
};

/* A map of texts, in the order of the file. */
struct text_map {
	struct text_pair *item;
	size_t count;
};

/* A variable for programs and requests: a text, which may hold ${NAME}, or a secret. */
struct variable_config {
	const char *name;
	const char *text; /* NULL: it is the secret */
	struct secret secret;
};

struct variable_list {
	struct variable_config *item;
	size_t count;
};

#endif
