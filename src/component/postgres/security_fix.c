/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/security_fix.h"

#include <stdlib.h>

/* Source: the release notes of 2025-02-13 and 2025-08-14 (postgresql.org/support/security). */
static const struct {
	const char *what;
	struct {
		unsigned major, minor;
	} since[5];
} fixes[] = {
	{ "CVE-2025-1094 (quoting in libpq and psql)",
	  { { 17, 3 }, { 16, 7 }, { 15, 11 }, { 14, 16 }, { 13, 19 } } },
	{ "CVE-2025-8714 and CVE-2025-8715 (commands of psql in a dump)",
	  { { 17, 6 }, { 16, 10 }, { 15, 14 }, { 14, 19 }, { 13, 22 } } },
};

/* 0: it has it, or nobody knows. */
static unsigned minor_with(size_t fix, unsigned long major)
{
	for (size_t i = 0; i < sizeof(fixes[fix].since) / sizeof(*fixes[fix].since); i++) {
		if (fixes[fix].since[i].major == major)
			return fixes[fix].since[i].minor;
	}
	return 0;
}

int security_fix_missing(const char *version, size_t n, struct security_fix *out)
{
	char *rest;
	unsigned long major = strtoul(version, &rest, 10);
	unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(fixes) / sizeof(*fixes); i++) {
		unsigned wanted = minor_with(i, major);

		if (minor >= wanted || n-- > 0)
			continue;
		*out = (struct security_fix){ fixes[i].what, wanted };
		return 1;
	}
	return 0;
}
