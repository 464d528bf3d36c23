/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of a verification share. */
#ifndef PLAN_VERIFY_INTERN_H
#define PLAN_VERIFY_INTERN_H

#include "base/quantity.h"
#include "inspect/inspect.h"
#include "plan/judge_file.h"
#include "plan/verify.h"
#include "repository/catalogue.h"

/* A component and the set that stands for it: the newest one that holds a file of its. */
struct verify_target {
	const struct component_config *component;
	struct backup_set *set; /* NULL: there is none */
};

/* A file of a target's set, and what its inspection showed. */
struct verify_file {
	const struct verify_target *target;
	const struct backup_file *file;
	struct judged_file judged;
};

struct verification {
	const struct verify_request *request;
	const struct config *config;
	struct arena arena;
	struct catalogue catalogue;
	struct verify_target *target;
	size_t target_count;
	struct verify_file *file;
	size_t file_count;
	bool inspected;
};

/* The steps, in the order of the plan; `subject` is the verification. */
int verify_step_catalogue(struct plan_run *run, void *subject, struct error *err);
int verify_step_files(struct plan_run *run, void *subject, struct error *err);
int verify_step_times(struct plan_run *run, void *subject, struct error *err);
int verify_step_history(struct plan_run *run, void *subject, struct error *err);
int verify_step_disk(struct plan_run *run, void *subject, struct error *err);
int verify_step_services(struct plan_run *run, void *subject, struct error *err);
int verify_step_offsite(struct plan_run *run, void *subject, struct error *err);

#endif
