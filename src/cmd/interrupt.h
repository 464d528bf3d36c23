/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGINT and SIGTERM: the first asks the work to stop and clean up, the second ends at
 * once, unless it comes with the first.
 */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

#include "base/stop.h"

/* Catch both signals from here on; blocking system calls then return EINTR. Ignores SIGPIPE. */
void interrupt_watch(void);

/* The signal that asked us to stop, or 0. Safe from any thread; fits plan_request.stop_requested. */
int interrupt_requested(void);
/* The same, where a struct stop is asked for. */
extern const struct stop interrupt_stop;

#endif
