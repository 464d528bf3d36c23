/* SPDX-License-Identifier: Apache-2.0 */
/* One run of this same program, as its user would start it, and what it found. */
#ifndef DEMO_TRIAL_H
#define DEMO_TRIAL_H

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"

struct trial {
	int exit_code;
	json_t *document; /* "muster.run/v1" or another command's */
	/* these borrow from the document; NULL when it has none, as that of muster canary */
	const char *verdict;
	const char *run; /* id; its report is <state directory>/reports/<run>.txt */
};

enum { TRIAL_WORDS_MAX = 4 };

struct trial_request {
	const char *const *words; /* end with NULL; at most TRIAL_WORDS_MAX */
	const char *settings;
	/* Hears each line that it says of its course, as it comes; NULL: nobody does. */
	void (*hear)(void *cookie, const char *line);
	void *cookie;
	int (*stop_requested)(
		void); /* not 0: end it, with ERROR_INTERRUPTED; NULL: only by EINTR */
};

/*
 * Run `muster WORD... -c SETTINGS --json`. Nothing from the caller's environment that would
 * change its settings reaches it. -1 when it gave no document, or failed without a verdict;
 * then its own words are in the message.
 */
MUST_CHECK int trial_run_heard(const struct trial_request *request, struct trial *out,
			       struct error *err);
MUST_CHECK int trial_run(const char *const *words, const char *settings, struct trial *out,
			 struct error *err);
void trial_release(struct trial *t);

/* The first failed check of that name (NULL: of any), or NULL. */
const json_t *trial_failure(const struct trial *t, const char *check);

/* Which checks trial_check() looks for; NULL: any. */
struct trial_wanted {
	const char *name, *verdict;
	const char *subject; /* its beginning */
	const char *words;   /* stand in its message */
};
/* The first such check that did not pass (with `verdict`: that has it), or NULL. */
const json_t *trial_check(const struct trial *t, const struct trial_wanted *wanted);

/* A member of a check, "" when it is not there. */
const char *trial_text(const json_t *check, const char *key);

#endif
