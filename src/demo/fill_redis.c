/* SPDX-License-Identifier: Apache-2.0 */
/* Commands are pipelined: sent in batches, their answers read afterwards. */
#include "demo/fill.h"

#include <hiredis/hiredis.h>
#include <stdio.h>

#include "demo/prose.h"

enum { BATCH = 512, VALUE_MAX = 256 * 1024 };

struct pipeline {
	redisContext *connection;
	unsigned waiting; /* answers to come */
	const struct fill *fill;
	char *value; /* VALUE_MAX bytes to make values in */
};

static void pipeline_close(struct pipeline *p)
{
	if (p->connection)
		redisFree(p->connection);
	free(p->value);
}

static int pipeline_open(struct pipeline *p, const struct server *s, struct error *err)
{
	p->value = malloc(VALUE_MAX);
	p->connection = redisConnectUnix(s->socket);
	if (!p->value || !p->connection)
		return error_set(err, ERROR_NOMEM, "no memory to talk to Redis");
	if (p->connection->err)
		return error_set(err, ERROR_TARGET, "Redis: %s: %s", s->socket,
				 p->connection->errstr);
	return 0;
}

static int flush(struct pipeline *p, struct error *err)
{
	for (; p->waiting > 0; p->waiting--) {
		void *answer = NULL;
		redisReply *reply;

		if (redisGetReply(p->connection, &answer) != REDIS_OK)
			return error_set(err, ERROR_TARGET, "Redis: %s", p->connection->errstr);
		reply = answer;
		if (reply->type == REDIS_REPLY_ERROR)
			(void)error_set(err, ERROR_TARGET, "Redis: %s", reply->str);
		freeReplyObject(reply);
		if (err->kind != ERROR_NONE)
			return -1;
	}
	if (p->fill->stop_requested && p->fill->stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "the fill was interrupted");
	return 0;
}

/* A command whose words come from a printf format, parted by blanks, `%b` taking bytes and length. */
static int queue(struct pipeline *p, struct error *err, const char *format, ...)
{
	va_list ap;
	int rc;

	va_start(ap, format);
	rc = redisvAppendCommand(p->connection, format, ap);
	va_end(ap);
	if (rc != REDIS_OK)
		return error_set(err, ERROR_TARGET, "Redis: %s", p->connection->errstr);
	return ++p->waiting < BATCH ? 0 : flush(p, err);
}

/* About `bytes` of prose in p->value; returns its length. */
static size_t make_value(struct pipeline *p, struct random *r, size_t bytes)
{
	struct text t = { .at = p->value, .end = p->value + VALUE_MAX };

	prose_text(&t, r, bytes, false);
	return (size_t)(t.at - p->value);
}

/* Database 0: strings; integers, short and long text, all byte values, and an empty one. */
static int fill_strings(struct pipeline *p, uint64_t count, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1000, 0);

	for (uint64_t i = 0; i < count; i++) {
		size_t len = make_value(p, &r, 40 + random_below(&r, 1500));

		if (queue(p, err, "SET cache:answer:%llu %b", (unsigned long long)i, p->value,
			  len) < 0)
			return -1;
		if (i % 3 == 0 &&
		    queue(p, err, "EXPIRE cache:answer:%llu %llu", (unsigned long long)i,
			  86400ULL + random_below(&r, 2500000)) < 0)
			return -1;
		if (i % 5 == 0 && queue(p, err, "SET counter:task:%llu %lld", (unsigned long long)i,
					(long long)random_next(&r) >> random_below(&r, 60)) < 0)
			return -1;
	}
	for (int i = 0; i < 256; i++)
		p->value[i] = (char)i;
	return queue(p, err, "SET blob:%b %b", p->value, (size_t)256, p->value, (size_t)256) < 0 ||
			       queue(p, err, "SET cache:report:large %b", p->value,
				     make_value(p, &r, 200000)) < 0 ||
			       queue(p, err, "SET cache:empty %b", "", (size_t)0) < 0 ||
			       queue(p, err, "SETBIT seen:agents 40000 1") < 0 ||
			       queue(p, err, "PFADD visitors a b c d e f g h") < 0 ?
		       -1 :
		       0;
}

/* Database 1: sessions as small hashes that all expire, and two large ones that do not. */
static int fill_hashes(struct pipeline *p, uint64_t count, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1001, 0);

	if (queue(p, err, "SELECT 1") < 0)
		return -1;
	for (uint64_t i = 0; i < count; i++) {
		unsigned long long id = random_next(&r);
		unsigned long long user = random_below(&r, 5000);

		if (queue(p, err, "HSET session:%016llx user %llu role %s started %llu", id, user,
			  user % 9 ? "member" : "admin", 1767225600 + 60 * user) < 0 ||
		    queue(p, err, "PEXPIRE session:%016llx %llu", id,
			  3600000ULL + random_below(&r, 2000000000)) < 0)
			return -1;
	}
	for (uint64_t i = 0; i < 1500; i++) {
		size_t len = make_value(p, &r, 30);

		if (queue(p, err, "HSET agents:state agent-%llu %b", (unsigned long long)i,
			  p->value, len) < 0)
			return -1;
	}
	return queue(p, err, "HSET agents:prompt text %b", p->value, make_value(p, &r, 4000));
}

static int fill_lists(struct pipeline *p, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1002, 0);

	if (queue(p, err, "RPUSH queue:small one 2 three -4 5000000000") < 0)
		return -1;
	for (uint64_t i = 0; i < 4000; i++) {
		size_t len = make_value(p, &r, i == 2000 ? 20000 : 60);

		if (queue(p, err, "RPUSH queue:large %b", p->value, len) < 0)
			return -1;
	}
	return 0;
}

static int fill_sets(struct pipeline *p, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1003, 0);

	if (queue(p, err, "SADD set:small a bb ccc") < 0 ||
	    queue(p, err, "SADD set:numbers:16 1 -2 300") < 0 ||
	    queue(p, err, "SADD set:numbers:64 1 -70000 9000000000000000000") < 0)
		return -1;
	for (uint64_t i = 0; i < 1200; i++) {
		struct span word = prose_word(&r);

		if (queue(p, err, "SADD set:numbers:32 %llu",
			  (unsigned long long)(i % 500 * 70001)) < 0 ||
		    queue(p, err, "SADD set:words %b-%llu", word.ptr, word.len,
			  (unsigned long long)i) < 0)
			return -1;
	}
	return 0;
}

/* Scores: whole, fractions, negative, infinite. */
static int fill_sorted_sets(struct pipeline *p, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1004, 0);

	if (queue(p, err, "ZADD rank:small 1 low 2.5 middle -3 negative inf first -inf last") < 0 ||
	    queue(p, err,
		  "GEOADD offices 13.361389 38.115556 Palermo 15.087269 37.502669 Catania") < 0)
		return -1;
	for (uint64_t i = 0; i < 2000; i++) {
		if (queue(p, err, "ZADD rank:agents %llu.%02llu agent-%llu",
			  (unsigned long long)random_below(&r, 100000),
			  (unsigned long long)random_below(&r, 100), (unsigned long long)i) < 0)
			return -1;
	}
	return queue(p, err, "EXPIRE rank:small 864000");
}

/* Database 3: a log with two groups, one of which has read some and acknowledged less. */
static int fill_streams(struct pipeline *p, struct error *err)
{
	struct random r = random_for(p->fill->generator.seed, 1005, 0);

	if (queue(p, err, "SELECT 3") < 0)
		return -1;
	for (uint64_t i = 1; i <= 1500; i++) {
		size_t len = make_value(p, &r, 50);

		if (queue(p, err, "XADD events %llu-%llu agent %llu text %b",
			  (unsigned long long)(UINT64_C(1767225600000) + i / 3),
			  (unsigned long long)(i % 3 + 1), (unsigned long long)random_below(&r, 50),
			  p->value, len) < 0)
			return -1;
	}
	return queue(p, err, "XDEL events 1767225600010-1 1767225600010-2") < 0 ||
			       queue(p, err, "XGROUP CREATE events workers 0") < 0 ||
			       queue(p, err, "XGROUP CREATE events auditors $") < 0 ||
			       queue(p, err,
				     "XREADGROUP GROUP workers alpha COUNT 40 STREAMS events >") <
				       0 ||
			       queue(p, err,
				     "XREADGROUP GROUP workers beta COUNT 10 STREAMS events >") <
				       0 ||
			       queue(p, err,
				     "XACK events workers 1767225600000-2 1767225600000-3") < 0 ||
			       queue(p, err, "XGROUP CREATE empty workers 0 MKSTREAM") < 0 ?
		       -1 :
		       0;
}

static const char library[] = "#!lua name=orchestrator\n"
			      "redis.register_function('claim', function(keys, args)\n"
			      "  return redis.call('LPOP', keys[1])\n"
			      "end)\n";

int fill_redis(const struct server *s, const struct fill *fill, struct error *err)
{
	CLEANUP(pipeline_close)
	struct pipeline p = { .fill = fill };
	uint64_t count = fill->size / 8000;

	if (count < 100)
		count = 100;
	if (count > 200000)
		count = 200000;
	/* who takes a snapshot by replication need not wait for others to join */
	if (pipeline_open(&p, s, err) < 0 ||
	    queue(&p, err, "CONFIG SET repl-diskless-sync-delay 0") < 0 ||
	    fill_strings(&p, count, err) < 0 || fill_hashes(&p, count, err) < 0 ||
	    queue(&p, err, "SELECT 2") < 0 || fill_lists(&p, err) < 0 || fill_sets(&p, err) < 0 ||
	    fill_sorted_sets(&p, err) < 0 || fill_streams(&p, err) < 0 ||
	    queue(&p, err, "SELECT 9") < 0 || queue(&p, err, "SET platform:version 2.4.1") < 0 ||
	    queue(&p, err, "FUNCTION LOAD %b", library, sizeof(library) - 1) < 0)
		return -1;
	return flush(&p, err);
}
