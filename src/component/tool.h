/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a program that muster runs is there, and in a usable version. */
#ifndef COMPONENT_TOOL_H
#define COMPONENT_TOOL_H

#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"
#include "model/check.h"

struct tool {
	const char *program; /* for the subject, and looked up in PATH when `path` is NULL */
	const char *path;    /* where it lies; NULL: in PATH */
	const char *package; /* of Debian, for the hint */
	const char *purpose; /* "takes Redis backups" */
	unsigned major_min;  /* oldest usable major version; 0: any */
};

/* Adds one CHECK_TOOL. */
MUST_CHECK int tool_check(const struct component_config *c, const struct tool *tool,
			  struct checks *out, struct error *err);

/* Append what PROGRAM --version calls its version: the first word that begins with a digit. */
MUST_CHECK int tool_version(const char *path, struct buf *out, unsigned *major, struct error *err);

#endif
