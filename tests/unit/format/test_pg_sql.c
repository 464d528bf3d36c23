/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader of plain SQL notices, construct by construct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sql_fixture.h"

#define BEGINS         "--\n-- PostgreSQL database dump\n--\n\n"
#define ENDS           "--\n-- PostgreSQL database dump complete\n--\n\n"
#define CLUSTER_BEGINS "--\n-- PostgreSQL database cluster dump\n--\n\n"
#define CLUSTER_ENDS   "--\n-- PostgreSQL database cluster dump complete\n--\n\n"
#define OK             FINDING_CODE_COUNT

/* The first finding of a whole text, the same in blocks of every small size; FINDING_CODE_COUNT: none. */
static void expect_whole(const char *text, enum finding_code code)
{
	size_t len = strlen(text);
	const size_t blocks[] = { 1, 2, 7, 31, len + 1 };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct reading r = read_with(&pg_sql_reader, text_span(text), blocks[i]);
		enum finding_code found = r.findings.count ? r.findings.item[0].code : OK;

		if (found != code)
			fail_msg("%s (not %s) in blocks of %zu: %s: \"%s\"",
				 found == OK ? "nothing" : finding_id(found),
				 code == OK ? "nothing" : finding_id(code), blocks[i],
				 found == OK ? "" : r.findings.item[0].message, text);
		assert_true(code != OK || r.finished);
		assert_true(code != FINDING_TRUNCATED || !r.finished);
		reading_release(&r);
	}
}

/* The same, of what stands between title and end marker. */
static void expect(const char *body, enum finding_code code)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	assert_int_equal(buf_printf(&text, BEGINS "%s" ENDS, body), 0);
	expect_whole(text.ptr, code);
}

static void dumps_that_end_as_they_should_pass(void **state)
{
	(void)state;
	expect_whole(BEGINS ENDS, OK);
	expect_whole(BEGINS "\\restrict a1B\n\n" ENDS "\\unrestrict a1B\n\n", OK);
	expect_whole(BEGINS "\\restrict a1B\n\n" ENDS "\\unrestrict a1B", OK);
	expect_whole("--\r\n-- PostgreSQL database dump\r\n--\r\n\r\nSET a = b;\r\n"
		     "--\r\n-- PostgreSQL database dump complete\r\n--\r\n\r\n",
		     OK);
	expect_whole("\xef\xbb\xbf\n" BEGINS ENDS, OK);
	expect_whole(CLUSTER_BEGINS "\\connect template1\n\n" BEGINS ENDS BEGINS ENDS CLUSTER_ENDS,
		     OK);
}

static void dumps_that_do_not_end_are_truncated(void **state)
{
	(void)state;
	expect_whole(BEGINS, FINDING_TRUNCATED);
	expect_whole(BEGINS "SELECT 1", FINDING_TRUNCATED);
	expect_whole(BEGINS "SELECT 'a;\n" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "SELECT \"a;\n" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "SELECT $a$;\n$b$;" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "/* /* */\n" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "SELECT (1;\n" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "COPY t (a) FROM stdin;\n1\n", FINDING_TRUNCATED);
	expect_whole(BEGINS "COPY t (a) FROM stdin;\n1\n\\.", FINDING_TRUNCATED);
	expect_whole(BEGINS "COPY t (a) FROM stdin;\n" ENDS, FINDING_TRUNCATED);
	expect_whole(BEGINS "COPY t (a) FROM stdin;", FINDING_TRUNCATED);
	expect_whole(BEGINS "\\restrict a1\n" ENDS, FINDING_TRUNCATED);
	expect_whole(CLUSTER_BEGINS BEGINS ENDS, FINDING_TRUNCATED);
	expect_whole(CLUSTER_BEGINS BEGINS CLUSTER_ENDS, FINDING_TRUNCATED);
	expect_whole(CLUSTER_BEGINS BEGINS BEGINS ENDS CLUSTER_ENDS, FINDING_TRUNCATED);
}

static void nothing_but_unrestrict_follows_the_end(void **state)
{
	(void)state;
	expect_whole(BEGINS ENDS "SELECT 1;\n", FINDING_TRAILING_DATA);
	expect_whole(BEGINS ENDS "\\connect x\n", FINDING_TRAILING_DATA);
	expect_whole(BEGINS ENDS BEGINS "SET a = 1;\n" ENDS, FINDING_TRAILING_DATA);
	expect_whole(BEGINS ENDS "-- a remark\n\n", OK);
	expect_whole(BEGINS BEGINS ENDS, FINDING_BAD_STRUCTURE);
	expect_whole(BEGINS CLUSTER_ENDS, FINDING_BAD_STRUCTURE);
}

static void transactions_must_be_committed(void **state)
{
	(void)state;
	expect("BEGIN;\nSELECT 1;\nCOMMIT;\n", OK);
	expect("START TRANSACTION;\nSELECT 1;\nEND;\n", OK);
	expect("BEGIN;\nSELECT 1;\nCOMMIT;\n\\connect x\nBEGIN;\nCOMMIT;\n", OK);
	expect("ROLLBACK;\n", OK);
	expect("BEGIN;\nSELECT 1;\n", FINDING_BAD_STRUCTURE);
	expect("begin work;\nSELECT 1;\n", FINDING_BAD_STRUCTURE);
	expect("START TRANSACTION;\nSELECT 1;\n", FINDING_BAD_STRUCTURE);
	expect("BEGIN;\nSELECT 1;\n\\connect x\nCOMMIT;\n", FINDING_BAD_STRUCTURE);
	expect("BEGIN;\nSELECT 1;\nROLLBACK;\n", FINDING_BAD_STRUCTURE);
	expect("BEGIN;\nSELECT 1;\nABORT;\nCOMMIT;\n", FINDING_BAD_STRUCTURE);
	expect("\\set AUTOCOMMIT off\n", FINDING_UNSAFE);
	expect("\\unset AUTOCOMMIT\n", FINDING_UNSAFE);
	expect("\\set AUTO'COMMIT' off\n", FINDING_UNSAFE);
}

static void keys_of_restrict_must_agree(void **state)
{
	(void)state;
	expect("\\restrict a1\n\\unrestrict a1\n\\restrict b\n\\unrestrict b\n", OK);
	expect("\\restrict a1\n\\unrestrict a2\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a1\n\\unrestrict a12\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a1\n\\unrestrict\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a1\n\\restrict a1\n\\unrestrict a1\n", FINDING_BAD_STRUCTURE);
	expect("\\unrestrict a1\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a b\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a1\n\\connect x\n\\unrestrict a1\n", FINDING_BAD_STRUCTURE);
	expect("\\restrict a1\n\\echo x\n\\unrestrict a1\n", FINDING_UNSAFE);
}

static void commands_of_psql_are_findings(void **state)
{
	(void)state;
	expect("\\! rm -rf /\n", FINDING_UNSAFE);
	expect("\\i /etc/passwd\n", FINDING_UNSAFE);
	expect("\\o |sh\n", FINDING_UNSAFE);
	expect("\\copy t from program 'ls'\n", FINDING_UNSAFE);
	expect("\\g |sh\n", FINDING_UNSAFE);
	expect("\\q\n", FINDING_UNSAFE);
	expect("\\if true\n", FINDING_UNSAFE);
	expect("SELECT 1 \\gexec\n;", FINDING_UNSAFE);
	expect("SELECT 1 \\! ls\n;", FINDING_UNSAFE);
	expect("SELECT 1;\\! ls\n", FINDING_UNSAFE);
	expect("SELECT 1\\;SELECT 2;", FINDING_UNSAFE);
	expect("INSERT INTO t VALUES (1,\n\\! ls\n2);\n", FINDING_UNSAFE);
	expect("-- Name: x\r\\! ls\n", FINDING_UNSAFE);
	expect("\\echo hello\n", FINDING_RISKY);
	expect("\\set ON_ERROR_STOP on\n", FINDING_RISKY);
	expect("\\echo `ls`\n", FINDING_UNSAFE);
	expect("\\echo x \\! ls\n", FINDING_UNSAFE);
	expect("\\set x :y\n", FINDING_UNSAFE);
	expect("\\encoding LATIN1\n", FINDING_RISKY);
	expect("\\encoding SQL_ASCII\n", OK);
	expect("\\.\n", FINDING_BAD_STRUCTURE);
}

static void connect_may_only_lead_to_a_database_here(void **state)
{
	(void)state;
	expect("\\connect a_1\n", OK);
	expect("\\c a\n", OK);
	expect("\\connect \"odd name\"\n", OK);
	expect("\\connect -reuse-previous=on \"dbname='odd = db'\"\n", OK);
	expect("\\connect -reuse-previous=on \"dbname='a \"\"b\\'%$`:x\\\\'\"\n", OK);
	expect("\\connect \"a\"\"b\"\n", OK);
	expect("\\connect -reuse-previous=on \"dbname='x' host='evil'\"\n", FINDING_UNSAFE);
	expect("\\connect -reuse-previous=on \"dbname='x\\\\' host='evil'\"\n", FINDING_UNSAFE);
	expect("\\connect -reuse-previous=on \"dbname='x\\'\"\n", FINDING_UNSAFE);
	expect("\\connect -reuse-previous=on \"dbname='x'\" \"y\"\n", FINDING_UNSAFE);
	expect("\\connect \"x\"\"\n", FINDING_UNSAFE);
	expect("\\connect \"x\"`ls`\"\"\n", FINDING_UNSAFE);
	expect("\\connect \"dbname=x host=evil\"\n", FINDING_UNSAFE);
	expect("\\connect postgresql://evil/x\n", FINDING_UNSAFE);
	expect("\\connect x user evil\n", FINDING_UNSAFE);
	expect("\\connect `ls`\n", FINDING_UNSAFE);
	expect("\\connect x \\! ls\n", FINDING_UNSAFE);
	expect("\\connect\n", FINDING_UNSAFE);
}

/* PG_SQL_UNCOVERED_STATEMENTS: what `inspect --coverage` says of it is so */
static void a_copy_that_is_missing_or_there_twice_shows_only_in_the_facts(void **state)
{
#define TABLE "CREATE TABLE public.t (\n    a text\n);\n"
#define ROWS  "COPY public.t (a) FROM stdin;\nx\ny\n\\.\n"
	(void)state;
	expect(TABLE ROWS, OK);
	expect(TABLE, OK);
	expect(TABLE ROWS ROWS, OK);
	expect(ROWS TABLE, OK);
#undef TABLE
#undef ROWS
}

/* PG_SQL_UNCOVERED_SETTINGS: what `inspect --coverage` says of it is so */
static void a_setting_changed_inside_a_do_block_hides_a_command(void **state)
{
	(void)state;
	expect("DO $$BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); "
	       "END$$;\n"
	       "SELECT 'a\\', '\n\\! ls\n', 'b';\n",
	       OK);
	expect("SET standard_conforming_strings = off;\n"
	       "SELECT 'a\\', '\n\\! ls\n', 'b';\n",
	       FINDING_UNSAFE);
}

static void what_is_quoted_is_not_obeyed(void **state)
{
	(void)state;
	expect("SELECT '\n\\! ls\n';\n", OK);
	expect("SELECT E'\\'\n\\! ls\n';\n", OK);
	expect("SELECT 'a\\';\n\\! ls\n", FINDING_UNSAFE);
	expect("SET standard_conforming_strings = off;\nSELECT 'a\\\\', 'b\n\\! ls\n';\n", OK);
	expect("BEGIN; SET LOCAL standard_conforming_strings = off; COMMIT;\n"
	       "SELECT 'a\\'; \\! ls\n -- ';\n",
	       FINDING_UNSAFE);
	expect("SELECT set_config('standard_conforming_strings', 'off', false);\n"
	       "SELECT 'a\\'\n\\! ls\n';\n",
	       FINDING_UNSAFE);
	expect("SET client_encoding = 'SJIS';\nSELECT E'\x83\\\\' \\! ls\n -- ';\n", FINDING_RISKY);
	expect("SET NAMES 'shift_jis_2004';\n", FINDING_RISKY);
	expect("SET client_encoding TO gb18030;\n", FINDING_RISKY);
	expect("SELECT pg_catalog.set_config('client_encoding', 'BIG5', false);\n", FINDING_RISKY);
	expect("SET client_encoding = 'EUC_JP';\n", OK);
	expect("SELECT \"\n\\! ls\n\";\n", OK);
	expect("SELECT $$\n\\! ls\n$$, $a$ $$ \n\\! ls\n$a$;\n", OK);
	expect("/* /* */ \n\\! ls\n */\n", OK);
	expect("-- \\! ls\n", OK);
	expect("SELECT 'a'\n'\\' ; \\! ls\n", FINDING_UNSAFE);
	expect("SELECT E'a'\n'\\'\n\\! ls\n';\n", OK);
	expect("SELECT 1 AS a$b, 2 AS c$b; \\! ls\n", FINDING_UNSAFE);
	expect("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 END;\n"
	       " SELECT 2;\nEND;\nSELECT 1;\n",
	       OK);
	expect("COPY t (a) FROM stdin;\n\\\\! ls\n\\\\.\n\\.\n", OK);
}

static void copy_is_told_from_what_runs_or_reads_files(void **state)
{
	(void)state;
	expect("COPY t (a, b) FROM stdin;\n1\t2\n\\.\n\n\n", OK);
	expect("COPY \"a,b\".\"c(\" (\"d,\", \"e)\") FROM stdin;\n1\t2\n\\.\n", OK);
	expect("COPY t  FROM stdin;\n\n\n\\.\n", OK);
	expect("COPY t (a, b) FROM stdin;\n1\n\\.\n", FINDING_BAD_ROW);
	expect("COPY t (a) WITH OIDS FROM stdin;\n16384\t1\n\\.\n", OK);
	expect("COPY t FROM stdin WITH (FORMAT csv);\n1,2\n3,4,5\n\\.\n", OK);
	expect("COPY t (a) FROM stdin; SELECT 1;\n1\n\\.\n", FINDING_BAD_SYNTAX);
	expect("COPY t (a) FROM PROGRAM 'ls';\n", FINDING_UNSAFE);
	expect("COPY t (a) TO PROGRAM 'sh';\n", FINDING_UNSAFE);
	expect("COPY (SELECT 'x FROM stdin') TO '/etc/x';\n", FINDING_UNSAFE);
	expect("COPY t (a) FROM '/tmp/x';\n", FINDING_RISKY);
	expect("COPY t TO stdout;\n", OK);
}

static void lines_may_end_as_windows_ends_them(void **state)
{
	(void)state;
	expect("COPY t (a) FROM stdin;\r\n1\r\n2\r\n\\.\r\n", OK);
	expect("COPY t (a) FROM stdin;\n1\r\n2\n\\.\n", FINDING_BAD_ROW);
	expect("COPY t (a) FROM stdin;\n1\r2\n\\.\n", FINDING_BAD_ROW);
}

static void what_begins_no_statement_is_seen(void **state)
{
	(void)state;
	expect("COPX t (a) FROM stdin;\n", FINDING_BAD_SYNTAX);
	expect("1\t2\n3\t4;\n", FINDING_BAD_SYNTAX);
	expect("(SELECT 1);\n", OK);
	expect("INSERT INTO t VALUES (1) (2);\n", FINDING_BAD_SYNTAX);
	expect("SELECT pg_catalog.setval('a', 1);\n", FINDING_BAD_STRUCTURE);
	expect("SELECT pg_catalog.setval('a.\"b', 1, true);\n", FINDING_BAD_STRUCTURE);
	expect("SELECT pg_catalog.setval('a', 1, true);\nSELECT pg_catalog.setval('a', 1, true);\n",
	       FINDING_DUPLICATE);
	expect("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;\n", FINDING_RISKY);
}

static void large_objects_are_written_whole(void **state)
{
#define OPEN  "SELECT pg_catalog.lo_open('7', 131072);\n"
#define CLOSE "SELECT pg_catalog.lo_close(0);\n"
	(void)state;
	expect("SELECT pg_catalog.lo_create('7');\n" OPEN
	       "SELECT pg_catalog.lowrite(0, '\\x0aFF');\n" CLOSE,
	       OK);
	expect(OPEN "SELECT pg_catalog.lowrite(0, '\\x0a0');\n" CLOSE, FINDING_BAD_STRUCTURE);
	expect(OPEN "SELECT pg_catalog.lowrite(0, '\\x0g');\n" CLOSE, FINDING_BAD_STRUCTURE);
	expect(OPEN "SELECT pg_catalog.lowrite(0, 'a\\012\\\\');\n" CLOSE, OK);
	expect(OPEN "SELECT pg_catalog.lowrite(0, '\\9');\n" CLOSE, FINDING_BAD_STRUCTURE);
	expect("SELECT pg_catalog.lo_create('8');\n" OPEN CLOSE, FINDING_BAD_REFERENCE);
	expect("SELECT pg_catalog.lowrite(0, '\\x00');\n", FINDING_BAD_STRUCTURE);
	expect(CLOSE, FINDING_BAD_STRUCTURE);
	expect(OPEN, FINDING_BAD_STRUCTURE);
}

static void a_zero_byte_is_found_where_it_stands(void **state)
{
	static const char in_text[] = BEGINS "SET a = 'x\0y';\n" ENDS;
	static const char in_row[] = BEGINS "COPY t (a) FROM stdin;\nx\0y\n\\.\n" ENDS;

	(void)state;
	for (size_t block = 1; block < sizeof(in_text); block++) {
		struct span text = { (const uint8_t *)in_text, sizeof(in_text) - 1 };
		struct span row = { (const uint8_t *)in_row, sizeof(in_row) - 1 };
		struct reading r = read_with(&pg_sql_reader, text, block);

		assert_int_equal(r.findings.count, 1);
		assert_int_equal(r.findings.item[0].code, FINDING_BAD_SYNTAX);
		assert_int_equal(r.findings.item[0].offset, strlen(BEGINS "SET a = 'x"));
		reading_release(&r);
		r = read_with(&pg_sql_reader, row, block);
		assert_int_equal(r.findings.count, 1);
		assert_int_equal(r.findings.item[0].code, FINDING_BAD_ROW);
		reading_release(&r);
	}
}

static void the_title_decides_what_matches(void **state)
{
	const struct {
		const char *head;
		bool matches;
	} heads[] = {
		{ BEGINS, true },
		{ CLUSTER_BEGINS, true },
		{ "--\r\n-- PostgreSQL database dump\r\n--\r\n", true },
		{ "\xef\xbb\xbf\r\n\n" BEGINS, true },
		{ "-- of the shop\n" BEGINS, true },
		{ "-- PostgreSQL database dump\n", true },
		{ "SET a = 1;\n" BEGINS, false },
		{ "--\n-- MySQL dump\n", false },
		{ "--\n-- Postgre", false },
		{ "--", false },
		{ "\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (pg_sql_reader.matches(text_span(heads[i].head)) != heads[i].matches)
			fail_msg("%s", heads[i].head);
	}
}

/* pg_dump 10.2 and before name the schema there; the comment has spaces for line ends. */
static void a_schema_is_that_of_the_search_path_when_the_comment_means_it(void **state)
{
	static const char text[] = BEGINS
		"SET search_path = \"line\nfeed\", pg_catalog;\n\n"
		"--\n-- Data for Name: t; Type: TABLE DATA; Schema: line feed; Owner: o\n--\n\n"
		"COPY t (a) FROM stdin;\n1\n\\.\n\n"
		"--\n-- Data for Name: u; Type: TABLE DATA; Schema: other; Owner: o\n--\n\n"
		"COPY u (a) FROM stdin;\n\\.\n\n" ENDS;
	struct reading r = read_with(&pg_sql_reader, text_span(text), 4096);

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_non_null(facts_find(&r.facts, FACT_TABLE, "line\nfeed", "t"));
	assert_non_null(facts_find(&r.facts, FACT_TABLE, "other", "u"));
	reading_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dumps_that_end_as_they_should_pass),
		cmocka_unit_test(dumps_that_do_not_end_are_truncated),
		cmocka_unit_test(nothing_but_unrestrict_follows_the_end),
		cmocka_unit_test(transactions_must_be_committed),
		cmocka_unit_test(keys_of_restrict_must_agree),
		cmocka_unit_test(commands_of_psql_are_findings),
		cmocka_unit_test(connect_may_only_lead_to_a_database_here),
		cmocka_unit_test(a_copy_that_is_missing_or_there_twice_shows_only_in_the_facts),
		cmocka_unit_test(a_setting_changed_inside_a_do_block_hides_a_command),
		cmocka_unit_test(what_is_quoted_is_not_obeyed),
		cmocka_unit_test(copy_is_told_from_what_runs_or_reads_files),
		cmocka_unit_test(lines_may_end_as_windows_ends_them),
		cmocka_unit_test(what_begins_no_statement_is_seen),
		cmocka_unit_test(large_objects_are_written_whole),
		cmocka_unit_test(a_zero_byte_is_found_where_it_stands),
		cmocka_unit_test(a_schema_is_that_of_the_search_path_when_the_comment_means_it),
		cmocka_unit_test(the_title_decides_what_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
