/* SPDX-License-Identifier: Apache-2.0 */
/* The command table. */
#include "cmd/commands.h"

static const struct command *const commands[] = {
	&check_config_command,
	&config_command,
	&demo_command,
	&doctor_command,
	&version_command,
	&help_command,
	&inspect_command,
	NULL,
};

static const struct command muster = {
	.name = "muster",
	.summary = "Proves that the backups of PostgreSQL, Redis and RabbitMQ are good",
	.subcommands = commands,
};

int main(int argc, char **argv)
{
	return command_main(&muster, argc, argv);
}
