/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything lies in a sound archive of any version: written apart from
 * the reader, so that the two can be held against each other. The classes are
 * those of docs/formats/pg-archive.md, "Not covered by any check".
 */
#ifndef TESTS_ARCHIVE_LAYOUT_H
#define TESTS_ARCHIVE_LAYOUT_H

#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

/* As enum pg_archive_uncovered has them, plus 1. */
enum byte_class {
	CLASS_CHECKED, /* no change passes */
	CLASS_TEXT,    /* of the header or the table of contents */
	CLASS_NUMBER,  /* one that may have other legal values: times, level, section, dump id */
	CLASS_STORED, /* rows and large objects that are not compressed: a change shows in the facts */
	CLASS_UNPROTECTED, /* compressed without a checksum: a change shows in the facts, or there is none */
	CLASS_PACKED, /* compressed: a change that passes leaves what it unpacks to as it was */
};

enum { LAYOUT_BLOCKS = 32, LAYOUT_BYTES = 32 * 1024 };

struct layout {
	struct cursor at;
	const uint8_t *start;
	uint8_t class[LAYOUT_BYTES];
	size_t toc_end;
	struct {
		size_t start, end;
	} block[LAYOUT_BLOCKS];
	size_t blocks;
	unsigned minor, offset_size;
	enum byte_class data; /* the class of what chunks hold */
};

static inline size_t layout_position(const struct layout *l)
{
	return (size_t)(l->at.rest.ptr - l->start);
}

static inline int64_t layout_int(struct layout *l, enum byte_class class)
{
	int64_t sign, value;

	memset(l->class + layout_position(l), (int)class, 5);
	sign = cursor_u8(&l->at);
	value = cursor_le32(&l->at);
	return sign ? -value : value;
}

static inline struct span layout_text(struct layout *l)
{
	int64_t len = layout_int(l, CLASS_CHECKED);

	if (len <= 0)
		return (struct span){ (const uint8_t *)"", len < 0 ? 0 : (size_t)len };
	memset(l->class + layout_position(l), CLASS_TEXT, (size_t)len);
	return cursor_bytes(&l->at, (size_t)len);
}

static inline void layout_entry(struct layout *l)
{
	size_t id_at = layout_position(l);
	int64_t has_data;

	(void)layout_int(l, CLASS_CHECKED);
	has_data = layout_int(l, CLASS_CHECKED);
	if (!has_data)
		memset(l->class + id_at, CLASS_NUMBER, 5);
	for (int i = 0; i < 4; i++) /* catalog oid, oid, tag, kind */
		(void)layout_text(l);
	(void)layout_int(l, CLASS_NUMBER); /* section */
	for (int i = 0; i < 5; i++)        /* definition, drop, COPY, schema, tablespace */
		(void)layout_text(l);
	if (l->minor >= 14)
		(void)layout_text(l); /* access method */
	if (l->minor >= 16)
		(void)layout_int(l, CLASS_NUMBER); /* relation kind */
	(void)layout_text(l);                      /* owner */
	{
		struct span flag = layout_text(l); /* WITH OIDS */

		memset(l->class + (flag.ptr - l->start), CLASS_CHECKED, flag.len);
	}
	for (;;) { /* dependencies, until a NULL */
		struct cursor here = l->at;

		if (cursor_u8(&here) == 1)
			break;
		(void)layout_text(l);
	}
	(void)layout_int(l, CLASS_CHECKED);
	(void)cursor_bytes(&l->at, 1 + l->offset_size);
}

static inline void layout_data(struct layout *l)
{
	for (;;) {
		int64_t len = layout_int(l, CLASS_CHECKED);

		if (len <= 0)
			return;
		memset(l->class + layout_position(l), (int)l->data, (size_t)len);
		if (!cursor_bytes(&l->at, (size_t)len).ptr)
			return;
	}
}

static inline void layout_block(struct layout *l)
{
	uint8_t type;

	l->block[l->blocks].start = layout_position(l);
	type = cursor_u8(&l->at);
	(void)layout_int(l, CLASS_CHECKED);
	if (type == 1)
		layout_data(l);
	else
		while (layout_int(l, CLASS_CHECKED) != 0 && !l->at.short_read)
			layout_data(l);
	l->block[l->blocks++].end = layout_position(l);
}

/* false: the archive is not what this walk expects. */
static inline bool layout_walk(struct layout *l, struct span archive)
{
	static const enum byte_class of[] = { CLASS_STORED, CLASS_PACKED, CLASS_UNPROTECTED,
					      CLASS_UNPROTECTED };
	int64_t entries;

	*l = (struct layout){ .at = { .rest = archive }, .start = archive.ptr };
	if (archive.len > sizeof(l->class))
		return false;
	(void)cursor_bytes(&l->at, 11);
	if (archive.len < 12)
		return false;
	l->minor = archive.ptr[6];
	l->offset_size = archive.ptr[9];
	if (l->minor < 14)
		l->class[6] = CLASS_NUMBER;
	if (l->minor < 15) {
		l->data = layout_int(l, CLASS_NUMBER) ? CLASS_PACKED : CLASS_STORED;
	} else {
		l->class[11] = CLASS_NUMBER;
		l->data = of[cursor_u8(&l->at) & 3];
	}
	for (int i = 0; i < 7; i++) /* second to year, daylight saving */
		(void)layout_int(l, CLASS_NUMBER);
	for (int i = 0; i < 3; i++) /* database, versions */
		(void)layout_text(l);
	entries = layout_int(l, CLASS_CHECKED);
	for (int64_t i = 0; i < entries && !l->at.short_read; i++)
		layout_entry(l);
	l->toc_end = layout_position(l);
	while (l->at.rest.len && !l->at.short_read && l->blocks < LAYOUT_BLOCKS)
		layout_block(l);
	return !l->at.short_read && l->at.rest.len == 0;
}

#endif
