/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/prove.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "component/postgres/prove.intern.h"
#include "model/quote.h"

int proof_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to prove a restored database");
}

void proof_progress(const struct proof *p, const char *what, uint64_t done, uint64_t total)
{
	if (p->job->progress)
		p->job->progress(p->job->cookie, RESTORE_CHECK, what, done, total, false);
}

__attribute__((format(printf, 4, 0))) static int add(struct proof *p, enum check_id id,
						     struct check *base, const char *fmt,
						     va_list ap)
{
	char text[1200];

	base->name = check_name(id);
	base->component = "";
	if (!base->subject)
		base->subject = p->part->database[0] ? p->part->database : p->database;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	return checks_addf(&p->out->checks, base, "%s", text);
}

int proof_add(struct proof *p, enum check_id id, struct check base, struct error *err,
	      const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = add(p, id, &base, fmt, ap);
	va_end(ap);
	return rc < 0 ? proof_no_memory(err) : 0;
}

int proof_defect(struct proof_defects *d, struct check base, struct error *err, const char *fmt,
		 ...)
{
	va_list ap;
	int rc;

	if (++d->count > PROVE_DEFECTS_MAX) {
		d->worst = verdict_worse(d->worst, base.verdict);
		return 0;
	}
	va_start(ap, fmt);
	rc = add(d->proof, d->id, &base, fmt, ap);
	va_end(ap);
	return rc < 0 ? proof_no_memory(err) : 0;
}

int proof_defects_end(struct proof_defects *d, const char *noun, struct error *err)
{
	if (d->count <= PROVE_DEFECTS_MAX)
		return 0;
	return proof_add(d->proof, d->id, (struct check){ .verdict = d->worst }, err,
			 "and %zu more %s", d->count - PROVE_DEFECTS_MAX, noun);
}

char *proof_name(const char *schema, const char *name, char out[PROOF_NAME_SIZE])
{
	char part[2][90];

	(void)quote_text(schema, part[0], sizeof(part[0]));
	(void)quote_text(name, part[1], sizeof(part[1]));
	if (*schema)
		(void)snprintf(out, PROOF_NAME_SIZE, "\"%s\".\"%s\"", part[0], part[1]);
	else
		(void)snprintf(out, PROOF_NAME_SIZE, "\"%s\"", part[1]);
	return out;
}

char *proof_words(const PGresult *result, char out[PROOF_WORDS_SIZE])
{
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!said || !*said)
		said = PQresultErrorMessage(result);
	return quote_text(*said ? said : "no answer", out, PROOF_WORDS_SIZE);
}

/* Messages are UTF-8; a database without an encoding of its own has to be shown as it is. */
static PGconn *open_session(struct proof *p, struct error *err)
{
	PGconn *session = session_open_pinned(&p->connect, p->database, NULL, err);
	const char *encoding = session ? PQparameterStatus(session, "server_encoding") : NULL;

	if (encoding && strcmp(encoding, "SQL_ASCII") != 0)
		(void)PQsetClientEncoding(session, "UTF8");
	return session;
}

static int prove_all(struct proof *p, struct error *err)
{
	/*
	 * The definitions first, as they were restored; statistics before what plans joins; what
	 * makes an extension for a while comes last.
	 */
	if (prove_schema(p, err) < 0 || prove_analyze(p, err) < 0 ||
	    prove_constraints(p, err) < 0 || prove_sequences(p, err) < 0 ||
	    prove_collations(p, err) < 0 || prove_queries(p, err) < 0 ||
	    prove_recovery_point(p, err) < 0)
		return -1;
	return prove_indexes(p, err);
}

int postgres_prove(struct server *s, const struct restore_job *job, size_t part,
		   const char *database, struct restored *out, struct error *err)
{
	struct proof p = {
		.server = s, .job = job, .part = &job->part[part], .database = database, .out = out
	};
	CLEANUP(cleanup_session)
	PGconn *session = NULL;

	server_connect_config(s, ENGINE_POSTGRESQL, &p.connect);
	proof_progress(&p, database, 0, 0);
	session = p.session = open_session(&p, err);
	if (!session)
		return -1;
	return prove_all(&p, err);
}
