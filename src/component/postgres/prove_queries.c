/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own questions to the restored database. */
#include <string.h>

#include "base/clock.h"
#include "component/postgres/prove.intern.h"
#include "model/expect.h"
#include "model/quote.h"

/* A cursor takes a query only, and gives one row of however many. */
static PGresult *fetch_first(struct proof *p, const char *sql, struct error *err)
{
	CLEANUP(buf_release)
	struct buf declare = { 0 };
	PGresult *result;

	if (buf_printf(&declare, "DECLARE muster_question NO SCROLL CURSOR FOR %s", sql) < 0) {
		(void)proof_no_memory(err);
		return NULL;
	}
	result = session_exec(p->session, declare.ptr, 0, NULL, 0, err);
	if (!result || PQresultStatus(result) != PGRES_COMMAND_OK)
		return result;
	PQclear(result);
	return session_exec(p->session, "FETCH FORWARD 1 FROM muster_question", 0, NULL, 0, err);
}

PGresult *proof_ask(struct proof *p, const char *sql, struct error *err)
{
	PGresult *result;

	if (session_command(p->session, "BEGIN READ ONLY; SET LOCAL statement_timeout = '60s'",
			    NULL, err) < 0)
		return NULL;
	result = fetch_first(p, sql, err);
	if (result && session_command(p->session, "ROLLBACK", NULL, err) < 0) {
		PQclear(result);
		return NULL;
	}
	return result;
}

const char *proof_value(const PGresult *result)
{
	if (PQntuples(result) < 1 || PQnfields(result) < 1 || PQgetisnull(result, 0, 0))
		return NULL;
	return PQgetvalue(result, 0, 0);
}

static int judge_value(struct proof *p, const struct sql_check *q, const struct expect *expect,
		       const char *value, struct error *err)
{
	int64_t now_ns = p->part->taken_ns ? p->part->taken_ns : clock_wall_ns();
	char found[EXPECT_FOUND_SIZE];
	enum expect_outcome outcome = expect_judge(expect, value, now_ns, found);
	struct check base = { .subject = q->name, .expected = q->expect, .found = found };

	if (outcome == EXPECT_HOLDS) {
		base.verdict = VERDICT_PASS;
		return proof_add(p, CHECK_SQL, base, err, "%s: %s, as expected: %s", q->name, found,
				 q->expect);
	}
	base.verdict = VERDICT_FAIL;
	return proof_add(p, CHECK_SQL, base, err, "%s: expected %s, found %s", q->name, q->expect,
			 found);
}

static int report_failed(struct proof *p, const struct sql_check *q, const PGresult *result,
			 struct error *err)
{
	char words[PROOF_WORDS_SIZE];
	struct check base = {
		.subject = q->name, .verdict = VERDICT_FAIL, .expected = q->expect, .found = words
	};

	(void)proof_words(result, words);
	return proof_add(p, CHECK_SQL, base, err, "%s: expected %s, found %s", q->name, q->expect,
			 words);
}

static int ask(struct proof *p, const struct sql_check *q, struct error *err)
{
	struct expect_mistake mistake;
	struct expect expect;
	CLEANUP(cleanup_result)
	PGresult *result = NULL;

	/* the configuration was checked when it was loaded */
	if (expect_parse(q->expect, &expect, &mistake) < 0)
		return error_set(err, ERROR_CONFIG, "check %s: expect: %s", q->name,
				 mistake.message);
	result = proof_ask(p, q->sql, err);
	if (!result)
		return -1;
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		return report_failed(p, q, result, err);
	return judge_value(p, q, &expect, proof_value(result), err);
}

int prove_queries(struct proof *p, struct error *err)
{
	const struct restore_config *config = p->job->config;

	for (size_t i = 0; i < config->check_count; i++) {
		const struct sql_check *q = &config->check[i];

		if (q->database && q->database[0] && strcmp(q->database, p->part->database) != 0 &&
		    strcmp(q->database, p->database) != 0)
			continue;
		proof_progress(p, q->name, i, config->check_count);
		if (ask(p, q, err) < 0)
			return -1;
	}
	return 0;
}
