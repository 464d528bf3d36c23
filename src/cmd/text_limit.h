/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that people say and that are kept: not empty, not endless. */
#ifndef CMD_TEXT_LIMIT_H
#define CMD_TEXT_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * ERROR_USAGE when `text` (may be NULL) has more than `max` bytes, or, `needed`, nothing in it.
 * `what`: "--owner".
 */
MUST_CHECK int text_limit_check(const char *what, const char *text, bool needed, size_t max,
				struct error *err);

#endif
