/* SPDX-License-Identifier: Apache-2.0 */
/* What pg_restore and psql say, told apart; the words are those of real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "component/postgres/messages.h"

struct heard {
	struct messages m;
	struct buf complaints, explained;
};

static void heard_release(struct heard *h)
{
	messages_release(&h->m);
	buf_release(&h->complaints);
	buf_release(&h->explained);
	free(h);
}

/* In pieces of `piece` bytes, each a block of its exact size. */
static struct heard *hear(bool of_psql, const char *text, size_t piece,
			  const struct string_list *harmless, const struct string_list *benign)
{
	static const struct string_list none = { 0 };
	struct heard *h = calloc(1, sizeof(*h));
	struct error err = ERROR_INIT;
	size_t len = strlen(text);

	assert_non_null(h);
	h->m = (struct messages){ .of_psql = of_psql,
				  .harmless = harmless ? harmless : &none,
				  .benign = benign,
				  .complaints = &h->complaints,
				  .explained = &h->explained };
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		uint8_t *block = malloc(n);

		assert_non_null(block);
		memcpy(block, text + at, n);
		assert_int_equal(messages_take(&h->m, (struct span){ block, n }, &err), 0);
		free(block);
	}
	assert_int_equal(messages_end(&h->m, &err), 0);
	return h;
}

static void expect(bool of_psql, const char *text, uint64_t complaints, const char *said)
{
	static const size_t pieces[] = { 1, 7, 1 << 20 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct heard *h = hear(of_psql, text, pieces[i], NULL, NULL);

		assert_int_equal(h->m.complaint_count, complaints);
		assert_string_equal(h->complaints.len ? h->complaints.ptr : "", said);
		heard_release(h);
	}
}

static const char work[] = "pg_restore: connecting to database for restore\n"
			   "pg_restore: processing item 3362 ENCODING ENCODING\n"
			   "pg_restore: creating TABLE \"public.new\nline\"\n"
			   "pg_restore: entering main parallel loop\n"
			   "pg_restore: launching item 3355 TABLE DATA new\nline\n"
			   "pg_restore: processing data for table \"public.new\nline\"\n"
			   "pg_restore: NOTICE:  hello\nHINT:  there\n"
			   "pg_restore: finished item 3355 TABLE DATA new\nline\n"
			   "pg_restore: finished main parallel loop\n";

static void work_is_no_complaint_and_is_counted(void **state)
{
	struct heard *h = hear(false, work, 3, NULL, NULL);

	(void)state;
	assert_int_equal(h->m.complaint_count, 0);
	assert_int_equal(h->complaints.len, 0);
	assert_int_equal(h->m.items, 2);
	assert_string_equal(h->m.present, "processing data for table \"public.new");
	heard_release(h);
	expect(false, work, 0, "");
}

static void an_error_comes_with_its_place_and_its_command(void **state)
{
	static const char text[] =
		"pg_restore: while PROCESSING TOC:\n"
		"pg_restore: from TOC entry 215; 1259 16385 TABLE t owner\n"
		"pg_restore: error: could not execute query: ERROR:  type \"x\" does not exist\n"
		"LINE 1: CREATE TABLE t (a x\n"
		"                          ^\n"
		"Command was: CREATE TABLE t (a x\n"
		");\n\n\n";
	char all[1200];

	(void)state;
	(void)snprintf(all, sizeof(all), "%s%spg_restore: warning: errors ignored on restore: 1\n",
		       work, text);
	expect(false, all, 1,
	       "pg_restore: while PROCESSING TOC:\n"
	       "pg_restore: from TOC entry 215; 1259 16385 TABLE t owner\n"
	       "pg_restore: error: could not execute query: ERROR:  type \"x\" does not exist\n"
	       "LINE 1: CREATE TABLE t (a x\n"
	       "                          ^\n"
	       "Command was: CREATE TABLE t (a x\n"
	       ");\n");
}

#define PUBLIC                                                                                     \
	"pg_restore: error: could not execute query: ERROR:  schema \"public\" already exists\n"

static void the_schema_that_each_database_has_does_no_harm(void **state)
{
	(void)state;
	expect(false,
	       "pg_restore: while PROCESSING TOC:\n"
	       "pg_restore: from TOC entry 5; 2615 2200 SCHEMA public postgres\n" PUBLIC
	       "Command was: CREATE SCHEMA public;\n\n\n"
	       "pg_restore: warning: errors ignored on restore: 1\n",
	       0, "");
}

static void who_borrows_its_words_is_heard_all_the_same(void **state)
{
	(void)state;
	expect(false, PUBLIC "CONTEXT:  PL/pgSQL function f()\nCommand was: CREATE INDEX;\n", 1,
	       PUBLIC "CONTEXT:  PL/pgSQL function f()\nCommand was: CREATE INDEX;\n");
	expect(false, PUBLIC "pg_restore: creating TABLE \"t\"\nCommand was: CREATE INDEX;\n", 1,
	       PUBLIC "Command was: CREATE INDEX;\n");
	expect(false, PUBLIC, 1, PUBLIC);
	expect(false, PUBLIC PUBLIC "Command was: CREATE SCHEMA public;\n", 1, PUBLIC);
}

/* A comment, a query: whatever stands in a message is none of its beginning. */
static void words_inside_a_message_are_no_work_and_no_other_message(void **state)
{
	(void)state;
	expect(false,
	       "pg_restore: error: could not execute query: ERROR:  no\n"
	       "creating TABLE \"public.t\"\n"
	       "NOTICE:  none\n"
	       "error: none\n",
	       1,
	       "pg_restore: error: could not execute query: ERROR:  no\n"
	       "creating TABLE \"public.t\"\n"
	       "NOTICE:  none\n"
	       "error: none\n");
	expect(false, "pg_restore: error: creating TABLE \"t\"\n", 1,
	       "pg_restore: error: creating TABLE \"t\"\n");
}

static void an_error_without_words_is_an_error(void **state)
{
	(void)state;
	expect(false, "pg_restore: error: \n", 1, "pg_restore: error: \n");
	expect(false, "pg_restore: error: ", 1, "pg_restore: error: \n");
}

static void what_the_user_calls_harmless_is(void **state)
{
	static const char *const words[] = { "extension \"plpgsql\" ", "must be owner of" };
	const char *item[2];
	const struct string_list list = { item, 2 };
	struct heard *h;

	(void)state;
	memcpy(item, words, sizeof(item));
	h = hear(false,
		 "pg_restore: from TOC entry 1; 0 0 COMMENT EXTENSION plpgsql\n"
		 "pg_restore: error: could not execute query: ERROR:  must be owner of x\n"
		 "Command was: COMMENT ON EXTENSION x;\n"
		 "pg_restore: error: could not execute query: ERROR:  not must be owner of x\n",
		 5, &list, NULL);
	assert_int_equal(h->m.harmless_count, 1);
	assert_int_equal(h->m.complaint_count, 1);
	assert_string_equal(
		h->m.first,
		"pg_restore: error: could not execute query: ERROR:  not must be owner of x");
	assert_string_equal(h->explained.ptr,
			    "ERROR:  must be owner of x\nERROR:  not must be owner of x\n");
	heard_release(h);
}

static void psql_is_understood_too(void **state)
{
	const char *item[] = { "ERROR:  role \"postgres\" already exists" };
	const struct string_list benign = { item, 1 };
	struct heard *h;

	(void)state;
	expect(true,
	       "psql:<stdin>:3: NOTICE:  table \"t\" does not exist, skipping\n"
	       "psql:<stdin>:14: ERROR:  relation \"t\" already exists\n"
	       "psql:<stdin>:20: invalid command \\foo\n"
	       "psql: error: connection to server failed\n",
	       3,
	       "psql:<stdin>:14: ERROR:  relation \"t\" already exists\n"
	       "psql:<stdin>:20: invalid command \\foo\n"
	       "psql: error: connection to server failed\n");
	h = hear(true,
		 "psql:<stdin>:3: ERROR:  role \"postgres\" already exists\n"
		 "psql:<stdin>:4: ERROR:  role \"postgres\" already exists or so\n",
		 1000, NULL, &benign);
	assert_int_equal(h->m.complaint_count, 1);
	assert_int_equal(h->m.harmless_count, 1);
	heard_release(h);
}

static void a_machine_that_is_too_small_is_told_from_a_bad_backup(void **state)
{
	struct heard *h = hear(false,
			       "pg_restore: error: COPY failed for table \"t\": ERROR:  could not "
			       "extend file \"base/1/2\": No space left on device\n"
			       "HINT:  Check free disk space.\n",
			       11, NULL, NULL);

	(void)state;
	assert_non_null(strstr(h->m.lacking, "No space left"));
	heard_release(h);
	h = hear(false,
		 "pg_restore: error: could not execute query: ERROR:  no\n"
		 "Command was: COMMENT ON t IS 'No space left on device';\n",
		 11, NULL, NULL);
	assert_string_equal(h->m.lacking, "");
	heard_release(h);
}

static void endless_lines_and_endless_complaints_are_cut(void **state)
{
	struct buf text = { 0 };
	struct heard *h;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_int_equal(buf_printf(&text, "pg_restore: error: number %d\n", i), 0);
	assert_int_equal(buf_puts(&text, "pg_restore: error: "), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf_puts(&text, "x"), 0);
	h = hear(false, text.ptr, 4096, NULL, NULL);
	assert_int_equal(h->m.complaint_count, 20001);
	assert_true(h->complaints.len < MESSAGES_COMPLAINTS_MAX + MESSAGES_LINE_MAX + 2);
	heard_release(h);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_no_complaint_and_is_counted),
		cmocka_unit_test(an_error_comes_with_its_place_and_its_command),
		cmocka_unit_test(the_schema_that_each_database_has_does_no_harm),
		cmocka_unit_test(who_borrows_its_words_is_heard_all_the_same),
		cmocka_unit_test(words_inside_a_message_are_no_work_and_no_other_message),
		cmocka_unit_test(an_error_without_words_is_an_error),
		cmocka_unit_test(what_the_user_calls_harmless_is),
		cmocka_unit_test(psql_is_understood_too),
		cmocka_unit_test(a_machine_that_is_too_small_is_told_from_a_bad_backup),
		cmocka_unit_test(endless_lines_and_endless_complaints_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
