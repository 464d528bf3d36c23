/* SPDX-License-Identifier: Apache-2.0 */
#include "component/engine.h"

#include <stdio.h>
#include <string.h>

#include "component/postgres/postgres.h"
#include "component/rabbitmq/rabbitmq.h"
#include "component/redis/redis.h"

static const struct engine engines[ENGINE_COUNT] = {
	[ENGINE_POSTGRESQL] = { .kind = ENGINE_POSTGRESQL,
				.start = engine_postgres_start,
				.stop = engine_postgres_stop },
	[ENGINE_REDIS] = { .kind = ENGINE_REDIS,
			   .start = engine_redis_start,
			   .stop = engine_redis_stop },
	[ENGINE_RABBITMQ] = { .kind = ENGINE_RABBITMQ,
			      .start = engine_rabbitmq_start,
			      .stop = engine_rabbitmq_stop },
	[ENGINE_SERVICE] = { .kind = ENGINE_SERVICE },
};

const struct engine *engine_of(enum engine_kind kind)
{
	return &engines[kind];
}

void server_connect_config(const struct server *s, enum engine_kind kind,
			   struct connect_config *out)
{
	*out = (struct connect_config){
		.host = s->socket[0] ? "" : "127.0.0.1",
		.socket = s->socket,
		.port = s->port,
		.management_port = s->management_port,
		.service = "",
		.user = s->user,
		.password = { .kind = s->password[0] ? SECRET_LITERAL : SECRET_NONE,
			      .text = s->password,
			      .origin = "" },
		.vhost = kind == ENGINE_RABBITMQ ? "/" : "",
		.sslmode = "",
		.ca_file = "",
		.timeout_ns = INT64_C(10000000000),
	};
}
