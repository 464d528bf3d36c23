/* SPDX-License-Identifier: Apache-2.0 */
#include "component/redis/connection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/redact.h"

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

static bool is_denial(const char *text)
{
	return strncmp(text, "NOAUTH", 6) == 0 || strncmp(text, "WRONGPASS", 9) == 0 ||
	       strncmp(text, "NOPERM", 6) == 0 || strstr(text, "AUTH") || strstr(text, "password");
}

/* A login, and the first word after it. */
struct opening {
	redisContext *connection;
	const struct connect_config *connect;
	struct buf password;
	struct reached *reached;
};

/* A server that does not know AUTH repeats its arguments, perhaps shortened. */
static int tell_refusal(const struct opening *o, const char *said)
{
	const struct span secret = buf_span(&o->password);
	const char *arguments = strstr(said, ", with args beginning with");
	size_t length = arguments ? (size_t)(arguments - said) : strlen(said);
	CLEANUP(buf_release)
	struct buf open = { 0 };

	if (redact(&secret, 1, (struct span){ (const uint8_t *)said, length }, &open) < 0)
		buf_clear(&open);
	return reached_fail(o->reached, is_denial(said) ? REACH_DENIED : REACH_PROTOCOL, "%s",
			    open.len ? open.ptr : "refused");
}

static int expect_status(const struct opening *o, redisReply *reply)
{
	int rc = 0;

	if (!reply) {
		explain(o->connection, o->connect, o->reached);
		return -1;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		rc = tell_refusal(o, reply->str);
	else if (reply->type != REDIS_REPLY_STATUS)
		rc = reached_fail(o->reached, REACH_PROTOCOL, "an answer of type %d", reply->type);
	freeReplyObject(reply);
	return rc;
}

static int log_in(const struct opening *o)
{
	const struct buf *password = &o->password;
	const char *user = o->connect->user;

	if (!password->len)
		return 0;
	if (user && *user)
		return expect_status(o, redisCommand(o->connection, "AUTH %s %b", user,
						     password->ptr, password->len));
	return expect_status(o,
			     redisCommand(o->connection, "AUTH %b", password->ptr, password->len));
}

static void opening_release(struct opening *o)
{
	secret_wipe(&o->password);
	if (o->connection)
		redisFree(o->connection);
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
	CLEANUP(opening_release)
	struct opening o = { .connect = c, .reached = reached };

	if (c->tls) {
		(void)reached_fail(reached, REACH_TLS,
				   "this build of hiredis cannot speak TLS to Redis");
		return NULL;
	}
	if (secret_fetch(&c->password, &o.password, err) < 0)
		return NULL;
	o.connection = connect_to(c, reached, err);
	if (!o.connection || log_in(&o) < 0 ||
	    expect_status(&o, redisCommand(o.connection, "PING")) < 0)
		return NULL;
	return TAKE(o.connection);
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
