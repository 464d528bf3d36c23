/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the server that is installed here can take the snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "component/redis/connection.h"
#include "component/redis/restore.intern.h"

enum {
	VALKEY_VERSION = 80,      /* the first RDB version of Valkey's own */
	LAST_COMMON_VERSION = 11, /* those between are Redis's alone */
	DATABASES_MAX = 1 << 20   /* each takes memory, empty or not */
};

struct installed {
	bool valkey;
	const char *name;     /* "Redis", "Valkey" */
	unsigned rdb_version; /* the newest that it reads */
};

static const char *setting(const struct restoring *r, const char *name)
{
	const struct fact *f = facts_find(r->part->facts, FACT_SETTING, "", name);

	return f ? f->value : "";
}

/* DUMP ends with the RDB version, two bytes, and a checksum of eight: rdbSaveRio and createDumpPayload. */
static int ask_rdb_version(struct restoring *r, unsigned *version, struct error *err)
{
	enum { CHECKSUM_SIZE = 8, VERSION_SIZE = 2 };
	CLEANUP(cleanup_reply)
	redisReply *dump = NULL;
	const uint8_t *at;

	if (restoring_command(r, "SET version 1", err) < 0)
		return -1;
	dump = restoring_ask(r, err, "DUMP version");
	if (!dump)
		return -1;
	if (dump->type != REDIS_REPLY_STRING || dump->len <= CHECKSUM_SIZE + VERSION_SIZE)
		return error_set(err, ERROR_TARGET, "DUMP: an answer of type %d", dump->type);
	at = (const uint8_t *)dump->str + dump->len - CHECKSUM_SIZE - VERSION_SIZE;
	*version = at[0] | (unsigned)at[1] << 8;
	return restoring_command(r, "DEL version", err);
}

static int ask_version(struct restoring *r, struct installed *out, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "server", err);
	char *version = r->out->server_version;
	size_t size = sizeof(r->out->server_version);

	if (!info)
		return -1;
	/* Valkey also tells of the Redis that it is compatible with */
	out->valkey = connection_info_value(info->str, "valkey_version", version, size);
	out->name = out->valkey ? "Valkey" : "Redis";
	if (!out->valkey && !connection_info_value(info->str, "redis_version", version, size))
		return error_set(err, ERROR_TARGET, "INFO of Redis names no version");
	return ask_rdb_version(r, &out->rdb_version, err);
}

static bool loads(const struct installed *server, unsigned rdb_version)
{
	if (server->rdb_version >= VALKEY_VERSION && rdb_version < VALKEY_VERSION)
		return rdb_version <= LAST_COMMON_VERSION;
	return rdb_version <= server->rdb_version;
}

/* The first release that reads a version: RDB_VERSION in its rdb.h. */
static const char *release_that_loads(unsigned rdb_version)
{
	static const struct {
		unsigned rdb_version;
		const char *release;
	} rows[] = { { 9, "Redis 5.0" },  { 10, "Redis 7.0" }, { 11, "Redis 7.2" },
		     { 12, "Redis 7.4" }, { 13, "Redis 8.6" }, { 14, "Redis 8.8" },
		     { 15, "Redis 8.10" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rdb_version <= rows[i].rdb_version)
			return rows[i].release;
	}
	return rdb_version >= VALKEY_VERSION ? "Valkey 9.0" : "the server that wrote it";
}

static int check_version(struct restoring *r, const struct installed *server, struct error *err)
{
	unsigned its = (unsigned)strtoul(setting(r, "rdb-version"), NULL, 10);
	const char *valkey = setting(r, "valkey-ver"), *redis = setting(r, "redis-ver");
	char writer[96] = "";

	if (*valkey || *redis)
		(void)snprintf(writer, sizeof(writer), ", written by %s %s",
			       *valkey ? "Valkey" : "Redis", *valkey ? valkey : redis);
	if (!loads(server, its)) {
		(void)error_set(err, ERROR_TARGET,
				"the snapshot is of RDB version %u%s, and %s %s here reads only "
				"%u and older",
				its, writer, server->name, r->out->server_version,
				server->rdb_version >= VALKEY_VERSION ? LAST_COMMON_VERSION :
									server->rdb_version);
		return error_hint(err, "install a redis-server that reads it: %s or newer",
				  release_that_loads(its));
	}
	return restoring_add(r,
			     &(struct check){ .name = check_name(CHECK_PREFLIGHT),
					      .subject = "version",
					      .verdict = VERDICT_PASS,
					      .found = r->out->server_version },
			     err, "%s %s reads RDB version %u; the snapshot is of version %u%s",
			     server->name, r->out->server_version, server->rdb_version, its,
			     writer);
}

/* Only a hint: its writer's memory held more than keys, and the file may say anything. */
static int check_memory(struct restoring *r, struct error *err)
{
	uint64_t needed = strtoull(setting(r, "used-mem"), NULL, 10);
	uint64_t limit = r->server->place.memory_max;
	char wanted[QUANTITY_TEXT_SIZE], there[QUANTITY_TEXT_SIZE];
	struct check check = { .name = check_name(CHECK_PREFLIGHT),
			       .subject = "memory",
			       .verdict = VERDICT_PASS,
			       .expected = wanted,
			       .found = there };

	if (!needed || !limit)
		return 0;
	(void)quantity_format_size(needed, wanted);
	(void)quantity_format_size(limit, there);
	if (needed <= limit)
		return restoring_add(r, &check, err,
				     "%s of memory is enough for what took %s where it was saved",
				     there, wanted);
	check.verdict = VERDICT_WARN;
	check.hint = "give the restore's sandbox more memory";
	return restoring_add(r, &check, err,
			     "%s of memory may be too little for what took %s where it was saved",
			     there, wanted);
}

/*
 * The patch release of each series that has the fix of CVE-2025-49844 (a script may run
 * anything), as Redis's advisory GHSA-4789-qfc9-5f9q names them. 7.0 got none from Redis, only
 * from distributions, which keep the number 7.0.15: that one fixes CVE-2023-41056.
 */
static int check_security(struct restoring *r, const struct installed *server, struct error *err)
{
	static const struct {
		unsigned major, minor, patch;
	} fixed[] = { { 6, 2, 20 }, { 7, 0, 15 }, { 7, 2, 11 },
		      { 7, 4, 6 },  { 8, 0, 4 },  { 8, 2, 2 } };
	unsigned major = 0, minor = 0, patch = 0;
	char expected[40];

	if (server->valkey ||
	    sscanf(r->out->server_version, "%u.%u.%u", &major, &minor, &patch) != 3)
		return 0;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		if (fixed[i].major != major || fixed[i].minor != minor || fixed[i].patch <= patch)
			continue;
		(void)snprintf(expected, sizeof(expected), "%u.%u.%u", major, minor,
			       fixed[i].patch);
		return restoring_add(r,
				     &(struct check){ .name = check_name(CHECK_PREFLIGHT),
						      .subject = "security",
						      .verdict = VERDICT_WARN,
						      .expected = expected,
						      .found = r->out->server_version,
						      .hint = "update the package redis-server" },
				     err, "Redis %s lacks security fixes that %s has",
				     r->out->server_version, expected);
	}
	return 0;
}

/* As many as the snapshot needs, and an empty one to write to; never fewer than Redis's default. */
static int choose_databases(struct restoring *r, struct error *err)
{
	unsigned long highest = 14;

	for (size_t i = 0; i < r->part->facts->count; i++) {
		const struct fact *f = &r->part->facts->item[i];
		unsigned long number = f->kind == FACT_DATABASE ? strtoul(f->name, NULL, 10) : 0;

		if (number > highest)
			highest = number;
	}
	if (highest >= DATABASES_MAX)
		return error_set(err, ERROR_TARGET,
				 "the snapshot has a database %lu; no server with more than %d is "
				 "started",
				 highest, DATABASES_MAX);
	r->launch.databases = (unsigned)highest + 2;
	return restoring_note_number(r, "databases", r->launch.databases, err);
}

int restoring_prepare(struct restoring *r, struct error *err)
{
	struct installed server = { 0 };

	if (restoring_connect(r, err) < 0 || ask_version(r, &server, err) < 0 ||
	    check_version(r, &server, err) < 0 || check_memory(r, err) < 0 ||
	    check_security(r, &server, err) < 0)
		return -1;
	return choose_databases(r, err);
}
