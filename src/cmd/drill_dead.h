/* SPDX-License-Identifier: Apache-2.0 */
/* A drill whose process is gone, and that somebody could still go on with, when another is to begin. */
#ifndef CMD_DRILL_DEAD_H
#define CMD_DRILL_DEAD_H

#include "cmd/command.h"
#include "history/history.h"

/*
 * Is there none, or none to be waited for? Else ERROR_BUSY names it. An automatic drill ends one
 * that was automatic, too, or that began a day ago or earlier, and says so. The drill's lock is held.
 */
MUST_CHECK int drill_dead_settle(const struct invocation *inv, struct history *h, bool automatic,
				 struct error *err);

#endif
