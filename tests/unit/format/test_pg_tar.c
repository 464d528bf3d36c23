/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <zstd.h>

#include "archive_fixture.h"
#include "tar_fixture.h"

static bool has_finding(const struct reading *r, enum finding_code code)
{
	for (size_t i = 0; i < r->findings.count; i++) {
		if (r->findings.item[i].code == code)
			return true;
	}
	return false;
}

/* What the dump's format and its compression are may differ, and nothing else. */
static void assert_same_facts(const struct reading *a, const struct reading *b)
{
	assert_int_equal(a->facts.count, b->facts.count);
	for (size_t i = 0; i < a->facts.count; i++) {
		const struct fact *x = &a->facts.item[i], *y = &b->facts.item[i];

		if (strcmp(x->name, "archive_compression") == 0)
			continue;
		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes ||
		    memcmp(&x->fingerprint, &y->fingerprint, sizeof(x->fingerprint)) != 0 ||
		    strcmp(x->value, y->value) != 0)
			fail_msg("%s.%s differs", x->scope, x->name);
	}
}

static void facts_are_those_of_the_custom_archive(void **state)
{
	static const char *const names[] = { "pg-tar/tar.tar", "pg-tar/directory.tar",
					     "pg-tar/directory-gzip.tar" };
	struct buf custom = tar_file("pg-tar/custom.dump");
	struct reading expected = read_whole(buf_span(&custom));

	(void)state;
	assert_int_equal(expected.findings.count, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf bytes = tar_file(names[i]);
		struct reading r = read_tar(buf_span(&bytes));

		assert_int_equal(r.findings.count, 0);
		assert_true(r.finished);
		assert_int_equal(r.format, FORMAT_PG_TAR);
		assert_true(r.local_time);
		assert_same_facts(&expected, &r);
		reading_release(&r);
		buf_release(&bytes);
	}
	reading_release(&expected);
	buf_release(&custom);
}

enum order { AS_THEY_ARE, REVERSED };

/* The members of `tar` again, each given to `change` with its name and content. */
static struct buf rebuild(struct span tar, enum order order,
			  void (*change)(const char **name, struct span *content, struct buf *room))
{
	static struct tar_layout l;
	struct buf out = { 0 };

	tar_layout(&l, tar);
	for (size_t i = 0; i < l.count; i++) {
		size_t k = order == REVERSED ? l.count - 1 - i : i;
		const char *name = l.member[k].name;
		struct span content = tar_content(&l, k, tar);
		struct buf room = { 0 };

		if (change)
			change(&name, &content, &room);
		if (name)
			tar_append(&out, name, l.member[k].type, content);
		buf_release(&room);
	}
	tar_append_end(&out);
	return out;
}

static char packed_name[128];

static bool is_data(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && strcmp(end, ".dat") == 0 && !strstr(name, "toc.dat");
}

/* As pg_dump does: no frame for an empty large object. */
static void pack_lz4(const char **name, struct span *content, struct buf *room)
{
	LZ4F_preferences_t checked = { .frameInfo.contentChecksumFlag =
					       LZ4F_contentChecksumEnabled };
	size_t bound = LZ4F_compressFrameBound(content->len, &checked);

	if (!is_data(*name))
		return;
	assert_int_equal(buf_reserve(room, bound), 0);
	if (content->len)
		room->len =
			LZ4F_compressFrame(room->ptr, bound, content->ptr, content->len, &checked);
	assert_false(LZ4F_isError(room->len));
	(void)snprintf(packed_name, sizeof(packed_name), "%s.lz4", *name);
	*name = packed_name;
	*content = buf_span(room);
}

/* As pg_dump 18 does: no frame for an empty large object. */
static void pack_zstd(const char **name, struct span *content, struct buf *room)
{
	size_t bound = ZSTD_compressBound(content->len);

	if (!is_data(*name))
		return;
	assert_int_equal(buf_reserve(room, bound), 0);
	if (content->len)
		room->len = ZSTD_compress(room->ptr, bound, content->ptr, content->len, 3);
	assert_false(ZSTD_isError(room->len));
	(void)snprintf(packed_name, sizeof(packed_name), "%s.zst", *name);
	*name = packed_name;
	*content = buf_span(room);
}

/* Of PostgreSQL 15 with one list of large objects, and of 18 with one per entry. */
static const char *const rebuilt[] = { "pg-tar/tar.tar", "pg-archive/every-kind-18.tar" };

static void members_may_be_in_any_order_and_packed(void **state)
{
	void (*const changes[])(const char **, struct span *, struct buf *) = { NULL, pack_lz4,
										pack_zstd };

	(void)state;
	for (size_t i = 0; i < 2 * 2 * 3; i++) {
		struct buf bytes = tar_file(rebuilt[i % 2]);
		struct reading expected = read_tar(buf_span(&bytes));
		struct buf other = rebuild(buf_span(&bytes), i / 2 % 2 ? REVERSED : AS_THEY_ARE,
					   changes[i / 4]);
		struct reading r = read_tar(buf_span(&other));

		if (r.findings.count)
			fail_msg("%s", r.findings.item[0].message);
		assert_true(r.finished);
		assert_same_facts(&expected, &r);
		reading_release(&expected);
		reading_release(&r);
		buf_release(&bytes);
		buf_release(&other);
	}
}

static void rows_of_inserts_are_counted_before_and_after_toc_dat(void **state)
{
	struct buf bytes = tar_file("pg-tar/inserts.tar");

	(void)state;
	for (int order = AS_THEY_ARE; order <= REVERSED; order++) {
		struct buf other = rebuild(buf_span(&bytes), (enum order)order, NULL);
		struct reading r = read_tar(buf_span(&other));
		const struct fact *table = facts_find(&r.facts, FACT_TABLE, "public", "plain");

		assert_int_equal(r.findings.count, 0);
		assert_non_null(table);
		assert_int_equal(table->known, MEASURE_COUNT);
		assert_int_equal(table->count, 40);
		reading_release(&r);
		buf_release(&other);
	}
	buf_release(&bytes);
}

static const char *victim;

static void drop(const char **name, struct span *content, struct buf *room)
{
	(void)content, (void)room;
	if (strcmp(*name, victim) == 0)
		*name = NULL;
}

static void cut(const char **name, struct span *content, struct buf *room)
{
	(void)room;
	if (strcmp(*name, victim) == 0)
		content->len -= strcmp(victim, "restore.sql") == 0 ? 200 : 4;
}

static void lengthen(const char **name, struct span *content, struct buf *room)
{
	if (strcmp(*name, victim) != 0)
		return;
	assert_int_equal(buf_append(room, content->ptr, content->len), 0);
	assert_int_equal(buf_append(room, "x\n", 2), 0);
	*content = buf_span(room);
}

static void rename_it(const char **name, struct span *content, struct buf *room)
{
	(void)content, (void)room;
	if (strcmp(*name, victim) != 0)
		return;
	(void)snprintf(packed_name, sizeof(packed_name), "%s9%s",
		       strncmp(victim, "blob", 4) == 0 ? "blob_" : "", ".dat");
	*name = packed_name;
}

static void pack_badly(const char **name, struct span *content, struct buf *room)
{
	if (strcmp(*name, victim) != 0)
		return;
	pack_zstd(name, content, room);
	content->len--;
}

/* tar.tar with its member `name` changed leads to that finding, in both orders. */
static void expect(const char *name, void (*change)(const char **, struct span *, struct buf *),
		   enum finding_code code)
{
	struct buf bytes = tar_file("pg-tar/tar.tar");

	victim = name;
	for (int order = AS_THEY_ARE; order <= REVERSED; order++) {
		struct buf other = rebuild(buf_span(&bytes), (enum order)order, change);
		struct reading r = read_tar(buf_span(&other));

		if (!has_finding(&r, code))
			fail_msg("%s: no %s, but %s", name, finding_id(code),
				 r.findings.count ? r.findings.item[0].message : "nothing");
		assert_true(findings_verdict(&r.findings) == VERDICT_FAIL);
		reading_release(&r);
		buf_release(&other);
	}
	buf_release(&bytes);
}

static void what_is_wrong_with_members_is_found(void **state)
{
	static struct tar_layout l;
	struct buf bytes = tar_file("pg-tar/tar.tar");

	(void)state;
	tar_layout(&l, buf_span(&bytes));
	for (size_t k = 0; k < l.count; k++) {
		const char *name = l.member[k].name;

		if (strcmp(name, "restore.sql") == 0)
			continue;
		expect(name, drop, FINDING_MISSING_BLOCK);
		if (strncmp(name, "blob_", 5) == 0)
			expect(name, rename_it, FINDING_UNEXPECTED_BLOCK);
		if (is_data(name) && strncmp(name, "blob_", 5) != 0) {
			expect(name, rename_it, FINDING_UNEXPECTED_BLOCK);
			expect(name, cut, FINDING_BAD_ROW);
			expect(name, lengthen, FINDING_BAD_ROW);
			expect(name, pack_badly, FINDING_TRUNCATED);
		}
	}
	expect("blobs.toc", cut, FINDING_TRUNCATED);
	expect("toc.dat", cut, FINDING_TRUNCATED);
	expect("toc.dat", lengthen, FINDING_TRAILING_DATA);
	expect("restore.sql", cut, FINDING_TRUNCATED);
	buf_release(&bytes);
}

static struct reading read_member(const char *name, char type, const char *content)
{
	struct buf bytes = tar_file("pg-tar/small-gzip.tar");
	struct buf out = { 0 };
	struct reading r;

	tar_append(&out, name, type, text_span(content));
	assert_int_equal(buf_append(&out, bytes.ptr, bytes.len), 0);
	r = read_tar(buf_span(&out));
	buf_release(&bytes);
	buf_release(&out);
	return r;
}

static void strange_members_are_told_and_never_followed(void **state)
{
	static const struct {
		const char *name, *message;
		char type;
		enum finding_code code;
		enum verdict verdict;
	} cases[] = {
		{ "/etc/passwd", "1 members have absolute names", '0', FINDING_RISKY,
		  VERDICT_WARN },
		{ "a/../../x", "1 members have names that leave their directory (..)", '0',
		  FINDING_RISKY, VERDICT_WARN },
		{ "note.txt", "1 files are no part of the dump, the first is note.txt", '0',
		  FINDING_RISKY, VERDICT_WARN },
		{ "toc.dat", "toc.dat is no plain file (type 2), and not followed", '2',
		  FINDING_BAD_STRUCTURE, VERDICT_FAIL },
		{ "other/1.dat", NULL, '0', FINDING_UNSUPPORTED, VERDICT_ERROR },
		{ "1.dat", "1.dat, for which the table of contents has no data", '0',
		  FINDING_UNEXPECTED_BLOCK, VERDICT_FAIL },
		{ "1.dat",
		  "the member header here is of a sparse file: make the tar without "
		  "--sparse",
		  'S', FINDING_UNSUPPORTED, VERDICT_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r = read_member(cases[i].name, cases[i].type, "");
		bool told = cases[i].message == NULL;

		assert_true(has_finding(&r, cases[i].code));
		for (size_t k = 0; k < r.findings.count; k++)
			told |= !told && strcmp(r.findings.item[k].message, cases[i].message) == 0;
		if (!told)
			fail_msg("%s: %s", cases[i].name, r.findings.item[0].message);
		assert_true(findings_verdict(&r.findings) >= cases[i].verdict);
		reading_release(&r);
	}
}

static struct reading read_foreign(const char *const *names, const char *content)
{
	struct buf out = { 0 };
	struct reading r;

	for (; *names; names++)
		tar_append(&out, *names, '0', text_span(content));
	tar_append_end(&out);
	r = read_tar(buf_span(&out));
	buf_release(&out);
	return r;
}

static void tars_of_other_things_are_named(void **state)
{
	static const struct {
		const char *names[4], *content, *message;
	} cases[] = {
		{ { "backup_label", "base/1/1255", "global/pg_control", NULL },
		  "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\n"
		  "START TIME: 2026-11-22 22:40:05 UTC\n",
		  "this is a tar of a PostgreSQL base backup, begun 2026-11-22 22:40:05 UTC, WAL "
		  "from "
		  "0/2000028: use pg_verifybackup" },
		{ { "PG_VERSION", "global/pg_control", NULL },
		  "15\n",
		  "this is a tar of a PostgreSQL data directory of version 15: only a restore can "
		  "prove it" },
		{ { "000000010000000000000002", NULL },
		  "",
		  "this is a tar of PostgreSQL WAL segments: only a restore can prove it" },
		{ { "backup.info", "data/PG_VERSION", NULL },
		  "",
		  "this is a tar of a Barman backup: use barman check-backup" },
		{ { "db/users.bson", NULL },
		  "",
		  "this is a tar of a mongodump, which this reader does not decode" },
		{ { "photo.jpg", "b", NULL },
		  "",
		  "this is a tar of 2 files, the first of which is photo.jpg: unpack it and "
		  "inspect "
		  "them" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r = read_foreign(cases[i].names, cases[i].content);

		assert_int_equal(r.findings.count, 1);
		assert_string_equal(r.findings.item[0].message, cases[i].message);
		assert_int_equal(r.findings.item[0].code, FINDING_UNKNOWN_FORMAT);
		assert_int_equal(r.format, FORMAT_UNKNOWN);
		assert_int_equal(r.facts.count, 0);
		reading_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_those_of_the_custom_archive),
		cmocka_unit_test(rows_of_inserts_are_counted_before_and_after_toc_dat),
		cmocka_unit_test(members_may_be_in_any_order_and_packed),
		cmocka_unit_test(what_is_wrong_with_members_is_found),
		cmocka_unit_test(strange_members_are_told_and_never_followed),
		cmocka_unit_test(tars_of_other_things_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
