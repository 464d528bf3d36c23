/* SPDX-License-Identifier: Apache-2.0 */
/* What a text must be: a text itself, a part of it, or a condition; with variables in it. */
#ifndef SERVICE_CONTENT_H
#define SERVICE_CONTENT_H

#include <stdbool.h>

#include "base/cursor.h"
#include "model/expect.h"
#include "model/variables.h"
#include "service/hidden.h"

enum content_of { CONTENT_WHOLE, CONTENT_PART };

struct content_question {
	const struct variables *variables;
	const char *wanted;
	enum content_of of;
	struct hidden *hidden; /* in what was found; NULL: nothing is */
};

/*
 * 1: it holds; 0: not, with what was found, on one line; -1: it cannot be judged (a variable
 * that is not known). A condition is judged of `value` as a text: what follows a NUL is not.
 */
MUST_CHECK int content_judge(const struct content_question *q, const struct buf *value,
			     char found[EXPECT_FOUND_SIZE], struct error *err);

#endif
