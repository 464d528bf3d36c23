/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of a PostgreSQL that are restored into another by the engine, and what came of it. */
#ifndef TESTS_SERVICE_TRIAL_H
#define TESTS_SERVICE_TRIAL_H

#include "platform.h"

#include "format/reader.h"

enum { TRIAL_PARTS_MAX = 4 };

/* Of which dumps are taken; the test starts and stops it. */
extern struct server trial_source;

/* A restore, from its dumps to its results. */
struct trial {
	struct restore_part part[TRIAL_PARTS_MAX];
	struct reading reading[TRIAL_PARTS_MAX];
	char path[TRIAL_PARTS_MAX][128];
	size_t count;
	struct restore_config config;
	struct restore_job job;
	struct server server;
	struct restored restored;
	struct error err;
	int rc;
	/* called at each progress; NULL: nothing happens to the restore meanwhile */
	void (*disturb)(struct trial *t, enum restore_phase phase, const char *what);
	/* of progress */
	unsigned phases, calls;
	uint64_t most[RESTORE_PHASE_COUNT], total[RESTORE_PHASE_COUNT];
	enum restore_phase last;
};

/* Run a shell command with the source as the environment's server; the place is its directory. */
__attribute__((format(printf, 1, 2))) void trial_shell(const char *format, ...);

/* Start the server; the job's other fields may be set afterwards. */
void trial_begin(struct trial *t, const char *name);
/* Add the file NAME, made by a command that writes it to its standard output. */
void trial_add(struct trial *t, enum part_kind kind, const char *database, const char *name,
	       const char *command);
void trial_restore(struct trial *t);
/* Stops the server; nothing may be left of it. */
void trial_end(struct trial *t);

/* The n-th check of that name; NULL: there are no more. */
const struct check *trial_check(const struct trial *t, enum check_id id, size_t n);
/* "" when there is none. */
const char *trial_note(const struct trial *t, const char *name);

/* Each fails the test when it is not so. */
void trial_expect_done(struct trial *t);
void trial_expect_verdict(const struct trial *t, enum check_id id, size_t n, enum verdict verdict,
			  const char *words);
void trial_expect_no_fail(const struct trial *t);
/* What came back is what the file holds. */
void trial_expect_equal(struct trial *t, size_t part);
void trial_expect_answer(const struct trial *t, const char *database, const char *sql,
			 const char *answer);

#endif
