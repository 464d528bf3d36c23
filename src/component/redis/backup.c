/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot by replication: redis-cli --rdb asks the server for one and writes
 * it to its standard output. The server decides when the snapshot is taken, so
 * no fact of the source belongs to it; key counts before and after are notes.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "component/note.h"
#include "component/pump.h"
#include "component/redis/connection.h"
#include "component/redis/redis.h"

/* RDB_EOF_MARK_SIZE in redis-cli.c; RDB_OPCODE_EOF and the checksum after it in rdb.h, rdb.c */
enum { MARK_SIZE = 40, END_SIZE = 9, RDB_END = 0xff };

/*
 * A server that sends its snapshot without knowing the length ends it with a mark
 * of 40 hexadecimal digits, which redis-cli leaves in place on a pipe. So the last
 * bytes are held back until the end shows what they are. A snapshot's own last
 * nine bytes begin with 0xff and cannot be taken for a mark.
 */
struct tail {
	struct part *part;
	uint8_t held[MARK_SIZE];
	size_t count;
	uint8_t last[END_SIZE]; /* of what was passed on */
	uint64_t passed;
};

static int pass_on(struct tail *t, const uint8_t *bytes, size_t len, struct error *err)
{
	if (len >= END_SIZE) {
		memcpy(t->last, bytes + len - END_SIZE, END_SIZE);
	} else {
		memmove(t->last, t->last + len, END_SIZE - len);
		memcpy(t->last + END_SIZE - len, bytes, len);
	}
	t->passed += len;
	return part_push(t->part, bytes, len, err);
}

static int hold_back_tail(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct tail *t = cookie;
	const uint8_t *p = bytes;
	size_t out = t->count + len > MARK_SIZE ? t->count + len - MARK_SIZE : 0;
	size_t old = out < t->count ? out : t->count;

	if (old) {
		if (pass_on(t, t->held, old, err) < 0)
			return -1;
		t->count -= old;
		memmove(t->held, t->held + old, t->count);
	}
	if (out > old) {
		if (pass_on(t, p, out - old, err) < 0)
			return -1;
		p += out - old;
		len -= out - old;
	}
	memcpy(t->held + t->count, p, len);
	t->count += len;
	return 0;
}

static bool is_mark(const struct tail *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!isdigit(t->held[i]) && !(t->held[i] >= 'a' && t->held[i] <= 'f'))
			return false;
	}
	return t->count == MARK_SIZE;
}

static int finish_tail(struct tail *t, struct error *err)
{
	if (!is_mark(t) && pass_on(t, t->held, t->count, err) < 0)
		return -1;
	if (t->passed < END_SIZE || t->last[0] != RDB_END)
		return error_set(err, ERROR_TARGET,
				 "redis-cli: what it wrote (%llu bytes) does not end as a snapshot "
				 "does",
				 (unsigned long long)t->passed);
	return part_finish(t->part, err);
}

/* Arguments of redis-cli; the password goes by its environment. */
struct arguments {
	const char *argv[16];
	char port[8];
	struct buf password; /* "REDISCLI_AUTH=…" */
	const char *set_env[3];
};

static int make_arguments(const struct connect_config *c, struct arguments *a, struct error *err)
{
	size_t n = 0;

	a->argv[n++] = "redis-cli";
	if (c->socket && *c->socket && !(c->host && *c->host)) {
		a->argv[n++] = "-s";
		a->argv[n++] = c->socket;
	} else {
		(void)snprintf(a->port, sizeof(a->port), "%u", c->port ? (unsigned)c->port : 6379);
		a->argv[n++] = "-h";
		a->argv[n++] = c->host && *c->host ? c->host : "127.0.0.1";
		a->argv[n++] = "-p";
		a->argv[n++] = a->port;
	}
	if (c->user && *c->user) {
		a->argv[n++] = "--user";
		a->argv[n++] = c->user;
	}
	if (c->tls)
		a->argv[n++] = "--tls";
	if (c->tls && c->ca_file && *c->ca_file) {
		a->argv[n++] = "--cacert";
		a->argv[n++] = c->ca_file;
	}
	a->argv[n++] = "--rdb";
	a->argv[n++] = "-";
	a->set_env[0] = "LC_ALL=C.UTF-8";
	if (c->password.kind == SECRET_NONE)
		return 0;
	if (buf_puts(&a->password, "REDISCLI_AUTH=") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the environment of redis-cli");
	if (secret_fetch(&c->password, &a->password, err) < 0)
		return -1;
	a->set_env[1] = a->password.ptr;
	return 0;
}

/* One note per database, "keyspace_before.db0" = "keys=12,expires=3,…". */
static int note_keyspace(redisContext *connection, const struct backup_job *job,
			 struct manifest *manifest, const char *when, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(connection, "keyspace", err);

	if (!info)
		return -1;
	for (const char *line = info->str; *line;) {
		size_t end = strcspn(line, "\r\n"), name = strcspn(line, ":");
		char value[160];

		if (strncmp(line, "db", 2) == 0 && name < end) {
			(void)snprintf(value, sizeof(value), "%.*s", (int)(end - name - 1),
				       line + name + 1);
			if (note_add(manifest, job, value, err, "keyspace_%s.%.*s", when, (int)name,
				     line) < 0)
				return -1;
		}
		line += end;
		line += strspn(line, "\r\n");
	}
	return 0;
}

/* Over TLS only redis-cli can talk to the server: then there are no notes of it. */
static int note_source(const struct backup_job *job, struct manifest *manifest, const char *when,
		       struct error *err)
{
	struct reached reached = { 0 };
	CLEANUP(cleanup_connection)
	redisContext *connection = NULL;
	CLEANUP(cleanup_reply)
	redisReply *info = NULL;
	char version[64];

	if (job->component->connect.tls)
		return 0;
	connection = connection_open(&job->component->connect, &reached, err);
	if (!connection)
		return error_set(err, reached.how == REACH_DENIED ? ERROR_PERMISSION : ERROR_TARGET,
				 "Redis: %s", reached.message);
	if (strcmp(when, "before") == 0) {
		info = connection_info(connection, "server", err);
		if (!info)
			return -1;
		if (connection_info_value(info->str, "redis_version", version, sizeof(version)) &&
		    note_add(manifest, job, version, err, "server_version") < 0)
			return -1;
	}
	return note_keyspace(connection, job, manifest, when, err);
}

static int write_snapshot(const struct backup_job *job, struct part *part,
			  struct manifest *manifest, struct error *err)
{
	struct arguments a = { 0 };
	struct tail tail = { .part = part };
	struct pump pump = { .job = job,
			     .subject = part->path,
			     .argv = a.argv,
			     .set_env = a.set_env,
			     .receive = hold_back_tail,
			     .cookie = &tail };
	int rc = make_arguments(&job->component->connect, &a, err);

	if (rc == 0)
		rc = pump_run(&pump, err);
	if (rc == 0)
		rc = finish_tail(&tail, err);
	if (rc == 0)
		rc = note_lines(manifest, job, "redis-cli_said", &pump.messages, err);
	pump_release(&pump);
	secret_wipe(&a.password);
	return rc;
}

int engine_redis_backup(const struct backup_job *job, struct manifest *manifest,
			struct backup_parts *parts, struct error *err)
{
	CLEANUP(part_release)
	struct part part = PART_INIT;

	if (note_source(job, manifest, "before", err) < 0 ||
	    part_open(&part, job, PART_RDB, "", err) < 0 ||
	    write_snapshot(job, &part, manifest, err) < 0 ||
	    note_source(job, manifest, "after", err) < 0)
		return -1;
	return part_keep(&part, manifest, parts, NULL, err);
}
