/* SPDX-License-Identifier: Apache-2.0 */
/* A private Redis, empty. */
#include "component/redis/redis.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"
#include "component/redis/launch.h"
#include "component/start.h"

enum { USUAL_PORT = 6379 };
static const int64_t ready_timeout_ns = 60 * NS_PER_SECOND;

static int answers_ping(struct server *s, struct error *err)
{
	struct timeval timeout = { .tv_sec = 5 };
	redisContext *connection = redisConnectUnixWithTimeout(s->socket, timeout);
	redisReply *reply = NULL;
	int ready = 0;

	if (!connection)
		return error_set(err, ERROR_NOMEM, "no memory to talk to Redis");
	if (!connection->err) {
		(void)redisSetTimeout(connection, timeout);
		reply = redisCommand(connection, "PING");
		ready = reply && reply->type == REDIS_REPLY_STATUS;
	}
	if (reply)
		freeReplyObject(reply);
	redisFree(connection);
	return ready;
}

int engine_redis_start(const struct place *place, struct server *out, struct error *err)
{
	struct server s = SERVER_INIT;

	s.place = *place;
	s.port = place->own_network ? (uint16_t)(USUAL_PORT + place->number) : 0;
	(void)snprintf(s.socket, sizeof(s.socket), "%s/redis.sock", place->directory);
	if (launch_server(&(struct launch){ 0 }, &s, err) < 0)
		return -1;
	if (server_await("Redis", &s, answers_ping, ready_timeout_ns, err) < 0) {
		engine_redis_stop(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void engine_redis_stop(struct server *s)
{
	process_stop(&s->process, SIGTERM, 5 * NS_PER_SECOND);
}
