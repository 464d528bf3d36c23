/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_dump's tar format (-Ft), and its directory format (-Fd) as a tar of the
 * directory: members in any order, under any one directory, each compressed or
 * not. Tars of other things are named, not read. See docs/formats/pg-tar.md.
 */
#ifndef FORMAT_PG_TAR_H
#define FORMAT_PG_TAR_H

#include "format/reader.h"
#include "format/tar.h"

/* What can change unnoticed, after what can in any tar: X(id, where, effect). */
#define PG_TAR_UNCOVERED_TABLE(X)                                                                  \
	TAR_UNCOVERED_TABLE(X)                                                                     \
	X(TOC_TEXT, "the characters of texts in toc.dat",                                          \
	  "another name, definition or statement; names show in the facts")                        \
	X(TOC_NUMBER,                                                                              \
	  "toc.dat: compression, creation time, an entry's section, dump id of one without data",  \
	  "nothing that the data depends on")                                                      \
	X(STORED,                                                                                  \
	  "the characters of rows and large objects that no checksum covers: not "                 \
	  "compressed, or by lz4 or zstd without one",                                             \
	  "another fingerprint")                                                                   \
	X(PACKED, "bits of a compressed member that do not change its content",                    \
	  "nothing: a gzip's time, flags and name, padding")                                       \
	X(EMPTIED, "a large object's .lz4 or .zst member without any byte",                        \
	  "an empty large object: pg_dump writes one so")                                          \
	X(SCRIPT, "restore.sql before its end marker",                                             \
	  "nothing for pg_restore, which does not read it")

enum pg_tar_uncovered {
#define X(id, where, effect) PG_TAR_UNCOVERED_##id,
	PG_TAR_UNCOVERED_TABLE(X)
#undef X
		PG_TAR_UNCOVERED_COUNT
};

extern const struct reader pg_tar_reader;

#endif
