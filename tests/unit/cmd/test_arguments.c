/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cmd/arguments.h"

struct fetch_options {
	bool dry;
	const char *from;
	unsigned tries, copy;
	uint64_t limit;
	int64_t wait_ns;
	int format;
	struct option_list tags;
};

static const char *const formats[] = { "text", "html", NULL };
#define FIELD(field) offsetof(struct fetch_options, field)
static const struct option_row fetch_rows[] = {
	{ .name = "dry", .letter = 'n', .type = OPTION_FLAG, .summary = "", .offset = FIELD(dry) },
	{ .name = "from",
	  .letter = 'f',
	  .type = OPTION_STRING,
	  .summary = "",
	  .offset = FIELD(from) },
	{ .name = "tries", .type = OPTION_COUNT, .summary = "", .offset = FIELD(tries) },
	{ .name = "copy", .type = OPTION_NUMBER, .summary = "", .offset = FIELD(copy) },
	{ .name = "limit", .type = OPTION_BYTES, .summary = "", .offset = FIELD(limit) },
	{ .name = "wait", .type = OPTION_DURATION, .summary = "", .offset = FIELD(wait_ns) },
	{ .name = "format",
	  .type = OPTION_CHOICE,
	  .summary = "",
	  .choices = formats,
	  .offset = FIELD(format) },
	{ .name = "tag", .type = OPTION_LIST, .summary = "", .offset = FIELD(tags) },
	{ 0 },
};

static int never_run(const struct invocation *inv, struct error *err)
{
	(void)inv;
	return error_set(err, ERROR_INTERNAL, "not to be run here");
}

static const struct fetch_options fetch_default = { .tries = 3 };
static const struct command fetch = {
	.name = "fetch",
	.summary = "",
	.arguments = "FILE...",
	.arguments_min = 1,
	.arguments_max = ARGUMENTS_ANY,
	.options = fetch_rows,
	.options_size = sizeof(struct fetch_options),
	.options_default = &fetch_default,
	.run = never_run,
};
static const struct command stop = { .name = "stop", .summary = "", .run = never_run };
static const struct command *const group_commands[] = { &stop, NULL };
static const struct command group = {
	.name = "job",
	.summary = "",
	.options = fetch_rows,
	.options_size = sizeof(struct fetch_options),
	.subcommands = group_commands,
	.run = never_run,
};
static const struct command *const commands[] = { &fetch, &group, NULL };
static const struct command root = { .name = "muster", .summary = "", .subcommands = commands };

enum { WORDS_MAX = 64 };

static int parse(struct invocation *inv, struct error *err, const char *const *words)
{
	static char storage[WORDS_MAX][32];
	char *argv[WORDS_MAX + 1] = { storage[0] };
	int argc = 1;

	*inv = (struct invocation){ .root = &root };
	error_clear(err);
	for (; *words; words++, argc++) {
		(void)snprintf(storage[argc], sizeof(storage[argc]), "%s", *words);
		argv[argc] = storage[argc];
	}
	return arguments_parse(inv, argc, argv, err);
}
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void options_stand_anywhere_in_any_form(void **state)
{
	const struct fetch_options *o;
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	assert_int_equal(parse(&inv, &err,
			       WORDS("-q", "fetch", "a", "--limit=10 MiB", "-nf", "there", "--wait",
				     "1h30m", "b", "--format", "html", "--tag=x", "--tag", "y",
				     "--json", "--", "--dry", "-")),
			 0);
	o = inv.options;
	assert_ptr_equal(inv.command, &fetch);
	assert_null(inv.group);
	assert_true(inv.global.quiet && inv.global.json && !inv.global.verbose);
	assert_true(o->dry);
	assert_string_equal(o->from, "there");
	assert_int_equal(o->tries, 3);
	assert_int_equal(o->limit, 10 << 20);
	assert_int_equal(o->wait_ns, 5400 * NS_PER_SECOND);
	assert_int_equal(o->format, 1);
	assert_int_equal(o->tags.count, 2);
	assert_int_equal(inv.arguments_before, 2);
	assert_string_equal(o->tags.item[1], "y");
	assert_null(o->tags.item[2]);
	assert_int_equal(inv.argument_count, 4);
	assert_string_equal(inv.argument[2], "--dry");
	assert_string_equal(inv.argument[3], "-");
	assert_null(inv.argument[4]);
	arguments_release(&inv);
}

static void many_arguments_are_kept_in_order(void **state)
{
	const char *words[60] = { "fetch" };
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	for (size_t i = 1; i < 59; i++)
		words[i] = i % 2 ? "odd" : "even";
	assert_int_equal(parse(&inv, &err, words), 0);
	assert_int_equal(inv.argument_count, 58);
	assert_string_equal(inv.argument[57], "even");
	assert_null(inv.argument[58]);
	arguments_release(&inv);
}

static void a_group_that_runs_takes_subcommands_too(void **state)
{
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	assert_int_equal(parse(&inv, &err, WORDS("job")), 0);
	assert_ptr_equal(inv.command, &group);
	arguments_release(&inv);
	assert_int_equal(parse(&inv, &err, WORDS("job", "stop")), 0);
	assert_ptr_equal(inv.command, &stop);
	assert_ptr_equal(inv.group, &group);
	arguments_release(&inv);
	assert_int_equal(parse(&inv, &err, WORDS("job", "stpo")), -1);
	assert_string_equal(err.hint, "did you mean \"job stop\"?");
	arguments_release(&inv);
}

static void an_option_of_the_group_is_not_lost_on_a_subcommand(void **state)
{
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	assert_int_equal(parse(&inv, &err, WORDS("job", "--dry", "stop")), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.message, "--dry is no option of \"job stop\"");
	arguments_release(&inv);
	assert_int_equal(parse(&inv, &err, WORDS("job", "-q", "stop")), 0);
	arguments_release(&inv);
}

static void what_is_not_understood_is_a_usage_error(void **state)
{
	static const struct {
		const char *words[5];
		const char *says;
	} bad[] = {
		{ { "fech", "a" }, "unknown command" },
		{ { "fetch" }, "fetch needs FILE..." },
		{ { "fetch", "a", "--form" }, "unknown option --form" },
		{ { "fetch", "a", "-x" }, "unknown option -x" },
		{ { "fetch", "a", "--from" }, "--from needs a value" },
		{ { "fetch", "a", "-f" }, "-f needs a value" },
		{ { "fetch", "a", "--from", "" }, "--from needs a value, and got an empty one" },
		{ { "fetch", "a", "-f", " \t" }, "--from needs a value, and got an empty one" },
		{ { "fetch", "a", "--tag=" }, "--tag needs a value, and got an empty one" },
		{ { "fetch", "a", "-c", "" }, "--config needs a value, and got an empty one" },
		{ { "fetch", "a", "--copy", "0" }, "--copy takes a number from 1 on, not \"0\"" },
		{ { "fetch", "a", "--copy", "" }, "--copy takes a whole number" },
		{ { "fetch", "a", "--dry=no" }, "--dry takes no value" },
		{ { "fetch", "a", "--tries", "3x" }, "whole number" },
		{ { "fetch", "a", "--tries=-1" }, "whole number" },
		{ { "fetch", "a", "--tries=4294967296" }, "whole number" },
		{ { "fetch", "a", "--limit", "10 M" }, "takes a size" },
		{ { "fetch", "a", "--wait", "5" }, "takes a duration" },
		{ { "fetch", "a", "--format", "htm" }, "does not take \"htm\"" },
		{ { "--dry", "fetch", "a" }, "unknown option --dry" },
		{ { "job", "stop", "now" }, "unexpected argument \"now\"" },
	};
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(&inv, &err, bad[i].words), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_non_null(strstr(err.message, bad[i].says));
		arguments_release(&inv);
	}
}

static void no_command_is_the_program_itself(void **state)
{
	struct error err = ERROR_INIT;
	struct invocation inv;

	(void)state;
	assert_int_equal(parse(&inv, &err, WORDS("-h")), 0);
	assert_ptr_equal(inv.command, &root);
	assert_true(inv.global.help);
	assert_int_equal(inv.global.progress_interval_ns, 30 * NS_PER_SECOND);
	arguments_release(&inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere_in_any_form),
		cmocka_unit_test(many_arguments_are_kept_in_order),
		cmocka_unit_test(a_group_that_runs_takes_subcommands_too),
		cmocka_unit_test(an_option_of_the_group_is_not_lost_on_a_subcommand),
		cmocka_unit_test(what_is_not_understood_is_a_usage_error),
		cmocka_unit_test(no_command_is_the_program_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
