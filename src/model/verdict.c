/* SPDX-License-Identifier: Apache-2.0 */
#include "model/verdict.h"

#include <string.h>

static const char *const names[VERDICT_COUNT] = {
	[VERDICT_SKIPPED] = "skipped", [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn",
	[VERDICT_ERROR] = "error",     [VERDICT_FAIL] = "fail",
};

const char *verdict_name(enum verdict v)
{
	return names[v];
}

const char *verdict_symbol(enum verdict v, bool utf8)
{
	static const char *const symbols[VERDICT_COUNT][2] = {
		[VERDICT_SKIPPED] = { "-", "–" }, [VERDICT_PASS] = { "+", "✓" },
		[VERDICT_WARN] = { "!", "⚠" },    [VERDICT_ERROR] = { "?", "?" },
		[VERDICT_FAIL] = { "x", "✗" },
	};

	return symbols[v][utf8];
}

bool verdict_parse(const char *name, enum verdict *out)
{
	for (int i = 0; i < VERDICT_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	}
	return false;
}
