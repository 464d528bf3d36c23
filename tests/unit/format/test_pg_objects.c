/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "format/postgres/pg_objects.h"

static enum pg_objects_result read_some(const struct buf *bytes, bool is_tar, bool copies,
					size_t block, struct pg_objects *out)
{
	enum pg_objects_result result = PG_OBJECTS_MORE;
	struct error err = ERROR_INIT;
	struct pg_objects_reader *r = pg_objects_reader_new(out, is_tar, &err);

	assert_non_null(r);
	if (copies)
		pg_objects_reader_wants_copies(r);
	for (size_t at = 0; at < bytes->len && result == PG_OBJECTS_MORE; at += block) {
		size_t n = bytes->len - at < block ? bytes->len - at : block;
		/* exact-size blocks: a byte read past the end is seen */
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, bytes->ptr + at, n);
		assert_int_equal(pg_objects_push(r, (struct span){ copy, n }, &result, &err), 0);
		free(copy);
	}
	pg_objects_reader_free(r);
	return result;
}

static enum pg_objects_result read_bytes(const struct buf *bytes, bool is_tar, size_t block,
					 struct pg_objects *out)
{
	return read_some(bytes, is_tar, false, block, out);
}

static void read_file(const char *name, struct buf *out)
{
	struct error err = ERROR_INIT;
	char path[300];

	(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/%s", name);
	if (file_read(path, 64 << 20, out, &err) < 0)
		fail_msg("%s", err.message);
}

static struct pg_objects read_fixture(const char *name, bool is_tar, size_t block)
{
	struct pg_objects o = { 0 };
	struct buf bytes = { 0 };

	read_file(name, &bytes);
	assert_int_equal(read_bytes(&bytes, is_tar, block, &o), PG_OBJECTS_DONE);
	buf_release(&bytes);
	return o;
}

static const struct pg_object *find(const struct pg_objects *o, const char *kind, const char *tag)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->item[i].kind, kind) == 0 && strcmp(o->item[i].tag, tag) == 0)
			return &o->item[i];
	}
	return NULL;
}

/* It is there. */
static const struct pg_object *found(const struct pg_objects *o, const char *kind, const char *tag)
{
	static const struct pg_object nothing = { 0 };
	const struct pg_object *object = find(o, kind, tag);

	assert_non_null(object);
	return object ? object : &nothing;
}

static void definitions_are_whole_however_the_archive_is_cut(void **state)
{
	static const size_t blocks[] = { 1, 4093, SIZE_MAX / 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct pg_objects o =
			read_fixture("pg-archive/every-kind-18.dump", false, blocks[i]);
		const struct pg_object *table = found(&o, "TABLE", "heaped");

		assert_string_equal(table->schema, "kinds");
		assert_string_equal(table->access_method, "heap_too");
		assert_string_equal(table->definition,
				    "CREATE TABLE kinds.heaped (\n    a integer\n);\n");
		assert_int_equal(atoi(o.server_version), 18);
		pg_objects_release(&o);
	}
}

static void neither_data_nor_the_database_is_an_object(void **state)
{
	struct pg_objects o = read_fixture("pg-archive/every-kind-18.dump", false, 4096);

	(void)state;
	assert_non_null(find(&o, "COMMENT", "TABLE parent"));
	for (size_t i = 0; i < o.count; i++) {
		assert_string_not_equal(o.item[i].kind, "TABLE DATA");
		assert_null(strstr(o.item[i].kind, "DATABASE"));
		assert_null(strstr(o.item[i].tag, "LARGE OBJECT"));
		assert_string_not_equal(o.item[i].kind, "SEQUENCE SET");
		assert_string_not_equal(o.item[i].kind, "ENCODING");
	}
	pg_objects_release(&o);
}

static void copy_statements_are_read_instead_when_wanted(void **state)
{
	static const size_t blocks[] = { 1, 4093, SIZE_MAX / 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct pg_objects o = { 0 };
		struct buf bytes = { 0 };
		const struct pg_object *table;

		read_file("pg-archive/every-kind-18.dump", &bytes);
		assert_int_equal(read_some(&bytes, false, true, blocks[i], &o), PG_OBJECTS_DONE);
		table = found(&o, "TABLE DATA", "parent");
		assert_string_equal(table->schema, "kinds");
		assert_string_equal(
			table->definition,
			"COPY kinds.parent (id, feeling, amount, note, tags) FROM stdin;\n");
		for (size_t k = 0; k < o.count; k++)
			assert_string_equal(o.item[k].kind, "TABLE DATA");
		pg_objects_release(&o);
		buf_release(&bytes);
	}
}

static int refuse(void *cookie, const struct pg_object_difference *d)
{
	const struct pg_object *o = d->expected ? d->expected : d->found;

	(void)cookie;
	fail_msg("%s %s.%s differs", o->kind, o->schema, o->tag);
	return 1;
}

static void a_tar_has_the_objects_of_the_custom_archive(void **state)
{
	struct pg_objects custom = read_fixture("pg-archive/every-kind-18.dump", false, 4096);
	struct pg_objects tar = read_fixture("pg-archive/every-kind-18.tar", true, 1000);

	(void)state;
	assert_true(custom.count > 50);
	assert_int_equal(pg_objects_compare(&custom, &tar, refuse, NULL), 0);
	pg_objects_release(&custom);
	pg_objects_release(&tar);
}

static void a_damaged_table_of_contents_is_not_read(void **state)
{
	struct buf bytes = { 0 };

	(void)state;
	read_file("pg-archive/small.dump", &bytes);
	for (size_t len = 0; len < bytes.len && len < 3000; len++) {
		const struct buf cut = { bytes.ptr, len, len };
		struct pg_objects o = { 0 };

		/* whether it ends in there or not: no byte past the cut is read, and nothing is lost */
		assert_int_not_equal(read_bytes(&cut, false, 512, &o), PG_OBJECTS_TOO_LARGE);
		pg_objects_release(&o);
	}
	for (size_t at = 0; at < bytes.len && at < 3000; at++) {
		struct pg_objects o = { 0 };

		bytes.ptr[at] ^= 0x40;
		(void)read_bytes(&bytes, false, 997, &o);
		pg_objects_release(&o);
		bytes.ptr[at] ^= 0x40;
	}
	bytes.ptr[0] = 'X';
	{
		struct pg_objects o = { 0 };

		assert_int_equal(read_bytes(&bytes, false, 4096, &o), PG_OBJECTS_NOT_READ);
		pg_objects_release(&o);
	}
	buf_release(&bytes);
}

#define OBJECT(k, t, o, d)                                                                         \
	{                                                                                          \
		.kind = (k), .schema = "s", .tag = (t), .owner = (o), .tablespace = "",            \
		.access_method = "", .definition = (d)                                             \
	}

struct seen {
	char text[1000];
};

static int note(void *cookie, const struct pg_object_difference *d)
{
	static const char *const words[] = {
		[PG_OBJECT_MISSING] = "missing", [PG_OBJECT_ADDED] = "added",
		[PG_OBJECT_CHANGED] = "changed", [PG_OBJECT_OWNER] = "owner",
		[PG_OBJECT_RESPELT] = "respelt",
	};
	struct seen *seen = cookie;
	size_t len = strlen(seen->text);

	(void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s %s %s;", words[d->change],
		       d->expected ? d->expected->tag : "-", d->found ? d->found->tag : "-");
	return 0;
}

static void each_difference_is_told_once(void **state)
{
	struct pg_object before[] = {
		OBJECT("TABLE", "same", "o", "1"),
		OBJECT("TABLE", "gone", "o", "2"),
		OBJECT("TABLE", "given", "o", "3"),
		OBJECT("VIEW", "changed", "o", "SELECT 1"),
		OBJECT("VIEW", "respelt", "o", "SELECT ('a')::text"),
		OBJECT("FUNCTION", "body", "o", "SELECT ('a')::text"),
		OBJECT("OPERATOR", "=", "o", "of int"),
		OBJECT("OPERATOR", "=", "o", "of text"),
		OBJECT("OPERATOR", "=", "o", "of uuid"),
	};
	struct pg_object after[] = {
		OBJECT("OPERATOR", "=", "o", "of uuid"),
		OBJECT("OPERATOR", "=", "p", "of int"),
		OBJECT("FUNCTION", "body", "o", "SELECT 'a'::text"),
		OBJECT("VIEW", "respelt", "o", "SELECT 'a'::text"),
		OBJECT("VIEW", "changed", "o", "SELECT 2"),
		OBJECT("TABLE", "given", "p", "3"),
		OBJECT("TABLE", "new", "o", "4"),
		OBJECT("TABLE", "same", "o", "1"),
	};
	struct pg_objects a = { .item = before, .count = sizeof(before) / sizeof(*before) };
	struct pg_objects b = { .item = after, .count = sizeof(after) / sizeof(*after) };
	struct seen seen = { "" };

	(void)state;
	assert_int_equal(pg_objects_compare(&a, &b, note, &seen), 0);
	assert_string_equal(seen.text, "changed body body;owner = =;missing = -;"
				       "owner given given;missing gone -;added - new;"
				       "changed changed changed;respelt respelt respelt;");
}

static void only_casts_and_parentheses_may_be_printed_otherwise(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])"
		  "::text[])))",
		  "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, "
		  "('b'::character varying)::text])))",
		  true },
		{ "x::timestamp(3) with time zone + 1", "x + 1", true },
		{ "x::\"Odd type\"[] = 1", "(x = 1)", true },
		{ "a  =\n b", "a = b", true },
		{ "a = 1", "a = 2", false },
		{ "a = '(1)'", "a = '1'", false },
		{ "a = 'x::text'", "a = 'x'", false },
		{ "\"a b\"", "\"ab\"", false },
		{ "CHECK (a)", "CHECK (a) NOT VALID", false },
		{ "a", "", false },
		{ "('open", "'open", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *a = strdup(rows[i].a), *b = strdup(rows[i].b);

		if (pg_definition_is_respelt(a, b) != rows[i].same ||
		    pg_definition_is_respelt(b, a) != rows[i].same)
			fail_msg("%s | %s", a, b);
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_are_whole_however_the_archive_is_cut),
		cmocka_unit_test(copy_statements_are_read_instead_when_wanted),
		cmocka_unit_test(neither_data_nor_the_database_is_an_object),
		cmocka_unit_test(a_tar_has_the_objects_of_the_custom_archive),
		cmocka_unit_test(a_damaged_table_of_contents_is_not_read),
		cmocka_unit_test(each_difference_is_told_once),
		cmocka_unit_test(only_casts_and_parentheses_may_be_printed_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
