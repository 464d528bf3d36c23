/* SPDX-License-Identifier: Apache-2.0 */
/* Times as they stand in file names. */
#ifndef REPOSITORY_STAMP_H
#define REPOSITORY_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

struct stamp_reading {
	size_t length;  /* bytes it takes */
	int64_t local;  /* wall time as if it were UTC, seconds since 1970 */
	bool date_only; /* it names a day, `local` is its midnight */
	bool utc;       /* `local` is UTC (%s) */
};

/*
 * The times that the beginning of `text` can be read as, the longest first: with
 * `pattern` "" YYYYMMDD_HHMMSS or YYYYMMDD, else the one that its %Y %m %d %H %M
 * %S %s (and %%) give. Only dates that exist, from 1970 to 2261. Yields how many.
 */
size_t stamp_read(const char *pattern, struct span text, struct stamp_reading out[2]);

#endif
