/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The large objects of a tar or directory archive: blob_<oid>.dat each, named by
 * blobs.toc, or since version 1.16 by one blobs_<dump id>.toc per entry. 60 to 130
 * bytes per object.
 */
#ifndef FORMAT_PG_TAR_OBJECTS_H
#define FORMAT_PG_TAR_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "format/postgres/pg_archive_contents.h"

/* A map in the order of its coming: that of its slots differs from run to run. */
struct pg_tar_index {
	struct pg_archive_map map;
	struct pg_archive_slot *item;
	size_t count, capacity;
};

struct pg_tar_objects {
	struct findings *findings;         /* borrowed */
	struct row_hash *hash;             /* owned */
	struct pg_tar_index found, listed; /* oid to the offset of the member */
	struct pg_tar_index
		lists; /* dump id plus 1 (1: the only one) to the offset of the member */
	struct row_sum sum;
	bool unsound; /* an object could not be read */
	/* the current list */
	uint64_t offset;
	uint32_t oid;
	char line[64]; /* "4294967295 blob_4294967295.dat.zst" */
	size_t len;
	bool bad;
	bool no_memory;
};

MUST_CHECK int pg_tar_objects_init(struct pg_tar_objects *o, struct findings *findings,
				   struct error *err);
void pg_tar_objects_release(struct pg_tar_objects *o);

void pg_tar_objects_begin(struct pg_tar_objects *o, uint32_t oid, uint64_t offset);
void pg_tar_objects_push(struct pg_tar_objects *o, struct span content);
/* PUT_THERE: another member has had that oid. */
MUST_CHECK enum pg_archive_put pg_tar_objects_end(struct pg_tar_objects *o, bool sound);

/* `dump_id`: 0 is that of blobs.toc. PUT_THERE: another member has had it. */
MUST_CHECK enum pg_archive_put pg_tar_objects_list_begin(struct pg_tar_objects *o, uint32_t dump_id,
							 uint64_t offset);
void pg_tar_objects_list_push(struct pg_tar_objects *o, struct span text);
MUST_CHECK int pg_tar_objects_list_end(struct pg_tar_objects *o, struct error *err);

/* All members have come: hand them to their entries; findings where they do not fit. `whole`: and none was cut off. */
void pg_tar_objects_join(struct pg_tar_objects *o, struct pg_archive_contents *contents,
			 unsigned minor, bool whole);

#endif
