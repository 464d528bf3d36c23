/* SPDX-License-Identifier: Apache-2.0 */
/* Names of time zones, as the system's database (/usr/share/zoneinfo) has them. */
#ifndef CONFIG_ZONE_H
#define CONFIG_ZONE_H

#include <stdbool.h>

/* "UTC" is known even without the database. */
bool zone_exists(const char *name);

enum { ZONE_NAME_SIZE = 64 };

/* The known zone nearest to a mistyped one, in `out`; NULL. */
const char *zone_nearest(const char *name, char out[ZONE_NAME_SIZE]);

#endif
