/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/text_limit.h"

#include <string.h>

int text_limit_check(const char *what, const char *text, bool needed, size_t max, struct error *err)
{
	if (needed && (!text || !text[strspn(text, " \t\n")]))
		return error_set(err, ERROR_USAGE, "%s is missing", what);
	if (text && strlen(text) > max)
		return error_set(err, ERROR_USAGE, "%s: at most %zu bytes", what, max);
	return 0;
}
