/* SPDX-License-Identifier: Apache-2.0 */
/* What reports of every format call things. All texts are static, our own and free of markup. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "model/facts.h"
#include "model/run.h"

/* "Daily Backup Verification", "Weekly Restore Test"; the kind itself when it is another's. */
const char *words_title(const struct run *run);

/* "PASSED", "FAILED" */
const char *words_status(enum verdict v);

/* Of a line: "pass", "FAIL": a failure shouts, as it is what a reader looks for. */
const char *words_line(enum verdict v);

/* One sentence on what the verdict means, without a full stop; of a run under way as well. */
const char *words_sentence(const struct run *run);

/* What to call the checks that did not pass, of which this is the gravest. */
const char *words_troubles(enum verdict gravest);

/* "tables", "large objects" */
const char *words_kind(enum fact_kind kind, char out[32]);
/* "rows", "keys": what facts of a kind count; "count" when they have no word. */
const char *words_count(enum fact_kind kind);

/* A note that the report tells in another place, or, of a drill, that is too long for a table. */
bool words_is_told_apart(const struct run *run, const struct run_note *n);
/* Are there others? */
bool words_has_notes(const struct run *run);

bool words_is_restore_test(const struct run *run);

/* The title of a step, else its id. May be from outside. */
const char *words_step(const struct run_step *step);

#endif
