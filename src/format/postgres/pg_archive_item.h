/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One item of an archive's data: a table's rows, a large object, or other data
 * of an entry. It is shown its decoded bytes and becomes counts and fingerprints.
 */
#ifndef FORMAT_PG_ARCHIVE_ITEM_H
#define FORMAT_PG_ARCHIVE_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/error.h"
#include "format/postgres/copy_text.h"
#include "format/postgres/insert_rows.h"
#include "format/postgres/pg_archive_contents.h"
#include "format/row_hash.h"
#include "stream/unpack.h"

enum pg_archive_item_kind {
	ITEM_ROWS,    /* COPY text */
	ITEM_INSERTS, /* INSERT statements */
	ITEM_LARGE_OBJECT,
	ITEM_OTHER,
};

/* What an item needs until it ends; for one at a time. */
struct pg_archive_scratch {
	struct row_hash *hash;
	struct insert_rows *inserts;
	struct utf8_text utf8; /* of the inserts */
};

/* Zeroed storage becomes one. -1: out of memory. */
MUST_CHECK int pg_archive_scratch_init(struct pg_archive_scratch *s);
void pg_archive_scratch_release(struct pg_archive_scratch *s);

struct pg_archive_item {
	/* the question */
	enum pg_archive_item_kind kind;
	struct pg_archive_data *data; /* the entry, not looked at here; NULL: there is none */
	uint64_t offset;              /* of the data block, for findings */
	uint64_t columns;             /* ROWS: as many in each */
	uint32_t oid;                 /* LARGE_OBJECT */
	bool escapes;                 /* INSERTS: a backslash escapes in '…' */

	/* the answer, when it has ended */
	struct unpack_fault fault;          /* of its compression; no message: none */
	struct copy_text copy;              /* ROWS */
	struct row_sum sum;                 /* INSERTS: the count alone; LARGE_OBJECT */
	const char *insert_fault;           /* INSERTS; NULL: none */
	bool not_utf8;                      /* INSERTS: the text is not */
	struct pg_archive_scratch *scratch; /* until it ends */
};

/* `scratch` is the item's own until it ends. */
void pg_archive_item_begin(struct pg_archive_item *i, struct pg_archive_scratch *scratch);
void pg_archive_item_push(struct pg_archive_item *i, struct span bytes);

/* `fault`: what was wrong with its stream. */
void pg_archive_item_end(struct pg_archive_item *i, struct unpack_fault fault);

#endif
