/* SPDX-License-Identifier: Apache-2.0 */
/* The backup sets that lie in a repository: files grouped by the time in their names. */
#ifndef REPOSITORY_CATALOGUE_H
#define REPOSITORY_CATALOGUE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "format/manifest.h"
#include "repository/offsite.h"

/* Where a set's time was found, best first. */
enum set_time_source { SET_TIME_MANIFEST, SET_TIME_CONTENT, SET_TIME_NAME, SET_TIME_MTIME };
const char *set_time_source_name(
	enum set_time_source s); /* "manifest", "content", "name", "mtime" */

struct backup_file {
	const char *path;           /* absolute; of an object its URL */
	const struct offsite *copy; /* NULL: it lies here; else what is at `key` of it */
	const char *key;
	const char *relative; /* to the repository's root */
	enum part_kind kind;
	const struct component_config
		*component;   /* of a manifest in the root: the first that has backups */
	const char *database; /* "" unless DUMP, SQL or MANIFEST */
	const char *stamp;    /* the time as it stands in the name; "" = none */
	uint64_t size;
	int64_t mtime_ns;
	int64_t name_time_ns; /* 0: no time in the name */
};

struct backup_set {
	const char *id; /* the stamp of its earliest part: how people name it */
	int64_t time_ns;
	enum set_time_source time_source;
	struct backup_file *file; /* by component, kind, database */
	size_t file_count;
	struct manifest *manifest; /* NULL until catalogue_load_manifest(), or when there is none */
	const struct backup_file *manifest_file; /* NULL: the set has none */
};

struct catalogue {
	struct arena arena;
	struct backup_set *set; /* newest first */
	size_t set_count;
	/*
	 * Relative paths of files that bear no known name, of symbolic links, and of closed
	 * directories where no backup is looked for: never guessed into a set.
	 */
	const char **foreign;
	size_t foreign_count;
	struct offsite copy; /* of which the sets are; not open when they lie here */
};

/*
 * List the repository; opens no backup file. Directories that are missing are
 * empty. No symbolic link is followed, save those that are configured directories.
 */
MUST_CHECK int catalogue_load(const struct config *config, struct catalogue *out,
			      struct error *err);

/*
 * The same of the off-site copy: names below its prefix are those below the repository. `out`
 * must not be moved.
 */
MUST_CHECK int catalogue_load_offsite(const struct config *config, int (*stop_requested)(void),
				      struct catalogue *out, struct error *err);

/* Forget the credentials of the off-site copy; then no manifest can be loaded from it. */
void catalogue_disconnect(struct catalogue *c);

void catalogue_release(struct catalogue *c);

/*
 * Read a set's manifest, from where it lies (findings tell what is wrong with it, such as that it is
 * another set's; then set->manifest holds what was understood) and set the set's
 * time from it. Further manifests in the set add their files. No manifest is success.
 */
MUST_CHECK int catalogue_load_manifest(struct backup_set *set, struct findings *findings,
				       struct error *err);

/* By id, by a unique prefix of one ("20261122" when there is one that day), or "latest"; NULL: none. */
struct backup_set *catalogue_find(struct catalogue *c, const char *id);

/* A part that a complete set has, and whether it is there. */
struct expected_part {
	const struct component_config *component;
	enum part_kind kind;
	const char *database;           /* "" unless DUMP or SQL */
	const char *name;               /* the file name expected */
	const struct backup_file *file; /* NULL: missing */
};

/*
 * What a complete set has, against the configuration and its manifest, when that
 * is loaded. `set` may be made up with an id and nothing else, for a time of which
 * there is no set. Which databases there should be is told by the configuration,
 * else by the set and its manifest, else by the newest set that has any. Strings
 * and array live in the catalogue's arena.
 */
MUST_CHECK int catalogue_expected(struct catalogue *c, const struct config *config,
				  const struct backup_set *set, struct expected_part **out,
				  size_t *count, struct error *err);

/* A part that a complete set has and this one lacks. */
struct missing_part {
	const struct component_config *component;
	enum part_kind kind;
	const char *name; /* the file name expected */
};

/* Those of catalogue_expected() that are missing. */
MUST_CHECK int catalogue_missing(struct catalogue *c, const struct config *config,
				 const struct backup_set *set, struct missing_part **out,
				 size_t *count, struct error *err);

#endif
