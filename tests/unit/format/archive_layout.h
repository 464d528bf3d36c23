/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything lies in a sound archive of version 1.14: written apart from
 * the reader, so that the two can be held against each other. The classes are
 * those of docs/formats/pg-archive.md, "Not covered by any check".
 */
#ifndef TESTS_ARCHIVE_LAYOUT_H
#define TESTS_ARCHIVE_LAYOUT_H

#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

enum byte_class {
	CLASS_CHECKED, /* no change passes */
	CLASS_TEXT,    /* of the header or the table of contents */
	CLASS_NUMBER,  /* one that may have other legal values: times, level, section, dump id */
	CLASS_STORED, /* rows and large objects that are not compressed: a change shows in the facts */
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
	bool packed;
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
	for (int i = 0; i < 7; i++) /* definition, drop, COPY, schema, tablespace, method, owner */
		(void)layout_text(l);
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
	(void)cursor_bytes(&l->at, 9);
}

static inline void layout_data(struct layout *l)
{
	for (;;) {
		int64_t len = layout_int(l, CLASS_CHECKED);

		if (len <= 0)
			return;
		memset(l->class + layout_position(l), l->packed ? CLASS_PACKED : CLASS_STORED,
		       (size_t)len);
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
	int64_t entries;

	*l = (struct layout){ .at = { .rest = archive }, .start = archive.ptr };
	if (archive.len > sizeof(l->class))
		return false;
	(void)cursor_bytes(&l->at, 11);
	l->packed = layout_int(l, CLASS_NUMBER) != 0;
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
