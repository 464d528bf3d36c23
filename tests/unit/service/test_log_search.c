/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "config/config.h"
#include "service/log_follow.h"
#include "service/log_search.h"

static int file_of(const void *text, size_t len)
{
	struct error err = ERROR_INIT;
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "log", text, len, &err), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct log_rules *rules_of(const char *errors, const char *harmless)
{
	const char *error[] = { errors }, *other[] = { harmless };
	const struct string_list list = { error, 1 }, none = { other, harmless != NULL };
	struct log_rules *rules = NULL;
	struct error err = ERROR_INIT;

	if (log_rules_open(&list, &none, &rules, &err) < 0)
		fail_msg("%s", err.message);
	return rules;
}

static struct log_found *search(const char *text, size_t len, const struct log_rules *rules)
{
	struct log_found *found = malloc(sizeof(*found));
	struct error err = ERROR_INIT;
	int fd = file_of(text, len);

	assert_non_null(found);
	assert_int_equal(log_search(&(struct log_job){ fd, -1, rules, NULL }, found, &err), 0);
	(void)close(fd);
	return found;
}

static void the_built_in_rule_knows_errors_from_other_words(void **state)
{
	static const char *const errors[] = { "error",       "2026-11-28 ERROR x",
					      "x: Fatal: y", "[critical]",
					      "panic: y",    "level=error",
					      "an error.",   "Error 5" };
	static const char *const others[] = { "errors: 0", "terror", "no_errorcode", "panicked",
					      "fatality",  "",       "all is well",  "uncritical" };
	struct component_config c = { 0 };
	const struct string_list list = config_log_errors(&c);
	struct log_rules *rules = rules_of(list.item[0], NULL);

	(void)state;
	assert_int_equal(list.count, 1);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (!log_rules_match(rules, errors[i]))
			fail_msg("no error: %s", errors[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (log_rules_match(rules, others[i]))
			fail_msg("an error: %s", others[i]);
	}
	log_rules_close(rules);
}

static void lines_are_counted_and_shown_with_their_numbers(void **state)
{
	static const char text[] =
		"fine\r\nbad \x1b[31m one\n\n\0bad two\nbad but known\nbad three";
	struct log_rules *rules = rules_of("BAD", "known");
	struct log_found *found = search(text, sizeof(text) - 1, rules);

	(void)state;
	assert_int_equal(found->lines, 6);
	assert_int_equal(found->bytes, sizeof(text) - 1);
	assert_int_equal(found->errors, 3);
	assert_int_equal(found->hit[0].line, 2);
	assert_string_equal(found->hit[0].shown, "bad \\x1b[31m one");
	assert_int_equal(found->hit[1].line, 4);
	assert_int_equal(found->hit[2].line, 6);
	assert_string_equal(found->last.shown, "bad three");
	free(found);
	log_rules_close(rules);
}

static void many_and_long_lines_are_bounded(void **state)
{
	enum { LINES = 100, LONG = 200000 };
	struct log_rules *rules = rules_of("bad", NULL);
	char *text = malloc(LINES * 4 + LONG + 10);
	struct log_found *found;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + 4 * i, "bad\n", 4);
	memset(text + (size_t)4 * LINES, 'x', LONG);
	memcpy(text + (size_t)4 * LINES + LONG, "bad\nend\n", 8);
	found = search(text, (size_t)4 * LINES + LONG + 8, rules);
	assert_int_equal(found->lines, LINES + 2);
	assert_int_equal(found->errors,
			 LINES); /* what stands past the room for a line is not seen */
	assert_int_equal(found->hit[LOG_HITS_MAX - 1].line, LOG_HITS_MAX);
	assert_string_equal(found->last.shown, "end");
	free(found);
	free(text);
	log_rules_close(rules);
}

static void an_empty_log_has_no_line(void **state)
{
	struct log_found *found = search("", 0, NULL);

	(void)state;
	assert_int_equal(found->lines, 0);
	assert_int_equal(found->last.line, 0);
	free(found);
}

static void the_end_of_a_log_is_its_last_lines(void **state)
{
	static const char text[] = "1\n2\n3\n\0004\n5\n6\n7\n\n";
	struct error err = ERROR_INIT;
	char tail[200], *much = malloc(10000);
	int fd = file_of(text, sizeof(text) - 1);

	(void)state;
	assert_non_null(much);
	assert_int_equal(log_tail(fd, NULL, tail, sizeof(tail), &err), 0);
	assert_string_equal(tail, "3;  4; 5; 6; 7");
	(void)close(fd);
	memset(much, 'y', 10000);
	fd = file_of(much, 10000);
	assert_int_equal(log_tail(fd, NULL, tail, sizeof(tail), &err), 0);
	assert_true(strlen(tail) < sizeof(tail));
	(void)close(fd);
	fd = file_of("", 0);
	assert_int_equal(log_tail(fd, NULL, tail, sizeof(tail), &err), 0);
	assert_string_equal(tail, "");
	(void)close(fd);
	free(much);
}

static void all_of_it_is_copied(void **state)
{
	static const char text[] = "one\ntwo\0three";
	struct log_found *found = malloc(sizeof(*found));
	struct error err = ERROR_INIT;
	char back[64];
	int fd = file_of(text, sizeof(text)), copy = memfd_create("copy", MFD_CLOEXEC);

	(void)state;
	assert_non_null(found);
	assert_int_equal(log_search(&(struct log_job){ fd, copy, NULL, NULL }, found, &err), 0);
	assert_int_equal(pread(copy, back, sizeof(back), 0), sizeof(text));
	assert_memory_equal(back, text, sizeof(text));
	(void)close(fd);
	(void)close(copy);
	free(found);
}

static bool follow(struct log_follow *f, int fd, int64_t deadline_ns)
{
	struct error err = ERROR_INIT;
	bool found = false;

	if (log_follow_on(f, fd, deadline_ns, &found, &err) < 0)
		fail_msg("%s", err.message);
	return found;
}

static struct log_follow *follower_of(const char *pattern)
{
	struct log_follow *f = NULL;
	struct error err = ERROR_INIT;

	if (log_follow_open(pattern, &f, &err) < 0)
		fail_msg("%s", err.message);
	return f;
}

static void a_log_that_grows_is_read_once(void **state)
{
	struct log_follow *f = follower_of("^it is up$");
	struct error err = ERROR_INIT;
	int fd = file_of("a long beginning\n", 17);

	(void)state;
	assert_false(follow(f, fd, INT64_MAX));
	/* what stands where it was read already is not seen */
	assert_int_equal(pwrite(fd, "it is up\n", 9, 0), 9);
	assert_false(follow(f, fd, INT64_MAX));
	assert_int_equal(lseek(fd, 0, SEEK_END), 17);
	assert_int_equal(file_write_all(fd, "log", "it is", 5, &err), 0);
	assert_false(follow(f, fd, INT64_MAX));
	assert_int_equal(file_write_all(fd, "log", " up", 3, &err), 0);
	assert_true(follow(f, fd, INT64_MAX));
	assert_int_equal(file_write_all(fd, "log", "\nmore\n", 6, &err), 0);
	assert_true(follow(f, fd, INT64_MAX));
	assert_true(follow(f, fd, INT64_MAX));
	(void)close(fd);
	log_follow_close(f);
}

static void a_log_is_followed_no_longer_than_there_is_time(void **state)
{
	struct log_follow *f = follower_of("up");
	int fd = file_of("up\n", 3);

	(void)state;
	assert_false(follow(f, fd, 0));
	assert_true(follow(f, fd, INT64_MAX));
	(void)close(fd);
	log_follow_close(f);
}

static void secrets_are_neither_found_nor_copied(void **state)
{
	enum { BLOCK = 64 * 1024, SIZE = 3 * BLOCK };
	struct log_rules *rules = rules_of("bad", NULL);
	struct log_found *found = malloc(sizeof(*found));
	static char text[SIZE], back[SIZE + 1];
	char tail[200];
	int copy = memfd_create("copy", MFD_CLOEXEC), fd;
	struct hidden *hidden = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(found);
	assert_int_equal(hidden_new(&hidden, &err), 0);
	assert_int_equal(hidden_add(hidden, "hunter22", &err), 0);
	assert_int_equal(hidden_add(hidden, "bad", &err), 0); /* too short to be hidden */
	memset(text, 'x', SIZE);
	memcpy(text + BLOCK - 10, "\nbad hunter22!\n", 15); /* it lies in two blocks */
	memcpy(text + SIZE - 4096 - 5, "\0hunter22", 9); /* it begins before the end that is read */
	fd = file_of(text, SIZE);
	assert_int_equal(log_search(&(struct log_job){ fd, copy, rules, hidden }, found, &err), 0);
	assert_int_equal(found->bytes, SIZE);
	assert_int_equal(found->errors, 1);
	assert_string_equal(found->hit[0].shown, "bad [hidden]!");
	assert_int_equal(pread(copy, back, SIZE, 0), SIZE);
	assert_null(memmem(back, SIZE, "hunter22", 8));
	assert_non_null(memmem(back, SIZE, "bad [hidden]!", 13));
	assert_int_equal(log_tail(fd, hidden, back, SIZE, &err), 0);
	assert_int_equal(strspn(back, "x"), strlen(back));
	(void)close(fd);
	fd = file_of("bad\nhunter22\nhunt", 17);
	assert_int_equal(log_tail(fd, hidden, tail, sizeof(tail), &err), 0);
	assert_string_equal(tail, "bad; [hidden]; [hidden]");
	(void)close(fd);
	(void)close(copy);
	hidden_free(hidden);
	log_rules_close(rules);
	free(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_rule_knows_errors_from_other_words),
		cmocka_unit_test(lines_are_counted_and_shown_with_their_numbers),
		cmocka_unit_test(many_and_long_lines_are_bounded),
		cmocka_unit_test(an_empty_log_has_no_line),
		cmocka_unit_test(the_end_of_a_log_is_its_last_lines),
		cmocka_unit_test(all_of_it_is_copied),
		cmocka_unit_test(secrets_are_neither_found_nor_copied),
		cmocka_unit_test(a_log_that_grows_is_read_once),
		cmocka_unit_test(a_log_is_followed_no_longer_than_there_is_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
