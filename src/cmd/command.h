/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands as tables. To add one:
 *
 *  1. src/cmd/NAME.c defines `const struct command NAME_command` (see version.c for
 *     the smallest), with its own options struct, option rows into it and run().
 *  2. src/cmd/commands.h declares it; src/main.c lists it in `commands` (a
 *     subcommand in the `subcommands` of its group instead, as in config.c).
 *  3. src/cmd/meson.build lists the file. Help, manual pages and completions follow
 *     from the rows.
 *
 * run() writes its result to inv->out and nothing else; diagnostics go through
 * `err` (printed by the caller as `muster: message` and `  hint: …`) or
 * terminal.h; progress through progress.h. It returns an exit code from
 * exit_code.h, or -1 with `err` set, whose kind decides the code. With
 * inv->global.json the result is one JSON document with a "schema".
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "cmd/exit_code.h"
#include "cmd/option.h"
#include "cmd/terminal.h"

/* Options that every command takes. */
struct global_options {
	const char *config;          /* -c; NULL: where the configuration usually lies */
	struct option_list settings; /* --set KEY=VALUE: config_source.flags */
	bool json, quiet, verbose, no_color, help;
	int64_t progress_interval_ns; /* between lines of progress where there is no terminal */
};
extern const struct option_row arguments_global_rows[];

struct invocation;

struct command {
	const char *name;        /* one word */
	const char *summary;     /* one line, no full stop */
	const char *description; /* paragraphs for the manual page, parted by empty lines */
	const char *
		arguments; /* synopsis of the words after the options: "[COMPONENT...]"; NULL: none */
	size_t arguments_min, arguments_max; /* how many words it takes; ARGUMENTS_ANY */
	const struct option_row *options;    /* NULL: none of its own */
	size_t options_size;                 /* of the struct that the rows' offsets point into */
	const void *options_default;         /* its initial value; NULL: zeroes */
	const char *examples; /* lines "command  # what it does", parted by newlines; NULL: none */
	const struct command *const *subcommands; /* NULL-terminated; NULL: a command that runs */
	int (*run)(const struct invocation *inv, struct error *err);
};
#define ARGUMENTS_ANY SIZE_MAX

/* One use of the program. Everything is borrowed for the call of run(). */
struct invocation {
	const struct command *root;    /* the program: its subcommands are the command table */
	const struct command *group;   /* of a subcommand; NULL */
	const struct command *command; /* whose run() this is */
	struct global_options global;
	void *options;               /* of `command->options_size` bytes */
	const char *const *argument; /* NULL-terminated */
	size_t argument_count;
	size_t arguments_before;         /* how many of them stand before a "--"; without one all */
	const char *line;                /* as typed, for the record of a run */
	FILE *out, *err;                 /* standard output and error */
	struct terminal screen, message; /* how to write on them */
};

/*
 * The whole program: find the command, parse, run, print the error there is.
 * Returns the exit code.
 */
int command_main(const struct command *root, int argc, char **argv);

/* The command of that name in `group` (or the root); NULL, then `*suggestion` is the nearest or NULL. */
const struct command *command_find(const struct command *group, const char *name,
				   const char **suggestion);

#endif
