/* SPDX-License-Identifier: Apache-2.0 */
/* How something was judged. A bad backup (fail) is never mixed up with "could not look" (error). */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include <stdbool.h>

/* Ordered from harmless to grave, so that the worst of several is their maximum. */
enum verdict {
	VERDICT_SKIPPED, /* does not apply or was not asked for; shown and counted, never green */
	VERDICT_PASS,    /* it ran and held */
	VERDICT_WARN,    /* it held, but somebody should look */
	VERDICT_ERROR,   /* it could not run: says nothing about the backup */
	VERDICT_FAIL, /* it ran and did not hold: the backup is bad, or an objective was missed */
};
enum { VERDICT_COUNT = VERDICT_FAIL + 1 };

/* "pass", "warn", "fail", "error", "skipped" */
const char *verdict_name(enum verdict v);

/* The symbol that goes before the name, one column: ✓ ✗ ⚠ ? –, or in ASCII + x ! ? -. */
const char *verdict_symbol(enum verdict v, bool utf8);

/* The inverse of verdict_name(); false for any other word. */
bool verdict_parse(const char *name, enum verdict *out);

static inline enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

#endif
