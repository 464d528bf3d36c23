/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader of an archive keeps of its table of contents, and the facts it
 * makes of it. Per entry 36 to 68 bytes and 4 per dependency; per table with data
 * about 270 more and its name twice, per sequence, extension, role and tablespace
 * about 250; nothing grows with the data.
 */
#ifndef FORMAT_PG_ARCHIVE_CONTENTS_H
#define FORMAT_PG_ARCHIVE_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/postgres/pg_archive_map.h"
#include "format/postgres/pg_archive_toc.h"
#include "format/reader.h"
#include "format/row_hash.h"

enum pg_archive_data_kind { DATA_TABLE, DATA_LARGE_OBJECTS, DATA_OTHER };

/* An entry whose data block has to follow. */
struct pg_archive_data {
	enum pg_archive_data_kind kind;
	uint32_t dump_id;
	bool offset_set; /* the archive says where the block lies */
	bool has_copy; /* COPY text of `columns`; else INSERT statements, whose rows are counted */
	bool seen;     /* its block has come */
	bool counted;  /* and ended: `rows` is what it holds, */
	bool damaged;  /* unless something was wrong with it */
	uint64_t offset, columns;
	const char *schema, *name; /* owned by the contents */
	size_t listed;             /* its index in reading->contents plus 1; 0: not there */
	struct row_sum rows;
};

enum { PG_ARCHIVE_KINDS_MAX = 256 };

struct pg_archive_contents {
	struct reading *reading; /* borrowed */
	struct arena arena;
	struct pg_archive_data *data; /* in the order of the table of contents */
	size_t data_count, data_capacity;
	size_t data_seen, data_next; /* blocks seen; the first index no block has passed yet */
	/* To index in `data` plus 1, or 0; the high 32 bits: in the table of contents plus 1, with a graph. */
	struct pg_archive_map dump_ids;
	struct pg_archive_map names; /* of roles and tablespaces; keys are hashes */
	struct pg_archive_graph graph;
	struct pg_archive_definition definition;
	struct {
		char name[PG_ARCHIVE_KIND_SIZE];
		uint64_t count;
	} * kind;
	size_t kind_count;
	bool complete; /* the whole table of contents was read */
	bool utf8;     /* the encoding is UTF8 */
	struct {
		uint64_t count, offset; /* entries with a text that is not; of the first */
		uint32_t dump_id;
		const char *field;
	} not_utf8;
	/* Large objects as sets of oids: the sums of their hashes must agree. */
	uint64_t objects_named, objects_named_sum;
	uint64_t objects_found, objects_found_sum;
	bool objects_known; /* the version names each large object, and all data was sound */
	struct row_sum objects;
};

/* Zeroed storage becomes empty contents that report into `reading`. */
MUST_CHECK int pg_archive_contents_init(struct pg_archive_contents *c, struct reading *reading,
					struct error *err);
void pg_archive_contents_release(struct pg_archive_contents *c);

/* Have the reader of a table of contents show its definitions and dependencies, too. */
void pg_archive_contents_watch(struct pg_archive_contents *c, struct pg_archive_toc *toc);

MUST_CHECK int pg_archive_contents_header(struct pg_archive_contents *c,
					  const struct pg_archive_header *h, struct error *err);
MUST_CHECK int pg_archive_contents_entry(struct pg_archive_contents *c,
					 const struct pg_archive_entry *e, struct error *err);

/* The entry of that dump id, NULL when it has no data. */
struct pg_archive_data *pg_archive_contents_data(const struct pg_archive_contents *c,
						 uint32_t dump_id);

/* The table of contents has ended as it should. */
MUST_CHECK int pg_archive_contents_complete(struct pg_archive_contents *c, struct error *err);

/*
 * The block of `dump_id` begins at `offset`; findings when it should not. NULL
 * when its data belongs to no entry, or to one that had it already.
 */
struct pg_archive_data *pg_archive_contents_block(struct pg_archive_contents *c, uint32_t dump_id,
						  uint64_t offset);
void pg_archive_contents_object(struct pg_archive_contents *c, uint32_t oid);

/* The archive has ended at a block's border: report what is missing. */
void pg_archive_contents_check(struct pg_archive_contents *c, uint64_t offset);

/* Put tables, large objects and schema objects into the reading's facts, sorted. */
MUST_CHECK int pg_archive_contents_facts(struct pg_archive_contents *c, struct error *err);

/* What a data block belongs to, for messages: quoted and cut; `out` or a constant. */
enum { PG_ARCHIVE_LABEL_SIZE = 96 };
const char *pg_archive_data_label(const struct pg_archive_data *d, char out[PG_ARCHIVE_LABEL_SIZE]);

#endif
