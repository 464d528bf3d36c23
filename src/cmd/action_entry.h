/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that write of action items have in common. */
#ifndef CMD_ACTION_ENTRY_H
#define CMD_ACTION_ENTRY_H

#include <jansson.h>

#include "cmd/command.h"
#include "config/config.h"
#include "history/action.h"

/* The configuration, the day that it is on the platform, the history; zeroed at first. */
struct action_session {
	struct config config;
	struct history *history;
	int64_t now_ns;
	char today[ACTION_DAY_SIZE];
};
/* `writes`: else the history is only read. */
MUST_CHECK int action_session_open(const struct invocation *inv, bool writes,
				   struct action_session *s, struct error *err);
void action_session_close(struct action_session *s);

/* The day that it is then on the platform's clocks. */
MUST_CHECK int action_today(const struct config *config, int64_t now_ns, char out[ACTION_DAY_SIZE],
			    struct error *err);
/* ERROR_USAGE unless `due` is a day, today or later. */
MUST_CHECK int action_check_due(const char *today, const char *due, struct error *err);
/* ERROR_USAGE when it is too long, or, `needed`, has nothing in it. `what`: "--owner". */
MUST_CHECK int action_check_text(const char *what, const char *text, bool needed,
				 struct error *err);
/* A number of an item, as typed. */
MUST_CHECK int action_read_number(const char *text, int64_t *out, struct error *err);

/* Is it open and its day over? */
bool action_is_overdue(const struct action *a, const char *today);
/* NULL: no memory. */
json_t *action_to_json(const struct action *a, const char *today);
/* The item as it stands now, as a line or as the document muster.action/v1. */
MUST_CHECK int action_tell(const struct invocation *inv, const struct action_session *s,
			   int64_t number, struct error *err);

#endif
