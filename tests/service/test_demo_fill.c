/* SPDX-License-Identifier: Apache-2.0 */
/* The example platform's data: repeatable, sound in its references, as compressible as real text. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/http.h"
#include "demo/fill.h"

static const uint64_t seed = 42, size = 2000000;

static struct fill small_fill(void)
{
	struct fill fill = { .size = size };

	generator_init(&fill.generator, seed, size);
	return fill;
}

/* The only value of a query, as text; the caller frees. */
static char *query(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);
	char *value;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(connection));
	value = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	assert_non_null(value);
	return value;
}

static uint64_t query_number(PGconn *connection, const char *sql)
{
	char *value = query(connection, sql);
	uint64_t n = strtoull(value, NULL, 10);

	free(value);
	return n;
}

static PGconn *connect_to(const struct server *s)
{
	char text[256];
	PGconn *connection;

	(void)snprintf(text, sizeof(text), "host=%s port=%u user=%s dbname=" FILL_DATABASE,
		       s->socket, (unsigned)s->port, s->user);
	connection = PQconnectdb(text);
	assert_int_equal(PQstatus(connection), CONNECTION_OK);
	return connection;
}

static void assert_row_counts(PGconn *connection, const struct generator *g)
{
	for (unsigned i = 0; i < DEMO_TABLE_COUNT; i++) {
		char sql[160];

		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s%s",
			       i == DEMO_EVENTS ? "" : "ONLY ",
			       demo_table_name((enum demo_table)i));
		assert_int_equal(query_number(connection, sql), g->rows[i]);
	}
	assert_int_equal(query_number(connection, "SELECT count(*) FROM pg_largeobject_metadata"),
			 g->large_objects);
}

static void postgresql_holds_every_row_and_no_reference_dangles(void **state)
{
	struct server s = SERVER_INIT;
	struct fill fill = small_fill();
	struct error err = ERROR_INIT;
	PGconn *connection;

	(void)state;
	platform_start(ENGINE_POSTGRESQL, "postgres", &s);
	if (fill_postgres(&s, &fill, &err) < 0)
		fail_msg("%s", err.message);
	connection = connect_to(&s);
	assert_row_counts(connection, &fill.generator);
	assert_int_equal(query_number(connection, "SELECT count(*) FROM orchestrator.artifacts a "
						  "LEFT JOIN pg_largeobject_metadata l ON l.oid = "
						  "a.body WHERE a.body IS NOT NULL AND l.oid IS "
						  "NULL"),
			 0);
	assert_int_equal(query_number(connection, "SELECT count(*) FROM pg_constraint WHERE "
						  "contype = 'f' AND convalidated AND "
						  "connamespace IN ('orchestrator'::regnamespace, "
						  "'audit'::regnamespace)"),
			 18);
	/* every partition and the materialized view have something to lose */
	assert_true(query_number(connection, "SELECT min(n) FROM (SELECT count(*) AS n FROM "
					     "audit.events GROUP BY tableoid) AS partitions") > 0);
	assert_true(query_number(connection, "SELECT count(*) FROM orchestrator.agent_totals") > 0);
	PQfinish(connection);
	platform_stop(ENGINE_POSTGRESQL, &s);
}

static redisReply *redis(redisContext *connection, const char *command)
{
	redisReply *reply = redisCommand(connection, command);

	assert_non_null(reply);
	if (reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", command, reply->str);
	return reply;
}

static void assert_redis(redisContext *connection, const char *command, const char *expected)
{
	redisReply *reply = redis(connection, command);

	assert_non_null(reply->str);
	assert_string_equal(reply->str, expected);
	freeReplyObject(reply);
}

static void redis_holds_every_type_in_its_encodings(void **state)
{
	static const struct {
		const char *database, *key, *encoding;
	} row[] = {
		{ "0", "cache:report:large", "raw" }, { "0", "counter:task:0", "int" },
		{ "1", "agents:state", "hashtable" }, { "1", "agents:prompt", "hashtable" },
		{ "2", "queue:large", "quicklist" },  { "2", "set:numbers:16", "intset" },
		{ "2", "set:words", "hashtable" },    { "2", "rank:small", "listpack" },
		{ "2", "rank:agents", "skiplist" },   { "3", "events", "stream" },
	};
	struct server s = SERVER_INIT;
	struct fill fill = small_fill();
	struct error err = ERROR_INIT;
	redisContext *connection;
	redisReply *reply;

	(void)state;
	platform_start(ENGINE_REDIS, "redis", &s);
	if (fill_redis(&s, &fill, &err) < 0)
		fail_msg("%s", err.message);
	connection = redisConnectUnix(s.socket);
	assert_non_null(connection);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char command[96];

		(void)snprintf(command, sizeof(command), "SELECT %s", row[i].database);
		freeReplyObject(redis(connection, command));
		(void)snprintf(command, sizeof(command), "OBJECT ENCODING %s", row[i].key);
		assert_redis(connection, command, row[i].encoding);
	}
	reply = redis(connection, "INFO keyspace");
	assert_non_null(strstr(reply->str, "db0:"));
	assert_non_null(strstr(reply->str, "db9:keys=1,expires=0"));
	freeReplyObject(reply);
	reply = redis(connection, "XPENDING events workers");
	assert_int_equal(reply->element[0]->integer, 48);
	freeReplyObject(reply);
	redisFree(connection);
	platform_stop(ENGINE_REDIS, &s);
}

static void rabbitmq_holds_every_kind_of_object(void **state)
{
	static const char *const expected[] = {
		"\"x-queue-type\":\"quorum\"",
		"\"x-queue-type\":\"stream\"",
		"\"dead-letters\"",
		"\"topic_permissions\":[{",
		"\"worker.24\"",
		"\"x-match\":\"all\"",
		"\"operator_policy\"",
	};
	CLEANUP(buf_release)
	struct buf body = { 0 };
	struct server s = SERVER_INIT;
	struct fill fill = small_fill();
	struct error err = ERROR_INIT;
	struct http_answer answer;
	char url[64];
	struct http_request request = { .url = url,
					.user = s.user,
					.password = s.password,
					.timeout_ns = 10 * NS_PER_SECOND,
					.receive = http_receive_to_buf,
					.cookie = &body };

	(void)state;
	platform_start(ENGINE_RABBITMQ, "rabbitmq", &s);
	if (fill_rabbitmq(&s, &fill, &err) < 0)
		fail_msg("%s", err.message);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/definitions",
		       (unsigned)s.management_port);
	if (http_send(&request, &answer, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(answer.status, 200);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		if (!strstr(body.ptr, expected[i]))
			fail_msg("the definitions lack %s", expected[i]);
	}
	platform_stop(ENGINE_RABBITMQ, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postgresql_holds_every_row_and_no_reference_dangles),
		cmocka_unit_test(redis_holds_every_type_in_its_encodings),
		cmocka_unit_test(rabbitmq_holds_every_kind_of_object),
	};

	return cmocka_run_group_tests(tests, platform_open, platform_close);
}
