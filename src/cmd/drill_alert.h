/* SPDX-License-Identifier: Apache-2.0 */
/* A drill's test alert: would one arrive? */
#ifndef CMD_DRILL_ALERT_H
#define CMD_DRILL_ALERT_H

#include "base/stop.h"
#include "config/config.h"
#include "model/check.h"

/*
 * Send it for the drill `run` to each receiver of drill.test_alert, and wait until the program of
 * drill.alert_arrived, if there is one, says that it has arrived, or `stop` asks for the end
 * (ERROR_INTERRUPTED). Adds a check `monitoring` of each; none when nobody is to be told.
 */
MUST_CHECK int drill_alert(const struct config *config, const char *run, const struct stop *stop,
			   struct checks *out, struct error *err);

#endif
