/* SPDX-License-Identifier: Apache-2.0 */
/* How text is encoded and sorts in the database that was dumped: what CREATE DATABASE says (dumpDatabase() in pg_dump.c). */
#ifndef FORMAT_PG_ARCHIVE_LOCALE_H
#define FORMAT_PG_ARCHIVE_LOCALE_H

#include "base/cleanup.h"

/*
 * `found` is shown each of database_encoding, collate, ctype, locale_provider, icu_locale, icu_rules and
 * builtin_locale that the definition gives, with its value; what it returns other than 0
 * ends the search and is returned.
 */
MUST_CHECK int pg_archive_locale_read(const char *definition,
				      int (*found)(void *cookie, const char *name,
						   const char *value),
				      void *cookie);

#endif
