/* SPDX-License-Identifier: Apache-2.0 */
/* What the RDB reader counts in a snapshot is what the Redis that wrote it says it holds. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "format/redis/rdb.h"

enum { DATABASES = 3 };
static const int databases[DATABASES] = { 0, 4, 15 };

static struct server server = SERVER_INIT;
static redisContext *redis;

static redisReply *command(const char *format, ...)
{
	redisReply *reply;
	va_list ap;

	va_start(ap, format);
	reply = redisvCommand(redis, format, ap);
	va_end(ap);
	if (!reply)
		fail_msg("%s: %s", format, redis->errstr);
	if (reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", format, reply->str);
	return reply;
}

#define DO(...) freeReplyObject(command(__VA_ARGS__))

static void fill_database(int number, int keys)
{
	static char large[100000];

	memset(large, 'x', sizeof(large));
	DO("SELECT %d", number);
	for (int i = 0; i < keys; i++) {
		DO("SET string:%d %d", i, i * 7919);
		DO("SET text:%d %b", i, large, (size_t)(i * 97 % (int)sizeof(large)));
		DO("RPUSH list:%d a b %d %b", i, i, large, (size_t)i);
		DO("SADD ints:%d %d %d", i, i, -i);
		DO("SADD words:%d word%d other", i, i);
		DO("ZADD zset:%d 1.5 a %d b", i, i);
		DO("HSET hash:%d field %d %b v", i, i, large, (size_t)(i % 100));
		DO("XADD stream:%d * field %d", i, i);
		if (i % 3 == 0) {
			DO("PEXPIREAT string:%d 4102444800000", i);
			DO("PEXPIREAT hash:%d 4102444800000", i);
		}
	}
	for (int i = 0; i < 2000; i++) {
		DO("RPUSH list:long element-%d", i);
		DO("SADD set:long member-%d", i);
		DO("ZADD zset:long %d member-%d", i, i);
		DO("HSET hash:long field-%d %d", i, i);
		DO("XADD stream:long * n %d", i);
	}
	DO("RPUSH list:wide %b %b", large, sizeof(large), large, sizeof(large));
	DO("XGROUP CREATE stream:long readers 0");
	DO("XREADGROUP GROUP readers one COUNT 100 STREAMS stream:long >");
	DO("XDEL stream:long 0-1");
	DO("XTRIM stream:long MAXLEN 1500");
}

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_REDIS, "live", &server);
	redis = redisConnectUnix(server.socket);
	return redis && !redis->err ? 0 : -1;
}

static int stop(void **state)
{
	redisFree(redis);
	platform_stop(ENGINE_REDIS, &server);
	return platform_close(state);
}

/* SAVE, and read the file in blocks of a size that no structure has. */
static void save_and_read(struct reading *out)
{
	enum { BLOCK = 65537 };
	redisReply *directory = command("CONFIG GET dir"), *name = command("CONFIG GET dbfilename");
	struct error err = ERROR_INIT;
	struct buf bytes = { 0 };
	struct stage *reader = rdb_reader.open(out, &err);
	char path[4096];

	DO("SAVE");
	(void)snprintf(path, sizeof(path), "%s/%s", directory->element[1]->str,
		       name->element[1]->str);
	freeReplyObject(directory);
	freeReplyObject(name);
	assert_int_equal(file_read(path, 64 << 20, &bytes, &err), 0);
	for (size_t at = 0; at < bytes.len; at += BLOCK) {
		size_t n = bytes.len - at < BLOCK ? bytes.len - at : BLOCK;
		struct span block = { (const uint8_t *)bytes.ptr + at, n };

		assert_int_equal(stage_push(reader, block, &err), 0);
	}
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	for (size_t i = 0; i < out->findings.count; i++)
		print_error("%s\n", out->findings.item[i].message);
	assert_int_equal(findings_verdict(&out->findings), VERDICT_PASS);
	assert_true(out->finished);
	buf_release(&bytes);
}

/* The keys of one type, and how many of them expire, by asking for each. */
static void count_live(const char *type, uint64_t *keys, uint64_t *expires)
{
	char cursor[32] = "0";

	*keys = *expires = 0;
	do {
		redisReply *page = command("SCAN %s COUNT 1000 TYPE %s", cursor, type);

		(void)snprintf(cursor, sizeof(cursor), "%s", page->element[0]->str);
		for (size_t i = 0; i < page->element[1]->elements; i++) {
			redisReply *key = page->element[1]->element[i];
			redisReply *ttl = command("PTTL %b", key->str, key->len);

			++*keys;
			*expires += ttl->integer >= 0;
			freeReplyObject(ttl);
		}
		freeReplyObject(page);
	} while (strcmp(cursor, "0") != 0);
}

static void assert_type_agrees(const struct reading *r, const char *database, const char *type)
{
	const struct fact *fact = facts_find(&r->facts, FACT_KEYSPACE, database, type);
	uint64_t keys, expires;

	count_live(type, &keys, &expires);
	assert_non_null(fact);
	assert_int_equal(fact->count, keys);
	assert_int_equal(fact->expires, expires);
}

static void assert_database_agrees(const struct reading *r, int number)
{
	static const char *const types[] = { "string", "list", "set", "zset", "hash", "stream" };
	const struct fact *fact;
	redisReply *size;
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", number);
	DO("SELECT %d", number);
	size = command("DBSIZE");
	fact = facts_find(&r->facts, FACT_DATABASE, "", name);
	assert_non_null(fact);
	assert_int_equal(fact->count, size->integer);
	freeReplyObject(size);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		assert_type_agrees(r, name, types[i]);
}

/* Keys and members of any bytes, streams of entries unlike each other, a value larger than the rest. */
static void fill_oddly(int number)
{
	enum { HUGE_VALUE = 200 * 1000 * 1000 };
	char bytes[64];
	unsigned seed = (unsigned)number * 7919 + 1;

	DO("SELECT %d", number);
	for (int i = 0; i < 400; i++) {
		size_t len = (size_t)rand_r(&seed) % sizeof(bytes);

		for (size_t k = 0; k < len; k++)
			bytes[k] = (char)(rand_r(&seed) % 256);
		switch (rand_r(&seed) % 6) {
		case 0:
			DO("SET odd:%b %b", bytes, len, bytes, len / 2);
			break;
		case 1:
			DO("LPUSH oddlist:%d %b", i % 10, bytes, len);
			break;
		case 2:
			DO("SADD oddset:%d %b", i % 10, bytes, len);
			break;
		case 3:
			DO("ZADD oddzset:%d %d.%d %b", i % 10, i - 200, i, bytes, len);
			break;
		case 4:
			DO("HSET oddhash:%d %b %b", i % 10, bytes, len, bytes + len / 2, len / 3);
			break;
		default:
			DO("XADD oddstream:%d * %b %b f%d v", i % 3, bytes, len, bytes, len, i % 4);
		}
	}
	DO("XGROUP CREATE oddstream:1 \n 0");
	DO("XREADGROUP GROUP \n c\t COUNT 5 STREAMS oddstream:1 >");
	DO("SETRANGE huge %d end", HUGE_VALUE);
}

static void counts_agree_with_the_server(void **state)
{
	struct reading r = { 0 };

	(void)state;
	for (int i = 0; i < DATABASES; i++)
		fill_database(databases[i], 20 + 10 * i);
	fill_oddly(databases[1]);
	save_and_read(&r);
	for (int i = 0; i < DATABASES; i++)
		assert_database_agrees(&r, databases[i]);
	reading_release(&r);
}

static void memory_is_estimated_within_a_factor_of_two(void **state)
{
	struct reading r = { 0 };

	(void)state;
	save_and_read(&r);
	assert_int_equal(r.largest.count, READING_LARGEST);
	assert_string_equal(r.largest.item[0].name, "huge");
	for (size_t i = 0; i < r.largest.count; i++) {
		const struct outline_entry *e = &r.largest.item[i];
		redisReply *usage;

		DO("SELECT %s", e->scope);
		usage = command("MEMORY USAGE %s SAMPLES 0", e->name);
		assert_int_equal(usage->type, REDIS_REPLY_INTEGER);
		if (e->bytes > (uint64_t)usage->integer * 2 ||
		    e->bytes < (uint64_t)usage->integer / 2)
			fail_msg("%s %s: %llu estimated, %lld by the server", e->kind, e->name,
				 (unsigned long long)e->bytes, usage->integer);
		freeReplyObject(usage);
	}
	reading_release(&r);
}

static void the_largest_keys_are_those_of_most_elements(void **state)
{
	static const char *const keys[] = { "list:long", "set:long", "zset:long", "hash:long",
					    "stream:long" };
	struct reading r = { 0 };

	(void)state;
	save_and_read(&r);
	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
		const struct outline_entry *e = NULL;

		for (size_t i = 0; i < r.largest.count && !e; i++) {
			if (strcmp(r.largest.item[i].name, keys[k]) == 0)
				e = &r.largest.item[i];
		}
		assert_non_null(e);
		assert_int_equal(e->count, k == 4 ? 1500 : 2000);
	}
	reading_release(&r);
}

static long number_before(const char *text, const char *words)
{
	const char *at = strstr(text, words);

	assert_non_null(at);
	while (at > text && at[-1] != ']')
		at--;
	return strtol(at, NULL, 10);
}

static void counts_agree_with_redis_check_rdb(void **state)
{
	struct reading r = { 0 };
	char line[8192], command_line[256];
	uint64_t keys = 0, expires = 0;
	size_t len;
	FILE *tool;

	(void)state;
	save_and_read(&r);
	(void)snprintf(command_line, sizeof(command_line), "redis-check-rdb %s/dump.rdb",
		       server.place.directory);
	tool = popen(command_line, "r");
	assert_non_null(tool);
	len = fread(line, 1, sizeof(line) - 1, tool);
	line[len] = '\0';
	assert_int_equal(pclose(tool), 0);
	for (size_t i = 0; i < r.facts.count; i++) {
		if (r.facts.item[i].kind == FACT_DATABASE) {
			keys += r.facts.item[i].count;
			expires += r.facts.item[i].expires;
		}
	}
	assert_int_equal(number_before(line, " keys read"), keys);
	assert_int_equal(number_before(line, " expires"), expires);
	reading_release(&r);
}

/* Replace a key by its dump, which is loaded into the encoding that the limits now ask for. */
static void rewrite(const redisReply *key)
{
	redisReply *dump = command("DUMP %b", key->str, key->len);
	redisReply *expiry = command("PEXPIRETIME %b", key->str, key->len);

	DO("RESTORE %b %lld %b REPLACE ABSTTL", key->str, key->len,
	   expiry->integer < 0 ? 0LL : expiry->integer, dump->str, dump->len);
	freeReplyObject(dump);
	freeReplyObject(expiry);
}

static void rewrite_database(int number)
{
	redisReply *keys;

	DO("SELECT %d", number);
	keys = command("KEYS *");
	for (size_t i = 0; i < keys->elements; i++)
		rewrite(keys->element[i]);
	freeReplyObject(keys);
}

static void assert_encoding(const char *key, const char *expected)
{
	redisReply *encoding = command("OBJECT ENCODING %s", key);

	assert_string_equal(encoding->str, expected);
	freeReplyObject(encoding);
}

static void content_is_the_same_in_other_encodings(void **state)
{
	struct reading before = { 0 }, after = { 0 };

	(void)state;
	DO("SELECT %d", databases[1]);
	DO("DEL huge");
	save_and_read(&before);
	DO("CONFIG SET list-max-listpack-size 1");
	DO("CONFIG SET hash-max-listpack-entries 1");
	DO("CONFIG SET zset-max-listpack-entries 1");
	DO("CONFIG SET set-max-intset-entries 1");
	DO("CONFIG SET rdbcompression no");
	assert_encoding("hash:5", "listpack");
	for (int i = 0; i < DATABASES; i++)
		rewrite_database(databases[i]);
	assert_encoding("hash:5", "hashtable");
	assert_encoding("zset:5", "skiplist");
	assert_encoding("ints:5", "hashtable");
	save_and_read(&after);
	for (size_t i = 0; i < before.facts.count; i++) {
		const struct fact *a = &before.facts.item[i], *b;

		if (a->kind != FACT_KEYSPACE)
			continue;
		b = facts_find(&after.facts, a->kind, a->scope, a->name);
		assert_non_null(b);
		assert_int_equal(a->count, b->count);
		assert_int_equal(a->bytes, b->bytes);
		assert_true(a->fingerprint.low == b->fingerprint.low &&
			    a->fingerprint.high == b->fingerprint.high);
	}
	reading_release(&before);
	reading_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_agree_with_the_server),
		cmocka_unit_test(memory_is_estimated_within_a_factor_of_two),
		cmocka_unit_test(the_largest_keys_are_those_of_most_elements),
		cmocka_unit_test(counts_agree_with_redis_check_rdb),
		cmocka_unit_test(content_is_the_same_in_other_encodings),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
