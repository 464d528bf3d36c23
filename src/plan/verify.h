/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daily verification: every byte of the newest backups read, every check of
 * CHECK_TABLE (model/check.h) made, judged, and recorded.
 */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include "plan/run_request.h"

struct verify_request {
	struct run_request run; /* without names: all components */
	const char *set;        /* catalogue_find(); NULL: each component's newest */
	bool offsite_read;      /* read every file of the off-site copy back */
};

/* -1 only when the run could not be made or recorded. */
MUST_CHECK int verify_run(const struct verify_request *request, struct run_outcome *out,
			  struct error *err);

#endif
