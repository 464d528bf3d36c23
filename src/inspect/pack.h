/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory-format dump on disk as a tar on a pipe, so that its reader stays as
 * confined as any: a child packs the directory's files and does nothing else.
 * Names are sorted (toc.dat first), with no times or owners: one content has one
 * tar. Links and special files become members of their kind, and are not followed.
 */
#ifndef INSPECT_PACK_H
#define INSPECT_PACK_H

#include <stdbool.h>

#include "base/error.h"
#include "base/process.h"

/* Does the directory hold a toc.dat? */
bool pack_is_dump(int directory);

struct pack {
	struct process process; /* exits with code 0 when everything was packed */
	int tar;                /* to be read to its end; the caller's, as the next */
	int complaints;         /* what it says before it exits with another code; does not block */
};

/* Fork the child; the caller must have no threads. `path` is for messages. */
MUST_CHECK int pack_start(int directory, const char *path, struct pack *out, struct error *err);

#endif
