/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader of hostile bytes may still do: compute, read and write its open descriptors, start threads. */
#ifndef INSPECT_CONFINE_H
#define INSPECT_CONFINE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * Give up, for this process and for good: opening files, sockets, programs, other
 * processes and signals to them, new privileges, core dumps, memory that is shared
 * or executable, and more of its own than `memory_max` bytes (0: no limit; none
 * under AddressSanitizer). A forbidden call fails with EPERM.
 */
MUST_CHECK int confine_self(uint64_t memory_max, struct error *err);

#endif
