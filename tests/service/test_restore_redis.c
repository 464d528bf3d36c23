/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot restores into a Redis that holds what it held, expired keys too; what does not restore is told. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "component/redis/launch.h"
#include "format/redis/rdb.h"
#include "model/utf8.h"
#include "unit/format/rdb_bytes.h"

/* An expiry far away, and one long past of the same size, in milliseconds. */
#define LATER INT64_C(4102444800123)
#define PAST  INT64_C(1000000000123)

static redisReply *command(redisContext *redis, const char *format, ...)
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

#define DO(redis, ...) freeReplyObject(command(redis, __VA_ARGS__))

static redisContext *open_connection(const struct server *s)
{
	redisContext *redis = redisConnectUnix(s->socket);

	assert_non_null(redis);
	if (redis->err)
		fail_msg("%s", redis->errstr);
	return redis;
}

static long long number(redisContext *redis, const char *words)
{
	redisReply *reply = command(redis, words);
	long long value = reply->integer;

	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	freeReplyObject(reply);
	return value;
}

/* A backup: a file that a restore reads, and what our reader says of it. */
struct snapshot {
	char path[128];
	struct buf bytes;
	struct reading reading;
};

static void read_snapshot(struct snapshot *s)
{
	struct error err = ERROR_INIT;
	struct stage *reader = rdb_reader.open(&s->reading, &err);

	assert_non_null(reader);
	assert_int_equal(stage_push(reader, buf_span(&s->bytes), &err), 0);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
}

/* Under that name, for everyone to read and nobody to write. */
static void keep_snapshot(struct snapshot *s)
{
	struct error err = ERROR_INIT;

	(void)snprintf(s->path, sizeof(s->path), "%s/backup.rdb", platform_directory);
	assert_int_equal(file_write_atomic(s->path, 0444, s->bytes.ptr, s->bytes.len, &err), 0);
	read_snapshot(s);
}

static void forget_snapshot(struct snapshot *s)
{
	assert_int_equal(unlink(s->path), 0);
	buf_release(&s->bytes);
	reading_release(&s->reading);
}

static void seal(struct buf *b)
{
	uint64_t crc;

	b->len -= 8;
	crc = checksum_crc64(0, buf_span(b));
	for (int i = 0; i < 8; i++)
		rdb_bytes_byte(b, (unsigned)(crc >> 8 * i) & 0xff);
}

/* Let the time of all keys that expire LATER have passed. */
static unsigned backdate(struct buf *b)
{
	int64_t later = LATER, past = PAST;
	unsigned n = 0;
	char *at = b->ptr;

	while ((at = memmem(at, b->len - (size_t)(at - b->ptr), &later, sizeof(later)))) {
		memcpy(at, &past, sizeof(past));
		n++;
	}
	seal(b);
	return n;
}

/* Ask a source to save, and take its file. */
static void take_bytes(const struct server *source, redisContext *redis, struct buf *out)
{
	struct error err = ERROR_INIT;
	char path[160];

	DO(redis, "SAVE");
	(void)snprintf(path, sizeof(path), "%s/" SNAPSHOT_NAME, source->place.directory);
	assert_int_equal(file_read(path, 64 << 20, out, &err), 0);
}

/* Fill a new server by `fill` and take its snapshot, of which `expired` keys have expired. */
static void make_snapshot(void (*fill)(redisContext *redis), unsigned expired, struct snapshot *out)
{
	struct server source = SERVER_INIT;
	redisContext *redis;

	platform_start(ENGINE_REDIS, "source", &source);
	redis = open_connection(&source);
	fill(redis);
	take_bytes(&source, redis, &out->bytes);
	redisFree(redis);
	platform_stop(ENGINE_REDIS, &source);
	assert_int_equal(backdate(&out->bytes), expired);
	keep_snapshot(out);
	assert_int_equal(findings_verdict(&out->reading.findings), VERDICT_PASS);
}

struct outcome {
	struct server server;
	struct restored restored;
	struct error err;
	int rc;
	/* called when reading back begins; NULL: nothing */
	void (*disturb)(const struct server *s);
	unsigned phases; /* bit per phase that was told */
	bool backwards;
	uint64_t bytes; /* the most that was told done of bytes read back */
};

static void hear(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
		 uint64_t total, bool of_bytes)
{
	struct outcome *o = cookie;

	(void)what;
	o->backwards |= o->phases >> (phase + 1) != 0;
	if (o->disturb && phase == RESTORE_READ_BACK && !(o->phases >> phase))
		o->disturb(&o->server);
	o->phases |= 1U << phase;
	if (of_bytes && phase == RESTORE_READ_BACK) {
		assert_true(done <= total);
		o->bytes = done;
	}
}

static void restore_with(const struct snapshot *s, uint64_t memory_max,
			 void (*disturb)(const struct server *s), struct outcome *o)
{
	const struct restore_config config = { 0 };
	const struct restore_part part = { .kind = PART_RDB,
					   .format = FORMAT_RDB,
					   .database = "",
					   .path = s->path,
					   .facts = &s->reading.facts };
	const struct restore_job job = {
		.part = &part, .part_count = 1, .config = &config, .progress = hear, .cookie = o
	};
	struct error err = ERROR_INIT;
	struct place place = { 0 };

	*o = (struct outcome){ .server = SERVER_INIT, .err = ERROR_INIT, .disturb = disturb };
	assert_int_equal(place_open(&place, platform_directory, "restored", "redis", &err), 0);
	place.memory_max = memory_max;
	assert_int_equal(engine_of(ENGINE_REDIS)->start(&place, &o->server, &err), 0);
	o->rc = engine_of(ENGINE_REDIS)->restore(&o->server, &job, &o->restored, &o->err);
}

static void restore(const struct snapshot *s, struct outcome *o)
{
	restore_with(s, 0, NULL, o);
}

static void forget_outcome(struct outcome *o)
{
	platform_stop(ENGINE_REDIS, &o->server);
	restored_release(&o->restored);
}

static const struct check *find_check(const struct outcome *o, enum check_id id,
				      const char *subject)
{
	for (size_t i = 0; i < o->restored.checks.count; i++) {
		const struct check *c = &o->restored.checks.item[i];

		if (strcmp(c->name, check_name(id)) == 0 && strcmp(c->subject, subject) == 0)
			return c;
	}
	return NULL;
}

static const struct check *assert_check(const struct outcome *o, enum check_id id,
					const char *subject, enum verdict verdict)
{
	static const struct check nothing = { .name = "", .message = "" };
	const struct check *c = find_check(o, id, subject);

	if (!c) {
		fail_msg("no check %s %s", check_name(id), subject);
		return &nothing;
	}
	if (c->verdict != verdict)
		fail_msg("%s %s: %s", c->name, verdict_name(c->verdict), c->message);
	return c;
}

/* As the owner of a restore compares it. */
static enum verdict compare(struct facts *backup, struct facts *restored)
{
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_PROVEN),
		.component = "",
		.subject = "",
		.mode = FACTS_EQUAL,
		.kinds = 1U << FACT_DATABASE | 1U << FACT_KEYSPACE,
		.severity = VERDICT_FAIL,
	};
	struct checks checks = { 0 };
	enum verdict v;

	assert_int_equal(facts_compare(backup, restored, &policy, &checks), 0);
	v = checks_verdict(&checks);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict != VERDICT_PASS)
			print_message("%s: %s\n", checks.item[i].subject, checks.item[i].message);
	}
	checks_release(&checks);
	return v;
}

/* Restored without a complaint, and equal to the backup. */
static void assert_proven(struct snapshot *s, struct outcome *o)
{
	if (o->rc < 0)
		fail_msg("%s", o->err.message);
	for (size_t i = 0; i < o->restored.checks.count; i++) {
		const struct check *c = &o->restored.checks.item[i];

		if (c->verdict != VERDICT_PASS)
			fail_msg("%s: %s", c->name, c->message);
	}
	(void)assert_check(o, CHECK_PREFLIGHT, "version", VERDICT_PASS);
	(void)assert_check(o, CHECK_RESTORED, "", VERDICT_PASS);
	(void)assert_check(o, CHECK_EXPIRED, "", VERDICT_PASS);
	(void)assert_check(o, CHECK_PERSISTENCE, "", VERDICT_PASS);
	(void)assert_check(o, CHECK_SERVER_LOG, "", VERDICT_PASS);
	assert_int_equal(o->restored.part_count, 1);
	assert_int_equal(o->restored.part[0].facts.side, FACTS_RESTORED);
	assert_int_equal(compare(&s->reading.facts, &o->restored.part[0].facts), VERDICT_PASS);
}

static void fill_database(redisContext *redis, int database)
{
	DO(redis, "SELECT %d", database);
	for (int i = 0; i < 300; i++) {
		DO(redis, "SET string:%d %d", i, i * 7919);
		DO(redis, "RPUSH list:%d a b %d", i % 20, i);
		DO(redis, "SADD ints:%d %d", i % 20, i);
		DO(redis, "SADD words:%d word%d", i % 20, i);
		DO(redis, "ZADD zset:%d %d.25 m%d", i % 20, i - 100, i);
		DO(redis, "HSET hash:%d field%d %d", i % 20, i, i);
		DO(redis, "XADD stream:%d %d-1 field %d", i % 5, i + 1, i);
		if (i % 3 == 0)
			DO(redis, "PEXPIREAT string:%d 4102444800000", i);
	}
	DO(redis, "SETBIT bits 70001 1");
	DO(redis, "PFADD hyperloglog a b c d");
	DO(redis, "GEOADD geo 13.4 52.5 berlin");
	DO(redis, "XGROUP CREATE stream:1 readers 0");
	DO(redis, "XREADGROUP GROUP readers one COUNT 10 STREAMS stream:1 >");
	DO(redis, "XDEL stream:1 2-1");
	DO(redis, "PEXPIREAT hash:1 4102444800000");
}

static void fill_all(redisContext *redis)
{
	static const int databases[] = { 0, 4, 15 };

	for (size_t i = 0; i < sizeof(databases) / sizeof(*databases); i++)
		fill_database(redis, databases[i]);
	DO(redis, "SELECT 0");
	DO(redis, "PEXPIREAT string:1 %lld", (long long)LATER);
	DO(redis, "PEXPIREAT list:7 %lld", (long long)LATER);
	DO(redis, "SELECT 4");
	DO(redis, "PEXPIREAT zset:3 %lld", (long long)LATER);
	DO(redis, "PEXPIREAT stream:2 %lld", (long long)LATER);
	DO(redis, "PEXPIREAT ints:2 %lld", (long long)LATER);
}

static void assert_noted(const struct outcome *o, const char *name)
{
	for (size_t i = 0; i < o->restored.note_count; i++) {
		if (strcmp(o->restored.note[i].name, name) == 0)
			return;
	}
	fail_msg("no note %s", name);
}

static void assert_goes_on_as_a_master(const struct outcome *o)
{
	redisContext *redis = open_connection(&o->server);
	redisReply *role = command(redis, "ROLE"),
		   *appends = command(redis, "CONFIG GET appendonly");

	assert_string_equal(role->element[0]->str, "master");
	assert_string_equal(appends->element[1]->str, "yes");
	DO(redis, "SELECT 4");
	assert_int_equal(number(redis, "EXISTS zset:3"), 0);
	assert_int_equal(number(redis, "ZCARD zset:4"), 15);
	assert_int_equal(number(redis, "PEXPIRETIME string:3"), 4102444800000);
	freeReplyObject(role);
	freeReplyObject(appends);
	redisFree(redis);
}

static void every_type_comes_back_with_keys_that_have_expired(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;
	struct buf after = { 0 };
	const struct check *expired;

	(void)state;
	make_snapshot(fill_all, 5, &s);
	restore(&s, &o);
	assert_proven(&s, &o);
	expired = assert_check(&o, CHECK_EXPIRED, "", VERDICT_PASS);
	assert_string_equal(expired->found, "5");
	assert_non_null(strstr(expired->message, "2 in database 0, 3 in database 4: "));
	assert_non_null(strstr(expired->message, "'zset:3'"));
	assert_int_equal(o.phases, (2U << RESTORE_CHECK) - 1);
	assert_false(o.backwards);
	assert_true(o.bytes > 0);
	assert_true(o.restored.server_version[0]);
	for (int i = 0; i <= RESTORE_CHECK; i++)
		assert_true(o.restored.took_ns[i] > 0);
	assert_noted(&o, "used_memory");
	assert_noted(&o, "used_memory_peak");
	assert_noted(&o, "keys_loaded");
	assert_goes_on_as_a_master(&o);
	assert_int_equal(file_read(s.path, 64 << 20, &after, &o.err), 0);
	assert_int_equal(after.len, s.bytes.len);
	assert_memory_equal(after.ptr, s.bytes.ptr, after.len);
	buf_release(&after);
	forget_outcome(&o);
	forget_snapshot(&s);
}

/* A server on the snapshot, launched in another way than a restore does. */
static redisContext *launch_on(const struct snapshot *s, const struct launch *launch,
			       struct server *out)
{
	struct error err = ERROR_INIT;
	char path[160];
	redisContext *redis;

	platform_start(ENGINE_REDIS, "other", out);
	engine_of(ENGINE_REDIS)->stop(out);
	(void)snprintf(path, sizeof(path), "%s/" SNAPSHOT_NAME, out->place.directory);
	assert_int_equal(symlink(s->path, path), 0);
	assert_int_equal(launch_server(launch, out, &err), 0);
	for (;;) {
		redisReply *reply;
		bool up;

		assert_int_equal(process_wait(&out->process, 10000000, &err), 0);
		redis = redisConnectUnix(out->socket);
		assert_non_null(redis);
		reply = redis->err ? NULL : redisCommand(redis, "PING");
		up = reply && reply->type == REDIS_REPLY_STATUS;
		if (reply)
			freeReplyObject(reply);
		if (up)
			return redis;
		redisFree(redis);
	}
}

static void a_master_would_drop_expired_keys(void **state)
{
	struct snapshot s = { 0 }, again = { 0 };
	struct server master = SERVER_INIT;
	redisContext *redis;

	(void)state;
	make_snapshot(fill_all, 5, &s);
	redis = launch_on(&s, &(struct launch){ 0 }, &master);
	assert_int_equal(number(redis, "DBSIZE"),
			 facts_find(&s.reading.facts, FACT_DATABASE, "", "0")->count - 2);
	take_bytes(&master, redis, &again.bytes);
	read_snapshot(&again);
	assert_int_equal(compare(&s.reading.facts, &again.reading.facts), VERDICT_FAIL);
	redisFree(redis);
	platform_stop(ENGINE_REDIS, &master);
	buf_release(&again.bytes);
	reading_release(&again.reading);
	forget_snapshot(&s);
}

static void with_append_only_the_server_would_start_empty(void **state)
{
	struct snapshot s = { 0 };
	struct server empty = SERVER_INIT;
	struct outcome o;
	redisContext *redis;

	(void)state;
	make_snapshot(fill_all, 5, &s);
	redis = launch_on(&s, &(struct launch){ .append_only = true }, &empty);
	assert_int_equal(number(redis, "DBSIZE"), 0);
	redisFree(redis);
	platform_stop(ENGINE_REDIS, &empty);
	restore(&s, &o);
	redis = open_connection(&o.server);
	assert_true(number(redis, "DBSIZE") > 0);
	redisFree(redis);
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void assert_refused(const struct snapshot *s, const char *words)
{
	struct outcome o;
	const struct check *c;

	restore(s, &o);
	if (o.rc < 0)
		fail_msg("%s", o.err.message);
	c = assert_check(&o, CHECK_RESTORED, "", VERDICT_FAIL);
	if (!strstr(c->message, words))
		fail_msg("%s", c->message);
	assert_non_null(strstr(o.restored.complaints.ptr, words));
	assert_null(find_check(&o, CHECK_PERSISTENCE, ""));
	assert_int_equal(o.restored.part[0].facts.count, 0);
	forget_outcome(&o);
}

static void a_snapshot_cut_short_is_refused_with_the_servers_words(void **state)
{
	struct snapshot s = { 0 };

	(void)state;
	make_snapshot(fill_all, 5, &s);
	assert_int_equal(unlink(s.path), 0);
	reading_release(&s.reading);
	s.bytes.len -=
		9; /* the end mark and the checksum: where else it ends decides what the server says */
	keep_snapshot(&s);
	assert_refused(&s, "Unexpected EOF reading RDB file");
	forget_snapshot(&s);
}

static void a_flipped_bit_is_refused_with_the_servers_words(void **state)
{
	struct snapshot s = { 0 };

	(void)state;
	make_snapshot(fill_all, 5, &s);
	assert_int_equal(unlink(s.path), 0);
	reading_release(&s.reading);
	s.bytes.ptr[s.bytes.len - 3] ^= 1;
	keep_snapshot(&s);
	assert_refused(&s, "RDB CRC error");
	forget_snapshot(&s);
}

static void fill_oddly(redisContext *redis)
{
	static const char *const names[] = { "",         " ",           "\n", "a\r\nb", "'quoted'",
					     "\xff\xfe", "\x1b[31mred", "ä€", "%s%n",   "-1" };
	char long_name[5000];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		DO(redis, "SET %b v", names[i], strlen(names[i]));
		DO(redis, "PEXPIREAT %b %lld", names[i], strlen(names[i]), (long long)LATER);
	}
	memset(long_name, 'n', sizeof(long_name));
	DO(redis, "LPUSH %b v", long_name, sizeof(long_name));
	DO(redis, "SADD %b v", "nul\0inside", (size_t)10);
	DO(redis, "PEXPIREAT %b %lld", long_name, sizeof(long_name), (long long)LATER);
}

static void odd_names_come_back_and_are_quoted(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;
	const char *text;

	(void)state;
	make_snapshot(fill_oddly, 11, &s);
	restore(&s, &o);
	assert_proven(&s, &o);
	text = assert_check(&o, CHECK_EXPIRED, "", VERDICT_PASS)->message;
	assert_non_null(strstr(text, "11 in database 0: "));
	assert_true(strlen(text) < 2000);
	for (size_t i = 0; text[i];) {
		size_t n =
			utf8_length((struct span){ (const uint8_t *)text + i, strlen(text) - i });

		assert_true(n > 0);
		assert_false((unsigned char)text[i] < ' ');
		i += n;
	}
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void fill_nothing(redisContext *redis)
{
	DO(redis, "FLUSHALL");
}

static void a_snapshot_of_nothing_restores(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	make_snapshot(fill_nothing, 0, &s);
	restore(&s, &o);
	assert_int_equal(o.rc, 0);
	(void)assert_check(&o, CHECK_RESTORED, "", VERDICT_PASS);
	(void)assert_check(&o, CHECK_PERSISTENCE, "", VERDICT_PASS);
	assert_null(facts_find(&o.restored.part[0].facts, FACT_DATABASE, "", "0"));
	assert_null(find_check(&o, CHECK_SCHEMA, "functions"));
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void fill_functions(redisContext *redis)
{
	DO(redis, "FUNCTION LOAD %s",
	   "#!lua name=first\nredis.register_function('one', function() return 1 end)");
	DO(redis, "FUNCTION LOAD %s",
	   "#!lua name=second\nredis.register_function('two', function() return 2 end)");
	DO(redis, "SET key value");
}

static void function_libraries_are_kept(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;
	redisContext *redis;

	(void)state;
	make_snapshot(fill_functions, 0, &s);
	restore(&s, &o);
	assert_proven(&s, &o);
	assert_string_equal(assert_check(&o, CHECK_SCHEMA, "functions", VERDICT_PASS)->found, "2");
	redis = open_connection(&o.server);
	assert_int_equal(number(redis, "FCALL two 0"), 2);
	redisFree(redis);
	forget_outcome(&o);
	forget_snapshot(&s);
}

/* What an older server, or another tool, may have written: kept by our reader. */
static void snapshots_of_other_writers_come_back(void **state)
{
	static const char *const names[] = { "all.rdb", "general.rdb", "packed.rdb",
					     "no-checksum.rdb", "one.rdb" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct snapshot s = { 0 };
		struct outcome o;

		rdb_bytes_fixture(&s.bytes, names[i]);
		keep_snapshot(&s);
		restore(&s, &o);
		assert_proven(&s, &o);
		forget_outcome(&o);
		forget_snapshot(&s);
	}
}

static void make_by_hand(struct snapshot *s, const char *header, const void *body, size_t len)
{
	rdb_bytes_add(&s->bytes, header, 9);
	rdb_bytes_add(&s->bytes, body, len);
	rdb_bytes_end(&s->bytes);
	keep_snapshot(s);
	assert_true(s->reading.finished);
}
#define MAKE_BY_HAND(s, header, literal) make_by_hand(s, header, literal, sizeof(literal) - 1)

static void a_database_past_the_usual_sixteen_comes_back(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	MAKE_BY_HAND(&s, "REDIS0009",
		     "\xfe\x40\xc8\x00\x01"
		     "a\x01v"); /* database 200 */
	restore(&s, &o);
	assert_proven(&s, &o);
	assert_non_null(facts_find(&o.restored.part[0].facts, FACT_DATABASE, "", "200"));
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void a_newer_snapshot_is_the_machines_trouble(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	MAKE_BY_HAND(&s, "REDIS0015",
		     "\x00\x01"
		     "a\x01v");
	restore(&s, &o);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_TARGET);
	assert_non_null(strstr(o.err.message, "RDB version 15"));
	assert_non_null(strstr(o.err.message, o.restored.server_version));
	assert_non_null(strstr(o.err.hint, "Redis 8.10"));
	forget_outcome(&o);
	forget_snapshot(&s);
}

/* A value of the type ReJSON-RL, with nothing in it. */
static void a_missing_module_is_the_machines_trouble(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	MAKE_BY_HAND(&s, "REDIS0010",
		     "\x07\x01k"
		     "\x81\x45\xe2\x52\x38\xdf\x91\x2c\x03\x00");
	restore(&s, &o);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_TARGET);
	assert_non_null(strstr(o.err.message, "module"));
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void fill_megabytes(redisContext *redis)
{
	DO(redis, "SETRANGE large 8000000 end");
}

static void too_little_memory_is_the_machines_trouble(void **state)
{
	enum { MEMORY = 4 << 20 };
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	make_snapshot(fill_megabytes, 0, &s);
	restore_with(&s, MEMORY, NULL, &o);
	(void)assert_check(&o, CHECK_PREFLIGHT, "memory", VERDICT_WARN);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_TARGET);
	assert_non_null(strstr(o.err.hint, "memory"));
	forget_outcome(&o);
	forget_snapshot(&s);
}

static void a_snapshot_that_is_not_there_does_not_start_an_empty_server(void **state)
{
	struct snapshot s = { 0 };
	struct outcome o;

	(void)state;
	(void)snprintf(s.path, sizeof(s.path), "%s/nothing.rdb", platform_directory);
	restore(&s, &o);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_NOT_FOUND);
	assert_null(find_check(&o, CHECK_RESTORED, ""));
	forget_outcome(&o);
}

static void restore_disturbed(void (*disturb)(const struct server *s), struct outcome *o)
{
	struct snapshot s = { 0 };

	make_snapshot(fill_all, 5, &s);
	restore_with(&s, 0, disturb, o);
	forget_snapshot(&s);
}

static void provoke_warning(const struct server *s)
{
	redisContext *redis = open_connection(s);

	assert_null(redisCommand(redis, "POST"));
	redisFree(redis);
}

static void a_warning_in_the_servers_log_is_told(void **state)
{
	struct outcome o;
	const struct check *c;

	(void)state;
	restore_disturbed(provoke_warning, &o);
	assert_int_equal(o.rc, 0);
	c = assert_check(&o, CHECK_SERVER_LOG, "", VERDICT_FAIL);
	assert_non_null(strstr(c->message, "Possible SECURITY ATTACK detected"));
	assert_non_null(strstr(o.restored.complaints.ptr, "Possible SECURITY ATTACK detected"));
	(void)assert_check(&o, CHECK_PERSISTENCE, "", VERDICT_PASS);
	forget_outcome(&o);
}

static void crash(const struct server *s)
{
	assert_int_equal(kill(s->process.pid, SIGSEGV), 0);
}

static void a_server_that_crashes_on_what_it_loaded_fails(void **state)
{
	struct outcome o;
	const struct check *c;

	(void)state;
	restore_disturbed(crash, &o);
	if (o.rc < 0)
		fail_msg("%s", o.err.message);
	assert_int_equal(o.err.kind, ERROR_NONE);
	c = assert_check(&o, CHECK_SERVER_LOG, "", VERDICT_FAIL);
	assert_non_null(strstr(c->message, "signal 11"));
	assert_non_null(strstr(o.restored.complaints.ptr, "BUG REPORT"));
	assert_null(find_check(&o, CHECK_PERSISTENCE, ""));
	forget_outcome(&o);
}

/* As the kernel does when memory runs out. */
static void kill_at_once(const struct server *s)
{
	assert_int_equal(kill(s->process.pid, SIGKILL), 0);
}

static void a_server_that_is_killed_is_the_machines_trouble(void **state)
{
	struct outcome o;

	(void)state;
	restore_disturbed(kill_at_once, &o);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_TARGET);
	assert_non_null(strstr(o.err.message, "signal 9"));
	assert_non_null(strstr(o.err.hint, "memory"));
	forget_outcome(&o);
}

static void forbid_writing(const struct server *s)
{
	assert_int_equal(chmod(s->place.directory, 0500), 0);
}

static void a_directory_that_takes_no_file_is_the_machines_trouble(void **state)
{
	struct outcome o;

	(void)state;
	restore_disturbed(forbid_writing, &o);
	assert_int_equal(chmod(o.server.place.directory, 0700), 0);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_TARGET);
	assert_non_null(strstr(o.err.message, "Permission denied"));
	assert_null(find_check(&o, CHECK_PERSISTENCE, ""));
	forget_outcome(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back_with_keys_that_have_expired),
		cmocka_unit_test(a_master_would_drop_expired_keys),
		cmocka_unit_test(with_append_only_the_server_would_start_empty),
		cmocka_unit_test(a_snapshot_cut_short_is_refused_with_the_servers_words),
		cmocka_unit_test(a_flipped_bit_is_refused_with_the_servers_words),
		cmocka_unit_test(odd_names_come_back_and_are_quoted),
		cmocka_unit_test(a_snapshot_of_nothing_restores),
		cmocka_unit_test(function_libraries_are_kept),
		cmocka_unit_test(snapshots_of_other_writers_come_back),
		cmocka_unit_test(a_database_past_the_usual_sixteen_comes_back),
		cmocka_unit_test(a_newer_snapshot_is_the_machines_trouble),
		cmocka_unit_test(a_missing_module_is_the_machines_trouble),
		cmocka_unit_test(too_little_memory_is_the_machines_trouble),
		cmocka_unit_test(a_snapshot_that_is_not_there_does_not_start_an_empty_server),
		cmocka_unit_test(a_warning_in_the_servers_log_is_told),
		cmocka_unit_test(a_server_that_crashes_on_what_it_loaded_fails),
		cmocka_unit_test(a_server_that_is_killed_is_the_machines_trouble),
		cmocka_unit_test(a_directory_that_takes_no_file_is_the_machines_trouble),
	};

	/* as the program does: a server that is killed breaks the connection */
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, platform_open, platform_close);
}
