/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of key rows, and what they are written with. */
#ifndef CONFIG_KEYS_INTERN_H
#define CONFIG_KEYS_INTERN_H

#include "config/keys.h"

struct key_table {
	const struct key_row *row;
	size_t count;
};
#define KEY_TABLE(rows)                                                                            \
	{                                                                                          \
		rows, sizeof(rows) / sizeof((rows)[0])                                             \
	}

extern const struct key_table keys_platform, keys_component, keys_deploy, keys_run, keys_offsite,
	keys_schedule, keys_drill, keys_notify;

#define TOP(field) offsetof(struct config, field)

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

#endif
