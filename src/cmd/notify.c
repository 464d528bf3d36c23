/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify: who is told what. */
#include "cmd/commands.h"

static const struct command *const subcommands[] = {
	&notify_test_command,
	&notify_list_command,
	&notify_retry_command,
	&notify_drop_command,
	&notify_routes_command,
	&notify_deliver_command,
	NULL,
};

const struct command notify_command = {
	.name = "notify",
	.summary = "who is told what: try receivers, see what waits, deliver it",
	.description =
		"Runs of verify, backup, backup copy and restore-test tell the receivers of the "
		"configuration (notify in muster.yaml(5)) how they ended, and schedules what they "
		"missed and what is stale. What is not well is an alert, one for each kind of run, "
		"component and check, and for each schedule: it is told once, again after "
		"notify.reminder while it lasts (up to a 24th of that early, since runs do not "
		"take the same time every day) and when it becomes graver, and once as recovered. "
		"People get one message per run; PagerDuty one for each alert, and none of "
		"drills; a ping the outcome of each run.\n\n"
		"What is to be told is put into the history together with the alerts, and is "
		"delivered at least once, for one receiver and alert in order. After a run a "
		"process of its own does that for two minutes; the rest is for muster notify "
		"deliver, which the timers of muster schedule export start every five minutes, and "
		"for the next run. Failed attempts are repeated after 5 seconds, then ever twice "
		"as long up to an hour, or when the receiver wants it. What it refuses, or could "
		"not be told for notify.give_up, is given up: another receiver is told, and muster "
		"status warns for a week, or until it is dropped. That alert ends when the "
		"receiver "
		"takes something again, or at the next delivery after it was taken out of the "
		"configuration.",
	.subcommands = subcommands,
};
