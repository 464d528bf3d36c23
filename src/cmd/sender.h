/* SPDX-License-Identifier: Apache-2.0 */
/* Who delivers what a run has queued, when the run is over and everybody knows how it ended. */
#ifndef CMD_SENDER_H
#define CMD_SENDER_H

#include "cmd/command.h"
#include "config/config.h"

/* How long what is due is delivered after a run; the rest is for the next, and for the timer. */
#define SENDER_TIME_NS (INT64_C(120) * 1000000000)

/*
 * Start `muster notify deliver` as a process of its own session, which holds nothing of ours
 * open and is nobody's child. What is wrong with that is told on standard error and changes nothing.
 */
void sender_start(const struct invocation *inv, const struct config *config);

/*
 * Are we what systemd or cron started (muster schedule run)? Whatever we leave behind is killed
 * with us then, so that sender_run() is for them.
 */
bool sender_must_stay(void);
/* For muster schedule run: what it executes must stay. */
MUST_CHECK int sender_mark_stay(struct error *err);

/* Deliver here, for SENDER_TIME_NS at most. As sender_start(), changes nothing. */
void sender_run(const struct invocation *inv, const struct config *config);

#endif
