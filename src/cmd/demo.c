/* SPDX-License-Identifier: Apache-2.0 */
/* muster demo: the example platform, up and down, and the show. */
#include "cmd/demo_show.h"

#include <string.h>

#include "cmd/commands.h"
#include "cmd/document.h"
#include "model/json.h"
#include "cmd/interrupt.h"
#include "demo/fill.h"

#define SIZE_ROW                                                                                   \
	{                                                                                          \
		.name = "size", .type = OPTION_BYTES, .metavar = "SIZE",                           \
		.summary = "data in PostgreSQL, such as 300MB (10MB)",                             \
		.help = "Bytes of row text; Redis gets a share of it. The same size gives the "    \
			"same "                                                                    \
			"rows.",                                                                   \
		.offset = offsetof(struct demo_options, size)                                      \
	}
#define DIRECTORY_ROW                                                                              \
	{                                                                                          \
		.name = "directory", .type = OPTION_PATH, .metavar = "DIR",                        \
		.summary = "make the platform in DIR, removed at its end",                         \
		.help = "Instead of a new directory in $TMPDIR or /tmp. DIR must be empty or not " \
			"be "                                                                      \
			"there; its path must be short, since Unix sockets lie in it, and as "     \
			"root every "                                                              \
			"account must be able to reach it.",                                       \
		.offset = offsetof(struct demo_options, directory)                                 \
	}

static const struct option_row show_rows[] = {
	{ .name = "drill",
	  .type = OPTION_FLAG,
	  .summary = "show a whole drill instead, and one of an altered backup",
	  .offset = offsetof(struct demo_options, drill) },
	SIZE_ROW,
	DIRECTORY_ROW,
	{ .name = "keep",
	  .type = OPTION_FLAG,
	  .summary = "leave the platform up at the end and say how to connect",
	  .offset = offsetof(struct demo_options, keep) },
	{ 0 },
};
static const struct option_row up_rows[] = { SIZE_ROW, DIRECTORY_ROW, { 0 } };

static const struct demo_options defaults = { .size = 10000000 };

static int run_show(const struct invocation *inv, struct error *err)
{
	return demo_show(inv, inv->options, err);
}

static json_t *up_document(const struct platform *p)
{
	json_t *document = document_new("demo");
	json_t *servers = json_pack(
		"{s:{s:s, s:i, s:s, s:s}, s:{s:s}, s:{s:i, s:i, s:s, s:s}}", "postgresql", "socket",
		p->server[ENGINE_POSTGRESQL].socket, "port", (int)p->server[ENGINE_POSTGRESQL].port,
		"user", p->server[ENGINE_POSTGRESQL].user, "database", FILL_DATABASE, "redis",
		"socket", p->server[ENGINE_REDIS].socket, "rabbitmq", "port",
		(int)p->server[ENGINE_RABBITMQ].port, "management_port",
		(int)p->server[ENGINE_RABBITMQ].management_port, "user",
		p->server[ENGINE_RABBITMQ].user, "password_file", p->password_file);

	if (!document || !servers ||
	    json_object_set_new(document, "directory", json_string(p->directory)) < 0 ||
	    json_object_set_new(document, "config", json_string(p->settings)) < 0 ||
	    json_object_set(document, "servers", servers) < 0) {
		json_decref(document);
		document = NULL;
	}
	json_decref(servers);
	return document;
}

static int run_up(const struct invocation *inv, struct error *err)
{
	CLEANUP(demo_platform_release)
	struct platform p = { .line = -1 };
	int rc = 0;

	if (demo_start(inv, &(struct demo_start){ .options = inv->options }, &p, err) < 0)
		return -1;
	if (inv->global.json)
		rc = document_print(inv->out, up_document(&p), err);
	else
		demo_print_platform(inv, &p);
	if (rc == 0 && (fflush(inv->out) != 0 || ferror(inv->out)))
		rc = error_set_errno(err, ERROR_IO, "cannot write to standard output");
	if (rc < 0)
		return -1;
	demo_platform_keep(&p);
	return EXIT_CODE_PASS;
}

static int run_down(const struct invocation *inv, struct error *err)
{
	char ended[64];
	json_t *document;

	if (demo_platform_down(inv->argument_count > 0 ? inv->argument[0] : NULL, ended, err) < 0)
		return -1;
	if (!inv->global.json) {
		(void)fprintf(inv->out, "ended, and %s removed\n", ended);
		return EXIT_CODE_PASS;
	}
	document = document_new("demo-down");
	if (document && json_object_set_new(document, "directory", text_to_json(ended)) < 0) {
		json_decref(document);
		document = NULL;
	}
	return document_print(inv->out, document, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command demo_up_command = {
	.name = "up",
	.summary = "start and fill the example platform, and leave it up",
	.description =
		"Starts PostgreSQL, Redis and RabbitMQ from Debian's packages as private, "
		"unprivileged "
		"processes in a new temporary directory, fills them with an agent orchestrator's "
		"data, "
		"and prints how to connect and where a ready muster.yaml lies. The servers of the "
		"machine are not touched. It stays up until muster demo down or a restart.",
	.options = up_rows,
	.options_size = sizeof(struct demo_options),
	.options_default = &defaults,
	.examples = "muster demo up --size 300MB  # something to measure with",
	.run = run_up,
};

const struct command demo_down_command = {
	.name = "down",
	.summary = "end an example platform that was left up",
	.description =
		"Ends the servers and removes the directory with all that is in it. With several "
		"platforms up, PLATFORM says which: the directory that was printed.",
	.arguments = "[DIR]",
	.arguments_max = 1,
	.examples = "muster demo down  # the only one that is up",
	.run = run_down,
};

static const struct command *const subcommands[] = { &demo_up_command, &demo_down_command, NULL };

const struct command demo_command = {
	.name = "demo",
	.summary = "show on an example platform that bad backups are seen",
	.description =
		"Starts an example platform (see muster-demo-up(1)), writes a canary, takes a "
		"backup set, verifies it, then damages copies of it in five ways and verifies "
		"those; of the first one it shows the mail that the platform's receiver got, "
		"which is a program that keeps each mail as a file. Where Ceph's radosgw is "
		"installed, or else OpenStack's Swift, the set is copied to a private S3 "
		"server "
		"of it, verified and restored from there; else the show says what it leaves out. "
		"Swift needs a file system with extended attributes. At "
		"the end come restore tests: of the sound set, and of one whose "
		"PostgreSQL dump is of a database that lost rows, and has a changed value and a "
		"row that violates a foreign key, while file and manifest agree. Each command is "
		"printed before its result, and a table of the verdicts at the end. Everything is "
		"ended and removed afterwards, also after Ctrl-C; only the reports and "
		"that mail stay, in files that are named at the end.\n\n"
		"With --drill it shows the monthly drill instead (see muster-drill(1)), with "
		"nobody "
		"there: canary, backup (with a copy in S3 where radosgw or Swift is installed, "
		"from which "
		"the "
		"drill then restores), plan and announcement, then muster drill start --auto, "
		"which "
		"restores the platform into one sealed sandbox, proves what came back, starts the "
		"example's services there, tries them, and has a test alert sent. It ends with the "
		"recovery time and recovery point beside their objectives and what each criterion "
		"came to. A second drill, of the backup with the altered dump, does not pass. "
		"Reports and metrics of both stay.\n\n"
		"Exits with 0 when the sound set passed, every damaged copy failed for the right "
		"reason, and the restore test named all that was altered; with --drill, when the "
		"first drill passed, and the second one failed and named all that was altered. "
		"Where the kernel "
		"refuses a sealed sandbox, the restore tests or drills are not run, which the "
		"table shows "
		"with the reason: it then exits with 5, as muster restore-test does, unless "
		"something else was not as expected, which is 1.\n\n"
		"With --json the document is muster.demo-show/v1: of each case what was done, the "
		"verdict, whether that is as expected, and of the altered set (\"altered\") the "
		"check that named each alteration; mail.path is the file with the mail, mail.why "
		"says why there is none; offsite_server is \"radosgw\", \"Swift\" or null. With "
		"--drill it is muster.demo-drill/v1: of each of "
		"drills[] "
		"the verdict, whether that is as expected, the paths of report and metrics_file, "
		"and "
		"metrics, which is muster.drill-metrics/v1; offsite_server as above.",
	.options = show_rows,
	.options_size = sizeof(struct demo_options),
	.options_default = &defaults,
	.examples =
		"muster demo\nmuster demo --drill\nmuster demo --keep  # look around afterwards",
	.subcommands = subcommands,
	.run = run_show,
};
