/* SPDX-License-Identifier: Apache-2.0 */
/* Redis RDB snapshots. */
#ifndef FORMAT_RDB_H
#define FORMAT_RDB_H

#include "format/reader.h"

extern const struct reader rdb_reader;

#endif
