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
#include "format/postgres/pg_archive_toc.h"

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

static void every_version_is_read(void **state)
{
	(void)state;
	for (unsigned minor = 12; minor <= 16; minor++) {
		for (int variant = 0; variant < 4; variant++) {
			struct archive a = archive_example(minor, variant & 1);
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
	struct archive a = archive_example(12, false);
	struct archive_entry *entry = calloc(a.count, sizeof(*entry));
	struct reading r;

	(void)state;
	assert_non_null(entry);
	memcpy(entry, a.entry, a.count * sizeof(*entry));
	entry[3].with_oids = true;
	a.entry = entry;
	r = read_encoded(&a);
	expect_sound(&r);
	reading_release(&r);
	free(entry);
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
	static const char *const files[] = {
		"", "", "", "", "", "", "", "", "", "10.dat", "11.dat"
	};

	(void)state;
	for (unsigned minor = 12; minor <= 15; minor++) {
		struct archive a = archive_example(minor, false);

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
	struct archive a = archive_example(14, false);
	struct reading r;

	(void)state;
	a.format = 3;
	r = read_encoded(&a);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_UNSUPPORTED);
	assert_false(r.finished);
	reading_release(&r);
}

static bool has(const struct reading *r, enum fact_kind kind, const char *name)
{
	return facts_find(&r->facts, kind, "", name) != NULL;
}

static uint64_t count_of(const struct reading *r, const char *kind)
{
	const struct fact *fact = facts_find(&r->facts, FACT_SCHEMA_OBJECTS, "", kind);

	return fact ? fact->count : 0;
}

/* What tests/fixtures/pg-archive/every-kind.sql makes. */
static void definitions_tell_of_roles_and_flags(void **state)
{
	static const char *const names[] = { "every-kind", "every-kind-18" };
	static const char *const roles[] = { "keeper",  "grantee",   "odd \"role",
					     "policed", "defaulted", "mapped" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct buf bytes = fixture(names[i]);
		struct reading r = read_whole(buf_span(&bytes));
		size_t found = 0;

		for (size_t k = 0; k < COUNT(roles); k++) {
			if (!has(&r, FACT_ROLE, roles[k]))
				fail_msg("%s: no role %s", names[i], roles[k]);
		}
		for (size_t k = 0; k < r.facts.count; k++)
			found += r.facts.item[k].kind == FACT_ROLE;
		assert_int_equal(found, COUNT(roles) + 1); /* and who made it all */
		assert_int_equal(count_of(&r, "NOT VALID CONSTRAINT"), 2);
		assert_int_equal(count_of(&r, "DISABLED TRIGGER"), 2);
		assert_int_equal(count_of(&r, "TRIGGER"), 2);
		assert_int_equal(count_of(&r, "POLICY"), 2);
		assert_int_equal(count_of(&r, "COMMENT"), i ? 6 : 5);
		assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "search_path")->value,
				    "");
		reading_release(&r);
		buf_release(&bytes);
	}
}

static void a_subscription_is_warned_of_without_its_password(void **state)
{
	struct buf bytes = fixture("every-kind");
	struct reading r = read_whole(buf_span(&bytes));

	(void)state;
	assert_int_equal(findings_verdict(&r.findings), VERDICT_WARN);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_RISKY);
	assert_string_equal(r.findings.item[0].message,
			    "subscription draws: once enabled, the restored server would dial out "
			    "to its publisher");
	reading_release(&r);
	buf_release(&bytes);
}

/* One entry of that kind and definition, read in blocks of `block` bytes. */
static struct reading read_definition(const char *kind, const char *definition, size_t block)
{
	struct archive_entry e = { .kind = kind, .tag = "x", .definition = definition };
	struct archive a = { .minor = 14, .entry = &e, .count = 1 };
	struct error err = ERROR_INIT;
	struct reading r = { 0 };
	struct buf bytes = { 0 };

	archive_encode(&a, &bytes);
	assert_int_equal(read_bytes(&pg_archive_reader, buf_span(&bytes), block, &r, &err), 0);
	buf_release(&bytes);
	return r;
}

static void names_are_found_where_a_definition_means_roles(void **state)
{
	static const struct {
		const char *kind, *definition, *names; /* sorted, each with a '|' */
	} rows[] = {
		{ "ACL", "GRANT ALL ON TABLE \"to\".\"from\" TO a, \"B c\" WITH GRANT OPTION;",
		  "B c|a|" },
		{ "ACL",
		  "REVOKE ALL ON SCHEMA public FROM PUBLIC;\nGRANT ALL ON SCHEMA public TO Abc;",
		  "abc|" },
		{ "ACL",
		  "SET SESSION AUTHORIZATION grantor;\nGRANT SELECT(a, \"to\") ON TABLE t TO b;\n"
		  "RESET SESSION AUTHORIZATION;\n",
		  "b|grantor|" },
		{ "ACL", "GRANT ALL ON FUNCTION f(\"to\" integer) TO GROUP g;", "g|" },
		{ "ACL", "GRANT a TO b GRANTED BY c;", "b|" },
		{ "DEFAULT ACL",
		  "ALTER DEFAULT PRIVILEGES FOR ROLE d IN SCHEMA role REVOKE ALL ON TABLES FROM e;",
		  "d|e|" },
		{ "POLICY", "CREATE POLICY \"to\" ON t FOR SELECT TO a USING ((b = ' TO c'));",
		  "a|" },
		{ "POLICY", "CREATE POLICY p ON t USING ((x TO y));", "" },
		{ "USER MAPPING", "CREATE USER MAPPING FOR m SERVER s OPTIONS (\"user\" 'for x');",
		  "m|" },
		{ "USER MAPPING", "CREATE USER MAPPING FOR public SERVER s;", "" },
		{ "DATABASE PROPERTIES", "ALTER ROLE r IN DATABASE d SET x TO y;", "r|" },
		{ "COMMENT", "COMMENT ON ROLE r IS 'GRANT x TO y;';", "" },
		{ "FUNCTION", "CREATE FUNCTION f() AS 'GRANT x TO y;';", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t block = 1; block < 512; block += 255) {
			struct reading r = read_definition(rows[i].kind, rows[i].definition, block);
			struct buf names = { 0 };

			assert_int_equal(buf_puts(&names, ""), 0);
			for (size_t k = 0; k < r.facts.count; k++) {
				if (r.facts.item[k].kind == FACT_ROLE)
					assert_int_equal(
						buf_printf(&names, "%s|", r.facts.item[k].name), 0);
			}
			if (strcmp(names.ptr, rows[i].names) != 0)
				fail_msg("%s: %s", rows[i].definition, names.ptr);
			buf_release(&names);
			reading_release(&r);
		}
	}
}

/* A definition of a few megabytes is not kept, and names in it are found all the same. */
static void every_name_of_a_long_definition_is_found(void **state)
{
	enum { ROLES = 20000 };
	struct buf definition = { 0 };
	struct reading r;
	size_t found = 0;

	(void)state;
	for (int i = 0; i < ROLES; i++)
		assert_int_equal(
			buf_printf(&definition, "GRANT SELECT ON TABLE public.t TO role_%d;\n", i),
			0);
	r = read_definition("ACL", definition.ptr, 65536);
	for (size_t i = 0; i < r.facts.count; i++)
		found += r.facts.item[i].kind == FACT_ROLE;
	assert_int_equal(found, ROLES);
	reading_release(&r);
	buf_release(&definition);
}

static void tablespaces_are_facts(void **state)
{
	struct archive a = archive_example(14, false);
	struct reading r = read_encoded(&a);

	(void)state;
	expect_sound(&r);
	assert_true(has(&r, FACT_TABLESPACE, "fast"));
	assert_true(has(&r, FACT_ROLE, "reader"));
	reading_release(&r);
	r = read_definition("DATABASE", "CREATE DATABASE d WITH TABLESPACE = roomy;", 7);
	assert_true(has(&r, FACT_TABLESPACE, "roomy"));
	reading_release(&r);
}

static void expect_setting(const struct reading *r, const char *name, const char *value)
{
	const struct fact *f = facts_find(&r->facts, FACT_SETTING, "", name);

	if (!value)
		assert_null(f);
	else
		assert_string_equal(f ? f->value : "missing", value);
}

/* As dumpDatabase() of versions 13 to 17 writes them. */
static void the_locale_of_a_database_is_told(void **state)
{
	static const struct {
		const char *definition, *collate, *ctype, *provider, *icu;
	} rows[] = {
		{ "CREATE DATABASE d WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = "
		  "'de_DE.UTF-8';\n",
		  "de_DE.UTF-8", "de_DE.UTF-8", NULL, NULL },
		{ "CREATE DATABASE \"LC_CTYPE = 'x'\" WITH TEMPLATE = template0 ENCODING = 'UTF8' "
		  "LC_COLLATE = 'C' LC_CTYPE = 'it''s';\n",
		  "C", "it's", NULL, NULL },
		{ "CREATE DATABASE d WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = "
		  "icu LOCALE = 'C' ICU_LOCALE = 'sv-SE';\n",
		  "C", "C", "icu", "sv-SE" },
		{ "CREATE DATABASE locale WITH ENCODING = 'UTF8';\n", NULL, NULL, NULL, NULL },
		{ "CREATE DATABASE d WITH LOCALE", NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r = read_definition("DATABASE", rows[i].definition, 7);

		expect_setting(&r, "database_encoding",
			       strstr(rows[i].definition, "UTF8") ? "UTF8" : NULL);
		expect_setting(&r, "collate", rows[i].collate);
		expect_setting(&r, "ctype", rows[i].ctype);
		expect_setting(&r, "locale_provider", rows[i].provider);
		expect_setting(&r, "icu_locale", rows[i].icu);
		reading_release(&r);
	}
}

/* Entry k + 1 depends on the k-th row's ids. */
static struct reading read_graph(const uint32_t (*depends)[2], size_t count)
{
	struct archive_entry *entry = calloc(count, sizeof(*entry));
	struct archive a = { .minor = 14, .entry = entry, .count = count };
	struct reading r;

	assert_non_null(entry);
	for (size_t i = 0; i < count; i++) {
		entry[i] = (struct archive_entry){
			.kind = "TABLE", .tag = "t", .depends = depends[i], .depends_count = 2
		};
	}
	r = read_encoded(&a);
	free(entry);
	return r;
}

static void dependencies_in_a_circle_are_found(void **state)
{
	enum { LONG = 50000 };
	static const uint32_t sound[][2] = { { 2, 3 }, { 3, 4 }, { 4, 99 }, { 100, 0 } };
	static const uint32_t itself[][2] = { { 2, 2 }, { 2, 1 } };
	static const uint32_t far[][2] = { { 2, 3 }, { 99, 4 }, { 98, 97 }, { 3, 2 } };
	uint32_t(*chain)[2] = calloc(LONG, sizeof(*chain));
	struct reading r;

	(void)state;
	assert_non_null(chain);
	for (uint32_t i = 0; i < LONG; i++)
		chain[i][0] = chain[i][1] = i + 2;
	r = read_graph(sound, COUNT(sound));
	expect_sound(&r);
	reading_release(&r);
	r = read_graph((const uint32_t(*)[2])chain, LONG);
	expect_sound(&r);
	reading_release(&r);
	chain[LONG - 1][1] = 1;
	r = read_graph((const uint32_t(*)[2])chain, LONG);
	assert_int_equal(r.findings.count, 1);
	reading_release(&r);
	r = read_graph(itself, COUNT(itself));
	assert_int_equal(r.findings.count, 1);
	assert_non_null(strstr(r.findings.item[0].message, "entry 2 "));
	reading_release(&r);
	r = read_graph(far, COUNT(far));
	assert_int_equal(findings_verdict(&r.findings), VERDICT_FAIL);
	assert_non_null(strstr(r.findings.item[0].message, "entry 2 "));
	reading_release(&r);
	free(chain);
}

static void data_that_is_announced_and_not_there_is_missing(void **state)
{
	static const struct archive_entry entry[] = { { .kind = "TABLE DATA", .tag = "t" },
						      { .kind = "BLOBS", .tag = "BLOBS" },
						      { .kind = "MATERIALIZED VIEW DATA",
							.tag = "v" } };
	struct archive a = { .minor = 14, .entry = entry, .count = COUNT(entry) };
	struct reading r = read_encoded(&a);

	(void)state;
	assert_int_equal(r.findings.count, 2);
	assert_int_equal(r.findings.item[0].code, FINDING_MISSING_BLOCK);
	assert_int_equal(r.findings.item[1].code, FINDING_MISSING_BLOCK);
	reading_release(&r);
}

static void large_objects_that_no_entry_names_are_found(void **state)
{
	static const struct archive_object objects[] = { { 17, "" }, { 18, "" } };
	static const char *const names[] = { "17\n", "17\n18\n19\n", "17\n19\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct archive_entry entry[] = {
			{ .kind = "BLOB METADATA", .tag = "17..18", .definition = names[i] },
			{ .kind = "BLOBS",
			  .tag = "17..18",
			  .objects = objects,
			  .objects_count = 2 },
		};
		struct archive a = { .minor = 16, .entry = entry, .count = COUNT(entry) };
		struct reading r = read_encoded(&a);

		assert_int_equal(r.findings.count, 1);
		assert_int_equal(r.findings.item[0].code, FINDING_BAD_REFERENCE);
		reading_release(&r);
	}
}

static void the_contents_are_listed_in_their_order(void **state)
{
	struct archive a = archive_example(14, false);
	struct error err = ERROR_INIT;
	struct reading r = { .list = true };
	struct buf bytes = { 0 };

	(void)state;
	archive_encode(&a, &bytes);
	assert_int_equal(read_bytes(&pg_archive_reader, buf_span(&bytes), 64, &r, &err), 0);
	assert_int_equal(r.contents.count, a.count);
	for (size_t i = 0; i < a.count; i++) {
		const struct outline_entry *o = &r.contents.item[i];
		const struct archive_entry *e = &a.entry[i];

		assert_int_equal(o->id, i + 1);
		assert_string_equal(o->kind, e->kind);
		assert_string_equal(o->name, e->tag);
		assert_string_equal(o->scope, e->schema ? e->schema : "");
		assert_string_equal(o->owner, e->owner ? e->owner : "");
		assert_int_equal(o->offset != OUTLINE_NO_OFFSET, e->data || e->objects);
		assert_int_equal(o->known, e->data ? MEASURE_COUNT | MEASURE_BYTES : 0);
		assert_int_equal(o->count, e->data ? 2 : 0);
		assert_int_equal(o->bytes, e->data ? 8 : 0);
	}
	reading_release(&r);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_read),
		cmocka_unit_test(an_oid_flag_of_old_tables_is_read),
		cmocka_unit_test(the_contents_of_a_tar_name_files),
		cmocka_unit_test(file_names_that_leave_the_archive_are_refused),
		cmocka_unit_test(the_contents_of_a_tar_alone_are_not_guessed_at),
		cmocka_unit_test(definitions_tell_of_roles_and_flags),
		cmocka_unit_test(a_subscription_is_warned_of_without_its_password),
		cmocka_unit_test(names_are_found_where_a_definition_means_roles),
		cmocka_unit_test(every_name_of_a_long_definition_is_found),
		cmocka_unit_test(tablespaces_are_facts),
		cmocka_unit_test(the_locale_of_a_database_is_told),
		cmocka_unit_test(dependencies_in_a_circle_are_found),
		cmocka_unit_test(data_that_is_announced_and_not_there_is_missing),
		cmocka_unit_test(large_objects_that_no_entry_names_are_found),
		cmocka_unit_test(the_contents_are_listed_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
