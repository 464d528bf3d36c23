/* SPDX-License-Identifier: Apache-2.0 */
#include "component/redis/connection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"

enum { DEFAULT_PORT = 6379 };

static const char *host_of(const struct connect_config *c)
{
	return c->host && *c->host ? c->host : "127.0.0.1";
}

static bool by_socket(const struct connect_config *c)
{
	return c->socket && *c->socket && !(c->host && *c->host);
}

char *connection_subject(const struct connect_config *c, char *out, size_t size)
{
	if (by_socket(c))
		(void)snprintf(out, size, "redis at %s", c->socket);
	else
		(void)snprintf(out, size, "redis at %s:%u", host_of(c),
			       c->port ? (unsigned)c->port : DEFAULT_PORT);
	return out;
}

/* What a broken connection died of. */
static void explain(const redisContext *connection, const struct connect_config *c,
		    struct reached *reached)
{
	enum reach how = REACH_PROTOCOL;
	char subject[160];

	if (connection->err == REDIS_ERR_IO)
		how = reach_of_errno(errno);
	else if (connection->err == REDIS_ERR_OTHER)
		how = REACH_UNRESOLVED;
	(void)reached_fail(reached, how, "%s: %s", connection_subject(c, subject, sizeof(subject)),
			   connection->errstr);
}

static redisReply *login(redisContext *connection, const struct connect_config *c,
			 const struct buf *password)
{
	if (c->user && *c->user)
		return redisCommand(connection, "AUTH %s %b", c->user, password->ptr,
				    password->len);
	return redisCommand(connection, "AUTH %b", password->ptr, password->len);
}

static bool is_denial(const char *text)
{
	return strncmp(text, "NOAUTH", 6) == 0 || strncmp(text, "WRONGPASS", 9) == 0 ||
	       strncmp(text, "NOPERM", 6) == 0 || strstr(text, "AUTH") || strstr(text, "password");
}

static int expect_status(redisContext *connection, redisReply *reply,
			 const struct connect_config *c, struct reached *reached)
{
	int rc = 0;

	if (!reply) {
		explain(connection, c, reached);
		return -1;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		rc = reached_fail(reached, is_denial(reply->str) ? REACH_DENIED : REACH_PROTOCOL,
				  "%s", reply->str);
	else if (reply->type != REDIS_REPLY_STATUS)
		rc = reached_fail(reached, REACH_PROTOCOL, "an answer of type %d", reply->type);
	freeReplyObject(reply);
	return rc;
}

static redisContext *connect_to(const struct connect_config *c, struct reached *reached,
				struct error *err)
{
	int64_t ns = reach_timeout_ns(c);
	struct timeval timeout = { .tv_sec = ns / NS_PER_SECOND,
				   .tv_usec = (ns % NS_PER_SECOND) / 1000 };
	redisContext *connection;

	if (by_socket(c))
		connection = redisConnectUnixWithTimeout(c->socket, timeout);
	else
		connection = redisConnectWithTimeout(host_of(c), c->port ? c->port : DEFAULT_PORT,
						     timeout);
	if (!connection) {
		(void)error_set(err, ERROR_NOMEM, "no memory to talk to Redis");
		return NULL;
	}
	if (connection->err || redisSetTimeout(connection, timeout) != REDIS_OK) {
		explain(connection, c, reached);
		redisFree(connection);
		return NULL;
	}
	return connection;
}

redisContext *connection_open(const struct connect_config *c, struct reached *reached,
			      struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf password = { 0 };
	redisContext *connection;

	if (c->tls) {
		(void)reached_fail(reached, REACH_TLS,
				   "this build of hiredis cannot speak TLS to Redis");
		return NULL;
	}
	if (secret_fetch(&c->password, &password, err) < 0)
		return NULL;
	connection = connect_to(c, reached, err);
	if (!connection)
		return NULL;
	if ((password.len &&
	     expect_status(connection, login(connection, c, &password), c, reached) < 0) ||
	    expect_status(connection, redisCommand(connection, "PING"), c, reached) < 0) {
		redisFree(connection);
		return NULL;
	}
	return connection;
}

redisReply *connection_info(redisContext *connection, const char *section, struct error *err)
{
	redisReply *reply = redisCommand(connection, "INFO %s", section);

	if (reply && reply->type == REDIS_REPLY_STRING)
		return reply;
	(void)error_set(err, ERROR_TARGET, "INFO %s: %s", section,
			reply && reply->type == REDIS_REPLY_ERROR ? reply->str :
								    connection->errstr);
	if (reply)
		freeReplyObject(reply);
	return NULL;
}

bool connection_info_value(const char *info, const char *key, char *out, size_t size)
{
	size_t len = strlen(key);

	for (const char *line = info; line && *line;) {
		size_t end = strcspn(line, "\r\n");

		if (strncmp(line, key, len) == 0 && line[len] == ':') {
			(void)snprintf(out, size, "%.*s", (int)(end - len - 1), line + len + 1);
			return true;
		}
		line += end;
		line += strspn(line, "\r\n");
	}
	return false;
}
