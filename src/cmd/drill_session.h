/* SPDX-License-Identifier: Apache-2.0 */
/* One drill of the history, as the commands see it by which people take part in it. */
#ifndef CMD_DRILL_SESSION_H
#define CMD_DRILL_SESSION_H

#include "cmd/command.h"
#include "config/config.h"
#include "drill/record.h"
#include "history/history.h"

enum drill_choice {
	DRILL_THAT_LASTS, /* the newest that has no end: under way, or to be resumed */
	DRILL_NEWEST,     /* of all */
};

/* Which drill: its id, the beginning of it, or "latest"; NULL or "": as `choice` says. */
struct drill_question {
	const char *id;
	enum drill_choice choice;
	bool writes; /* else the history is only read */
};

struct drill_session {
	struct config config;
	struct history *history;
	char id[RUN_ID_SIZE];
	int64_t now_ns; /* of the last reading; wall clock */
	struct run run; /* without facts */
	struct entries entries;
	struct drill_record record; /* of both */
};

/* Configuration and history only, to read; the drill is told by the caller, in `id`. */
MUST_CHECK int drill_session_begin(const struct invocation *inv, struct drill_session *s,
				   struct error *err);

/*
 * The configuration and the history; finds the drill and reads it, into zeroed `s`. No lock is
 * taken. ERROR_NOT_FOUND: there is no such drill; nothing is made in the file system then.
 */
MUST_CHECK int drill_session_open(const struct invocation *inv, const struct drill_question *q,
				  struct drill_session *s, struct error *err);
/* Read it again, as it is now. */
MUST_CHECK int drill_session_read(struct drill_session *s, struct error *err);
/* ERROR_USAGE unless the drill is over. */
MUST_CHECK int drill_session_need_end(const struct drill_session *s, struct error *err);
void drill_session_close(struct drill_session *s);

/* The option of the commands that are of one drill, but do not take it as an argument. */
#define DRILL_OPTION(structure, field)                                                             \
	{                                                                                          \
		.name = "drill", .type = OPTION_STRING, .metavar = "DRILL",                        \
		.summary = "which drill, if not the one that is under way",                        \
		.help = "Its id, the beginning of it, or \"latest\".",                             \
		.offset = offsetof(structure, field)                                               \
	}

#endif
