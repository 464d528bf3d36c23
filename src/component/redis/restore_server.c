/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to the server that restores, and about it. */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "component/redis/connection.h"
#include "component/redis/restore.intern.h"
#include "component/redis/server_log.h"

/* One answer may take as long as forking a server full of data does. */
static const int64_t answer_timeout_ns = 120 * NS_PER_SECOND;
static const int64_t poll_interval_ns = NS_PER_SECOND / 50;

void restoring_disconnect(struct restoring *r)
{
	redisContext *connection = TAKE(r->connection);

	cleanup_connection(&connection);
}

int restoring_connect(struct restoring *r, struct error *err)
{
	struct connect_config connect;
	struct reached reached = { 0 };

	restoring_disconnect(r);
	server_connect_config(r->server, ENGINE_REDIS, &connect);
	connect.timeout_ns = answer_timeout_ns;
	r->connection = connection_open(&connect, &reached, err);
	if (!r->connection)
		return error_set(err, ERROR_TARGET, "Redis: %s", reached.message);
	return 0;
}

static int refuse(const char *command, int words, const redisReply *reply,
		  const redisContext *connection, struct error *err)
{
	const char *why = reply ? reply->str : connection->errstr;

	(void)error_set(err, ERROR_TARGET, "%.*s: %s", words, command, why);
	return strncmp(why, "OOM", 3) == 0 ?
		       error_hint(err, "give the restore's sandbox more memory") :
		       -1;
}

redisReply *restoring_ask(struct restoring *r, struct error *err, const char *format, ...)
{
	int words = (int)strcspn(format, "%");
	redisReply *reply;
	va_list ap;

	va_start(ap, format);
	reply = redisvCommand(r->connection, format, ap);
	va_end(ap);
	if (reply && reply->type != REDIS_REPLY_ERROR)
		return reply;
	(void)refuse(format, words, reply, r->connection, err);
	cleanup_reply(&reply);
	return NULL;
}

int restoring_command(struct restoring *r, const char *command, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *reply = redisCommand(r->connection, command);

	if (reply && reply->type != REDIS_REPLY_ERROR)
		return 0;
	return refuse(command, (int)strlen(command), reply, r->connection, err);
}

uint64_t restoring_number(const char *info, const char *key)
{
	char text[32];

	return connection_info_value(info, key, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

/* 1: all are 0. */
static int ask_saving(struct restoring *r, enum restore_phase phase, const char *const *keys,
		      size_t count, struct error *err)
{
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "persistence", err);
	uint64_t busy = 0;

	if (!info)
		return -1;
	for (size_t i = 0; i < count; i++)
		busy += restoring_number(info->str, keys[i]);
	if (busy)
		restoring_tell(r, phase, "saving",
			       restoring_number(info->str, "current_save_keys_processed"),
			       restoring_number(info->str, "current_save_keys_total"), false);
	return !busy;
}

int restoring_await_save(struct restoring *r, enum restore_phase phase, const char *const *keys,
			 size_t count, struct error *err)
{
	for (;;) {
		int rc = ask_saving(r, phase, keys, count, err);

		if (rc)
			return rc < 0 ? -1 : 0;
		rc = process_wait(&r->server->process, poll_interval_ns, err);
		if (rc)
			return error_set(err, ERROR_TARGET, "Redis ended while it saved");
	}
}

int restoring_save(struct restoring *r, enum restore_phase phase, struct error *err)
{
	static const char *const busy[] = { "rdb_bgsave_in_progress" };
	CLEANUP(cleanup_reply)
	redisReply *info = NULL;
	CLEANUP(server_log_release)
	struct server_log log = { 0 };
	char status[16];

	if (restoring_command(r, "BGSAVE", err) < 0 ||
	    restoring_await_save(r, phase, busy, 1, err) < 0)
		return -1;
	info = connection_info(r->connection, "persistence", err);
	if (!info)
		return -1;
	if (connection_info_value(info->str, "rdb_last_bgsave_status", status, sizeof(status)) &&
	    strcmp(status, "ok") == 0)
		return 0;
	if (restoring_log(r, &log, err) < 0)
		return -1;
	if (log.lacking[0])
		return error_set(err, ERROR_TARGET, "Redis cannot save: %s", log.lacking);
	return restoring_add(r,
			     &(struct check){ .name = check_name(CHECK_PERSISTENCE),
					      .verdict = VERDICT_FAIL,
					      .found = log.reason },
			     err, "the restored server cannot save what it holds: %s",
			     log.reason) < 0 ?
		       -1 :
		       1;
}

int restoring_log(const struct restoring *r, struct server_log *log, struct error *err)
{
	return server_log_read(r->server->log, r->log_from, log, err);
}

int restoring_ended(struct restoring *r, enum check_id id, struct error *err)
{
	CLEANUP(server_log_release)
	struct server_log log = { 0 };
	const struct process *p = &r->server->process;
	char end[80];

	(void)process_describe_end(p, end, sizeof(end));
	if (restoring_log(r, &log, err) < 0)
		return -1;
	if (log.lacking[0]) {
		(void)error_set(err, ERROR_TARGET, "redis-server %s: %s", end, log.lacking);
		return error_hint(err, "restoring needs what the source had: memory, room in "
				       "TMPDIR, modules, the server's version");
	}
	if (WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGKILL) {
		(void)error_set(err, ERROR_TARGET, "redis-server %s while it restored", end);
		return error_hint(err,
				  "most likely memory ran out: give the restore's sandbox more");
	}
	if (log.lines.len && buf_append(&r->out->complaints, log.lines.ptr, log.lines.len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the log of Redis");
	return restoring_add(r,
			     &(struct check){ .name = check_name(id),
					      .verdict = VERDICT_FAIL,
					      .found = log.reason },
			     err, "redis-server %s: %s", end,
			     log.count ? log.reason : "its log does not say why") < 0 ?
		       -1 :
		       1;
}

int restoring_add(struct restoring *r, const struct check *base, struct error *err,
		  const char *format, ...)
{
	struct check check = *base;
	va_list ap;

	va_start(ap, format);
	check.message = arena_vprintf(&r->out->arena, format, ap);
	va_end(ap);
	if (!check.message || checks_add(&r->out->checks, &check) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the checks of a restore");
	return 0;
}

int restoring_note(struct restoring *r, const char *name, const char *value, struct error *err)
{
	return restored_note_add(r->out, name, value) < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory for the notes of a restore") :
		       0;
}

int restoring_note_number(struct restoring *r, const char *name, uint64_t value, struct error *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	return restoring_note(r, name, text, err);
}

void restoring_tell(const struct restoring *r, enum restore_phase phase, const char *what,
		    uint64_t done, uint64_t total, bool of_bytes)
{
	if (r->job->progress)
		r->job->progress(r->job->cookie, phase, what, done, total, of_bytes);
}
