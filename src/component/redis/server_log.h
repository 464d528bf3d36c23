/* SPDX-License-Identifier: Apache-2.0 */
/* What a private Redis complains of in its log. */
#ifndef COMPONENT_REDIS_SERVER_LOG_H
#define COMPONENT_REDIS_SERVER_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

/*
 * Warnings, and lines that are no log lines (such as a report of a crash). What every start in
 * a sandbox calls forth is left out: the list is in server_log.c.
 */
struct server_log {
	struct buf lines; /* the first 64 KiB of them, without time and level */
	size_t count;
	char reason
		[400]; /* the line that says most: why a file was refused, else the first; quoted */
	/* the first that is about this machine, not about what is loaded, quoted; "" = none */
	char lacking[400];
};

/* Reads the log from offset `from` on, adding to `out`. */
MUST_CHECK int server_log_read(const char *path, uint64_t from, struct server_log *out,
			       struct error *err);
void server_log_release(struct server_log *l);

#endif
