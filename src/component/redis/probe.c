/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "component/redis/connection.h"
#include "component/redis/redis.h"
#include "component/tool.h"

static int ask_version(redisContext *connection, struct reached *reached, struct error *err)
{
	struct error failure = ERROR_INIT;
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(connection, "server", &failure);

	(void)err;
	if (!info)
		return reached_fail(reached, REACH_PROTOCOL, "%s", failure.message);
	if (!connection_info_value(info->str, "redis_version", reached->version,
				   sizeof(reached->version)))
		return reached_fail(reached, REACH_PROTOCOL, "INFO names no version");
	(void)snprintf(reached->message, sizeof(reached->message), "Redis %s answers PING",
		       reached->version);
	return 0;
}

int engine_redis_probe(const struct component_config *c, struct checks *out, struct error *err)
{
	struct reached reached = { 0 };
	CLEANUP(cleanup_connection)
	redisContext *connection = connection_open(&c->connect, &reached, err);
	char subject[160];

	if (!connection && reached.how == REACH_OK)
		return -1;
	if (connection)
		(void)!ask_version(connection, &reached, err);
	return reach_check(c, connection_subject(&c->connect, subject, sizeof(subject)), &reached,
			   out, err);
}

int engine_redis_tools(const struct component_config *c, struct checks *out, struct error *err)
{
	return tool_check(c,
			  &(struct tool){ .program = "redis-cli",
					  .package = "redis-tools",
					  .purpose = "takes Redis backups" },
			  out, err);
}
