/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a drill under way share. */
#ifndef PLAN_DRILL_DRILL_INTERN_H
#define PLAN_DRILL_DRILL_INTERN_H

#include <pthread.h>

#include "model/entry.h"
#include "plan/drill/drill_run.h"
#include "plan/judge.h"
#include "plan/restore_fleet.h"

/* A step of the plan as it goes. */
struct drill_state {
	const struct drill_step *step;
	int64_t began_ns;     /* monotonic; 0: not yet */
	int64_t ended_ns;     /* wall clock: as people say, or as it was; 0: not yet */
	int64_t before_entry; /* number of the last entry when it began: a later one answers it */
	bool done;            /* it did its work */
	bool left_out;        /* by whom it waited for: nobody did it */
	bool failed;          /* what it was to show does not hold, or could not be looked at */
	bool erred;           /* it could not do its work */
};

struct drill {
	const struct drill_request *request;
	const struct drill_plan *plan;
	const struct config *config;
	struct arena arena;
	/* of all steps but those after the end; the i-th state is of the i-th step */
	struct step *step;
	struct drill_state *state;
	size_t step_count;
	struct plan table;
	pthread_t carrier;               /* the thread of plan_execute() */
	struct plan_run *run;            /* the whole; NULL: it has not begun */
	size_t *left;                    /* per phase: steps that are not over */
	bool *over;                      /* per step: an earlier process did it */
	bool judged;                     /* an earlier process came to the end of the recovery */
	int64_t t0_ns;                   /* wall clock; 0: not begun */
	const struct drill_role *absent; /* PERSON_ABSENT: whose work another must do; NULL */
	bool deputy_told;

	struct restore_test_request restores;
	struct restore_fleet fleet;
	const char *const *readable; /* of the host, for the services; NULL-terminated */
	bool chosen;
	enum error_kind unsealed; /* why no sandbox could be sealed */

	/* Under the lock: steps in threads look at it. */
	pthread_mutex_t lock;
	struct entries entries;
	bool sealed, removed; /* the sandbox stands; it is gone */
	bool held;
	const struct entry *closed; /* people wait for no more; NULL: they do */
	bool standbys_seen;         /* the last look at them was taken */
	bool *compared;             /* per target: held against its backup */
	bool *fetched;              /* per target: its backup was read */

	/* Under a lock of its own, since looking may take a moment. */
	pthread_mutex_t services_lock;
	struct services *services; /* NULL: none are deployed; no more are, once they are stopped */
	bool watched;              /* no step is about to tell what has ended */
	const char *ended;         /* how the first of them ended by itself; NULL: none has */
	int64_t ended_ns;          /* when that was seen; wall clock */
};

/* Of the step that `run` is at. */
struct drill_state *drill_state_of(const struct plan_run *run, const struct drill *d);
/* The state of the plan's step of that id; NULL: it is after the end. */
struct drill_state *drill_state_by_id(const struct drill *d, const char *id);

/* Somebody has broken it off. */
bool drill_was_aborted(const struct drill *d);

/* For what waits outside of the engine: asked for when the run is to end. It lives as `d` does. */
struct stop drill_stop(const struct drill *d);

/* A note of the run, printf-style. */
__attribute__((format(printf, 4, 5))) MUST_CHECK int drill_note(struct plan_run *run,
								const char *name, struct error *err,
								const char *fmt, ...);

/* Objectives of the platform, or the built-in ones. */
static inline int64_t drill_rto_of(const struct drill *d)
{
	return d->config->rto_ns ? d->config->rto_ns : DRILL_RTO_NS;
}
static inline int64_t drill_rpo_of(const struct drill *d)
{
	return d->config->rpo_ns ? d->config->rpo_ns : DRILL_RPO_NS;
}

/* What the journal must tell of the drill before anything else: drill_beginning.c. plan.begun. */
int drill_tell_beginning(struct plan_run *run, void *subject, struct error *err);

/* Of a drill that is taken up again, what stands of the earlier process's: drill_earlier.c. */
MUST_CHECK int drill_take_earlier(struct drill *d, struct error *err);

/* What the note of a deviation says behind the title of the role whose people are absent. */
#define DRILL_WAS_ABSENT " was absent; "

/* ---- people: drill_people.c ---- */

/* Takes up what people have entered; 1: the drill is held; -1: it was aborted. plan.tend. */
int drill_tend(void *subject, struct error *err);
/* Of ticks, gates and waits. step.poll. */
int drill_poll_person(struct plan_run *run, void *subject, struct error *err);
int drill_poll_wait(struct plan_run *run, void *subject, struct error *err);
int64_t drill_last_entry(struct drill *d); /* its number; 0: there is none */
/*
 * A step has failed, and somebody is to decide: waits for that. 1: it goes on; 0: it stops; -1:
 * the run ends.
 */
int drill_ask(struct plan_run *run, struct drill *d, struct error *err);

/*
 * Is it not over, or did it not do what it is for? What a judgement tells is judged by itself, in the
 * phase of what it is about. As drill_step_fell_short(), of the record: drill_judge.c.
 */
bool drill_fell_short(const struct drill_state *s);
/* How a step fell short, in the words of the report; NULL: no memory. It lives as `d` does. */
const char *drill_say_short(struct drill *d, const struct drill_state *s);

/* ---- steps that muster does: drill_step.c ---- */

int drill_run_step(struct plan_run *run, void *subject, struct error *err);
/* What one of them does; its `does` chooses. */
typedef int drill_work_fn(struct plan_run *run, struct drill *d, const struct drill_step *step,
			  struct error *err);
drill_work_fn drill_run_command; /* also of kind COMMAND */
drill_work_fn drill_judge;       /* recovery time and point */
drill_work_fn drill_report;
/*
 * Why the platform is not shown to be recovered at the `end` of its validation, or now, when that
 * is under way: drill_judge.c. "": it is; NULL: no memory. It lives as `d` does.
 */
const char *drill_not_validated(const struct plan_run *run, struct drill *d,
				const struct drill_state *end);

/* ---- several components: drill_each.c ---- */

typedef int drill_lane_fn(struct plan_run *run, struct drill *d, struct restore_target *t,
			  struct error *err);
/* Of each component of the engine (ENGINE_COUNT: of all), in threads; what they yield is the step's. */
MUST_CHECK int drill_each(struct plan_run *run, struct drill *d, enum engine_kind engine,
			  drill_lane_fn *fn, struct error *err);
/* A scenario may leave an engine whole: then there is nothing to do, and `id` is skipped. */
bool drill_concerns(const struct drill *d, enum engine_kind engine);
MUST_CHECK int drill_not_lost(struct plan_run *run, enum check_id id, enum engine_kind engine,
			      struct error *err);

/* ---- the platform: drill_restore.c ---- */

/* Does it stand? */
bool drill_has_sandbox(struct drill *d);
drill_work_fn drill_ready, drill_seal, drill_fetch, drill_restore, drill_remove;
drill_work_fn drill_prove; /* this and what follows: drill_prove.c */
drill_work_fn drill_share; /* sound, replicate, statistics, round-trip */
/* Does the plan have an automatic step that does that for the engine? */
bool drill_has_step(const struct drill *d, enum drill_work work, enum engine_kind engine);
/* Until every component has reported; what is written later, no proof sees. */
MUST_CHECK int drill_await_proofs(struct plan_run *run, struct drill *d, struct error *err);
/*
 * Do the standbys still stream, and have all that services wrote? Once: when the recovery is
 * judged, or before the sandbox is removed. drill_standby.c
 */
MUST_CHECK int drill_look_at_standbys(struct plan_run *run, struct drill *d, struct error *err);
/* Where the components' data end, and what would be lost: drill_point.c. */
MUST_CHECK int drill_judge_point(struct plan_run *run, struct drill *d, struct error *err);

/* ---- its services: drill_services.c ---- */

drill_work_fn drill_deploy, drill_health, drill_trials, drill_logs, drill_monitor;
/* Between the steps: tells of services that have ended by themselves. In the engine's thread. */
MUST_CHECK int drill_watch_services(struct drill *d, struct error *err);
/* The same in a step: what it stands for counts only if they go on until then. */
MUST_CHECK int drill_look_at_services(struct plan_run *run, struct drill *d, struct error *err);
/*
 * Something that the validation is about holds no more: its time is in a note, as a platform is
 * validated only if all goes on until then.
 */
MUST_CHECK int drill_tell_ended(struct plan_run *run, struct drill *d, const char *component,
				const char *message, struct error *err);
/* How one of them, or a standby, ended by itself until that time, of the wall clock; NULL: none did. */
const char *drill_service_ended(struct drill *d, int64_t until_ns);
/* Safe when there are none. What ended by itself is told of, with `run`. */
MUST_CHECK int drill_stop_services(struct plan_run *run, struct drill *d, struct error *err);

/* ---- clocks: drill_clock.c ---- */

/* Is a phase over with that step, and by its milestone? plan.ended. */
int drill_step_ended(struct plan_run *run, void *subject, bool done, struct error *err);
/* A step's own duration against its objective. */
MUST_CHECK int drill_judge_objective(struct plan_run *run, struct drill *d,
				     const struct drill_step *step, int64_t took_ns,
				     struct error *err);

#endif
