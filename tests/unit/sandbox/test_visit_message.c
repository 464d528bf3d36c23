/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/visit.intern.h"

static int do_nothing(void *cookie, const char *name, struct sandbox_pipes pipes)
{
	(void)cookie;
	(void)name;
	(void)pipes;
	return 0;
}

static const struct visit_guide guide = { .directory = "/work", .work = do_nothing };

static const char *const env[] = { "A=1", "B=", NULL };
static const char *const argv[] = { "prog", "", "-x", NULL };

static struct buf written(enum visit_manner manner, const char *output)
{
	const struct visit_wish wish = { .manner = manner,
					 .term = "dumb",
					 .prompt = "",
					 .directory = "/usr",
					 .output = output,
					 .env = env,
					 .argv = argv };
	struct buf b = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(visit_message_write(&wish, &b, &err), 0);
	return b;
}

/* A visit of whose message the first `len` bytes came. */
static struct visit *parsed(const struct buf *message, size_t len, size_t fds, bool *whole)
{
	struct visit *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->guide = &guide;
	v->fds = fds;
	memcpy(v->text, message->ptr, len);
	*whole = visit_message_parse(v, len);
	return v;
}

static void what_is_asked_for_arrives(void **state)
{
	CLEANUP(buf_release)
	struct buf message = written(VISIT_STARTED, "log");
	bool whole;
	struct visit *v = parsed(&message, message.len, 0, &whole);

	(void)state;
	assert_true(whole);
	assert_string_equal(v->term, "dumb");
	assert_string_equal(v->prompt, "");
	assert_string_equal(v->directory, "/usr");
	assert_string_equal(v->output, "log");
	assert_string_equal(v->env[0], "A=1");
	assert_string_equal(v->env[1], "B=");
	assert_null(v->env[2]);
	for (size_t i = 0; argv[i]; i++)
		assert_string_equal(v->argv[i], argv[i]);
	assert_null(v->argv[3]);
	free(v);
}

static void a_message_that_was_cut_is_refused_or_has_fewer_words(void **state)
{
	CLEANUP(buf_release)
	struct buf message = written(VISIT_CAPTURED, "");

	(void)state;
	for (size_t len = 0; len < message.len; len++) {
		bool whole;
		struct visit *v = parsed(&message, len, 2, &whole);

		if (whole)
			assert_string_equal(v->argv[0], "prog");
		free(v);
	}
}

static void each_manner_has_its_descriptors(void **state)
{
	static const struct {
		enum visit_manner manner;
		size_t fds;
	} rows[] = { { VISIT_ON_TERMINAL, 1 },
		     { VISIT_BY_PIPES, 3 },
		     { VISIT_CAPTURED, 2 },
		     { VISIT_STARTED, 0 },
		     { VISIT_WORK, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(buf_release)
		struct buf message = written(rows[i].manner, "log");

		for (size_t fds = 0; fds <= VISIT_STREAMS; fds++) {
			bool whole;

			free(parsed(&message, message.len, fds, &whole));
			assert_int_equal(whole, fds == rows[i].fds);
		}
	}
}

static void a_manner_of_nobodys_or_too_many_words_are_refused(void **state)
{
	CLEANUP(buf_release)
	struct buf message = written(VISIT_CAPTURED, "");
	bool whole;

	(void)state;
	message.ptr[0] = 'x';
	free(parsed(&message, message.len, 2, &whole));
	assert_false(whole);
	message.ptr[0] = VISIT_CAPTURED;
	for (int i = 0; i <= VISIT_WORDS_MAX; i++)
		assert_int_equal(buf_append(&message, "w", 2), 0);
	free(parsed(&message, message.len, 2, &whole));
	assert_false(whole);
}

static void a_command_that_is_too_long_is_the_callers_mistake(void **state)
{
	char *word = calloc(1, VISIT_MESSAGE_MAX + 1);
	const struct visit_wish wish = { .manner = VISIT_CAPTURED,
					 .term = "",
					 .prompt = "",
					 .directory = "",
					 .output = "",
					 .argv = (const char *const[]){ word, NULL } };
	CLEANUP(buf_release)
	struct buf b = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(word);
	memset(word, 'w', VISIT_MESSAGE_MAX);
	assert_int_equal(visit_message_write(&wish, &b, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	free(word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_arrives),
		cmocka_unit_test(a_message_that_was_cut_is_refused_or_has_fewer_words),
		cmocka_unit_test(each_manner_has_its_descriptors),
		cmocka_unit_test(a_manner_of_nobodys_or_too_many_words_are_refused),
		cmocka_unit_test(a_command_that_is_too_long_is_the_callers_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
