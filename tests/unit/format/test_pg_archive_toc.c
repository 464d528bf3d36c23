/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that the tests' encoder writes: every version, and what real ones seldom show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_encoder.h"
#include "archive_fixture.h"
#include "format/pg_archive_toc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct reading read_encoded(const struct archive *a)
{
	struct buf bytes = { 0 };
	struct reading r;

	archive_encode(a, &bytes);
	r = read_whole(buf_span(&bytes));
	buf_release(&bytes);
	return r;
}

static void expect_sound(const struct reading *r)
{
	if (r->findings.count)
		fail_msg("%s", r->findings.item[0].message);
	assert_true(r->finished);
}

static const struct archive_object objects[] = { { 17, "one" }, { 4000000001, "" } };

static const struct archive_entry common[] = {
	{ .kind = "ENCODING", .tag = "ENCODING", .definition = "SET client_encoding = 'UTF8';\n" },
	{ .kind = "STDSTRINGS",
	  .tag = "STDSTRINGS",
	  .definition = "SET standard_conforming_strings = 'on';\n" },
	{ .kind = "TABLE",
	  .tag = "t",
	  .schema = "public",
	  .owner = "keeper",
	  .relkind = 'r',
	  .method = "heap",
	  .definition = "CREATE TABLE public.t (a integer, b text);\n" },
	{ .kind = "BLOB", .tag = "17", .owner = "keeper" },
	{ .kind = "BLOB", .tag = "4000000001", .owner = "keeper" },
	{ .kind = "TABLE DATA",
	  .tag = "t",
	  .schema = "public",
	  .owner = "keeper",
	  .copy = "COPY public.t (a, b) FROM stdin;\n",
	  .data = "1\tx\n2\ty\n\\.\n\n\n" },
	{ .kind = "BLOBS", .tag = "BLOBS", .objects = objects, .objects_count = 2 },
};

static struct archive of_version(unsigned minor, bool packed)
{
	int level = minor < 15 ? 6 : 1;

	return (struct archive){
		.minor = minor,
		.compression = packed ? level : 0,
		.pack = packed ? archive_pack_zlib : NULL,
		.entry = common,
		.count = COUNT(common),
	};
}

static void every_version_is_read(void **state)
{
	(void)state;
	for (unsigned minor = 12; minor <= 16; minor++) {
		for (int variant = 0; variant < 4; variant++) {
			struct archive a = of_version(minor, variant & 1);
			struct reading r;
			const struct fact *t, *o;

			a.offset_size = variant & 2 ? 4 : 8;
			a.piped = variant == 3;
			r = read_encoded(&a);
			expect_sound(&r);
			t = facts_find(&r.facts, FACT_TABLE, "public", "t");
			o = facts_find(&r.facts, FACT_LARGE_OBJECTS, "", "");
			assert_non_null(t);
			assert_int_equal(t->count, 2);
			assert_int_equal(o->count, 2);
			assert_int_equal(o->bytes, 3);
			reading_release(&r);
		}
	}
}

static void an_oid_flag_of_old_tables_is_read(void **state)
{
	struct archive_entry entry[COUNT(common)];
	struct archive a = of_version(12, false);
	struct reading r;

	(void)state;
	memcpy(entry, common, sizeof(common));
	entry[2].with_oids = true;
	a.entry = entry;
	r = read_encoded(&a);
	expect_sound(&r);
	reading_release(&r);
}

/* All of toc.dat; the entries' file names, in order, are `files`. */
static enum pg_archive_toc_result read_toc(const struct archive *a, const char *const *files)
{
	struct findings findings = FINDINGS_INIT("test");
	struct pg_archive_toc *toc = calloc(1, sizeof(*toc));
	enum pg_archive_toc_result result;
	struct buf bytes = { 0 };
	struct span in;
	size_t n = 0;

	assert_non_null(toc);
	toc->findings = &findings;
	archive_encode(a, &bytes);
	in = buf_span(&bytes);
	do {
		result = pg_archive_toc_read(toc, &in,
					     (uint64_t)(in.ptr - (const uint8_t *)bytes.ptr));
		if (result == TOC_ENTRY)
			assert_string_equal(toc->entry.file, files[n++]);
	} while (result == TOC_HEADER || result == TOC_ENTRY);
	assert_int_equal(toc->header.format, PG_ARCHIVE_TAR);
	if (result == TOC_DONE) {
		assert_int_equal(n, a->count);
		assert_int_equal(in.len, 0);
	}
	findings_release(&findings);
	buf_release(&bytes);
	free(toc);
	return result;
}

static void the_contents_of_a_tar_name_files(void **state)
{
	static const char *const files[] = { "", "", "", "", "", "6.dat", "7.dat" };

	(void)state;
	for (unsigned minor = 12; minor <= 16; minor++) {
		struct archive a = of_version(minor, false);

		a.format = 3;
		assert_int_equal(read_toc(&a, files), TOC_DONE);
	}
}

static void file_names_that_leave_the_archive_are_refused(void **state)
{
	static const char *const names[] = { "../x.dat", "/x",  "a/b", ".",  "",
					     "a b",      "a\\", "ä",   "x:y" };
	struct archive a = { .minor = 14, .format = 3, .count = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct archive_entry e = {
			.kind = "TABLE DATA", .tag = "t", .data = "\\.\n", .file = names[i]
		};

		a.entry = &e;
		assert_int_equal(read_toc(&a, &names[i]), TOC_BAD);
	}
}

static void the_contents_of_a_tar_alone_are_not_guessed_at(void **state)
{
	struct archive a = of_version(14, false);
	struct reading r;

	(void)state;
	a.format = 3;
	r = read_encoded(&a);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_UNSUPPORTED);
	assert_false(r.finished);
	reading_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_read),
		cmocka_unit_test(an_oid_flag_of_old_tables_is_read),
		cmocka_unit_test(the_contents_of_a_tar_name_files),
		cmocka_unit_test(file_names_that_leave_the_archive_are_refused),
		cmocka_unit_test(the_contents_of_a_tar_alone_are_not_guessed_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
