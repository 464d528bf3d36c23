/* SPDX-License-Identifier: Apache-2.0 */
/* Smoke tests, workflows and what sees that monitoring works (keys drill.…), tried in a sandbox. */
#ifndef SERVICE_TRIALS_H
#define SERVICE_TRIALS_H

#include "base/stop.h"
#include "config/config.h"
#include "model/check.h"
#include "sandbox/sandbox.h"
#include "service/hidden.h"

enum trials_kind { TRIALS_SMOKE, TRIALS_WORKFLOW, TRIALS_MONITORING };

/* Those of a kind: how many, from `*first` on. */
size_t trials_of(const struct config *c, enum trials_kind kind, const struct trial_config **first);

struct trials_request {
	const struct config *config;
	enum trials_kind kind;
	const char *name;              /* of the only one; NULL: all, one after the other */
	const struct sandbox *sandbox; /* as services_deploy() wants it */
	const char *const *env;        /* as well */
	struct stop stop;              /* asked for: ERROR_INTERRUPTED */
	struct hidden
		*hidden; /* what no message may repeat, services_hidden(); NULL: only their own */
};

/*
 * Adds one check each, `smoke`, `workflow` or `monitoring`, whose subject is its name. From any thread. -1:
 * interrupted, the sandbox ended, or ERROR_NOT_FOUND: there is none of that name.
 */
MUST_CHECK int trials_run(const struct trials_request *request, struct checks *checks,
			  struct error *err);

#endif
