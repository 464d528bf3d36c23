/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bash and zsh share a shape: a walk over the words before the cursor finds the
 * command ("muster/backup/list"), the word before the cursor may want a value,
 * and each command has its list of words.
 */
#include <string.h>

#include "cmd/completion.intern.h"

/* Calls `show` for the program and every command below it. */
static void each_command(FILE *out, const struct command *root,
			 void (*show)(FILE *out, const char *path, const struct command *command))
{
	char path[256];

	show(out, root->name, root);
	for (const struct command *const *c = root->subcommands; *c; c++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root->name, (*c)->name);
		show(out, path, *c);
		for (const struct command *const *sub = (*c)->subcommands; sub && *sub; sub++) {
			(void)snprintf(path, sizeof(path), "%s/%s/%s", root->name, (*c)->name,
				       (*sub)->name);
			show(out, path, *sub);
		}
	}
}

static void path_pattern(FILE *out, const char *path, const struct command *command)
{
	(void)command;
	(void)fprintf(out, "%s|", path);
}

/* The `case` that advances $command along a word of the command line. */
static void walk(FILE *out, const struct command *root, const char *word)
{
	(void)fprintf(out, "\t\tcase \"$command/%s\" in\n\t\t", word);
	each_command(out, root, path_pattern);
	(void)fprintf(out, "%s/) command=\"$command/%s\" ;;\n\t\tesac\n", root->name, word);
}

/* Within the walk: whose drill is meant is told by the configuration on the line. bash parts words at "=". */
static void find_config(FILE *out, const char *words)
{
	(void)fprintf(out,
		      "\t\tcase \"${%s[i]}\" in\n"
		      "\t\t-c|--config) config=${%s[i+1]}\n"
		      "\t\t\tif [ \"$config\" = \"=\" ]; then config=${%s[i+2]}; fi ;;\n"
		      "\t\t--config=*) config=${%s[i]#--config=} ;;\n"
		      "\t\tesac\n",
		      words, words, words, words);
}

/* As a shell would have it, of a word that it has not expanded yet. */
static void expand_config(FILE *out)
{
	(void)fputs("\tconfig=${config/#\\~\\//$HOME/}\n", out);
}

#define STEPS(which)                                                                               \
	"muster ${config:+-c} ${config:+\"$config\"} completion --steps=" which " 2>/dev/null"

static void bash_value(FILE *out, const char *path, const struct option_row *row)
{
	if (row->type == OPTION_FLAG)
		return;
	(void)fprintf(out, "\t%s:--%s", path, row->name);
	if (row->letter)
		(void)fprintf(out, "|%s:-%c", path, row->letter);
	(void)fputs(") ", out);
	if (row->type == OPTION_CHOICE) {
		(void)fputs("values=\"", out);
		for (size_t i = 0; row->choices[i]; i++)
			(void)fprintf(out, "%s%s", i ? " " : "", row->choices[i]);
		(void)fputs("\"", out);
	} else {
		(void)fputs(row->type == OPTION_PATH ? "values=@files" :
			    completion_is_step(row)  ? "values=@steps" :
						       "values=@text",
			    out);
	}
	(void)fputs(" ;;\n", out);
}

static void bash_values(FILE *out, const char *path, const struct command *command)
{
	for (const struct option_row *row = command->options; row && row->name; row++)
		bash_value(out, path, row);
}

static void bash_words(FILE *out, const char *path, const struct command *command)
{
	(void)fprintf(out, "\t%s) words=\"", path);
	for (const struct command *const *c = command->subcommands; c && *c; c++)
		(void)fprintf(out, "%s ", (*c)->name);
	for (const struct option_row *row = command->options; row && row->name; row++)
		(void)fprintf(out, "--%s ", row->name);
	(void)fputs("$global", out);
	/* names of steps have nothing in them that a shell would take for its own */
	if (completion_takes_step(command))
		(void)fputs(" $(" STEPS("open") ")", out);
	(void)fputs("\" ;;\n", out);
}

void completion_bash(FILE *out, const struct command *root)
{
	(void)fprintf(out,
		      "# bash completion for muster, written by \"muster completion bash\"\n"
		      "_%s()\n{\n"
		      "\tlocal current=${COMP_WORDS[COMP_CWORD]} command=%s values=\"\" "
		      "config=\"\" words i\n"
		      "\tlocal before=${COMP_WORDS[COMP_CWORD-1]} global=\"",
		      root->name, root->name);
	for (const struct option_row *row = arguments_global_rows; row->name; row++)
		(void)fprintf(out, "%s--%s", row == arguments_global_rows ? "" : " ", row->name);
	(void)fputs("\"\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n", out);
	walk(out, root, "${COMP_WORDS[i]}");
	find_config(out, "COMP_WORDS");
	(void)fputs("\tdone\n", out);
	expand_config(out);
	(void)fputs("\tcase \"$command:$before\" in\n", out);
	for (const struct option_row *row = arguments_global_rows; row->name; row++)
		bash_value(out, "*", row);
	each_command(out, root, bash_values);
	(void)fputs("\tesac\n\tcase \"$values\" in\n"
		    "\t@files) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
		    "\t@text) COMPREPLY=(); return ;;\n",
		    out);
	(void)fputs("\t@steps) values=$(" STEPS("all") ")\n", out);
	(void)fputs("\t\tCOMPREPLY=($(compgen -W \"$values\" -- \"$current\")); return ;;\n"
		    "\t?*) COMPREPLY=($(compgen -W \"$values\" -- \"$current\")); return ;;\n"
		    "\tesac\n\tcase \"$command\" in\n",
		    out);
	each_command(out, root, bash_words);
	(void)fprintf(out,
		      "\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n"
		      "complete -o default -F _%s %s\n",
		      root->name, root->name);
}

/* 'name:summary', quoted for a shell. */
static void zsh_word(FILE *out, const char *dashes, const char *name, const char *summary)
{
	(void)fprintf(out, " '%s%s:", dashes, name);
	for (; *summary; summary++) {
		if (*summary == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(*summary, out);
	}
	(void)fputc('\'', out);
}

static void zsh_words(FILE *out, const char *path, const struct command *command)
{
	(void)fprintf(out, "\t%s)\n\t\tcommands=(", path);
	for (const struct command *const *c = command->subcommands; c && *c; c++)
		zsh_word(out, "", (*c)->name, (*c)->summary);
	if (completion_takes_step(command))
		(void)fputs(" ${(f)\"$(" STEPS("open") ")\"}", out);
	(void)fputs(" )\n\t\toptions+=(", out);
	for (const struct option_row *row = command->options; row && row->name; row++)
		zsh_word(out, "--", row->name, row->summary);
	(void)fputs(" )\n\t\t;;\n", out);
}

void completion_zsh(FILE *out, const struct command *root)
{
	(void)fprintf(out,
		      "#compdef %s\n# zsh completion, written by \"muster completion zsh\"\n"
		      "_%s()\n{\n\tlocal command=%s values=\"\" config=\"\" i\n\tlocal -a commands "
		      "options\n"
		      "\toptions=(",
		      root->name, root->name, root->name);
	for (const struct option_row *row = arguments_global_rows; row->name; row++)
		zsh_word(out, "--", row->name, row->summary);
	(void)fputs(" )\n\tfor ((i = 2; i < CURRENT; i++)); do\n", out);
	walk(out, root, "${words[i]}");
	find_config(out, "words");
	(void)fputs("\tdone\n", out);
	expand_config(out);
	(void)fputs("\tcase \"$command:${words[CURRENT-1]}\" in\n", out);
	for (const struct option_row *row = arguments_global_rows; row->name; row++)
		bash_value(out, "*", row);
	each_command(out, root, bash_values);
	(void)fputs("\tesac\n\tcase \"$values\" in\n\t@files) _files; return ;;\n"
		    "\t@text) return ;;\n",
		    out);
	(void)fputs("\t@steps) compadd -- ${(f)\"$(" STEPS("all") ")\"}; return ;;\n", out);
	(void)fputs("\t?*) compadd -- ${=values}; return ;;\n\tesac\n\tcase \"$command\" in\n",
		    out);
	each_command(out, root, zsh_words);
	(void)fprintf(out,
		      "\tesac\n"
		      "\tif [[ ${words[CURRENT]} == -* ]]; then\n"
		      "\t\t_describe -o option options\n"
		      "\telif (( ${#commands} )); then\n"
		      "\t\t_describe command commands\n"
		      "\telse\n\t\t_files\n\tfi\n}\n"
		      "_%s \"$@\"\n",
		      root->name);
}
