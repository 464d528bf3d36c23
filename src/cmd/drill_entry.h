/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands have in common by which people enter something in a drill. */
#ifndef CMD_DRILL_ENTRY_H
#define CMD_DRILL_ENTRY_H

#include "cmd/author.h"
#include "cmd/drill_session.h"
#include "history/action.h"

/* How long a text may be that somebody enters, in bytes. */
enum { DRILL_TEXT_MAX = 4000 };

/* Who says it, of which drill, of what time; what it replaces. */
struct drill_entry_options {
	const char *drill, *author, *at, *reason;
	unsigned supersedes;
};

/* Who, and of which drill; `field` is a struct drill_entry_options. */
#define DRILL_WHO_OPTIONS(structure, field)                                                        \
	DRILL_OPTION(structure, field.drill), AUTHOR_OPTION(structure, field.author)

#define DRILL_SUPERSEDE_OPTION(structure, member)                                                  \
	{                                                                                          \
		.name = "supersede", .type = OPTION_NUMBER, .metavar = "N",                        \
		.summary = "replace the entry of that number; needs --reason",                     \
		.help = "One of the same kind, and of the same step where it is of one. Both "     \
			"stay, the old one marked; what is not given is taken over from it, its "  \
			"time too.",                                                               \
		.offset = offsetof(structure, member)                                              \
	}

/* The rest of them, of what may be entered late or corrected. */
#define DRILL_LATE_OPTIONS(structure, field)                                                       \
	{ .name = "at",                                                                            \
	  .type = OPTION_STRING,                                                                   \
	  .metavar = "TIME",                                                                       \
	  .summary = "when it was so, if not now; needs --reason",                                 \
	  .help = "\"10:05\" or \"10:05:30\" on the drill's clocks, or as RFC 3339 writes it: "    \
		  "\"2026-12-03T10:05:00Z\". Both times are kept. It is not before the drill, "    \
		  "nor, of a step, before that began, and not in the future.",                     \
	  .offset = offsetof(structure, field.at) },                                               \
		DRILL_SUPERSEDE_OPTION(structure, field.supersedes)

#define DRILL_REASON_OPTION(structure, member, what)                                               \
	{                                                                                          \
		.name = "reason", .type = OPTION_STRING, .metavar = "TEXT", .summary = what,       \
		.offset = offsetof(structure, member)                                              \
	}

/* What is to be entered. */
struct drill_entry_request {
	const struct drill_entry_options *options;
	struct entry entry; /* kind, step, role, text, severity, resolution */
	/* NULL; or the item that is added with it: title, owner, due */
	const struct action_entry *action;
	/* NULL; or what belongs to it, in the same transaction */
	int (*also)(struct drill_session *s, struct error *err);
	/* NULL; or what comes of it once it is in the history; the session has read it again */
	int (*then)(const struct invocation *inv, struct drill_session *s, struct error *err);
};

/*
 * The whole of such a command: checks, one transaction in which the entry is held against the
 * drill as it then stands, and what it is told as. -1, or the exit code.
 */
MUST_CHECK int drill_entry_run(const struct invocation *inv, struct drill_entry_request *r,
			       struct error *err);

/* The same, and nothing is told: of an entry that is part of what a command does. */
MUST_CHECK int drill_entry_enter(const struct invocation *inv, struct drill_entry_request *r,
				 struct error *err);

/* The option that is needed, or ERROR_USAGE "a hold needs a reason". */
MUST_CHECK int drill_entry_need_reason(const char *what, const char *reason, struct error *err);

/* What was said must not be empty or endless. */
MUST_CHECK int drill_entry_check_texts(const struct drill_entry_request *r, struct error *err);
/*
 * Within a transaction of the caller's: read the drill again, hold the entry against it, and
 * append it. Its number and times are in the entry then.
 */
MUST_CHECK int drill_entry_append(struct drill_session *s, struct drill_entry_request *r,
				  struct error *err);

/* The document muster.drill-entry/v1, or a line, of an entry that the session has read. */
MUST_CHECK int drill_entry_tell(const struct invocation *inv, const struct drill_session *s,
				int64_t number, struct error *err);
/* "tick go", "issue, high", "participant dba"; free of what could steer the terminal. */
void drill_entry_put_kind(const struct terminal *t, const struct entry *e);

#endif
