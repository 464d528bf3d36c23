/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of a restore test share, and those of a fleet (plan/restore_fleet.h). */
#ifndef PLAN_RESTORE_TEST_INTERN_H
#define PLAN_RESTORE_TEST_INTERN_H

#include <pthread.h>

#include "component/engine.h"
#include "history/standing.h"
#include "inspect/desk.h"
#include "plan/restore_target.h"
#include "plan/restore_test.h"
#include "repository/catalogue.h"

/* Components that are restored at a time. */
enum { RESTORE_LANES = 4 };
/* More than a server and all sessions of a restore come to. */
enum { RESTORE_PROCESS_MAX = 512 };
/* Unless the configuration says how much a restore may take, it leaves a tenth of what is free. */
enum { RESTORE_DISK_LEFT = 10 };

struct restore_test {
	const struct restore_test_request *request;
	const struct config *config;
	struct arena arena;
	struct catalogue catalogue;
	struct standings standings; /* of sets, while they are chosen */
	struct restore_target *target;
	size_t target_count;
	struct plan plan;
	struct inspect_desk desk; /* forks the readers for the lanes */
	pthread_mutex_t room;     /* of what follows */
	uint64_t promised;     /* bytes of disk that the targets of a fleet need that were begun */
	enum error_kind cause; /* of a step that is nobody's */
};

/* Its targets: those that were asked for, or all that can be restored. Then restore_release() is due, also on failure. */
MUST_CHECK int restore_choose_targets(struct restore_test *t, struct error *err);
/* Sandboxes of targets end. */
void restore_release(struct restore_test *t);

/* The table of its steps, in its arena. */
MUST_CHECK int restore_make_plan(struct restore_test *t, struct error *err);

/* The target whose step is under way. */
struct restore_target *restore_target_of(struct plan_run *run, struct restore_test *t);

/* The best kind of part that the set holds of the component; PART_KIND_COUNT: none. */
enum part_kind restore_content_kind(const struct restore_test *t, const struct backup_set *set,
				    const struct component_config *c);
/* The component's set that is asked for, as far as there is one; else NULL. */
struct backup_set *restore_pick_set(struct restore_test *t, const struct component_config *c);
/*
 * How many newer sets than the target's were not trusted, and what is known of the newest of them
 * (NULL: nothing, which was too little).
 */
size_t restore_passed_over(const struct restore_test *t, const struct restore_target *target,
			   const struct backup_set **newest, const struct standing **known);

/* Choose each target's set and files; their manifests are read. */
int restore_step_choose(struct plan_run *run, void *subject, struct error *err);
/* A sandbox for every target that has files; their servers begin to start. */
int restore_step_seal(struct plan_run *run, void *subject, struct error *err);
/* Each of a target's files read to its last byte, judged, its content kept for the sandbox. */
int restore_step_read(struct plan_run *run, void *subject, struct error *err);
/* The order goes in; ends when all is loaded. */
int restore_step_restore(struct plan_run *run, void *subject, struct error *err);
/* Ends when the sandbox has reported; compares. */
int restore_step_prove(struct plan_run *run, void *subject, struct error *err);
/* Nothing of the sandbox stays, unless it is to be kept. */
int restore_step_remove(struct plan_run *run, void *subject, struct error *err);

/* Remove what sandboxes left when the power was cut. */
void restore_sweep(const struct restore_test *t);
/* Close it; the question is whether anything is left of it. */
MUST_CHECK int restore_close_sandbox(struct plan_run *run, struct sandbox *s, struct question *q,
				     struct error *err);

/* Its work waits for visits, it was wanted, and nobody asked us to stop. */
bool restore_is_to_be_kept(const struct plan_run *run, const struct restore_test *t,
			   struct restore_target *target);
/* It becomes an environment (environment/environment.h). */
MUST_CHECK int restore_keep(struct plan_run *run, const struct restore_test *t,
			    struct restore_target *target, struct error *err);

/* Of a dry run: files, tools, objective, expected time. */
int restore_step_foresee(struct plan_run *run, void *subject, struct error *err);

/* Forks the readers of all targets' files: before other threads are at work. Once. */
MUST_CHECK int restore_open_desk(struct plan_run *run, struct restore_test *t, struct error *err);
/* Read a target's files to their last byte, into what its sandbox is given; a bad backup is a check. */
MUST_CHECK int restore_read(struct plan_run *run, struct restore_test *t,
			    struct restore_target *target, struct error *err);

/* What the disk has room for where sandboxes lie, and how much of it a target may take. 0: no limit; UINT64_MAX: nobody can tell. */
uint64_t restore_disk_room(const struct restore_test *t);
uint64_t restore_disk_max(const struct restore_test *t, const struct restore_target *target);
/* What restoring it takes, as far as its files tell, in bytes of disk. */
uint64_t restore_disk_need(const struct restore_target *target);
struct restore_room {
	uint64_t need, may_take;  /* bytes */
	const char *about, *with; /* how sure the need is; what it includes */
};
/* A check; -1 when it is too little. */
MUST_CHECK int restore_judge_room(struct plan_run *run, const struct restore_target *target,
				  const struct restore_room *r, struct error *err);
/*
 * Is there disk enough? What is not is the environment's fault: -1. A disk that would run full
 * says nothing about the backup.
 */
MUST_CHECK int restore_check_room(struct plan_run *run, const struct restore_test *t,
				  const struct restore_target *target, struct error *err);

/* The component's recovery time objective, or the built-in one. */
int64_t restore_objective_of(const struct restore_target *t);

/* rc, its error's kind kept as the target's when it is the first. */
int restore_keep_cause(struct restore_target *target, int rc, const struct error *err);

/* Of a restore test: hear, and record all that is reported. -1 also with what kept it from its end. */
MUST_CHECK int restore_listen(struct plan_run *run, struct restore_target *t,
			      enum restore_phase until, struct error *err);

#endif
