/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/notify_id.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int notify_id_parse(const char *text, int64_t *out, struct error *err)
{
	char *end = NULL;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (isdigit((unsigned char)*text) && !*end && !errno && *out > 0)
		return 0;
	(void)error_set(err, ERROR_USAGE, "\"%.40s\" is no id of a notification", text);
	return error_hint(err, "muster notify list shows them");
}
