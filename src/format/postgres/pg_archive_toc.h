/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header and the table of contents of an archive, versions 1.12
 * (PostgreSQL 9.0) to 1.16 (17, 18): the beginning of a custom archive, and
 * toc.dat of the tar and directory formats. Source: ReadHead and ReadToc of
 * src/bin/pg_dump/pg_backup_archiver.c; every field in order is in
 * docs/formats/pg-archive.md.
 */
#ifndef FORMAT_PG_ARCHIVE_TOC_H
#define FORMAT_PG_ARCHIVE_TOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/postgres/pg_archive_field.h"
#include "format/postgres/pg_archive_graph.h"
#include "model/finding.h"

enum {
	PG_ARCHIVE_NAME_SIZE = 1024, /* NAMEDATALEN is 64; builds with a larger one exist */
	PG_ARCHIVE_KIND_SIZE = 64,
	PG_ARCHIVE_FILE_SIZE = 32,         /* "blobs_4294967295.toc" */
	PG_ARCHIVE_DEFINITION_SIZE = 4096, /* what is kept of a definition */
};

enum pg_archive_compression {
	PG_ARCHIVE_STORED = 0,
	PG_ARCHIVE_ZLIB = 1,
	PG_ARCHIVE_LZ4 = 2,
	PG_ARCHIVE_ZSTD = 3,
};
enum { PG_ARCHIVE_COMPRESSIONS = 4 };

/* Which of pg_dump's formats the header says; a directory's toc.dat says tar. */
enum pg_archive_format { PG_ARCHIVE_CUSTOM = 1, PG_ARCHIVE_TAR = 3 };

struct pg_archive_header {
	unsigned minor; /* of the archive version: 14 in 1.14 */
	enum pg_archive_format format;
	unsigned offset_size; /* bytes: 8, or 4 */
	enum pg_archive_compression compression;
	int64_t second, minute, hour, day, month, year; /* of struct tm, zone unknown */
	char database[PG_ARCHIVE_NAME_SIZE];
	char server_version[PG_ARCHIVE_NAME_SIZE];
	char dump_version[PG_ARCHIVE_NAME_SIZE];
	int64_t entries;
};

/* State of an entry's data offset, as the archive stores it. */
enum pg_archive_offset_state { OFFSET_NOT_SET = 1, OFFSET_SET = 2, OFFSET_NO_DATA = 3 };

/* One entry; texts are cut to their size, NULL is "". */
struct pg_archive_entry {
	uint64_t offset; /* where it begins in the archive */
	uint32_t dump_id;
	bool has_data;
	bool has_copy; /* a COPY statement is there, of `columns` */
	bool tag_cut;
	const char *not_utf8; /* which of its texts is not, the first; static; NULL: none */
	struct copy_columns columns;
	uint8_t data_state; /* enum pg_archive_offset_state; custom format */
	uint64_t data_offset;
	char file
		[PG_ARCHIVE_FILE_SIZE]; /* of letters, digits, '_' and '.'; not in custom format; "" has no data */
	char tag[PG_ARCHIVE_NAME_SIZE];
	char kind[PG_ARCHIVE_KIND_SIZE]; /* "TABLE DATA" */
	char definition[PG_ARCHIVE_DEFINITION_SIZE];
	char schema[PG_ARCHIVE_NAME_SIZE];
	char tablespace[PG_ARCHIVE_NAME_SIZE];
	char access_method[PG_ARCHIVE_NAME_SIZE]; /* "" before 1.14 */
	char owner[PG_ARCHIVE_NAME_SIZE];
	char small[PG_ARCHIVE_KIND_SIZE]; /* oids, flag and dependency, one after the other */
};

enum pg_archive_toc_result {
	TOC_MORE,   /* all input consumed */
	TOC_HEADER, /* `header` is complete */
	TOC_ENTRY,  /* `entry` is complete, valid until the next call */
	TOC_DONE,   /* the data blocks follow */
	TOC_BAD,    /* a finding says why; nothing more can be understood */
};

struct pg_archive_toc {
	struct pg_archive_header header;
	struct pg_archive_entry entry;
	struct findings *findings; /* borrowed */
	/* Shown what an entry does not keep; borrowed; NULL: nobody looks. */
	struct pg_archive_definition *definition;
	struct pg_archive_graph *graph;
	struct pg_archive_text
		*whole_definition, /* of the entry; borrowed; NULL: nobody wants it */
		*whole_copy;       /* likewise its COPY statement */
	/* progress */
	enum { TOC_IN_HEADER, TOC_IN_ENTRIES, TOC_AT_END } part;
	size_t row; /* in the part's table of fields */
	bool in_field;
	struct pg_archive_field field;
	int64_t entries_read;
};

/* Take bytes from the front of `in`, the first of which lies at `offset`. A zeroed toc with `findings` set is a valid start. */
enum pg_archive_toc_result pg_archive_toc_read(struct pg_archive_toc *t, struct span *in,
					       uint64_t offset);

/* The creation time read as if it were UTC, in nanoseconds; 0 when it is no valid time. */
int64_t pg_archive_created_ns(const struct pg_archive_header *h);

#endif
