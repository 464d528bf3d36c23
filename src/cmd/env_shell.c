/* SPDX-License-Identifier: Apache-2.0 */
/* muster env shell: a program inside an environment. */
#include <stdio.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/interrupt.h"
#include "environment/environment.h"
#include "sandbox/visit.h"

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(environments_release)
	struct environments all = { 0 };
	CLEANUP(cleanup_close)
	int connection = -1;
	const char *name = inv->arguments_before ? inv->argument[0] : NULL;
	char prompt[ENVIRONMENT_NAME_SIZE + 16];
	struct visit_request request = { .argv = inv->argument_count > inv->arguments_before ?
							 inv->argument + inv->arguments_before :
							 NULL,
					 .prompt = prompt,
					 .stop_requested = interrupt_requested };
	const struct environment *chosen;
	int code = 0;

	if (inv->arguments_before > 1) {
		(void)error_set(err, ERROR_USAGE, "unexpected argument \"%s\"", inv->argument[1]);
		return error_hint(err, "a command stands after --");
	}
	if (environments_find(&all, err) < 0)
		return -1;
	chosen = environments_choose(&all, name, err);
	if (!chosen)
		return -1;
	(void)snprintf(prompt, sizeof(prompt), "(%s) \\w\\$ ", chosen->name);
	connection = environment_connect(chosen, err);
	if (connection < 0 || visit_run(connection, &request, &code, err) < 0)
		return -1;
	return code;
}

const struct command env_shell_command = {
	.name = "shell",
	.summary = "a shell, or a command, inside an environment",
	.description =
		"Runs COMMAND in the environment called NAME, without a name in the only one, or a "
		"shell "
		"when there is no COMMAND. It begins in the environment's writable directory, "
		"/work, "
		"with a few variables of its own and none of the caller's: psql connects by itself "
		"where PostgreSQL is there, by PGHOST, PGPORT and PGUSER; REDIS_SOCKET, "
		"RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL, RABBITMQ_USER and RABBITMQ_PASSWORD lead "
		"to "
		"the others. POSTGRES_URL, REDIS_URL and AMQP_URL are what services are configured "
		"with: scheme://USER:PASSWORD@127.0.0.1:PORT without a path, to which a database "
		"or "
		"a virtual host (%2F for /) is added.\n\n"
		"Whoever is in there is as shut in as the servers are: the same unprivileged user, "
		"no "
		"privilege, no network but the loopback, no files of the machine but its programs, "
		"read-only. Not even a descriptor goes in: only bytes pass, through a terminal "
		"made "
		"for it when standard input and output are one, else through pipes.\n\n"
		"Exits with the code of COMMAND, with 128 and the number of the signal that ended "
		"it, "
		"or with 127 when there is no such program.",
	.arguments = "[NAME] [-- COMMAND...]",
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster env shell\n"
		    "muster env shell env -- psql -c 'select version()'\n"
		    "muster env shell -- redis-cli -s /work/redis/redis.sock ping",
	.run = run,
};
