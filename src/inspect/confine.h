/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader of hostile bytes may still do: compute, read and write its open descriptors, start threads. */
#ifndef INSPECT_CONFINE_H
#define INSPECT_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct confine_limits {
	uint64_t memory_max; /* 0: no limit */
	bool may_write;      /* files that are open already may grow */
};

/*
 * Give up, for this process and for good: opening files, sockets, programs, other
 * processes and signals to them, new privileges, core dumps, memory that is shared
 * or executable, and more of its own than `memory_max` bytes (no limit under
 * AddressSanitizer). A forbidden call fails with EPERM.
 */
MUST_CHECK int confine_self(const struct confine_limits *limits, struct error *err);

#endif
