/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/man.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/help.h"
#include "cmd/man_yaml.h"
#include "cmd/mdoc.h"
#include "model/check.h"
#include "model/finding.h"

/* A page in memory, then a file: rewritten whole, so that its directory shows the change. */
struct page {
	char *text;
	size_t len;
	FILE *out;
};

static int page_open(struct page *p, struct error *err)
{
	*p = (struct page){ 0 };
	p->out = open_memstream(&p->text, &p->len);
	return p->out ? 0 : error_set_errno(err, ERROR_IO, "cannot write a manual page");
}

static int page_close(struct page *p, const char *directory, const char *title, int section,
		      struct error *err)
{
	char path[4096];
	int rc = -1;

	(void)snprintf(path, sizeof(path), "%s/man%d/%s.%d", directory, section, title, section);
	if (fclose(p->out) != 0)
		(void)error_set(err, ERROR_NOMEM, "out of memory");
	else
		rc = file_write_atomic(path, 0644, p->text, p->len, err);
	free(p->text);
	return rc;
}

static void title_of(const struct command *root, const struct command *group,
		     const struct command *command, char *out, size_t size)
{
	(void)snprintf(out, size, "%s-%s%s%s", root->name, group ? group->name : "",
		       group ? "-" : "", command->name);
}

static void synopsis(FILE *out, const struct command *root, const struct command *group,
		     const struct command *command)
{
	(void)fputs(".Sh SYNOPSIS\n", out);
	if (command->run) {
		(void)fprintf(out, ".Nm %s Cm %s%s%s\n", root->name, group ? group->name : "",
			      group ? " " : "", command->name);
		mdoc_option_synopsis(out, command->options);
		if (command->arguments) {
			(void)fputs(".Ar ", out);
			mdoc_word(out, command->arguments);
			(void)fputc('\n', out);
		}
	}
	for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
		(void)fprintf(out, ".Nm %s Cm %s %s\n.Ar ...\n", root->name, command->name,
			      (*sub)->name);
}

static void command_list(FILE *out, const struct command *root, const struct command *group,
			 const struct command *const *commands)
{
	char title[128];

	(void)fputs(".Sh COMMANDS\n.Bl -tag -width Ds\n", out);
	for (; *commands; commands++) {
		title_of(root, group, *commands, title, sizeof(title));
		(void)fprintf(out, ".It Xr %s 1\n", title);
		mdoc_word(out, (*commands)->summary);
		(void)fputs(".\n", out);
	}
	(void)fputs(".El\n", out);
}

static int write_command(const struct command *root, const struct command *group,
			 const struct command *command, const char *directory, struct error *err)
{
	struct page p;
	char title[128];

	title_of(root, group, command, title, sizeof(title));
	if (page_open(&p, err) < 0)
		return -1;
	mdoc_begin(p.out, title, 1, command->summary);
	synopsis(p.out, root, group, command);
	(void)fputs(".Sh DESCRIPTION\n", p.out);
	if (command->description)
		mdoc_text(p.out, command->description);
	else
		(void)fprintf(p.out, "The commands below %s.\n", command->summary);
	if (command->subcommands)
		command_list(p.out, root, command, command->subcommands);
	if (command->options) {
		(void)fputs(".Sh OPTIONS\n", p.out);
		mdoc_option_list(p.out, command->options);
	}
	(void)fprintf(p.out, "%sThe options of every command are described in\n.Xr %s 1 .\n",
		      command->options ? ".Pp\n" : ".Sh OPTIONS\n", root->name);
	(void)fprintf(p.out, ".Sh EXIT STATUS\nSee\n.Xr %s 1 .\n", root->name);
	mdoc_examples(p.out, command->examples);
	(void)fprintf(p.out, ".Sh SEE ALSO\n.Xr %s 1 ,\n.Xr %s.yaml 5\n", root->name, root->name);
	return page_close(&p, directory, title, 1, err);
}

static void exit_status(FILE *out)
{
	char code[16];

	(void)fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n", out);
	for (const struct exit_code_row *row = exit_codes; row->meaning; row++) {
		(void)snprintf(code, sizeof(code), "%d", (int)row->code);
		(void)fprintf(out, ".It %s\n", code);
		mdoc_word(out, row->meaning);
		(void)fputc('\n', out);
	}
	(void)fputs(".El\n.Pp\nAny other code but 0 is a failure too.\nWith\n.Fl -nagios\n"
		    "the codes are 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n",
		    out);
}

static void findings(FILE *out)
{
	(void)fputs(".Sh FINDINGS\nWhat can be wrong with the bytes of a backup, by the code that\n"
		    ".Xr muster-inspect 1\nand reports give, and the verdict that it leads to:\n"
		    ".Bl -tag -width Ds -compact\n",
		    out);
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		(void)fprintf(out, ".It Cm %s Pq %s\n", finding_id((enum finding_code)i),
			      verdict_name(finding_verdict((enum finding_code)i)));
		mdoc_word(out, finding_meaning((enum finding_code)i));
		(void)fputc('\n', out);
	}
	(void)fputs(".El\n", out);
}

static void environment(FILE *out)
{
	(void)fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n", out);
	for (const struct help_variable *v = help_variables; v->name; v++) {
		(void)fputs(".It Ev ", out);
		mdoc_word(out, v->name);
		(void)fputc('\n', out);
		mdoc_text(out, v->meaning);
	}
	(void)fputs(".El\n", out);
}

static int write_program(const struct command *root, const char *directory, struct error *err)
{
	struct page p;

	if (page_open(&p, err) < 0)
		return -1;
	mdoc_begin(p.out, root->name, 1, "proves that backups are good");
	(void)fprintf(p.out,
		      ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTION ...\n.Op Ar ARGUMENT ...\n"
		      ".Sh DESCRIPTION\n");
	mdoc_text(p.out, root->description);
	command_list(p.out, root, NULL, root->subcommands);
	(void)fputs(".Sh OPTIONS\nEvery command takes these:\n", p.out);
	mdoc_option_list(p.out, arguments_global_rows);
	environment(p.out);
	(void)fputs(".Sh FILES\n.Bl -tag -width Ds -compact\n.It Pa /etc/muster/muster.yaml\n"
		    "the configuration\n.It Pa /etc/muster/conf.d/*.yaml\nits parts\n"
		    ".It Pa /var/lib/muster\nhistory, locks and reports of root's runs\n.El\n",
		    p.out);
	exit_status(p.out);
	findings(p.out);
	(void)fprintf(p.out, ".Sh SEE ALSO\n.Xr %s.yaml 5\n", root->name);
	return page_close(&p, directory, root->name, 1, err);
}

static int write_yaml(const struct command *root, const char *directory, struct error *err)
{
	struct page p;
	char title[64];

	(void)snprintf(title, sizeof(title), "%s.yaml", root->name);
	if (page_open(&p, err) < 0)
		return -1;
	man_yaml(p.out, title);
	return page_close(&p, directory, title, 5, err);
}

int man_write_pages(const struct command *root, const char *directory, struct error *err)
{
	char path[4096];

	for (int section = 1; section <= 5; section += 4) {
		(void)snprintf(path, sizeof(path), "%s/man%d", directory, section);
		if (file_make_directories(path, 0755, err) < 0)
			return -1;
	}
	if (write_program(root, directory, err) < 0 || write_yaml(root, directory, err) < 0)
		return -1;
	for (const struct command *const *c = root->subcommands; *c; c++) {
		if (write_command(root, NULL, *c, directory, err) < 0)
			return -1;
		for (const struct command *const *sub = (*c)->subcommands; sub && *sub; sub++) {
			if (write_command(root, *c, *sub, directory, err) < 0)
				return -1;
		}
	}
	return 0;
}
