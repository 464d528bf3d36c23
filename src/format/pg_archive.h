/* SPDX-License-Identifier: Apache-2.0 */
/* pg_dump's custom archive: header, table of contents, data blocks. */
#ifndef FORMAT_PG_ARCHIVE_H
#define FORMAT_PG_ARCHIVE_H

#include "format/reader.h"

extern const struct reader pg_archive_reader;

#endif
