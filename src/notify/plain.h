/* SPDX-License-Identifier: Apache-2.0 */
/* Words that others chose, made fit for a message: one line, nothing in it is markup or steers. */
#ifndef NOTIFY_PLAIN_H
#define NOTIFY_PLAIN_H

#include "base/buf.h"

enum plain_form {
	PLAIN_TEXT,
	PLAIN_MRKDWN, /* Slack's: & < > as entities, so that there are no links and no mentions */
	PLAIN_HTML,   /* fit between tags and for a value in double quotes */
};

/*
 * Append `text`: line ends and tabs become blanks, other control characters, overrides of
 * direction and bytes that are not UTF-8 become \xNN. At most `max` bytes (of at least 8) are
 * written, whole characters and entities; what does not fit becomes "…". -1: no memory.
 */
MUST_CHECK int plain_append(struct buf *out, const char *text, size_t max, enum plain_form form);

#endif
