/* SPDX-License-Identifier: Apache-2.0 */
#include "component/engine.h"

#include <string.h>
#include <sys/stat.h>

#include "component/postgres/postgres.h"
#include "component/rabbitmq/rabbitmq.h"
#include "component/redis/redis.h"
#include "component/service/service.h"

static const struct engine engines[ENGINE_COUNT] = {
	[ENGINE_POSTGRESQL] = { .kind = ENGINE_POSTGRESQL,
				.probe = engine_postgres_probe,
				.tools = engine_postgres_tools,
				.backup = engine_postgres_backup,
				.canary = engine_postgres_canary,
				.start = engine_postgres_start,
				.restore = engine_postgres_restore,
				.stop = engine_postgres_stop },
	[ENGINE_REDIS] = { .kind = ENGINE_REDIS,
			   .probe = engine_redis_probe,
			   .tools = engine_redis_tools,
			   .backup = engine_redis_backup,
			   .start = engine_redis_start,
			   .restore = engine_redis_restore,
			   .stop = engine_redis_stop },
	/* no program is needed: libraries and the management API do it all */
	[ENGINE_RABBITMQ] = { .kind = ENGINE_RABBITMQ,
			      .probe = engine_rabbitmq_probe,
			      .backup = engine_rabbitmq_backup,
			      .start = engine_rabbitmq_start,
			      .restore = engine_rabbitmq_restore,
			      .stop = engine_rabbitmq_stop },
	[ENGINE_SERVICE] = { .kind = ENGINE_SERVICE, .probe = engine_service_probe },
};

const struct engine *engine_of(enum engine_kind kind)
{
	return &engines[kind];
}

int engine_start_below(enum engine_kind kind, const struct place *parent, struct server *out,
		       struct error *err)
{
	struct place place = *parent;
	char number[12] = "";

	if (parent->number)
		(void)snprintf(number, sizeof(number), "-%u", parent->number + 1);
	(void)snprintf(place.directory, sizeof(place.directory), "%.56s/%s%s", parent->directory,
		       engine_kind_name(kind), number);
	if (mkdir(place.directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create directory %s", place.directory);
	return engine_of(kind)->start(&place, out, err);
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
