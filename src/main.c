/* SPDX-License-Identifier: Apache-2.0 */
/* The command table. */
#include "cmd/commands.h"

/* In the order of `muster help`: the main jobs first. */
/* clang-format off */
static const struct command *const commands[] = {
	&backup_command,
	&verify_command,
	&inspect_command,
	&restore_test_command,
	&canary_command,
	&drill_command,
	&action_command,
	&env_command,
	&status_command,
	&metrics_command,
	&run_command,
	&schedule_command,
	&notify_command,
	&doctor_command,
	&check_config_command,
	&config_command,
	&demo_command,
	&completion_command,
	&version_command,
	&help_command,
	NULL,
};
/* clang-format on */

static const struct command muster = {
	.name = "muster",
	.summary = "Proves that the backups of PostgreSQL, Redis and RabbitMQ are good",
	.description =
		"Takes backups of the components of a platform, judges them every day to the last "
		"byte against what the source held, restores them every week in sealed sandboxes, "
		"keeps a copy of them elsewhere, and tells people and monitoring what does not "
		"hold. A backup that is bad (fail) is never mixed up with one that could not be "
		"looked at (error).\n\n"
		"To begin: write muster.yaml(5); then muster check-config, muster doctor, muster "
		"backup, muster verify and muster status. muster notify test tries who is to be "
		"told; muster schedule export makes the timers of all that. muster demo shows it "
		"on "
		"a platform of its own.\n\n"
		"Results go to standard output, progress and diagnostics to standard error. With "
		"--json a command writes one document, which names its kind and version in "
		"\"schema\"; times in it are RFC 3339 in UTC, sizes bytes, durations seconds. A "
		"command that could not do its work then writes muster.error/v1 with kind, "
		"message, "
		"hint and exit_code.",
	.subcommands = commands,
};

int main(int argc, char **argv)
{
	return command_main(&muster, argc, argv);
}
