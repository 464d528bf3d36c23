/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill's plan as data: phases of steps, which muster, a program of the user's or a person
 * does. All of them are read from YAML, the built-in one too; muster-drill-plan(1) has the keys.
 * Two clocks are never mixed: a step's own duration against its objective, and T+, counted
 * from the plan's start, against its phase's milestone.
 */
#ifndef DRILL_DRILL_PLAN_H
#define DRILL_DRILL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "config/node.h"

/* name in YAML, what it is */
#define DRILL_KIND_TABLE(X)                                                                        \
	X(AUTOMATIC, "automatic") /* muster does it: `does` */                                     \
	X(COMMAND, "command")     /* a program of the user's */                                    \
	X(TICK, "tick")           /* a person does it and says so */                               \
	X(GATE, "gate")           /* a person lets the drill go on, or not */                      \
	X(WAIT, "wait")           /* time passes */

enum drill_kind {
#define X(id, name) DRILL_##id,
	DRILL_KIND_TABLE(X)
#undef X
		DRILL_KIND_COUNT
};
const char *drill_kind_name(enum drill_kind kind);

/* What becomes of a drill one of whose steps failed. */
#define DRILL_FAILURE_TABLE(X)                                                                     \
	X(GO_ON, "go-on") /* its dependents begin all the same */                                  \
	X(STOP, "stop")   /* what depends on it is skipped */                                      \
	X(ASK, "ask")     /* a person decides */

enum drill_failure {
#define X(id, name) DRILL_FAILURE_##id,
	DRILL_FAILURE_TABLE(X)
#undef X
		DRILL_FAILURE_COUNT
};
const char *drill_failure_name(enum drill_failure failure);

/* What automatic steps do. */
#define DRILL_WORK_TABLE(X)                                                                        \
	X(READY, "ready", "backups are there and recent; room, programs")                          \
	X(SEAL, "seal", "a sealed and empty sandbox is made")                                      \
	X(FETCH, "fetch", "the backups are read, from the off-site copy where there is one")       \
	X(RESTORE, "restore", "the engine's components are restored")                              \
	X(PROVE, "prove", "what was restored is compared with what was backed up")                 \
	X(SOUND, "sound", "constraints, indexes and the server's log are examined")                \
	X(REPLICATE, "replicate", "a standby streams from the restored server")                    \
	X(STATISTICS, "statistics", "the restored server's statistics are read")                   \
	X(ROUND_TRIP, "round-trip", "messages pass through the restored queues")                   \
	X(DEPLOY, "deploy", "the services are started in the sandbox")                             \
	X(HEALTH, "health", "the services' health checks are asked")                               \
	X(SMOKE, "smoke", "the smoke tests are run")                                               \
	X(WORKFLOWS, "workflows", "the critical workflows are gone through")                       \
	X(MONITOR, "monitor", "metrics answer, and a test alert arrives")                          \
	X(LOGS, "logs", "the services' logs are searched for errors")                              \
	X(JUDGE, "judge", "recovery time and point are judged")                                    \
	X(REMOVE, "remove", "the sandbox is removed, and nothing of it is left")                   \
	X(REPORT, "report", "metrics and report are written")

enum drill_work {
#define X(id, name, meaning) DRILL_WORK_##id,
	DRILL_WORK_TABLE(X)
#undef X
		DRILL_WORK_COUNT /* of a step that is not automatic */
};
const char *drill_work_name(enum drill_work work);

struct drill_role {
	const char *id, *title;
};

/* All texts live as long as the plan. */
struct drill_step {
	const char *id, *title; /* the id is unique in the plan */
	enum drill_kind kind;
	enum drill_work work;       /* AUTOMATIC */
	enum engine_kind engine;    /* AUTOMATIC: whose components; ENGINE_COUNT: no engine's */
	struct string_list command; /* COMMAND: argv */
	const char *role;           /* id of who does it or watches over it; "" = nobody's */
	struct string_list after;   /* ids of steps that end before it begins */
	size_t *before;             /* the same as indices; after.count of them */
	int64_t objective_ns;       /* longest duration; of a WAIT its duration; 0: none */
	enum drill_failure on_failure;
	bool always;  /* begins also when what it waits for failed or was left out */
	size_t phase; /* index */
	struct mark mark;
	bool on_clock; /* the start comes before it, the end does not: T+ is counted for it */
	/* T+, when each step uses its objective up; and the end when only waits take time */
	int64_t begin_ns, end_ns, soonest_ns;
};

struct drill_phase {
	const char *id, *title;
	int64_t milestone_ns;    /* T+ by which its steps have done what they are for; -1: none */
	bool after_end;          /* its steps are people's, done when the drill is over: a review */
	size_t step, step_count; /* steps of the plan: the first, how many */
	struct mark mark;
};

struct drill_plan {
	struct arena arena;
	struct node_source source; /* its text, for complaints */
	const char *name, *title;
	const char *start;     /* id of the step with whose end T+ begins: T0 */
	const char *validated; /* id of the step with whose end the recovery time ends */
	struct drill_role *role;
	size_t role_count;
	struct drill_phase *phase;
	size_t phase_count;
	struct drill_step *step; /* in the order of the text */
	size_t step_count;
	size_t *order;  /* indices of the steps, each behind those that it waits for */
	int64_t end_ns; /* T+ of the last step's end, each using its objective up */
};
void drill_plan_release(struct drill_plan *p);

/* The text of the built-in plan of that name ("monthly"); NULL: there is none. */
const char *drill_plan_built_in(const char *name);

/*
 * Read and check `text`, which `shown` is the name of, into zeroed `out`. What is wrong with
 * it, cycles, unknown roles and missed milestones too, is gathered; with an error among it the
 * result is -1 and `err` is ERROR_CONFIG.
 */
MUST_CHECK int drill_plan_parse(const char *name, const char *shown, const char *text,
				struct drill_plan *out, struct config_complaints *complaints,
				struct error *err);

/* The same of a file; its name without directory and ".yaml" is the plan's. */
MUST_CHECK int drill_plan_read(const char *path, struct drill_plan *out,
			       struct config_complaints *complaints, struct error *err);

/*
 * Whether a sound plan makes sense, before a drill by it is begun: the sandbox is sealed before it
 * is used and removed when nothing uses it, restores come before what needs them, `validated`
 * behind what it validates. Gathered as above; a plan that the history keeps is not asked again.
 */
MUST_CHECK int drill_plan_check_sense(const struct drill_plan *plan,
				      struct config_complaints *complaints, struct error *err);

/*
 * "T+1:15", "T+0:00:30": of what is planned or foreseen, with seconds only where there are some.
 * Returns `out`.
 */
enum { DRILL_T_SIZE = 32 };
char *drill_t_format(int64_t ns, char out[DRILL_T_SIZE]);
/* "T+1:15:00": of what has happened, and of what was planned where it stands beside that. */
char *drill_t_clock(int64_t ns, char out[DRILL_T_SIZE]);

/* Has it a step on the clock that could bring anything back: a restore, a command, a person's? */
bool drill_plan_restores(const struct drill_plan *p);

/* The step of that id; NULL. */
const struct drill_step *drill_plan_step(const struct drill_plan *p, const char *id);

#endif
