/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of a restore test share. */
#ifndef PLAN_RESTORE_TEST_INTERN_H
#define PLAN_RESTORE_TEST_INTERN_H

#include "component/engine.h"
#include "inspect/desk.h"
#include "plan/judge_file.h"
#include "plan/restore_inside.h"
#include "plan/restore_talk.h"
#include "plan/restore_test.h"
#include "repository/catalogue.h"
#include "sandbox/sandbox.h"

/* Components that are restored at a time. */
enum { RESTORE_LANES = 4 };

/* A file of a target: where it lies, what is in it, where its content is seen from inside. */
struct restore_file {
	const char *path;                    /* absolute, or as it was given */
	const struct inspect_source *source; /* the object that it is; NULL: none */
	struct judged_file judged;
	size_t request;  /* its number at the desk */
	char inside[64]; /* path of its unpacked content in the sandbox; "" = not unpacked */
};

/* What is restored into one sandbox: a component's files of one set, or a single file. */
struct restore_target {
	const struct component_config *component;
	struct backup_set *set; /* NULL: none, or of no platform */
	struct restore_file *file;
	size_t file_count;
	enum engine_kind engine;
	struct restore_config config; /* the component's, with this run's wishes */
	struct restore_wish wish;
	const char *seal; /* id of the step that seals its sandbox */
	struct sandbox sandbox;
	int64_t began_ns; /* monotonic: the sealing's begin */
	bool sealed;
	bool restorable; /* our own readers accepted every file */
	bool restored;   /* the sandbox was told to, and its news are being heard */
	struct buf said; /* of the sandbox, not parsed yet */
	size_t searched; /* of it, for a line's end */
	bool reported;
	struct restore_report report;
	enum error_kind cause; /* of its first step that could not do its work */
};

struct restore_test {
	const struct restore_test_request *request;
	const struct config *config;
	struct arena arena;
	struct catalogue catalogue;
	struct restore_target *target;
	size_t target_count;
	struct plan plan;
	struct inspect_desk desk; /* forks the readers for the lanes */
	enum error_kind cause;    /* of a step that is nobody's */
};

/* The table of its steps, in its arena. */
MUST_CHECK int restore_make_plan(struct restore_test *t, struct error *err);

/* The target whose step is under way. */
struct restore_target *restore_target_of(struct plan_run *run, struct restore_test *t);

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

/* Its work waits for visits, it was wanted, and nobody asked us to stop. */
bool restore_is_to_be_kept(const struct plan_run *run, const struct restore_test *t,
			   const struct restore_target *target);
/* It becomes an environment (environment/environment.h). */
MUST_CHECK int restore_keep(struct plan_run *run, const struct restore_test *t,
			    struct restore_target *target, struct error *err);

/* Of a dry run: files, tools, objective, expected time. */
int restore_step_foresee(struct plan_run *run, void *subject, struct error *err);

/* Is there disk enough? What is not is the environment's fault: -1. A disk that would run full says nothing about the backup. */
MUST_CHECK int restore_check_room(struct plan_run *run, const struct restore_test *t,
				  const struct restore_target *target, struct error *err);

/* The component's recovery time objective, or the built-in one. */
int64_t restore_objective_of(const struct restore_target *t);

/* rc, its error's kind kept as the target's when it is the first. */
int restore_keep_cause(struct restore_target *target, int rc, const struct error *err);

/* Send the order. */
MUST_CHECK int restore_give_order(struct plan_run *run, struct restore_target *t,
				  const struct restore_test *test, struct error *err);
/*
 * Hear the sandbox until it tells of a phase that is not before `until`, or until its report
 * (RESTORE_PHASE_COUNT). -1: it ended without one, or the run must end.
 */
MUST_CHECK int restore_hear(struct plan_run *run, struct restore_target *t,
			    enum restore_phase until, struct error *err);

#endif
