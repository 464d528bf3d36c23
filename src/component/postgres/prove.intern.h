/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the proof of a database share. */
#ifndef COMPONENT_POSTGRES_PROVE_INTERN_H
#define COMPONENT_POSTGRES_PROVE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "component/postgres/prove.h"
#include "component/postgres/session.h"

/* Schemas whose tables, indexes, … nobody restores; `namespace` is the alias of pg_namespace. */
#define PROVE_USERS_OWN(namespace)                                                                 \
	"(" namespace ".nspname !~ '^pg_' AND " namespace ".nspname <> 'information_schema')"

struct proof {
	struct server *server;
	const struct restore_job *job;
	const struct restore_part *part;
	const char *database; /* as it is called here */
	struct connect_config connect;
	PGconn *session; /* settings pinned: search_path is empty, so names are of pg_catalog */
	struct restored *out;
};

/* Each adds its checks; -1 is for what kept us from looking. */
MUST_CHECK int prove_schema(struct proof *p, struct error *err);
MUST_CHECK int prove_analyze(struct proof *p, struct error *err);
MUST_CHECK int prove_constraints(struct proof *p, struct error *err);
MUST_CHECK int prove_sequences(struct proof *p, struct error *err);
MUST_CHECK int prove_collations(struct proof *p, struct error *err);
MUST_CHECK int prove_queries(struct proof *p, struct error *err);
MUST_CHECK int prove_recovery_point(struct proof *p, struct error *err);
MUST_CHECK int prove_indexes(struct proof *p, struct error *err);

void proof_progress(const struct proof *p, const char *what, uint64_t done, uint64_t total);

/* One check; its name, and its subject when it has none (the database), are filled in. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int proof_add(struct proof *p, enum check_id id,
							       struct check base, struct error *err,
							       const char *fmt, ...);

/* The defects of one check: so many are told one by one. Zeroed but for the first two. */
struct proof_defects {
	struct proof *proof;
	enum check_id id;
	size_t count;       /* all of them */
	enum verdict worst; /* of those not told */
};
__attribute__((format(printf, 4, 5))) MUST_CHECK int proof_defect(struct proof_defects *d,
								  struct check base,
								  struct error *err,
								  const char *fmt, ...);
/* One check for those that were not told: "and 12 more NOUN". */
MUST_CHECK int proof_defects_end(struct proof_defects *d, const char *noun, struct error *err);

/* "schema"."table", as a message shows it; the schema may be "". Never NULL: cut when it is long. */
enum { PROOF_NAME_SIZE = 200 };
char *proof_name(const char *schema, const char *name, char out[PROOF_NAME_SIZE]);

/* What the server said about a statement that failed, on one line. */
enum { PROOF_WORDS_SIZE = 300 };
char *proof_words(const PGresult *result, char out[PROOF_WORDS_SIZE]);

/*
 * The first row that one query yields, read-only and within a minute; a result that is not
 * PGRES_TUPLES_OK says why there is none. NULL: what kept us from asking.
 */
PGresult *proof_ask(struct proof *p, const char *sql, struct error *err);
/* Its first column; NULL: no row, or NULL. */
const char *proof_value(const PGresult *result);

/* A statement of those that are run in several sessions at a time. */
struct proof_query {
	const char *sql, *what; /* borrowed; `what` names it for progress */
	PGresult *result;       /* the query's; NULL until it ran */
	int64_t took_ns;
};
/*
 * Runs a statement per row of `list`, of its columns `sql` and `what`; one that fails is its
 * result. Borrows from `list`; for proof_queries_free(). NULL: what kept us from running them.
 */
struct proof_query *proof_run_rows(struct proof *p, const PGresult *list, int sql, int what,
				   struct error *err);
void proof_queries_free(struct proof_query *query, size_t count);

int proof_no_memory(struct error *err);

#endif
