/* SPDX-License-Identifier: Apache-2.0 */
/* A log's bytes cut into lines, however they come. */
#ifndef SERVICE_LOG_READER_H
#define SERVICE_LOG_READER_H

#include "service/log_search.h"

struct log_reader {
	const struct log_rules *rules; /* NULL: lines are only counted */
	struct log_found *found;
	/* the line that is being read; what goes past its room is not kept */
	char line[LOG_LINE_MAX + 1];
	size_t length;
	bool begun;
};

/* Into `found`, but for `bytes`, which is the caller's. */
void log_reader_take(struct log_reader *r, const char *bytes, size_t count);

/* Nothing more comes: a last line without an end is one, too. */
void log_reader_end(struct log_reader *r);

/* Does what is there of the last line match already? */
bool log_reader_matches(struct log_reader *r);

#endif
