/* SPDX-License-Identifier: Apache-2.0 */
/* Which fixes of what a hostile dump could use against its reader a release of PostgreSQL lacks. */
#ifndef COMPONENT_POSTGRES_SECURITY_FIX_H
#define COMPONENT_POSTGRES_SECURITY_FIX_H

#include <stddef.h>

struct security_fix {
	const char *what; /* its CVE numbers, and where the hole is */
	unsigned minor;   /* of the release's major, with which it came */
};

/* The n-th, from 0, that `version` ("15.7 (Debian …)") lacks. 1: `*out` is filled; 0: no more. */
int security_fix_missing(const char *version, size_t n, struct security_fix *out);

#endif
