/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "archive_encoder.h"

enum { BLOCK_DATA = 1, BLOCK_OBJECTS = 3, STATE_NOT_SET = 1, STATE_SET = 2, STATE_NO_DATA = 3 };

static void put(struct buf *out, const void *bytes, size_t len)
{
	if (len)
		assert_int_equal(buf_append(out, bytes, len), 0);
}

static void put_byte(struct buf *out, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(out, &byte, 1);
}

static void put_int(struct buf *out, int64_t value)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

	put_byte(out, value < 0);
	for (int i = 0; i < 4; i++)
		put_byte(out, magnitude >> 8 * i & 0xff);
}

static void put_text(struct buf *out, const char *text)
{
	put_int(out, text ? (int64_t)strlen(text) : -1);
	if (text)
		put(out, text, strlen(text));
}

static void put_header(const struct archive *a, struct buf *out)
{
	static const int64_t created[] = { 7, 30, 12, 1, 5, 126, 0 }; /* 2026-06-01 12:30:07 */

	put(out, "PGDMP", 5);
	put_byte(out, 1);
	put_byte(out, a->minor);
	put_byte(out, 0);
	put_byte(out, 4);
	put_byte(out, a->offset_size ? a->offset_size : 8);
	put_byte(out, a->format ? a->format : 1);
	if (a->minor >= 15)
		put_byte(out, (unsigned)a->compression);
	else
		put_int(out, a->compression);
	for (size_t i = 0; i < sizeof(created) / sizeof(created[0]); i++)
		put_int(out, created[i]);
	put_text(out, "encoded");
	put_text(out, a->server_version ? a->server_version : "15.1");
	put_text(out, a->dump_version ? a->dump_version : "15.1");
	put_int(out, (int64_t)a->count);
}

static bool has_data(const struct archive_entry *e)
{
	return e->data || e->objects;
}

static int section_of(const struct archive_entry *e)
{
	static const char *const after[] = { "CONSTRAINT", "FK CONSTRAINT", "INDEX", "TRIGGER" };

	if (e->section)
		return e->section;
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		if (strcmp(e->kind, after[i]) == 0)
			return 4;
	}
	return has_data(e) || strcmp(e->kind, "SEQUENCE SET") == 0 ? 3 : 2;
}

static void put_place(const struct archive *a, const struct archive_entry *e, uint32_t dump_id,
		      struct buf *out)
{
	char file[32] = "";

	if (a->format <= 1) {
		put_byte(out, has_data(e) ? STATE_NOT_SET : STATE_NO_DATA);
		for (unsigned i = 0; i < (a->offset_size ? a->offset_size : 8); i++)
			put_byte(out, 0);
		return;
	}
	(void)snprintf(file, sizeof(file), "%u.dat", dump_id);
	if (!has_data(e))
		file[0] = '\0';
	put_text(out, e->file ? e->file : file);
}

static void put_entry(const struct archive *a, const struct archive_entry *e, uint32_t dump_id,
		      struct buf *out)
{
	char number[16];

	put_int(out, dump_id);
	put_int(out, has_data(e));
	put_text(out, "1259");
	put_text(out, "16400");
	put_text(out, e->tag ? e->tag : "");
	put_text(out, e->kind ? e->kind : "");
	put_int(out, section_of(e));
	put_text(out, e->definition);
	put_text(out, e->drop);
	put_text(out, e->copy);
	put_text(out, e->schema);
	put_text(out, e->tablespace);
	if (a->minor >= 14)
		put_text(out, e->method);
	if (a->minor >= 16)
		put_int(out, e->relkind);
	put_text(out, e->owner ? e->owner : "");
	put_text(out, e->with_oids ? "true" : "false");
	for (size_t i = 0; i < e->depends_count; i++) {
		(void)snprintf(number, sizeof(number), "%u", e->depends[i]);
		put_text(out, number);
	}
	put_text(out, NULL);
	put_place(a, e, dump_id, out);
}

static void put_data(const struct archive *a, const char *content, struct buf *out)
{
	size_t chunk = a->chunk ? a->chunk : 4096;
	struct buf packed = { 0 };
	struct span data = { (const uint8_t *)content, strlen(content) };

	if (a->pack) {
		a->pack(data, &packed);
		data = buf_span(&packed);
	}
	for (size_t at = 0; at < data.len; at += chunk) {
		size_t n = data.len - at < chunk ? data.len - at : chunk;

		put_int(out, (int64_t)n);
		put(out, data.ptr + at, n);
	}
	put_int(out, 0);
	buf_release(&packed);
}

static void put_block(const struct archive *a, const struct archive_entry *e, uint32_t dump_id,
		      struct buf *out)
{
	put_byte(out, e->objects ? BLOCK_OBJECTS : BLOCK_DATA);
	put_int(out, dump_id);
	if (e->data) {
		put_data(a, e->data, out);
		return;
	}
	for (size_t i = 0; i < e->objects_count; i++) {
		put_int(out, (int32_t)e->objects[i].oid);
		put_data(a, e->objects[i].content, out);
	}
	put_int(out, 0);
}

static void set_place(const struct archive *a, struct buf *out, size_t place, uint64_t offset)
{
	out->ptr[place] = STATE_SET;
	for (unsigned i = 0; i < (a->offset_size ? a->offset_size : 8); i++)
		out->ptr[place + 1 + i] = (char)(offset >> 8 * i);
}

void archive_encode(const struct archive *a, struct buf *out)
{
	size_t start = out->len, *place = calloc(a->count + 1, sizeof(*place));
	uint32_t *dump_id = calloc(a->count + 1, sizeof(*dump_id)), id = 0;

	assert_non_null(place);
	assert_non_null(dump_id);
	put_header(a, out);
	for (size_t i = 0; i < a->count; i++) {
		dump_id[i] = id = a->entry[i].dump_id ? a->entry[i].dump_id : id + 1;
		put_entry(a, &a->entry[i], id, out);
		place[i] = out->len - (a->offset_size ? a->offset_size : 8) - 1;
	}
	for (size_t i = 0; i < a->count && a->format <= 1; i++) {
		if (!has_data(&a->entry[i]))
			continue;
		if (!a->piped)
			set_place(a, out, place[i], out->len - start);
		put_block(a, &a->entry[i], dump_id[i], out);
	}
	free(place);
	free(dump_id);
}

void archive_pack_zlib(struct span data, struct buf *out)
{
	uLongf len = compressBound(data.len);

	assert_int_equal(buf_reserve(out, len), 0);
	assert_int_equal(compress2((Bytef *)out->ptr + out->len, &len, data.ptr, data.len, 6),
			 Z_OK);
	out->len += len;
}

static const struct archive_object example_objects[] = { { 17, "one" }, { 4000000001, "" } };
static const uint32_t on_table[] = { 4 };

enum { EXAMPLE_OBJECTS = 7 }; /* index of the first entry that names large objects */

static const struct archive_entry example[] = {
	{ .kind = "ENCODING", .tag = "ENCODING", .definition = "SET client_encoding = 'UTF8';\n" },
	{ .kind = "STDSTRINGS",
	  .tag = "STDSTRINGS",
	  .definition = "SET standard_conforming_strings = 'on';\n" },
	{ .kind = "SEARCHPATH",
	  .tag = "SEARCHPATH",
	  .definition = "SELECT pg_catalog.set_config('search_path', '', false);\n" },
	{ .kind = "TABLE",
	  .tag = "t",
	  .schema = "public",
	  .tablespace = "fast",
	  .method = "heap",
	  .relkind = 'r',
	  .owner = "keeper",
	  .definition = "CREATE TABLE public.t (a integer, b text);\n",
	  .drop = "DROP TABLE public.t;\n" },
	{ .kind = "ACL",
	  .tag = "TABLE t",
	  .schema = "public",
	  .owner = "keeper",
	  .definition = "GRANT SELECT ON TABLE public.t TO reader;\n",
	  .depends = on_table,
	  .depends_count = 1 },
	{ .kind = "FK CONSTRAINT",
	  .tag = "t k",
	  .schema = "public",
	  .owner = "keeper",
	  .definition = "ALTER TABLE public.t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES "
			"public.t(a) NOT VALID;\n",
	  .depends = on_table,
	  .depends_count = 1 },
	{ .kind = "SEQUENCE SET",
	  .tag = "q",
	  .schema = "public",
	  .owner = "keeper",
	  .definition = "SELECT pg_catalog.setval('public.q', 42, true);\n" },
	{ .kind = "BLOB", .tag = "17", .owner = "keeper" },
	{ .kind = "BLOB", .tag = "4000000001", .owner = "keeper" },
	{ .kind = "TABLE DATA",
	  .tag = "t",
	  .schema = "public",
	  .owner = "keeper",
	  .copy = "COPY public.t (a, b) FROM stdin;\n",
	  .data = "1\tx\n2\ty\n\\.\n\n\n",
	  .depends = on_table,
	  .depends_count = 1 },
	{ .kind = "BLOBS",
	  .tag = "BLOBS",
	  .objects = example_objects,
	  .objects_count = sizeof(example_objects) / sizeof(example_objects[0]) },
};
enum { EXAMPLE_ENTRIES = sizeof(example) / sizeof(example[0]) };

struct archive archive_example(unsigned minor, bool packed)
{
	static const struct archive_entry metadata = { .kind = "BLOB METADATA",
						       .tag = "17..4000000001",
						       .owner = "keeper",
						       .section = 3,
						       .definition = "17\n4000000001\n",
						       .drop = "-- dummy" };
	static struct archive_entry newer[EXAMPLE_ENTRIES - 1];
	int level = minor < 15 ? 6 : 1;
	struct archive a = { .minor = minor,
			     .compression = packed ? level : 0,
			     .pack = packed ? archive_pack_zlib : NULL,
			     .entry = example,
			     .count = EXAMPLE_ENTRIES };

	if (minor < 16)
		return a;
	memcpy(newer, example, EXAMPLE_OBJECTS * sizeof(example[0]));
	newer[EXAMPLE_OBJECTS] = metadata;
	memcpy(newer + EXAMPLE_OBJECTS + 1, example + EXAMPLE_OBJECTS + 2, 2 * sizeof(example[0]));
	a.entry = newer;
	a.count = EXAMPLE_ENTRIES - 1;
	return a;
}
