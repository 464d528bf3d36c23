/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's log, line by line: which lines tell of an error. Logs are hostile: a line is
 * matched by its first LOG_LINE_MAX bytes, and what is shown of it is one printable line.
 */
#ifndef SERVICE_LOG_SEARCH_H
#define SERVICE_LOG_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "service/hidden.h"

enum { LOG_LINE_MAX = 16 * 1024, LOG_HITS_MAX = 20, LOG_SHOWN_SIZE = 240 };

struct log_rules;
/* POSIX extended regular expressions, letter case aside. ERROR_CONFIG: one is none. */
MUST_CHECK int log_rules_open(const struct string_list *errors, const struct string_list *harmless,
			      struct log_rules **out, struct error *err);
void log_rules_close(struct log_rules *r);

static inline void cleanup_log_rules(struct log_rules **r)
{
	log_rules_close(*r);
}

/* Does the line, without its end, tell of an error that is not harmless? */
bool log_rules_match(const struct log_rules *r, const char *line);

struct log_hit {
	uint64_t line;              /* from 1 */
	char shown[LOG_SHOWN_SIZE]; /* its beginning */
};

struct log_found {
	uint64_t bytes, lines, errors;
	struct log_hit hit[LOG_HITS_MAX]; /* the first ones */
	struct log_hit last;              /* the last line that is not empty */
};

struct log_job {
	int fd;                        /* of the log, at its beginning */
	int copy;                      /* where all of it is written to; -1: nowhere */
	const struct log_rules *rules; /* NULL: lines are only counted */
	struct hidden *hidden;         /* in what is found, and in the copy; NULL: nothing is */
};

/* Read what the log holds now and search it. */
MUST_CHECK int log_search(const struct log_job *job, struct log_found *out, struct error *err);

/* The last lines of what `fd` holds, joined by "; ", on one printable line, without `hidden`. */
MUST_CHECK int log_tail(int fd, struct hidden *hidden, char *out, size_t size, struct error *err);

#endif
