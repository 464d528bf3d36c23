/* SPDX-License-Identifier: Apache-2.0 */
/* What a tar is that holds no dump, by its members: a base backup, WAL, another program's backup. */
#ifndef FORMAT_PG_TAR_OTHER_H
#define FORMAT_PG_TAR_OTHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "format/postgres/pg_tar_name.h"
#include "model/finding.h"

struct pg_tar_other {
	uint64_t members;
	size_t kind;    /* index plus 1 of the strongest sign so far; 0: none */
	char first[64]; /* the first file's name, quoted */
	/* of a base backup: backup_label and PG_VERSION */
	enum { OTHER_SKIP, OTHER_LABEL, OTHER_VERSION } reading;
	char label[512], version[8];
	size_t label_len, version_len;
};

/* A member begins. */
void pg_tar_other_begin(struct pg_tar_other *o, const struct pg_tar_name *name);
void pg_tar_other_push(struct pg_tar_other *o, struct span content);

/* Add the finding that names it. */
void pg_tar_other_report(struct pg_tar_other *o, struct findings *findings);

#endif
