/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot put where a server finds it, and that server brought up. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "component/redis/connection.h"
#include "component/redis/redis.h"
#include "component/redis/restore.intern.h"

static const int64_t poll_interval_ns = NS_PER_SECOND / 50;

/* A link, so that no byte is copied: when the server saves, it renames its new file over the link. */
static int put_in_place(const struct restoring *r, struct error *err)
{
	CLEANUP(cleanup_free)
	char *source = realpath(r->part->path, NULL);
	char path[sizeof(r->server->place.directory) + sizeof("/" SNAPSHOT_NAME)];

	/* a link to nowhere would start an empty server */
	if (!source || access(source, R_OK) < 0)
		return error_set_errno(err, ERROR_IO, "read %s", r->part->path);
	(void)snprintf(path, sizeof(path), "%s/" SNAPSHOT_NAME, r->server->place.directory);
	if ((unlink(path) < 0 && errno != ENOENT) || symlink(source, path) < 0)
		return error_set_errno(err, ERROR_IO, "link %s to %s", path, source);
	return 0;
}

/* A port that is bound but not listened to refuses connections, and nobody else can serve it. */
static int hold_port(struct restoring *r, struct error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	r->held_port = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (r->held_port < 0 ||
	    bind(r->held_port, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(r->held_port, (struct sockaddr *)&address, &len) < 0)
		return error_set_errno(err, ERROR_IO, "hold a port on 127.0.0.1");
	r->launch.master_port = ntohs(address.sin_port);
	return 0;
}

static int begin_log(struct restoring *r, struct error *err)
{
	struct stat status;

	if (stat(r->server->log, &status) < 0)
		return error_set_errno(err, ERROR_IO, "look at %s", r->server->log);
	r->log_from = (uint64_t)status.st_size;
	return 0;
}

/* INFO is answered while loading, every few megabytes. NULL: not now. */
static redisReply *ask_loading(const struct restoring *r)
{
	struct timeval timeout = { .tv_sec = 5 };
	redisContext *connection = redisConnectUnixWithTimeout(r->server->socket, timeout);
	struct error ignored = ERROR_INIT;
	redisReply *info = NULL;

	if (connection && !connection->err && redisSetTimeout(connection, timeout) == REDIS_OK)
		info = connection_info(connection, "persistence", &ignored);
	cleanup_connection(&connection);
	return info;
}

/* Without a limit of time: the sandbox has one. 0: loaded; 1: the server ended. */
static int await_loaded(struct restoring *r, struct error *err)
{
	for (;;) {
		CLEANUP(cleanup_reply)
		redisReply *info = NULL;
		int rc = process_wait(&r->server->process, poll_interval_ns, err);

		if (rc)
			return rc;
		info = ask_loading(r);
		if (!info)
			continue;
		if (!restoring_number(info->str, "loading"))
			return 0;
		restoring_tell(r, RESTORE_LOAD, "",
			       restoring_number(info->str, "loading_loaded_bytes"),
			       restoring_number(info->str, "loading_total_bytes"), true);
	}
}

static int expect_replica(struct restoring *r, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "replication", err);
	char role[16] = "";

	if (!info)
		return -1;
	if (!connection_info_value(info->str, "role", role, sizeof(role)) ||
	    strcmp(role, "slave") != 0)
		return error_set(err, ERROR_INTERNAL,
				 "the Redis that restores should be a replica, and is a %s", role);
	return 0;
}

static int check_loaded(struct restoring *r, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "persistence", err);
	struct check check = { .name = check_name(CHECK_RESTORED), .verdict = VERDICT_PASS };
	uint64_t loaded, dropped;
	char text[24];

	if (!info)
		return -1;
	/* servers before 7.0 do not tell */
	if (!connection_info_value(info->str, "rdb_last_load_keys_loaded", text, sizeof(text)))
		return restoring_add(r, &check, err, "the snapshot was loaded");
	loaded = restoring_number(info->str, "rdb_last_load_keys_loaded");
	dropped = restoring_number(info->str, "rdb_last_load_keys_expired");
	if (restoring_note_number(r, "keys_loaded", loaded, err) < 0 ||
	    restoring_note_number(r, "keys_expired_at_load", dropped, err) < 0)
		return -1;
	check.found = text;
	if (dropped) {
		check.verdict = VERDICT_FAIL;
		return restoring_add(r, &check, err,
				     "%s keys were loaded, %llu were dropped as expired", text,
				     (unsigned long long)dropped);
	}
	return restoring_add(r, &check, err, "%s keys were loaded, none was dropped", text);
}

int restoring_load(struct restoring *r, struct error *err)
{
	int rc;

	restoring_disconnect(r);
	engine_redis_stop(r->server);
	if (begin_log(r, err) < 0 || put_in_place(r, err) < 0 || hold_port(r, err) < 0 ||
	    launch_server(&r->launch, r->server, err) < 0)
		return -1;
	rc = await_loaded(r, err);
	if (rc)
		return rc < 0 ? -1 : restoring_ended(r, CHECK_RESTORED, err);
	if (restoring_connect(r, err) < 0 || expect_replica(r, err) < 0 ||
	    restoring_note(r, "appendonly", "no, until everything was read back", err) < 0 ||
	    restoring_note(r, "replicaof", "nobody, until everything was read back", err) < 0)
		return -1;
	return check_loaded(r, err);
}
