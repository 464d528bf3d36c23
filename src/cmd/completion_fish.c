/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/completion.intern.h"

static void quoted(FILE *out, const char *text)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
}

static void option(FILE *out, const char *program, const char *condition,
		   const struct option_row *row)
{
	(void)fprintf(out, "complete -c %s", program);
	if (*condition)
		(void)fprintf(out, " -n '%s'", condition);
	(void)fprintf(out, " -l %s", row->name);
	if (row->letter)
		(void)fprintf(out, " -s %c", row->letter);
	if (row->type == OPTION_PATH)
		(void)fputs(" -rF", out);
	else if (row->type != OPTION_FLAG)
		(void)fputs(" -x", out);
	if (row->type == OPTION_CHOICE) {
		(void)fputs(" -a '", out);
		for (size_t i = 0; row->choices[i]; i++)
			(void)fprintf(out, "%s%s", i ? " " : "", row->choices[i]);
		(void)fputc('\'', out);
	}
	if (completion_is_step(row))
		(void)fputs(" -a '(muster completion --steps=all 2>/dev/null)'", out);
	(void)fputs(" -d ", out);
	quoted(out, row->summary);
	(void)fputc('\n', out);
}

static void options(FILE *out, const char *program, const char *condition,
		    const struct option_row *rows)
{
	for (; rows && rows->name; rows++)
		option(out, program, condition, rows);
}

static void word(FILE *out, const char *program, const char *condition,
		 const struct command *command)
{
	(void)fprintf(out, "complete -c %s -f -n '%s' -a %s -d ", program, condition,
		      command->name);
	quoted(out, command->summary);
	(void)fputc('\n', out);
}

static void command_lines(FILE *out, const char *program, const struct command *command)
{
	char condition[256];

	(void)snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s",
		       command->name);
	options(out, program, condition, command->options);
	for (const struct command *const *sub = command->subcommands; sub && *sub; sub++) {
		word(out, program, condition, *sub);
		(void)snprintf(condition, sizeof(condition),
			       "__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s",
			       command->name, (*sub)->name);
		options(out, program, condition, (*sub)->options);
		if (completion_takes_step(*sub))
			(void)fprintf(out,
				      "complete -c %s -f -n '%s' -a '(muster completion "
				      "--steps=open 2>/dev/null)'\n",
				      program, condition);
		(void)snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s",
			       command->name);
	}
}

void completion_fish(FILE *out, const struct command *root)
{
	(void)fprintf(out, "# fish completion, written by \"%s completion fish\"\n", root->name);
	options(out, root->name, "", arguments_global_rows);
	for (const struct command *const *c = root->subcommands; *c; c++) {
		word(out, root->name, "__fish_use_subcommand", *c);
		command_lines(out, root->name, *c);
	}
}
