/* SPDX-License-Identifier: Apache-2.0 */
/* The names that backup files bear: "backup_{database}_{time}.dump.gz". */
#ifndef REPOSITORY_PATTERN_H
#define REPOSITORY_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "format/manifest.h"

struct name_pattern {
	enum part_kind kind;
	const char *text; /* {time}, {database}, * and literal bytes */
};

struct name_patterns {
	struct name_pattern *item;
	size_t count;
};

/*
 * Of a component: what `backups.files` says, else the names that `muster backup`
 * gives. -1 when out of memory; a malformed entry is ERROR_CONFIG.
 */
MUST_CHECK int pattern_list(const struct component_config *component, struct arena *a,
			    struct name_patterns *out, struct error *err);

/* Does the component keep to the names that `muster backup` gives? */
bool pattern_built_in(const struct component_config *component);

/* "manifest_{time}.json" in the root, of a platform without PostgreSQL. */
extern const struct name_pattern pattern_root_manifest;

/* What a name says, as parts of it. */
struct name_match {
	struct span database, stamp; /* empty: not in the name */
	int64_t local;  /* the wall time of `stamp` as if it were UTC, seconds since 1970 */
	bool date_only; /* `stamp` names a day */
	bool utc;       /* `local` is UTC, whatever the zone (%s) */
};

struct name_rules {
	const char *time_pattern; /* as in config.h; "" = YYYYMMDD_HHMMSS or YYYYMMDD */
	bool built_in;            /* ".gz" may be missing, or .zst, .lz4, .xz, .bz2 */
	bool decoded;             /* one more suffix, such as ".gpg", may follow */
};

bool pattern_match(const struct name_pattern *pattern, const struct name_rules *rules,
		   const char *name, struct name_match *out);

/* The name of a file: {time} and {database} filled in. NULL when out of memory. */
char *pattern_fill(const struct name_pattern *pattern, const char *stamp, const char *database,
		   struct arena *a);

/* A database as it stands in names: control characters, space, '/' and '%' are %XX. And back. */
char *pattern_quote_database(const char *database, struct arena *a);
char *pattern_unquote_database(struct span quoted, struct arena *a);

#endif
