/* SPDX-License-Identifier: Apache-2.0 */
/* What a member is by its name: toc.dat, 3389.dat.gz, blob_16401.dat, blobs.toc, restore.sql. */
#ifndef FORMAT_PG_TAR_NAME_H
#define FORMAT_PG_TAR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/codec.h"

enum pg_tar_role {
	ROLE_OTHER,
	ROLE_TOC,
	ROLE_ROWS,    /* of the entry with dump id `id` */
	ROLE_OBJECT,  /* the large object with oid `id` */
	ROLE_OBJECTS, /* names the large objects of the entry `id`; 0: of the only one */
	ROLE_SCRIPT,
};

struct pg_tar_name {
	enum pg_tar_role role;
	enum codec codec; /* by the suffix: .gz, .lz4, .zst */
	uint32_t id;
	const char *directory; /* in the name given, without "./" and '/' at its start */
	size_t directory_len;  /* with its last '/' */
	const char *base;
	bool absolute; /* the name begins with '/' */
	bool climbs;   /* it has a part ".." */
};

/* `out` points into `name`. */
void pg_tar_name_parse(const char *name, struct pg_tar_name *out);

#endif
