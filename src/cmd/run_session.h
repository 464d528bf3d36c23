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
	struct event_sink teller; /* hears when the run begins; first, since it leads to the rest */
	const struct invocation *inv;
	const char *again; /* given: the id of a run that is taken up again; NULL: a new one */
	bool whole;        /* given: the arguments name no components, the run has all to itself */
	bool tells;        /* somebody may want to know of the run: its history is kept */
	struct config config;
	struct history *history;
	char id[RUN_ID_SIZE];       /* of the run to be made */
	struct run_request request; /* what the command line asks for; without sinks */
};

/*
 * Into `s`, zeroed but for `whole` and `again`: read the configuration, open the history, end the runs that were cut short,
 * record what schedules missed, take for a new run of `kind` ("verify") the locks of the
 * components named, or of all, drop facts that have expired, and fill its request.
 */
MUST_CHECK int run_session_open(const struct invocation *inv, const char *kind,
				struct run_session *s, struct error *err);
/*
 * Gives all back. What the run came to is queued for those who want to know, and its delivery
 * begins: nothing of that changes how the command ends, and nobody waits for it, but for a run
 * that a schedule started.
 */
void run_session_close(struct run_session *s);

/* What the run is to tell of itself, while it goes on: `shown` (may be NULL) and those who want to know. */
struct event_sink *run_session_sinks(struct run_session *s, struct event_sink *shown);

/*
 * The run, which is over, as the journal has it; its locks are given back, its report saved. The
 * caller releases it.
 * `text_path` gets the path of the report for people.
 */
MUST_CHECK int run_session_report(const struct run_session *s, struct run *run, char *text_path,
				  struct error *err);

int run_session_exit_code(const struct run_outcome *outcome, bool warn_fails);

#endif
