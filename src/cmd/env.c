/* SPDX-License-Identifier: Apache-2.0 */
/* muster env: sandboxes with servers in them that stay up. */
#include "cmd/commands.h"

static const struct command *const subcommands[] = { &env_up_command, &env_list_command,
						     &env_shell_command, &env_down_command, NULL };

const struct command env_command = {
	.name = "env",
	.summary = "isolated environments for tests: PostgreSQL, Redis and RabbitMQ in a sealed "
		   "sandbox that stays up",
	.description =
		"An environment is a sandbox as muster-restore-test(1) restores in, with servers "
		"in "
		"it and a network that is nothing but its own loopback: nobody outside reaches "
		"them, and nothing in there reaches the machine or its network. People look around "
		"by muster env shell. It stays up until muster env down, until its time is up, or "
		"until the machine restarts; then nothing is left of it.\n\n"
		"muster env up makes one with empty servers, and muster restore-test --keep leaves "
		"that of a restore test up, with what was restored. Environments are their user's: "
		"root's are not seen by others, nor theirs by root. Their records lie in "
		"$TMPDIR/muster-environments-UID or /tmp/muster-environments-UID, so that commands "
		"find them that have the same TMPDIR.",
	.subcommands = subcommands,
};
