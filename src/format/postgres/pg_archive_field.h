/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primitive values of a custom archive, read byte by byte if need be:
 * integers (a sign byte, then 4 bytes, least significant first), text (its
 * length as an integer, -1 for NULL, then the bytes), data offsets (a state
 * byte, then as many bytes as the header says, least significant first). Source: ReadInt, ReadStr, ReadOffset of
 * src/bin/pg_dump/pg_backup_archiver.c.
 */
#ifndef FORMAT_PG_ARCHIVE_FIELD_H
#define FORMAT_PG_ARCHIVE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "format/postgres/copy_text.h"
#include "format/postgres/pg_archive_definition.h"

enum { PG_ARCHIVE_INT_SIZE = 5 };

/* All of a text, however long. */
struct pg_archive_text {
	struct buf bytes; /* of the last one; empty for NULL */
	bool no_memory;   /* some are missing */
};

enum pg_archive_field_type { FIELD_BYTE, FIELD_INT, FIELD_TEXT, FIELD_OFFSET };

enum pg_archive_field_result {
	FIELD_MORE,          /* all input consumed */
	FIELD_DONE,          /* the value is there; input up to its end is consumed */
	FIELD_BAD_SIGN,      /* a sign byte that is neither 0 nor 1 */
	FIELD_BAD_LENGTH,    /* a text longer than `limit`, or of negative length */
	FIELD_BAD_CHARACTER, /* a zero byte in a text */
};

struct pg_archive_field {
	/* the question */
	enum pg_archive_field_type type;
	uint64_t limit; /* TEXT: the longest allowed; OFFSET: its bytes, at most 8 */
	char *text;     /* TEXT: gets the first room-1 bytes and a NUL; NULL: skip it all */
	size_t room;
	struct copy_columns *columns;             /* TEXT: is shown all bytes, unless NULL */
	struct pg_archive_definition *definition; /* likewise */
	struct pg_archive_text *whole;            /* likewise */

	/* the answer */
	uint64_t offset;  /* of the first byte */
	int64_t value;    /* BYTE, INT; TEXT: its length, -1 for NULL */
	uint64_t pointer; /* OFFSET */
	uint8_t state;    /* OFFSET */

	/* the progress */
	uint8_t raw[9];
	size_t have;
	uint64_t text_read;
	struct utf8_text utf8; /* TEXT */
	bool in_text;
};

/* Take bytes from the front of `in`, the first of which lies at `offset` when the field is fresh. */
enum pg_archive_field_result pg_archive_field_read(struct pg_archive_field *f, struct span *in,
						   uint64_t offset);

/* An integer from its five bytes; the caller has checked the sign byte. */
static inline int64_t pg_archive_int(const uint8_t *p)
{
	uint32_t magnitude =
		(uint32_t)p[1] | (uint32_t)p[2] << 8 | (uint32_t)p[3] << 16 | (uint32_t)p[4] << 24;

	return p[0] ? -(int64_t)magnitude : (int64_t)magnitude;
}

#endif
