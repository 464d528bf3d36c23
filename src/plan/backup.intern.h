/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of a backup share. */
#ifndef PLAN_BACKUP_INTERN_H
#define PLAN_BACKUP_INTERN_H

#include "base/timezone.h"
#include "component/engine.h"
#include "plan/backup.h"
#include "plan/judge.h"

struct backup {
	const struct run_request *request;
	bool copy;
	const struct config *config;
	struct backup_result *result;
	struct manifest *manifest; /* the result's */
	struct arena arena;
	struct plan plan;
	const struct component_config **component;
	size_t component_count;
	struct backup_parts parts;
	char stamp[TIMEZONE_STAMP_SIZE]; /* the set's time as it stands in names */
};

/* Redis and RabbitMQ let nobody look into the moment they saved: read what the files hold. */
int backup_step_read_back(struct plan_run *run, void *subject, struct error *err);

/* Rename all parts, then write the manifest. On failure none of the set stays. */
int backup_step_publish(struct plan_run *run, void *subject, struct error *err);

/* Write the published set to the off-site copy. */
int backup_step_copy(struct plan_run *run, void *subject, struct error *err);

#endif
