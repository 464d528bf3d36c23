/* SPDX-License-Identifier: Apache-2.0 */
/* The process that keeps the example platform up; platform.c is its other end. */
#ifndef DEMO_HOLDER_H
#define DEMO_HOLDER_H

#include <stdnoreturn.h>

#include "base/error.h"
#include "demo/platform.h"

/* What it sends once, over the line: the platform, or why there is none. */
struct holder_report {
	struct error error;
	struct platform platform;
};

/* The only thing it is sent: stay when the line closes. */
enum { HOLDER_STAY = 's' };

/* The child's whole life after the fork; `line` is a SOCK_SEQPACKET socket. Single-threaded callers only. */
noreturn void holder_main(const struct platform_request *request, int line);

#endif
