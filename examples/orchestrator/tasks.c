/* SPDX-License-Identifier: Apache-2.0 */
/* The result is an agent's call of a tool: a message of the task, and the call with its result. */
#include "tasks.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_FORMAT "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'"

enum { NUMBER_SIZE = 24, DIGEST_TEXT_SIZE = 2 * 32 + 1 };

static const char *number(int64_t value, char out[NUMBER_SIZE])
{
	(void)snprintf(out, NUMBER_SIZE, "%lld", (long long)value);
	return out;
}

static bool is_null(const PGresult *r)
{
	return PQntuples(r) == 0 || PQgetisnull(r, 0, 0);
}

int tasks_create(struct database *d, const struct new_task *t, int64_t *id, struct error *err)
{
	char agent[NUMBER_SIZE], workflow[NUMBER_SIZE], priority[NUMBER_SIZE];
	const char *values[] = { t->workflow ? number(t->workflow, workflow) : NULL,
				 t->agent ? number(t->agent, agent) : NULL,
				 number(t->priority, priority), t->input };
	const struct statement s = {
		.sql = "INSERT INTO orchestrator.tasks "
		       "(workflow_id, agent_id, state, priority, input, queued_at) "
		       "VALUES (coalesce($1::bigint, (SELECT min(id) FROM orchestrator.workflows "
		       "WHERE status = 'live')), $2::bigint, 'queued', $3::smallint, $4::jsonb, "
		       "clock_timestamp()) RETURNING id",
		.count = 4,
		.values = values,
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);

	if (result) {
		*id = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
		return 0;
	}
	if (strcmp(d->sqlstate, "23503") == 0) { /* foreign_key_violation */
		error_clear(err);
		(void)error_set(err, ERROR_NOT_FOUND, "there is no such agent or workflow");
		return error_hint(err, "name ones that exist, or none");
	}
	if (strcmp(d->sqlstate, "23502") == 0) { /* not_null_violation */
		error_clear(err);
		(void)error_set(err, ERROR_NOT_FOUND,
				"there is no live workflow to put the task in");
		return error_hint(err, "name one by workflow_id");
	}
	return -1;
}

int tasks_cancel(struct database *d, int64_t id, const char *why, struct error *err)
{
	char text[NUMBER_SIZE];
	const char *values[] = { number(id, text), why };
	const struct statement s = {
		.sql = "UPDATE orchestrator.tasks SET state = 'cancelled', error = $2, "
		       "finished_at = clock_timestamp() WHERE id = $1::bigint AND state = 'queued'",
		.count = 2,
		.values = values,
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);

	return result ? 0 : -1;
}

int tasks_read(struct database *d, int64_t id, char **document, bool *finished, struct error *err)
{
	char text[NUMBER_SIZE];
	const char *values[] = { number(id, text) };
	const struct statement s = {
		.sql = "SELECT json_build_object('id', t.id, 'workflow_id', t.workflow_id, "
		       "'agent_id', t.agent_id, 'state', t.state, 'priority', t.priority, "
		       "'attempts', t.attempts, 'input', t.input, 'error', t.error, "
		       "'result', (SELECT c.result FROM orchestrator.messages m "
		       "JOIN orchestrator.tool_calls c ON c.message_id = m.id "
		       "WHERE m.task_id = t.id AND c.tool = 'text.measure' "
		       "ORDER BY m.created_at, m.id LIMIT 1), "
		       "'queued_at', to_char(t.queued_at AT TIME ZONE 'UTC', " TIME_FORMAT "), "
		       "'finished_at', to_char(t.finished_at AT TIME ZONE 'UTC', " TIME_FORMAT
		       ")), "
		       "t.state IN ('succeeded', 'failed', 'cancelled') "
		       "FROM orchestrator.tasks t WHERE t.id = $1::bigint",
		.count = 1,
		.values = values,
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);

	*document = NULL;
	if (!result)
		return -1;
	if (is_null(result))
		return 0;
	*finished = *PQgetvalue(result, 0, 1) == 't';
	*document = strdup(PQgetvalue(result, 0, 0));
	return *document ? 0 :
			   error_set(err, ERROR_NOMEM, "no memory for task %lld", (long long)id);
}

struct measure {
	char words[NUMBER_SIZE], bytes[NUMBER_SIZE], digest[DIGEST_TEXT_SIZE];
};

static int measure_text(const char *text, struct measure *m, struct error *err)
{
	static const char spaces[] = " \t\r\n\v\f";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	int64_t words = 0;

	for (const char *p = text + strspn(text, spaces); *p; p += strspn(p, spaces)) {
		words++;
		p += strcspn(p, spaces);
	}
	if (!EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL) ||
	    2 * length + 1 != sizeof(m->digest))
		return error_set(err, ERROR_INTERNAL, "OpenSSL takes no SHA-256");
	for (unsigned i = 0; i < length; i++)
		(void)snprintf(m->digest + (size_t)2 * i, 3, "%02x", digest[i]);
	(void)number(words, m->words);
	(void)number((int64_t)strlen(text), m->bytes);
	return 0;
}

static int write_result(struct database *d, const char *id, const struct measure *m,
			struct error *err)
{
	const char *values[] = { id, m->words, m->bytes, m->digest };
	const struct statement s = {
		.sql = "WITH done AS (UPDATE orchestrator.tasks SET state = 'succeeded', "
		       "attempts = attempts + 1, error = NULL, started_at = now(), "
		       "finished_at = clock_timestamp() "
		       "WHERE id = $1::bigint AND state IN ('queued', 'running', 'waiting') "
		       "RETURNING id, agent_id), "
		       "said AS (INSERT INTO orchestrator.messages "
		       "(task_id, agent_id, speaker, content, tokens, created_at) "
		       "SELECT id, agent_id, 'tool', $2 || ' words, ' || $3 || ' bytes', "
		       "$2::integer, clock_timestamp() FROM done RETURNING id) "
		       "INSERT INTO orchestrator.tool_calls "
		       "(id, message_id, tool, arguments, result, digest, called_at) "
		       "SELECT gen_random_uuid(), id, 'text.measure', '{}', "
		       "jsonb_build_object('words', $2::bigint, 'bytes', $3::bigint, "
		       "'sha256', $4::text), decode($4, 'hex'), clock_timestamp() FROM said",
		.count = 4,
		.values = values,
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);

	return result ? 0 : -1;
}

/* Inside a transaction, which the caller ends. */
static int work_on(struct database *d, const char *id, enum tasks_outcome *outcome,
		   struct error *err)
{
	const char *values[] = { id };
	const struct statement s = {
		.sql = "SELECT coalesce(input->>'description', input->>'title', input::text), "
		       "state IN ('queued', 'running', 'waiting') "
		       "FROM orchestrator.tasks WHERE id = $1::bigint FOR UPDATE",
		.count = 1,
		.values = values,
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);
	struct measure m;

	if (!result)
		return -1;
	if (PQntuples(result) == 0) {
		*outcome = TASKS_UNKNOWN;
		return 0;
	}
	if (*PQgetvalue(result, 0, 1) != 't') {
		*outcome = TASKS_DONE_BEFORE;
		return 0;
	}
	*outcome = TASKS_DONE;
	if (measure_text(PQgetvalue(result, 0, 0), &m, err) < 0)
		return -1;
	return write_result(d, id, &m, err);
}

int tasks_work(struct database *d, int64_t id, enum tasks_outcome *outcome, struct error *err)
{
	char text[NUMBER_SIZE];

	if (database_do(d, "BEGIN", err) == 0 && work_on(d, number(id, text), outcome, err) == 0 &&
	    database_do(d, "COMMIT", err) == 0)
		return 0;
	database_close(d);
	return -1;
}

int tasks_ping(struct database *d, struct error *err)
{
	const struct statement s = {
		.sql = "SELECT to_regclass('orchestrator.tasks')",
	};
	CLEANUP(database_clear)
	PGresult *result = database_run(d, &s, err);

	if (!result)
		return -1;
	if (!is_null(result))
		return 0;
	(void)error_set(err, ERROR_TARGET, "PostgreSQL has no table orchestrator.tasks");
	return error_hint(err, "restore the database, or make it with schema.sql and keys.sql");
}
