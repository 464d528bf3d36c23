/* SPDX-License-Identifier: Apache-2.0 */
/* muster env up: an isolated environment for tests. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "environment/servers.h"
#include "model/json.h"

/* More than all three servers come to. */
enum { PROCESS_MAX = 2048 };

struct up_options {
	struct option_list engines;
	int64_t stay_ns;
	const char *name;
};

static const struct up_options defaults = { .stay_ns = ENVIRONMENT_STAY_NS };

static const struct option_row rows[] = {
	{ .name = "engine",
	  .type = OPTION_LIST,
	  .metavar = "ENGINE",
	  .summary = "start this server: postgresql, redis or rabbitmq; may be repeated",
	  .help = "Without it all three are started.",
	  .offset = offsetof(struct up_options, engines) },
	{ .name = "for",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "end it after that long (8h)",
	  .offset = offsetof(struct up_options, stay_ns) },
	{ .name = "name",
	  .type = OPTION_STRING,
	  .metavar = "NAME",
	  .summary = "call it NAME (env, env-2, ...)",
	  .help = "At most 40 letters, digits and the signs _ - . after the first.",
	  .offset = offsetof(struct up_options, name) },
	{ 0 },
};

static int choose_engine(const char *name, bool *engine, struct error *err)
{
	for (int i = 0; i < ENGINE_COUNT; i++) {
		if (strcmp(name, engine_kind_name((enum engine_kind)i)) != 0 ||
		    !engine_of((enum engine_kind)i)->start)
			continue;
		engine[i] = true;
		return 0;
	}
	(void)error_set(err, ERROR_USAGE, "--engine does not take \"%s\"", name);
	return error_hint(err, "it takes one of: postgresql, redis, rabbitmq");
}

static int choose_engines(const struct up_options *o, bool *engine, struct error *err)
{
	for (size_t i = 0; i < o->engines.count; i++) {
		if (choose_engine(o->engines.item[i], engine, err) < 0)
			return -1;
	}
	for (int i = 0; !o->engines.count && i < ENGINE_COUNT; i++)
		engine[i] = engine_of((enum engine_kind)i)->start != NULL;
	return 0;
}

/* Told before anything is started. */
static int check(const struct up_options *o, struct error *err)
{
	CLEANUP(environments_release)
	struct environments l = { 0 };

	if (o->stay_ns <= 0)
		return error_set(err, ERROR_USAGE, "--for needs a time longer than 0");
	if (!o->name)
		return 0;
	if (environment_check_name(o->name, err) < 0 || environments_find(&l, err) < 0)
		return -1;
	for (size_t i = 0; i < l.count; i++) {
		if (strcmp(l.item[i].name, o->name) != 0)
			continue;
		(void)error_set(err, ERROR_BUSY, "there is an environment called \"%s\"", o->name);
		return error_hint(err, "`muster env down %s` ends it", o->name);
	}
	return 0;
}

static int start(const struct environment *e, struct sandbox *s, struct environment_report *report,
		 struct error *err)
{
	bool engine[ENGINE_COUNT];
	const struct sandbox_options options = { .limits = { .process_max = PROCESS_MAX },
						 .visited = true,
						 .work = environment_work,
						 .cookie = engine };
	struct error ignored = ERROR_INIT;
	unsigned removed;

	if (sandbox_sweep(NULL, &removed, &ignored) < 0)
		error_clear(&ignored); /* what a power cut left is a matter of its own */
	memcpy(engine, e->engine, sizeof(engine));
	if (sandbox_open(&options, s, err) < 0)
		return -1;
	return environment_report_read(s->out, interrupt_requested, report, err);
}

static json_t *server_to_json(const struct environment_server *s)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	CLEANUP(cleanup_json)
	json_t *commands = json_array();
	char ways[ENVIRONMENT_WAYS][ENVIRONMENT_WAY_SIZE];

	environment_ways(s, ways);
	for (size_t i = 0; commands && i < ENVIRONMENT_WAYS && ways[i][0]; i++) {
		if (json_array_append_new(commands, text_to_json(ways[i])) < 0)
			return NULL;
	}
	if (o && member_put(o, "engine", text_to_json(engine_kind_name(s->kind))) &&
	    member_put(o, "socket", text_to_json(s->server.socket)) &&
	    member_put(o, "port", json_integer(s->server.port)) &&
	    member_put(o, "management_port", json_integer(s->server.management_port)) &&
	    member_put(o, "user", text_to_json(s->server.user)) &&
	    member_put(o, "password", text_to_json(s->server.password)) &&
	    member_put(o, "ways", TAKE(commands)))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct environment *e,
		      const struct environment_report *report, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("env-up");
	CLEANUP(cleanup_json)
	json_t *servers = json_array();

	for (size_t i = 0; servers && i < report->count; i++) {
		if (json_array_append_new(servers, server_to_json(&report->server[i])) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	if (!document || !member_put(document, "name", text_to_json(e->name)) ||
	    !member_put(document, "until", time_to_json(e->until_ns)) ||
	    !member_put(document, "pid", json_integer(e->keeper)) ||
	    !member_put(document, "directory", text_to_json(e->directory)) ||
	    !member_put(document, "servers", TAKE(servers)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static void print_text(const struct invocation *inv, const struct environment *e,
		       const struct environment_report *report)
{
	char until[CLOCK_RFC3339_SIZE];

	(void)fprintf(inv->out, "%s is up until %s. Its servers are reached from inside:\n",
		      e->name, clock_format_rfc3339(e->until_ns, until));
	for (size_t i = 0; i < report->count; i++) {
		char ways[ENVIRONMENT_WAYS][ENVIRONMENT_WAY_SIZE];

		environment_ways(&report->server[i], ways);
		for (size_t k = 0; k < ENVIRONMENT_WAYS && ways[k][0]; k++) {
			(void)fprintf(inv->out, "  %-12s",
				      k ? "" : engine_kind_name(report->server[i].kind));
			terminal_puts(&inv->screen, ways[k]);
			(void)fputc('\n', inv->out);
		}
	}
	(void)fprintf(inv->out, "to go in    muster env shell %s\nto end it   muster env down %s\n",
		      e->name, e->name);
}

/* Nobody has learnt of an environment that could not be told. */
static int print(const struct invocation *inv, const struct environment *e,
		 const struct environment_report *report, struct error *err)
{
	struct error ignored = ERROR_INIT;
	int rc = 0;

	if (inv->global.json)
		rc = print_json(inv, e, report, err);
	else
		print_text(inv, e, report);
	if (rc == 0 && (fflush(inv->out) != 0 || ferror(inv->out)))
		rc = error_set_errno(err, ERROR_IO, "cannot write to standard output");
	if (rc < 0)
		(void)(environment_end(e, &ignored) < 0);
	return rc;
}

static int up(const struct invocation *inv, struct sandbox *s, struct error *err)
{
	static struct environment_report report;
	const struct up_options *o = inv->options;
	struct environment e = { .name = "" };
	int64_t began_ns = clock_monotonic_ns();
	char took[QUANTITY_TEXT_SIZE];

	if (check(o, err) < 0 || choose_engines(o, e.engine, err) < 0)
		return -1;
	if (o->name)
		(void)snprintf(e.name, sizeof(e.name), "%s", o->name);
	if (!inv->global.quiet)
		(void)fprintf(inv->err, "Starting servers in a sealed sandbox ...\n");
	if (start(&e, s, &report, err) < 0)
		return -1;
	if (!inv->global.quiet)
		(void)fprintf(inv->err, "They are up after %s.\n",
			      quantity_format_duration(clock_monotonic_ns() - began_ns, took));
	e.until_ns = clock_wall_ns() + o->stay_ns;
	if (environment_keep(s, &e, err) < 0 || print(inv, &e, &report, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

static int run(const struct invocation *inv, struct error *err)
{
	struct sandbox s = SANDBOX_INIT;
	int code = up(inv, &s, err);

	sandbox_close(&s);
	return code;
}

const struct command env_up_command = {
	.name = "up",
	.summary = "start PostgreSQL, Redis and RabbitMQ in a sealed sandbox and leave them up",
	.description =
		"Starts empty servers from Debian's packages inside a sandbox, all at the same "
		"time, "
		"and prints how to reach each from in there. As their network is the sandbox's "
		"own, "
		"nothing can be mixed up with servers of the machine, and several environments can "
		"be "
		"up at once. When a server cannot start, none stays.\n\n"
		"With --json the document muster.env-up/v1 holds name, until, pid, directory and "
		"servers[] of engine, socket, port, management_port, user, password and ways[], "
		"the "
		"commands that reach it.",
	.options = rows,
	.options_size = sizeof(struct up_options),
	.options_default = &defaults,
	.examples = "muster env up\nmuster env up --engine postgresql --for 30m --name migration",
	.run = run,
};
