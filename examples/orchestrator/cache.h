/* SPDX-License-Identifier: Apache-2.0 */
/* Redis, where finished tasks wait to be asked for: one connection, made when it is needed. */
#ifndef ORCHESTRATOR_CACHE_H
#define ORCHESTRATOR_CACHE_H

#include <hiredis/hiredis.h>
#include <stdint.h>

#include "backoff.h"
#include "settings.h"

/* Zeroed but for the address: not connected. */
struct cache {
	const struct redis_address *address;
	unsigned ttl_s;
	redisContext *connection;
	struct backoff backoff;
};

/* The document of a task, the caller's to free; NULL with no error when it is not there. */
MUST_CHECK int cache_get(struct cache *c, int64_t task, char **document, struct error *err);

MUST_CHECK int cache_put(struct cache *c, int64_t task, const char *document, struct error *err);

MUST_CHECK int cache_ping(struct cache *c, struct error *err);

void cache_close(struct cache *c);

#endif
