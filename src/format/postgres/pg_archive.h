/* SPDX-License-Identifier: Apache-2.0 */
/* pg_dump's custom archive: header, table of contents, data blocks. */
#ifndef FORMAT_PG_ARCHIVE_H
#define FORMAT_PG_ARCHIVE_H

#include "format/reader.h"

/*
 * The bytes that no check of a bare archive sees: id, where, what a change does.
 * docs/formats/pg-archive.md has the same.
 */
#define PG_ARCHIVE_UNCOVERED_TABLE(X)                                                              \
	X(TEXT, "the characters of texts in the header and the table of contents",                 \
	  "another name, definition or statement; names show in the facts")                        \
	X(NUMBER,                                                                                  \
	  "the version 1.12 for 1.13, the compression, the creation time, and an entry's "         \
	  "section, "                                                                              \
	  "relation kind and dump id (of one without data)",                                       \
	  "another number within its range, that the data does not depend on")                     \
	X(STORED, "rows and large objects of an archive without compression",                      \
	  "another fingerprint: with facts to compare it is seen")                                 \
	X(UNPROTECTED, "a stream of lz4 or zstd that can still be decoded, with as many columns",  \
	  "another fingerprint or number of rows, or nothing: pg_dump asks for no checksum")       \
	X(PACKED, "bits of a compressed stream that unpack to the same",                           \
	  "nothing: the data is the same")

enum pg_archive_uncovered {
#define X(id, where, effect) PG_ARCHIVE_UNCOVERED_##id,
	PG_ARCHIVE_UNCOVERED_TABLE(X) PG_ARCHIVE_UNCOVERED_COUNT
#undef X
};

extern const struct reader pg_archive_reader;

#endif
