/* SPDX-License-Identifier: Apache-2.0 */
/* Whose word it is, where people say something that is kept. */
#ifndef CMD_AUTHOR_H
#define CMD_AUTHOR_H

#include "base/error.h"
#include "cmd/option.h"

enum { AUTHOR_SIZE = 501 };

#define AUTHOR_OPTION(structure, field)                                                            \
	{                                                                                          \
		.name = "as", .type = OPTION_STRING, .metavar = "NAME", .summary = "who says so",  \
		.help = "The name of the user who is logged in, unless given.",                    \
		.offset = offsetof(structure, field)                                               \
	}

/* ERROR_USAGE unless the name given (may be NULL) can be kept. */
MUST_CHECK int author_check(const char *given, struct error *err);

/* The name given, else of who sits at the terminal, also after su or sudo; else whose process it is. */
const char *author_name(const char *given, char out[AUTHOR_SIZE]);

#endif
