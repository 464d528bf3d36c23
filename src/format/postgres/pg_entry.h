/* SPDX-License-Identifier: Apache-2.0 */
/* What the kind of a pg_dump TOC entry says, in an archive as in the comments of plain SQL. */
#ifndef FORMAT_PG_ENTRY_H
#define FORMAT_PG_ENTRY_H

#include <stdbool.h>

/* Entries that hold data or a session's settings are no objects of the schema. */
bool pg_entry_is_schema_object(const char *kind);

#endif
