/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/attempt.h"

#include <stdio.h>

#include "notify/hide.h"
#include "notify/plain.h"

int attempt_nothing(struct delivery *out)
{
	out->outcome = DELIVERY_DONE;
	(void)snprintf(out->answer, sizeof(out->answer), "nothing to tell");
	return 0;
}

int attempt_answer(const struct attempt *a, const char *begin, struct span said,
		   struct delivery *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf hidden = { 0 };
	CLEANUP(buf_release)
	struct buf line = { 0 };

	if (hide_secrets(a, said, &hidden) < 0 || buf_puts(&line, begin) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	if (hidden.len && hidden.ptr &&
	    (buf_puts(&line, ": ") < 0 ||
	     plain_append(&line, hidden.ptr, sizeof(out->answer), PLAIN_TEXT) < 0))
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	hidden.len = 0;
	if (plain_append(&hidden, line.ptr, sizeof(out->answer) - 1, PLAIN_TEXT) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	(void)snprintf(out->answer, sizeof(out->answer), "%s", hidden.ptr);
	return 0;
}
