/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one process of pg_restore --verbose or psql says while it loads a backup, line by
 * line: what it is doing, what does no harm, and complaints, which is all the rest.
 */
#ifndef COMPONENT_POSTGRES_MESSAGES_H
#define COMPONENT_POSTGRES_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/config.h"

enum { MESSAGES_COMPLAINTS_MAX = 64 * 1024, MESSAGES_LINE_MAX = 16 * 1024 };

enum message_class {
	MESSAGE_INFO,      /* what it is doing; notices and warnings of the server */
	MESSAGE_WHERE,     /* what the next error is about */
	MESSAGE_HARMLESS,  /* an error that the lists know */
	MESSAGE_COMPLAINT, /* any other */
};

struct messages {
	/* Set by the owner; borrowed. */
	bool of_psql;
	bool parallel;                      /* items end, and do not only begin */
	const struct string_list *harmless; /* beginnings, the user's */
	const struct string_list *benign;   /* whole messages of the server's; may be NULL */
	struct buf *complaints;             /* lines are appended, to MESSAGES_COMPLAINTS_MAX */
	struct buf *explained;              /* server messages of errors, a line each */

	/* Results. */
	uint64_t complaint_count, harmless_count, warning_count;
	char first[400];   /* the first complaint */
	char lacking[400]; /* the first that says that this machine has too little; "" = none */
	uint64_t items;    /* entries of the table of contents done */
	char present[128]; /* what was begun last: `creating TABLE "public.t"` */
	bool summed_up;    /* it said at its end how many errors it went past: */
	uint64_t errors_ignored;

	/* Its own. */
	enum message_class last;
	bool awaiting_command; /* whether the error does no harm is for its command to tell */
	struct buf line, held; /* a line without its end; lines that may become a complaint */
};

/* Any piece of what was said. */
MUST_CHECK int messages_take(struct messages *m, struct span text, struct error *err);
MUST_CHECK int messages_end(struct messages *m, struct error *err);
void messages_release(struct messages *m);

#endif
