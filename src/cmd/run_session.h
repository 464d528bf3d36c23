/* SPDX-License-Identifier: Apache-2.0 */
/* What a command that makes a run needs around it: configuration, history, locks, id, report. */
#ifndef CMD_RUN_SESSION_H
#define CMD_RUN_SESSION_H

#include "cmd/command.h"
#include "config/config.h"
#include "history/history.h"
#include "model/run.h"
#include "plan/run_request.h"

struct run_session {
	struct config config;
	struct history *history;
	char id[RUN_ID_SIZE];       /* of the run to be made */
	struct run_request request; /* what the command line asks for; without sinks */
};

/*
 * Into zeroed `s`: read the configuration, open the history, end the runs that were cut short,
 * record what schedules missed, take for a new run of `kind` ("verify") the locks of the
 * components named, or of all, drop facts that have expired, and fill its request.
 */
MUST_CHECK int run_session_open(const struct invocation *inv, const char *kind,
				struct run_session *s, struct error *err);
void run_session_close(struct run_session *s);

/*
 * The run, which is over, as the journal has it; its locks are given back, its report saved. The
 * caller releases it.
 * `text_path` gets the path of the report for people.
 */
MUST_CHECK int run_session_report(const struct run_session *s, struct run *run, char *text_path,
				  struct error *err);

int run_session_exit_code(const struct run_outcome *outcome, bool warn_fails);

#endif
