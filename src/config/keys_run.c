/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of how runs are carried out, and of what is remembered of them. */
#include "config/keys.intern.h"

static const struct key_row rows[] = {
	{ .path = "history", .type = KEY_MAP, .help = "What muster remembers." },
	{ .path = "history.state_dir",
	  .type = KEY_PATH,
	  .offset = TOP(state_dir),
	  .otherwise = "/var/lib/muster for root, else $XDG_STATE_HOME/muster or "
		       "~/.local/state/muster",
	  .help = "The directory of history, lock and reports. What root makes in one of another "
		  "account's is that account's." },
	{ .path = "history.keep_facts",
	  .type = KEY_DURATION,
	  .offset = TOP(keep_facts_ns),
	  .built_in = "730d",
	  .minimum = DAY,
	  .help = "How long the facts of old runs are kept; verdicts are kept for ever." },
	{ .path = "history.keep_logs",
	  .type = KEY_DURATION,
	  .offset = TOP(keep_logs_ns),
	  .built_in = "90d",
	  .minimum = DAY,
	  .help = "How long the logs that services wrote in drills are kept, in the directory of "
		  "the run beside its report." },

	{ .path = "run", .type = KEY_MAP, .help = "How runs are carried out." },
	{ .path = "run.time_limit",
	  .type = KEY_DURATION,
	  .offset = TOP(time_limit_ns),
	  .otherwise = "no limit",
	  .help = "A run that takes longer ends with exit code 124; 0 is no limit." },
	{ .path = "run.jobs",
	  .type = KEY_COUNT,
	  .offset = TOP(jobs),
	  .otherwise = "as many as there are processors",
	  .maximum = 1024,
	  .help = "How many files are read at a time." },

	{ .path = "inspect", .type = KEY_MAP, .help = "Limits on the reading of one file." },
	{ .path = "inspect.memory_limit",
	  .type = KEY_SIZE,
	  .offset = TOP(inspect.memory_max),
	  .built_in = "1 GiB",
	  .minimum = 64 << 20,
	  .help = "A file whose reader needs more memory is an error, not a bad backup." },
	{ .path = "inspect.time_limit",
	  .type = KEY_DURATION,
	  .offset = TOP(inspect.time_max_ns),
	  .otherwise = "no limit",
	  .help = "A file that takes longer to read is an error; 0 is no limit." },
	{ .path = "inspect.expansion_limit",
	  .type = KEY_COUNT,
	  .offset = TOP(inspect.expansion_max),
	  .otherwise = "what the compression can reach",
	  .help = "A compressed file may unpack to so many times its size, and to 64 MiB in any "
		  "case; more is an error." },
};

const struct key_table keys_run = KEY_TABLE(rows);
