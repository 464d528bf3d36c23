/* SPDX-License-Identifier: Apache-2.0 */
/* How commands print the report of a run: for this terminal, and as `--format` says. */
#ifndef CMD_REPORT_FORMAT_H
#define CMD_REPORT_FORMAT_H

#include "cmd/command.h"
#include "report/any.h"

/* A row of options that sets the int `field` of `target`, zero by default. */
#define REPORT_FORMAT_OPTION(target, field)                                                        \
	{                                                                                          \
		.name = "format", .type = OPTION_CHOICE, .choices = report_formats,                \
		.summary = "how the report is written",                                            \
		.help = "\"html\" is one page that needs nothing else, to be redirected into a "   \
			"file; "                                                                   \
			"\"markdown\" is for tickets and wikis; \"json\" is what --json writes.",  \
		.offset = offsetof(target, field)                                                  \
	}

/* ERROR_USAGE when --json and another format are asked for. */
MUST_CHECK int report_format_check(const struct invocation *inv, int format, struct error *err);

/* As the terminal can show it; lines are only broken where somebody reads them on a screen. */
struct report_style report_style_of(const struct terminal *t);

/*
 * Print the run's report on standard output in `format` (of enum report_format); --json makes
 * text JSON. `h` holds the run. Checks the format as well; who takes long until then checks it before.
 */
MUST_CHECK int report_print(const struct invocation *inv, struct history *h, const struct run *run,
			    int format, struct error *err);

#endif
