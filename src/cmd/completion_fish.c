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
		(void)fputs(" -a '(__muster_steps all)'", out);
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
				      "complete -c %s -f -n '%s' -a '(__muster_steps "
				      "open)'\n",
				      program, condition);
		(void)snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s",
			       command->name);
	}
}

void completion_fish(FILE *out, const struct command *root)
{
	(void)fprintf(out, "# fish completion, written by \"%s completion fish\"\n", root->name);
	/* whose drill is meant is told by the configuration on the line */
	(void)fputs("function __muster_steps\n"
		    "\tset -l words (commandline -opc)\n"
		    "\tset -l config\n"
		    "\tfor i in (seq (count $words))\n"
		    "\t\tswitch $words[$i]\n"
		    "\t\tcase -c --config\n"
		    "\t\t\tset config $words[(math $i + 1)]\n"
		    "\t\tcase '--config=*'\n"
		    "\t\t\tset config (string replace -- --config= '' $words[$i])\n"
		    "\t\tend\n\tend\n"
		    "\tset config (string replace -r '^~/' \"$HOME/\" -- $config)\n"
		    "\tmuster completion --steps=$argv[1] (test -n \"$config\"; and printf '%s\\n' "
		    "-c $config) "
		    "2>/dev/null\nend\n",
		    out);
	options(out, root->name, "", arguments_global_rows);
	for (const struct command *const *c = root->subcommands; *c; c++) {
		word(out, root->name, "__fish_use_subcommand", *c);
		command_lines(out, root->name, *c);
	}
}
