/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What root makes in the directory of a service's account is that account's: it is to go on with
 * it. For all other accounts, and in root's own directories, nothing of this does anything.
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * Give `path` (a file or a directory that is root's and has no other name) to the owner and the
 * group of the directory that it is in. Safe in directories that others may write to.
 */
MUST_CHECK int owner_adopt(const char *path, struct error *err);

/* file_make_directories(); those that it makes are adopted, from the first one down. */
MUST_CHECK int owner_make_directories(const char *path, mode_t mode, struct error *err);

#endif
