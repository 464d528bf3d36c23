/* SPDX-License-Identifier: Apache-2.0 */
/* An error of the connection drops it; an error that Redis answers does not. */
#include "cache.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

static const struct timeval patience = { .tv_sec = 2 };

static void drop(struct cache *c)
{
	if (c->connection)
		redisFree(c->connection);
	c->connection = NULL;
}

/* What Redis says of a login repeats a part of it, so it is not told. */
static int expect_ok(struct cache *c, redisReply *reply, const char *doing, struct error *err)
{
	int rc = 0;

	if (!reply)
		rc = error_set(err, ERROR_TARGET, "Redis: %s: %s", doing, c->connection->errstr);
	else if (reply->type == REDIS_REPLY_ERROR)
		rc = error_set(err, ERROR_TARGET, "Redis refused to %s", doing);
	if (reply)
		freeReplyObject(reply);
	return rc;
}

static int log_in(struct cache *c, struct error *err)
{
	const struct redis_address *a = c->address;

	if (a->password && a->user &&
	    expect_ok(c, redisCommand(c->connection, "AUTH %s %s", a->user, a->password), "log in",
		      err) < 0)
		return -1;
	if (a->password && !a->user &&
	    expect_ok(c, redisCommand(c->connection, "AUTH %s", a->password), "log in", err) < 0)
		return -1;
	return a->database ? expect_ok(c, redisCommand(c->connection, "SELECT %u", a->database),
				       "select the database", err) :
			     0;
}

static int connect_to(struct cache *c, struct error *err)
{
	const struct redis_address *a = c->address;

	if (!backoff_may_try(&c->backoff))
		return error_set(err, ERROR_TARGET, "Redis could not be reached a moment ago");
	c->connection = a->socket ? redisConnectUnixWithTimeout(a->socket, patience) :
				    redisConnectWithTimeout(a->host, a->port, patience);
	if (!c->connection)
		return error_set(err, ERROR_NOMEM, "no memory for Redis");
	if (c->connection->err)
		(void)error_set(err, ERROR_TARGET, "Redis: %s", c->connection->errstr);
	else if (redisSetTimeout(c->connection, patience) == REDIS_OK && log_in(c, err) == 0) {
		backoff_succeeded(&c->backoff);
		return 0;
	}
	drop(c);
	backoff_failed(&c->backoff);
	return error_set(err, ERROR_TARGET, "Redis cannot be reached");
}

/*
 * NULL with the error set. All our commands can be repeated: a connection that was there before
 * and turns out to be closed gets a successor at once. One that hangs is not asked twice.
 */
static redisReply *run(struct cache *c, int count, const char **words, struct error *err)
{
	bool may_be_stale = c->connection;

	for (;;) {
		redisReply *reply;
		bool hangs;

		if (!c->connection && connect_to(c, err) < 0)
			return NULL;
		errno = 0;
		reply = redisCommandArgv(c->connection, count, words, NULL);
		hangs = errno == EAGAIN; /* on Linux EWOULDBLOCK, too */
		if (reply && reply->type != REDIS_REPLY_ERROR)
			return reply;
		if (reply) {
			(void)error_set(err, ERROR_TARGET, "Redis: %s", reply->str);
			freeReplyObject(reply);
			return NULL;
		}
		drop(c);
		if (hangs || !may_be_stale) {
			backoff_failed(&c->backoff);
			(void)error_set(err, ERROR_TARGET, "Redis does not answer");
			return NULL;
		}
		may_be_stale = false;
	}
}

enum { KEY_SIZE = 48 };

static const char *key_of(int64_t task, char out[KEY_SIZE])
{
	(void)snprintf(out, KEY_SIZE, "orchestrator:task:%lld", (long long)task);
	return out;
}

int cache_get(struct cache *c, int64_t task, char **document, struct error *err)
{
	char key[KEY_SIZE];
	const char *words[] = { "GET", key_of(task, key) };
	redisReply *reply = run(c, 2, words, err);
	int rc = 0;

	*document = NULL;
	if (!reply)
		return -1;
	if (reply->type == REDIS_REPLY_STRING) {
		*document = strdup(reply->str);
		if (!*document)
			rc = error_set(err, ERROR_NOMEM, "no memory for task %lld",
				       (long long)task);
	}
	freeReplyObject(reply);
	return rc;
}

int cache_put(struct cache *c, int64_t task, const char *document, struct error *err)
{
	char key[KEY_SIZE], ttl[16];
	const char *words[] = { "SET", key_of(task, key), document, "EX", ttl };
	redisReply *reply;

	(void)snprintf(ttl, sizeof(ttl), "%u", c->ttl_s);
	reply = run(c, 5, words, err);
	if (!reply)
		return -1;
	freeReplyObject(reply);
	return 0;
}

int cache_ping(struct cache *c, struct error *err)
{
	const char *words[] = { "PING" };
	redisReply *reply = run(c, 1, words, err);

	if (!reply)
		return -1;
	freeReplyObject(reply);
	return 0;
}

void cache_close(struct cache *c)
{
	drop(c);
}
