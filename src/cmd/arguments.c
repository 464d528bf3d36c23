/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"

#define GLOBAL(field) offsetof(struct global_options, field)
const struct option_row arguments_global_rows[] = {
	{ "config", 'c', OPTION_PATH, "FILE", "read this configuration file",
	  "Without it: the file that MUSTER_CONFIG names, else ./muster.yaml, else "
	  "/etc/muster/muster.yaml.",
	  NULL, GLOBAL(config) },
	{ "set", '\0', OPTION_LIST, "KEY=VALUE", "set a configuration key; may be repeated",
	  "The value is read as YAML and wins over the environment and all files, for example "
	  "--set components.redis.backups.max_age=36h.",
	  NULL, GLOBAL(settings) },
	{ "json", '\0', OPTION_FLAG, NULL, "write the result as one JSON document", NULL, NULL,
	  GLOBAL(json) },
	{ "quiet", 'q', OPTION_FLAG, NULL, "show no progress", NULL, NULL, GLOBAL(quiet) },
	{ "verbose", 'v', OPTION_FLAG, NULL, "show more detail", NULL, NULL, GLOBAL(verbose) },
	{ "no-color", '\0', OPTION_FLAG, NULL, "use no colour", NULL, NULL, GLOBAL(no_color) },
	{ "progress-interval", '\0', OPTION_DURATION, "DURATION",
	  "time between lines of progress off a terminal",
	  "The built-in value is 30s; 0 shows none.", NULL, GLOBAL(progress_interval_ns) },
	{ "help", 'h', OPTION_FLAG, NULL, "show help", NULL, NULL, GLOBAL(help) },
	{ 0 },
};

/* The command line as it is worked through. */
struct words {
	struct invocation *inv;
	char **word; /* the next one */
	char **end;
	size_t capacity;              /* of the arguments */
	const struct option_row *own; /* an option of the command so far was given */
};

static const struct option_row *find_row(struct words *w, const char *name, size_t len,
					 void **target)
{
	const struct option_row *row = option_find(arguments_global_rows, name, len);

	*target = &w->inv->global;
	if (!row) {
		row = option_find(w->inv->command->options, name, len);
		*target = w->inv->options;
		w->own = row;
	}
	return row;
}

static const struct option_row *find_letter(struct words *w, char letter, void **target)
{
	const struct option_row *row = option_find_letter(arguments_global_rows, letter);

	*target = &w->inv->global;
	if (!row) {
		row = option_find_letter(w->inv->command->options, letter);
		*target = w->inv->options;
		w->own = row;
	}
	return row;
}

static int unknown_option(const struct words *w, const char *name, size_t len, struct error *err)
{
	const struct command *command = w->inv->command;
	const struct option_row *const tables[] = { arguments_global_rows, command->options };
	char word[NEAREST_WORD_MAX + 1];
	struct nearest near = { .word = word };

	(void)snprintf(word, sizeof(word), "%.*s", (int)len, name);
	for (size_t i = 0; i < 2; i++) {
		for (const struct option_row *row = tables[i]; row && row->name; row++)
			nearest_offer(&near, row->name);
	}
	(void)error_set(err, ERROR_USAGE, "unknown option --%.*s", (int)len, name);
	if (near.best)
		return error_hint(err, "did you mean --%s?", near.best);
	if (command == w->inv->root)
		return error_hint(err, "the options of a command stand after its name");
	return error_hint(err, "\"muster help %s%s%s\" lists its options",
			  w->inv->group ? w->inv->group->name : "", w->inv->group ? " " : "",
			  command->name);
}

static int take_value(struct words *w, const char *option, const char **value, struct error *err)
{
	if (w->word == w->end)
		return error_set(err, ERROR_USAGE, "%s needs a value", option);
	*value = *w->word++;
	return 0;
}

static int parse_long(struct words *w, const char *word, struct error *err)
{
	const char *name = word + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct option_row *row;
	void *target;

	row = find_row(w, name, len, &target);
	if (!row)
		return unknown_option(w, name, len, err);
	if (row->type == OPTION_FLAG && value)
		return error_set(err, ERROR_USAGE, "--%s takes no value", row->name);
	if (value)
		value++;
	else if (row->type != OPTION_FLAG && take_value(w, word, &value, err) < 0)
		return -1;
	return option_store(row, value, target, err);
}

/* "-q", "-qv", "-c FILE", "-cFILE" */
static int parse_letters(struct words *w, const char *word, struct error *err)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct option_row *row;
		const char *value = NULL;
		void *target;

		row = find_letter(w, *letter, &target);
		if (!row)
			return error_set(err, ERROR_USAGE, "unknown option -%c in \"%s\"", *letter,
					 word);
		if (row->type == OPTION_FLAG) {
			if (option_store(row, NULL, target, err) < 0)
				return -1;
			continue;
		}
		if (letter[1])
			value = letter + 1;
		else if (take_value(w, word, &value, err) < 0)
			return -1;
		return option_store(row, value, target, err);
	}
	return 0;
}

static int enter_command(struct words *w, const struct command *command, struct error *err)
{
	struct invocation *inv = w->inv;

	if (w->own) {
		(void)error_set(err, ERROR_USAGE, "--%s is no option of \"%s %s\"", w->own->name,
				inv->command->name, command->name);
		return error_hint(err, "the options of a command stand after its name");
	}
	if (inv->command != inv->root)
		inv->group = inv->command;
	if (inv->options) {
		options_release(inv->command->options, inv->options);
		free(inv->options);
		inv->options = NULL;
	}
	inv->command = command;
	if (command->options_size == 0)
		return 0;
	inv->options = calloc(1, command->options_size);
	if (!inv->options)
		return error_set(err, ERROR_NOMEM, "out of memory");
	if (command->options_default)
		memcpy(inv->options, command->options_default, command->options_size);
	return 0;
}

static int unknown_command(const struct invocation *inv, const char *word, const char *suggestion,
			   struct error *err)
{
	const struct command *group = inv->command;
	bool of_root = group == inv->root;

	(void)error_set(err, ERROR_USAGE, "unknown command \"%s%s%s\"", of_root ? "" : group->name,
			of_root ? "" : " ", word);
	if (suggestion)
		return error_hint(err, "did you mean \"%s%s%s\"?", of_root ? "" : group->name,
				  of_root ? "" : " ", suggestion);
	return error_hint(err, "\"muster help%s%s\" lists the commands", of_root ? "" : " ",
			  of_root ? "" : group->name);
}

static int add_argument(struct words *w, const char *word, struct error *err)
{
	struct invocation *inv = w->inv;
	const char **argument = (const char **)(uintptr_t)inv->argument;

	if (inv->argument_count == inv->command->arguments_max)
		return error_set(err, ERROR_USAGE, "unexpected argument \"%s\"", word);
	if (inv->argument_count + 1 >= w->capacity) {
		w->capacity = w->capacity ? 2 * w->capacity : 16;
		argument = reallocarray(argument, w->capacity, sizeof(*argument));
		if (!argument)
			return error_set(err, ERROR_NOMEM, "out of memory");
		inv->argument = argument;
	}
	argument[inv->argument_count++] = word;
	argument[inv->argument_count] = NULL;
	return 0;
}

/* A word that is no option: it names a command while one may follow, else it is an argument. */
static int parse_word(struct words *w, const char *word, struct error *err)
{
	struct invocation *inv = w->inv;
	const char *suggestion = NULL;

	if (inv->command->subcommands && inv->argument_count == 0) {
		const struct command *found = command_find(inv->command, word, &suggestion);

		if (found)
			return enter_command(w, found, err);
		if (inv->command->arguments_max == 0)
			return unknown_command(inv, word, suggestion, err);
	}
	return add_argument(w, word, err);
}

int arguments_parse(struct invocation *inv, int argc, char **argv, struct error *err)
{
	struct words w = { .inv = inv, .word = argv + 1, .end = argv + argc };
	bool options_ended = false;

	inv->command = inv->root;
	inv->global.progress_interval_ns = 30 * NS_PER_SECOND;
	while (w.word < w.end) {
		const char *word = *w.word++;
		int rc;

		if (options_ended || word[0] != '-' || !word[1])
			rc = parse_word(&w, word, err);
		else if (strcmp(word, "--") == 0)
			rc = 0, options_ended = true, inv->arguments_before = inv->argument_count;
		else if (word[1] == '-')
			rc = parse_long(&w, word, err);
		else
			rc = parse_letters(&w, word, err);
		if (rc < 0)
			return -1;
	}
	if (!options_ended)
		inv->arguments_before = inv->argument_count;
	if (inv->argument_count >= inv->command->arguments_min || inv->global.help)
		return 0;
	(void)error_set(err, ERROR_USAGE, "%s needs %s", inv->command->name,
			inv->command->arguments);
	return error_hint(err, "\"muster help %s%s%s\" tells more",
			  inv->group ? inv->group->name : "", inv->group ? " " : "",
			  inv->command->name);
}

void arguments_release(struct invocation *inv)
{
	options_release(arguments_global_rows, &inv->global);
	if (inv->options)
		options_release(inv->command->options, inv->options);
	free(inv->options);
	free((void *)(uintptr_t)inv->argument);
	inv->options = NULL;
	inv->argument = NULL;
	inv->argument_count = 0;
}
