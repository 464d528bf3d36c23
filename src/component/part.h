/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of a backup set while it is written: a hidden temporary next to its
 * final place, compressed on the way. Until part_keep() it vanishes with
 * part_release(); what a killed run left is swept away by the next part_open().
 */
#ifndef COMPONENT_PART_H
#define COMPONENT_PART_H

#include "component/engine.h"
#include "stream/gzip_writer.h"

struct part {
	struct manifest_file file; /* component, path and database borrowed */
	struct backup_part place;
	struct gzip_writer *writer; /* NULL: not open */
	char path[4096];            /* relative to the repository's root */
	uint64_t content;           /* bytes pushed so far */
};
#define PART_INIT                                                                                  \
	{                                                                                          \
		.place = {.fd = -1 }                                                               \
	}

/*
 * Append the file name of a part, by the component's own pattern for it (the first
 * of `backups.files`, else the built-in). Bytes of a database's name that a file
 * name cannot bear, and '%', become %XX.
 */
MUST_CHECK int part_name(const struct backup_job *job, enum part_kind kind, const char *database,
			 struct buf *out, struct error *err);

/* In the directory of the component's backups, which is made if missing. */
MUST_CHECK int part_open(struct part *p, const struct backup_job *job, enum part_kind kind,
			 const char *database, struct error *err);

MUST_CHECK int part_push(struct part *p, const void *bytes, size_t len, struct error *err);

/* Ends the gzip and syncs the file. */
MUST_CHECK int part_finish(struct part *p, struct error *err);

/* Enter the finished part into `manifest` with `facts` (taken; may be NULL) and hand it to `parts`. */
MUST_CHECK int part_keep(struct part *p, struct manifest *manifest, struct backup_parts *parts,
			 struct facts *facts, struct error *err);

/* Unlinks the temporary unless it was kept. */
void part_release(struct part *p);

/* job->stop_requested() as an error. */
MUST_CHECK int part_stop_requested(const struct backup_job *job, struct error *err);

#endif
