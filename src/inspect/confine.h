/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader of hostile bytes may still do: compute, read and write its open descriptors, start threads. */
#ifndef INSPECT_CONFINE_H
#define INSPECT_CONFINE_H

#include "base/cleanup.h"
#include "base/error.h"

/*
 * Give up, for this process and for good: opening files, sockets, programs, other
 * processes, new privileges; core dumps; more address space than readers need.
 * A forbidden call fails with EPERM.
 */
MUST_CHECK int confine_self(struct error *err);

#endif
