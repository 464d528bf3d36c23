/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One complete backup set: every component's parts under temporary names, what
 * they hold, then all renamed, then the manifest. All or nothing: when a part
 * cannot be taken, none of the set is left.
 */
#ifndef PLAN_BACKUP_H
#define PLAN_BACKUP_H

#include "format/manifest.h"
#include "plan/run_request.h"

struct backup_request {
	struct run_request run; /* without names: all components with an engine that backs up */
	bool copy;              /* to the off-site copy, too, when the set is published */
};

struct backup_result {
	struct run_outcome outcome;
	struct manifest manifest; /* of the set; without files when it was not published */
	char manifest_path[4096]; /* "" when the set was not published */
};
void backup_result_release(struct backup_result *r);

/*
 * Into zeroed `out`. A published set stays, whatever becomes of its copy. -1 only when
 * the run could not be made or recorded.
 */
MUST_CHECK int backup_run(const struct backup_request *request, struct backup_result *out,
			  struct error *err);

#endif
