/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes archives as pg_dump does, of any version: custom ones, and toc.dat of
 * the tar and directory formats. Written from WriteHead, WriteToc and
 * _WriteExtraToc of src/bin/pg_dump/pg_backup_*.c, apart from the reader. Include
 * after cmocka.h: what cannot be encoded fails the running test.
 */
#ifndef TESTS_ARCHIVE_ENCODER_H
#define TESTS_ARCHIVE_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct archive_object {
	uint32_t oid;
	const char *content;
};

/* Texts that are NULL are NULL in the archive, but for owner, tag and kind: "". */
struct archive_entry {
	uint32_t dump_id; /* 0: one more than the entry before has */
	const char *kind, *tag, *schema, *owner;
	const char *definition, *drop, *copy, *tablespace, *method;
	char relkind;
	int section; /* 0: what `kind` has */
	bool with_oids;
	const uint32_t *depends;
	size_t depends_count;
	const char *data;                     /* of a data entry; NULL: none, unless: */
	const struct archive_object *objects; /* of a BLOBS entry */
	size_t objects_count;
	const char *file; /* not custom; NULL: "ID.dat" when it has data */
};

/* Appends what stands for `data` in the archive. */
typedef void archive_packer(struct span data, struct buf *out);

struct archive {
	unsigned minor;       /* 12 to 16 */
	unsigned format;      /* 1: custom, 3: tar (toc.dat); 0: 1 */
	unsigned offset_size; /* 8, or 4 as from a small machine; 0: 8 */
	int compression;      /* to 1.14: the level; from 1.15: 0 none, 1 zlib, 2 lz4, 3 zstd */
	archive_packer *pack; /* NULL: stored */
	size_t chunk;         /* of data; 0: 4096 */
	bool piped;           /* offsets are not set */
	const char *server_version; /* NULL: "15.1" */
	const char *dump_version;   /* NULL: "15.1" */
	const struct archive_entry *entry;
	size_t count;
};

/*
 * A sound archive of that version with tables, rows, large objects, a sequence, grants,
 * dependencies; `minor`, `compression` and `pack` are set, the rest may be changed.
 */
struct archive archive_example(unsigned minor, bool packed);

/* Append the archive to `out`. */
void archive_encode(const struct archive *a, struct buf *out);

/* One zlib stream. */
archive_packer archive_pack_zlib;

#endif
