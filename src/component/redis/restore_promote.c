/* SPDX-License-Identifier: Apache-2.0 */
/* The restored server becomes a master that persists what it holds, as in production. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/redis/connection.h"
#include "component/redis/restore.intern.h"

struct keyspace {
	uint64_t keys, expires;
};

/* "db3:keys=5,expires=2,avg_ttl=0"; a database without keys has no line. */
static struct keyspace keyspace_of(const char *info, const char *database)
{
	struct keyspace k = { 0 };
	char key[32], value[160];
	const char *at;

	(void)snprintf(key, sizeof(key), "db%s", database);
	if (!connection_info_value(info, key, value, sizeof(value)))
		return k;
	if (strncmp(value, "keys=", 5) == 0)
		k.keys = strtoull(value + 5, NULL, 10);
	at = strstr(value, ",expires=");
	if (at)
		k.expires = strtoull(at + 9, NULL, 10);
	return k;
}

static int fail(struct restoring *r, const char *why, struct error *err)
{
	return restoring_add(r,
			     &(struct check){ .name = check_name(CHECK_PERSISTENCE),
					      .verdict = VERDICT_FAIL },
			     err, "%s", why) < 0 ?
		       -1 :
		       1;
}

/*
 * A master deletes what has expired, and counts it in the moment it does: with what is left
 * that makes the keys that were restored. Fields that expire can take their hash along uncounted.
 */
static int check_keys(struct restoring *r, struct error *err)
{
	const struct facts *facts = &r->out->part[0].facts;
	bool fields = facts_find(facts, FACT_SETTING, "", "expiring-fields") != NULL;
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "all", err);
	uint64_t gone = 0, expired;
	char why[200];

	if (!info)
		return -1;
	expired = restoring_number(info->str, "expired_keys");
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *f = &facts->item[i];
		struct keyspace now;

		if (f->kind != FACT_DATABASE)
			continue;
		now = keyspace_of(info->str, f->name);
		if (now.keys > f->count || (!fields && f->count - now.keys > f->expires)) {
			(void)snprintf(why, sizeof(why),
				       "database %s has %" PRIu64 " keys as a master, %" PRIu64
				       " were restored, %" PRIu64 " of them with an expiry",
				       f->name, now.keys, f->count, f->expires);
			return fail(r, why, err);
		}
		gone += f->count - now.keys;
	}
	if (gone == expired || (fields && gone > expired))
		return 0;
	(void)snprintf(why, sizeof(why),
		       "%" PRIu64 " keys are gone from the master, of which %" PRIu64 " expired",
		       gone, expired);
	return fail(r, why, err);
}

/* With every write synced, a write is in the file before it is answered. */
static int switch_persistence_on(struct restoring *r, struct error *err)
{
	static const char *const busy[] = { "aof_rewrite_in_progress", "aof_rewrite_scheduled" };

	if (restoring_command(r, "CONFIG SET appendfsync always", err) < 0 ||
	    restoring_command(r, "CONFIG SET appendonly yes", err) < 0)
		return -1;
	return restoring_await_save(r, RESTORE_CHECK, busy, 2, err);
}

static int ask_append_only_size(struct restoring *r, uint64_t *size, bool *sound, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "persistence", err);
	char rewrite[16] = "", write[16] = "";

	if (!info)
		return -1;
	*size = restoring_number(info->str, "aof_current_size");
	*sound = restoring_number(info->str, "aof_enabled") == 1 &&
		 connection_info_value(info->str, "aof_last_bgrewrite_status", rewrite,
				       sizeof(rewrite)) &&
		 connection_info_value(info->str, "aof_last_write_status", write, sizeof(write)) &&
		 strcmp(rewrite, "ok") == 0 && strcmp(write, "ok") == 0;
	return 0;
}

/* In the database that was added for this, so that nothing restored is touched. */
static int write_and_read(struct restoring *r, bool *kept, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *selected = restoring_ask(r, err, "SELECT %u", r->launch.databases - 1);
	CLEANUP(cleanup_reply)
	redisReply *value = NULL;

	if (!selected || restoring_command(r, "SET muster written", err) < 0)
		return -1;
	value = restoring_ask(r, err, "GET muster");
	if (!value)
		return -1;
	*kept = value->type == REDIS_REPLY_STRING && strcmp(value->str, "written") == 0;
	return restoring_command(r, "DEL muster", err);
}

static int check_persistence(struct restoring *r, struct error *err)
{
	uint64_t before, after;
	bool sound, still_sound, kept = false;

	if (ask_append_only_size(r, &before, &sound, err) < 0)
		return -1;
	if (!sound)
		return fail(r, "the restored server cannot write its append-only file", err);
	if (write_and_read(r, &kept, err) < 0 ||
	    ask_append_only_size(r, &after, &still_sound, err) < 0)
		return -1;
	if (!kept || !still_sound || after <= before)
		return fail(r, "the restored server does not keep a write", err);
	return restoring_add(
		r,
		&(struct check){ .name = check_name(CHECK_PERSISTENCE), .verdict = VERDICT_PASS },
		err,
		"as a master it wrote an append-only file of %" PRIu64
		" bytes and a snapshot, and kept a write",
		before);
}

int restoring_promote(struct restoring *r, struct error *err)
{
	int rc;

	if (restoring_command(r, "REPLICAOF NO ONE", err) < 0)
		return -1;
	rc = check_keys(r, err);
	if (rc)
		return rc;
	if (switch_persistence_on(r, err) < 0)
		return -1;
	rc = restoring_save(r, RESTORE_CHECK, err);
	return rc ? rc : check_persistence(r, err);
}
