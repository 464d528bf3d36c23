/* SPDX-License-Identifier: Apache-2.0 */
/* One run of this same program, as its user would start it, and what it found. */
#ifndef DEMO_TRIAL_H
#define DEMO_TRIAL_H

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"

struct trial {
	int exit_code;
	json_t *document;    /* "muster.run/v1" or "muster.backup/v1" */
	const char *verdict; /* these borrow from the document */
	const char *run;     /* id; its report is <state directory>/reports/<run>.txt */
};

/*
 * Run `muster COMMAND -c SETTINGS --json`. Nothing from the caller's environment
 * that would change its settings reaches it. -1 when it gave no such document;
 * then its own words are in the message.
 */
MUST_CHECK int trial_run(const char *command, const char *settings, struct trial *out,
			 struct error *err);
void trial_release(struct trial *t);

/* The first failed check of that name (NULL: of any), or NULL. */
const json_t *trial_failure(const struct trial *t, const char *check);

#endif
