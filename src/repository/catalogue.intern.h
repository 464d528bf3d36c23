/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the catalogue's files only: scan.c lists files, group.c makes sets of them. */
#ifndef REPOSITORY_CATALOGUE_INTERN_H
#define REPOSITORY_CATALOGUE_INTERN_H

#include "base/timezone.h"
#include "repository/catalogue.h"
#include "repository/pattern.h"

/* A backup file before it belongs to a set. */
struct scanned_file {
	struct backup_file file;
	int64_t time_ns; /* by its name, else its mtime */
	int64_t day;     /* of its local time, in days since 1970 */
	bool date_only;
};

struct scan {
	const struct config *config;
	struct arena *arena; /* the catalogue's */
	const struct zone *zone;
	struct name_patterns *patterns; /* of each component */
	struct scanned_file *item;
	size_t count, capacity;
	const char **foreign;
	size_t foreign_count, foreign_capacity;
	const struct offsite *copy; /* what is listed; NULL: the repository */
};

/* A file of any name. */
struct scan_entry {
	const char *path; /* here, or where it would lie here */
	const char *name; /* the end of `path` */
	const char *key;  /* of the object; NULL: it lies here */
	uint64_t size;
	int64_t mtime_ns;
};

/* Enter it under the component whose name it bears, or as a foreign one. */
MUST_CHECK int scan_take_file(struct scan *s, const struct scan_entry *e, struct error *err);

/* Is `path` in the directory `parent` or below it? */
bool scan_is_below(const char *path, const char *parent);

/* What scan_repository() reads of the components' names. */
MUST_CHECK int scan_read_patterns(struct scan *s, struct error *err);

/* List everything below the prefix of s->copy. */
MUST_CHECK int scan_offsite(struct scan *s, struct error *err);

/* The component whose manifest lies in the root when there is no PostgreSQL; NULL: none has backups. */
const struct component_config *scan_root_component(const struct config *config);

/* List everything below the repository and the components' directories. */
MUST_CHECK int scan_repository(struct scan *s, struct error *err);
void scan_release(struct scan *s);

/* Sort the scanned files into `out->set`, newest set first. */
MUST_CHECK int group_files(struct scan *s, const struct config *config, struct catalogue *out,
			   struct error *err);

/* Order of a set's files: component, kind, database, path. */
int group_compare_files(const void *a, const void *b);

#endif
