/* SPDX-License-Identifier: Apache-2.0 */
/* A drill whose process is gone: what becomes of it, and what its end leaves behind. */
#ifndef CMD_DRILL_DEAD_H
#define CMD_DRILL_DEAD_H

#include "cmd/command.h"
#include "config/config.h"
#include "history/history.h"
#include "report/report.h"

/* Save report and metrics of a drill that has been ended. `path` gets that of the report; "": it has told no plan. */
MUST_CHECK int drill_dead_save(const struct config *config, struct history *h, const char *id,
			       char path[REPORT_PATH_SIZE], struct error *err);

/*
 * history_recover(), and what the end of a drill leaves behind is there of one that it ends. That
 * its report cannot be saved is complained of, and keeps nobody from anything. Notices are the
 * caller's to queue, as of other runs.
 */
MUST_CHECK int drill_dead_recover(const struct invocation *inv, const struct config *config,
				  struct history *h, struct error *err);

/*
 * Is there none, or none to be waited for? Else ERROR_BUSY names it. An automatic drill ends one
 * that was automatic, too, or that began a day ago or earlier, as drill_dead_recover() does, and
 * says so. The drill's lock is held.
 */
MUST_CHECK int drill_dead_settle(const struct invocation *inv, const struct config *config,
				 struct history *h, bool automatic, struct error *err);

#endif
