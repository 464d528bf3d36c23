/* SPDX-License-Identifier: Apache-2.0 */
/* One question asked of a backup or its surroundings, with what was expected, found and judged. */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "model/verdict.h"

/*
 * name (a configuration key and stable in reports), verdict when it does not
 * hold (`severities:` overrides it), one-line meaning (manual page, reports).
 */
#define CHECK_TABLE(X)                                                                             \
	X(EXISTS, "exists", FAIL, "a backup of the component is there")                            \
	X(AGE, "age", FAIL, "the newest set is not older than max_age")                            \
	X(SIZE, "size", FAIL, "the file is larger than min_size")                                  \
	X(SIZE_TREND, "size-trend", WARN, "the size is not abnormal against earlier sets")         \
	X(HASH, "hash", FAIL, "the file's size and SHA-256 are the manifest's")                    \
	X(COMPRESSION, "compression", FAIL, "the compressed file is sound to its last byte")       \
	X(FORMAT, "format", FAIL, "the content is sound to its last byte")                         \
	X(FACTS, "facts", FAIL, "what the file holds is what the manifest says the source held")   \
	X(PLAUSIBLE, "plausible", WARN,                                                            \
	  "no table vanished, no count fell abnormally since the last set")                        \
	X(COMPLETE, "complete", FAIL, "every part of the set is there")                            \
	X(MANIFEST, "manifest", WARN, "the set has a manifest to be judged against")               \
	X(AGREEMENT, "agreement", WARN, "the parts of one set lie within the time tolerance")      \
	X(RPO, "rpo", WARN, "the interval between sets can meet the recovery point objective")     \
	X(DISK_FREE, "disk-free", FAIL, "enough of the repository's disk is free")                 \
	X(DISK_ROOM, "disk-room", WARN, "there is room for the next set and for a restore")        \
	X(REACHABLE, "reachable", ERROR, "the service answers, with its version")                  \
	X(OFFSITE, "offsite", FAIL, "every file of the set is in the off-site copy, in its size")  \
	X(OFFSITE_CONTENT, "offsite-content", FAIL, "the off-site copy holds what the set holds")  \
	X(OFFSITE_AGE, "offsite-age", WARN, "the off-site copy was complete in time")              \
	X(OFFSITE_CLASS, "offsite-class", FAIL, "the off-site copy can be read at once")           \
	X(OFFSITE_PROTECTION, "offsite-protection", FAIL,                                          \
	  "versions are kept, and files locked, as the configuration requires")                    \
	X(OFFSITE_REACHABLE, "offsite-reachable", ERROR, "the off-site copy can be looked at")     \
	X(READABLE, "readable", ERROR, "the file could be read to its end")                        \
	X(STEP, "step", ERROR, "a step of the run could do its work")                              \
	X(INTERRUPTED, "interrupted", ERROR, "the run came to its own end")                        \
	X(TAKEN, "taken", FAIL, "the backup was taken")                                            \
	X(COPIED, "copied", ERROR, "the file has arrived in the off-site copy")                    \
	X(TOOL, "tool", ERROR, "a program that muster needs is there, in a usable version")        \
	X(DIRECTORY, "directory", ERROR, "a directory that muster needs may be read and written")  \
	X(RESTORED, "restored", FAIL,                                                              \
	  "the backup restores into an empty server without a complaint")                          \
	X(PROVEN, "proven", FAIL, "the restored server holds what the backup file holds")          \
	X(PREFLIGHT, "preflight", ERROR, "this machine has what restoring the backup needs")       \
	X(SERVER_LOG, "server-log", FAIL, "the restored server's log tells of no error")           \
	X(SCHEMA, "schema", FAIL, "every schema object came back with its definition")             \
	X(CONSTRAINTS, "constraints", FAIL, "no restored row violates a foreign key or CHECK")     \
	X(INDEXES, "indexes", FAIL, "the restored indexes are sound and hold every row")           \
	X(SEQUENCES, "sequences", WARN, "no restored sequence is behind the rows it numbers")      \
	X(COLLATIONS, "collations", WARN, "text sorts as it did where the backup was made")        \
	X(ANALYZE, "analyze", FAIL, "every restored table can be read and analyzed")               \
	X(SQL, "sql", FAIL, "the user's own questions to the restored database hold")              \
	X(RECOVERY_POINT, "recovery-point", FAIL,                                                  \
	  "what would be lost, told by the data, is within the recovery point objective")          \
	X(RECOVERY_TIME, "recovery-time", FAIL,                                                    \
	  "restored and proven within the recovery time objective")                                \
	X(ROUND_TRIP, "round-trip", FAIL, "messages pass through every restored queue")            \
	X(EXPIRED, "expired", WARN, "keys whose time has passed since the backup")                 \
	X(PERSISTENCE, "persistence", FAIL, "the restored server can save what it holds")          \
	X(SANDBOX, "sandbox", WARN, "a sealed sandbox, for restores, can be made on this machine") \
	X(REMOVED, "removed", ERROR, "nothing of the sandbox is left")                             \
	X(REPLICATION, "replication", FAIL,                                                        \
	  "a standby streams from the restored server and equals it")                              \
	X(DEPLOYED, "deployed", FAIL, "the service was started in the sandbox and runs")           \
	X(HEALTH, "health", FAIL,                                                                  \
	  "the service in the sandbox is well within its time, and stays up")                      \
	X(SMOKE, "smoke", FAIL, "the smoke test passes on the restored platform")                  \
	X(WORKFLOW, "workflow", FAIL,                                                              \
	  "the critical workflow goes through on the restored "                                    \
	  "platform")                                                                              \
	X(APP_LOG, "app-log", FAIL, "the services' logs tell of no error")                         \
	X(MONITORING, "monitoring", FAIL, "metrics answer, and a test alert arrives")              \
	X(OBJECTIVE, "objective", FAIL, "the step of the drill took no longer than its objective") \
	X(MILESTONE, "milestone", FAIL,                                                            \
	  "the steps of the phase did what they are for by its milestone")                         \
	X(GATE, "gate", FAIL, "the person whose word it is let the drill go on")

enum check_id {
#define X(id, name, verdict, meaning) CHECK_##id,
	CHECK_TABLE(X)
#undef X
		CHECK_ID_COUNT
};

const char *check_name(enum check_id id);
const char *check_meaning(enum check_id id);
enum verdict check_default_severity(enum check_id id);
bool check_parse_name(const char *name, enum check_id *out);

struct check {
	const char *name;      /* check_name() of an id; static */
	const char *component; /* "" for the platform as a whole */
	const char *subject;   /* file, table, service, tool; may be "" */
	enum verdict verdict;
	const char *expected, *found; /* short, may be "" */
	const char *message;          /* one sentence for people, no full stop */
	const char *hint;             /* what to do; may be "" */
	bool required;                /* skipping it is an error */
	const char *step;             /* of the run, that yielded it; "" = none */
	bool again;                   /* that step has begun again since */
};

/* What it weighs in a verdict: a required check that was skipped is an error. */
static inline enum verdict check_weight(const struct check *c)
{
	return c->required && c->verdict == VERDICT_SKIPPED ? VERDICT_ERROR : c->verdict;
}

/* Is it, where it is of no component, of the run's own course: a step that failed, an end cut short? */
bool check_is_of_course(const char *name);

struct checks {
	struct arena arena;
	struct check *item;
	size_t count, capacity;
};

/* Copies the check and its strings (NULL becomes ""); -1 when out of memory. */
MUST_CHECK int checks_add(struct checks *c, const struct check *check);

/*
 * As checks_add(), in the place of an earlier word on the same milestone: a run that was taken up
 * again reaches it again, and the last word counts.
 */
MUST_CHECK int checks_add_last(struct checks *c, const struct check *check);

/*
 * Add with a printf-style message. `expected`, `found` and `hint` are taken from
 * `base`, whose message is ignored.
 */
__attribute__((format(printf, 3, 4))) MUST_CHECK int checks_addf(struct checks *c,
								 const struct check *base,
								 const char *fmt, ...);

/*
 * A step of a run that was taken up again begins, perhaps for the second time; and has ended. What
 * it yielded before goes to `superseded` (NULL: is forgotten), unless it could not do its work this
 * time: then nothing has taken the place of what was found. What is told of milestones is
 * checks_add_last()'s. -1: out of memory.
 */
void checks_begin_again(struct checks *c, const char *step);
MUST_CHECK int checks_end_again(struct checks *c, const char *step, enum verdict verdict,
				struct checks *superseded);

/*
 * The verdict of a run: any fail makes it fail, else any error or skipped required
 * check error, else any warn warn, else pass; with no executed check at all, error.
 */
enum verdict checks_verdict(const struct checks *c);

size_t checks_count(const struct checks *c, enum verdict v);
void checks_release(struct checks *c);

#endif
