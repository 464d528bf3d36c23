/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to Redis, logged in. hiredis of Debian 12 speaks no TLS. */
#ifndef COMPONENT_REDIS_CONNECTION_H
#define COMPONENT_REDIS_CONNECTION_H

#include <hiredis/hiredis.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "component/reach.h"

/*
 * Connect, AUTH when there is a password, PING. NULL on failure: then `reached`
 * tells why when it is the server's doing (how != REACH_OK), else `err`.
 */
redisContext *connection_open(const struct connect_config *c, struct reached *reached,
			      struct error *err);

static inline void cleanup_connection(redisContext **c)
{
	if (*c)
		redisFree(*c);
}
static inline void cleanup_reply(redisReply **r)
{
	if (*r)
		freeReplyObject(*r);
}

/* INFO SECTION; NULL with ERROR_TARGET. The caller frees it with freeReplyObject(). */
redisReply *connection_info(redisContext *connection, const char *section, struct error *err);

/* The value of "KEY:" in the text of INFO, up to its line's end; false when there is none. */
bool connection_info_value(const char *info, const char *key, char *out, size_t size);

/* "redis.example:6379" or the socket's path. Returns `out`. */
char *connection_subject(const struct connect_config *c, char *out, size_t size);

#endif
