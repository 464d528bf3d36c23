/* SPDX-License-Identifier: Apache-2.0 */
/* Removes what hostile programs left: any depth, any mode, any names, in constant memory. */
#ifndef SANDBOX_WIPE_H
#define SANDBOX_WIPE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* Remove the directory `path` and all below it; nobody else may still use it. A missing one is success. */
MUST_CHECK int wipe_tree(const char *path, struct error *err);

/* Bytes that `path` and all below it take on the disk; counting stops soon after `enough`. What cannot be read counts as nothing. */
uint64_t wipe_measure(const char *path, uint64_t enough);

#endif
