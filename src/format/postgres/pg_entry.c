/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_entry.h"

#include <stddef.h>
#include <string.h>

bool pg_entry_is_schema_object(const char *kind)
{
	static const char *const others[] = { "ENCODING", "STDSTRINGS",    "SEARCHPATH",  "BLOB",
					      "BLOBS",    "BLOB METADATA", "SEQUENCE SET" };
	size_t len = strlen(kind);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(kind, others[i]) == 0)
			return false;
	}
	return len < 5 || strcmp(kind + len - 5, " DATA") != 0;
}
