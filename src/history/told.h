/* SPDX-License-Identifier: Apache-2.0 */
/* Of which runs and moments everybody was told who is to be, so that it is done once. */
#ifndef HISTORY_TOLD_H
#define HISTORY_TOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "history/history.h"

/* The finished runs that are not marked as told, the first to end first; the caller frees the array. */
MUST_CHECK int told_missing_runs(struct history *h, char (**out)[RUN_ID_SIZE], size_t *count,
				 struct error *err);
/* `of`: a run's id, or any other name of something that is told once. */
MUST_CHECK int told_mark(struct history *h, const char *of, struct error *err);
MUST_CHECK int told_is(struct history *h, const char *of, bool *out, struct error *err);

#endif
