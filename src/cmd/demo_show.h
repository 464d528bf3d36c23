/* SPDX-License-Identifier: Apache-2.0 */
/* The show that `muster demo` gives, and what its subcommands share with it. */
#ifndef CMD_DEMO_SHOW_H
#define CMD_DEMO_SHOW_H

#include "cmd/command.h"
#include "demo/platform.h"

struct demo_options {
	uint64_t size;
	const char *directory;
	bool keep, drill;
};

/* Start the platform, with a line on standard error about how long it took. */
struct demo_start {
	const struct demo_options *options;
	bool offsite; /* as in struct platform_request */
};
MUST_CHECK int demo_start(const struct invocation *inv, const struct demo_start *how,
			  struct platform *out, struct error *err);

/* How to connect, where muster.yaml lies, how to end it. */
void demo_print_platform(const struct invocation *inv, const struct platform *p);

/* Everything; the exit code or -1. */
MUST_CHECK int demo_show(const struct invocation *inv, const struct demo_options *options,
			 struct error *err);

#endif
