/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of tables, one member each, which may come before toc.dat says whose
 * it is and how many columns it has: summed up as it streams, judged at the end.
 * About 150 bytes per member.
 */
#ifndef FORMAT_PG_TAR_ROWS_H
#define FORMAT_PG_TAR_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "format/postgres/pg_archive_contents.h"
#include "format/postgres/pg_archive_item.h"

/* What a member held. */
struct pg_tar_block {
	uint32_t dump_id;
	bool sound; /* it is whole and could be unpacked */
	bool known; /* it was read as its entry says */
	/* else as COPY text of as many columns as its first row has, and as INSERTs when it begins so */
	bool inserts;
	uint64_t offset; /* of the member */
	uint64_t columns;
	struct row_sum sum;
	enum copy_fault fault;
	uint64_t fault_row, faults;
	struct copy_not_utf8 copy_not_utf8;
	uint64_t inserted;
	const char *insert_fault;
	bool not_utf8; /* the INSERTs are not */
};

struct pg_tar_rows {
	struct pg_archive_scratch scratch; /* owned */
	struct pg_archive_item copy, inserts;
	bool copies,
		first_line;  /* COPY text is read; it is in the line whose tabs tell the columns */
	size_t insert_begun; /* bytes of "INSERT INTO " that have come */
	struct pg_tar_block block; /* of the current member */
	struct pg_tar_block *done;
	size_t done_count, done_capacity;
	struct pg_archive_map ids; /* dump id to index in `done` plus 1 */
};

MUST_CHECK int pg_tar_rows_init(struct pg_tar_rows *r, struct error *err);
void pg_tar_rows_release(struct pg_tar_rows *r);

/* What toc.dat says of the data, once it is complete. */
struct pg_tar_schema {
	struct pg_archive_contents *contents;
	bool escapes; /* standard_conforming_strings is off */
};

/* The data of `dump_id` begins. */
void pg_tar_rows_begin(struct pg_tar_rows *r, const struct pg_tar_schema *schema, uint32_t dump_id,
		       uint64_t offset);
void pg_tar_rows_push(struct pg_tar_rows *r, struct span text);
/* PUT_THERE: another member has had that dump id, and this one is not kept. */
MUST_CHECK enum pg_archive_put pg_tar_rows_end(struct pg_tar_rows *r, bool sound);

/* All members have come: hand the entries their data; findings where they do not fit. */
void pg_tar_rows_join(struct pg_tar_rows *r, const struct pg_tar_schema *schema);

#endif
