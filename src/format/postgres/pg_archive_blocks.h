/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data blocks of a custom archive, decoded and counted. A block is a type
 * byte, the dump id of its entry, and data: chunks, each with its length as an
 * integer, until a length of 0. A block of large objects holds, until an oid of
 * 0, an oid and data for each. The archive ends after its last block; nothing
 * but the table of contents says which one that is. Source: _StartData,
 * _StartBlobs and _readBlockHeader of src/bin/pg_dump/pg_backup_custom.c.
 */
#ifndef FORMAT_PG_ARCHIVE_BLOCKS_H
#define FORMAT_PG_ARCHIVE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/postgres/pg_archive_contents.h"
#include "format/postgres/pg_archive_crew.h"
#include "format/postgres/pg_archive_item.h"

struct pg_archive_blocks {
	struct pg_archive_contents *contents; /* borrowed, as all pointers but the next two */
	struct pg_archive_scratch scratch;    /* owned; unless compressed */
	struct pg_archive_crew *crew;         /* owned; NULL unless compressed */
	struct findings *findings;

	enum {
		BLOCKS_TYPE,
		BLOCKS_DUMP_ID,
		BLOCKS_OBJECT,
		BLOCKS_CHUNK_LENGTH,
		BLOCKS_CHUNK
	} expect;
	uint8_t raw[PG_ARCHIVE_INT_SIZE]; /* of an integer that a push cut */
	size_t have;
	uint64_t chunk_left;

	uint8_t type;
	struct pg_archive_item item; /* with the block's offset and data */
};

MUST_CHECK int pg_archive_blocks_init(struct pg_archive_blocks *b,
				      struct pg_archive_contents *contents,
				      const struct pg_archive_header *header, struct error *err);
void pg_archive_blocks_release(struct pg_archive_blocks *b);

/* Takes all of `in`, which begins at `offset`. false: a finding says why nothing after it can be understood. */
bool pg_archive_blocks_push(struct pg_archive_blocks *b, struct span in, uint64_t offset);

/* The archive ended at `offset`; findings when it should not have. true: after a whole block. */
bool pg_archive_blocks_end(struct pg_archive_blocks *b, uint64_t offset);

#endif
