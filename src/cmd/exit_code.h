/* SPDX-License-Identifier: Apache-2.0 */
/* How the program ends: one table, printed by `muster help exit-codes` and muster(1). */
#ifndef CMD_EXIT_CODE_H
#define CMD_EXIT_CODE_H

#include "base/error.h"
#include "model/verdict.h"

/* name, code, meaning */
#define EXIT_CODE_TABLE(X)                                                                         \
	X(PASS, 0, "done; the verdict is pass, or warn without --fail-on=warn")                    \
	X(FAIL, 1, "done; the verdict is fail: a backup is bad or an objective was missed")        \
	X(USAGE, 2, "the command line is not understood")                                          \
	X(WARN, 3, "done; the verdict is warn, and --fail-on=warn was given")                      \
	X(ERROR, 4, "error: it could not be carried out, or not be told")                          \
	X(REFUSED, 5, "refused by a guard, such as a secret file that others may read")            \
	X(BUSY, 6, "another run holds the lock")                                                   \
	X(CONFIG, 7, "the configuration is invalid")                                               \
	X(NOT_FOUND, 8, "no such file, component, backup set or run")                              \
	X(PERMISSION, 9, "permission denied or authentication failed")                             \
	X(TIMEOUT, 124, "muster's own time limit passed")                                          \
	X(INTERRUPTED, 130, "interrupted by SIGINT (Ctrl-C)")                                      \
	X(PIPE, 141, "who read its output has gone, such as head")                                 \
	X(TERMINATED, 143, "ended by SIGTERM")

enum exit_code {
#define X(name, code, meaning) EXIT_CODE_##name = (code),
	EXIT_CODE_TABLE(X)
#undef X
};

struct exit_code_row {
	enum exit_code code;
	const char *meaning;
};
/* The table, ended by a row whose meaning is NULL. */
extern const struct exit_code_row exit_codes[];

/* The code for an error; an interruption is 130 or, when SIGTERM asked for it, 143. */
int exit_code_of_error(const struct error *err);

/* The code for a verdict; `warn_fails` is --fail-on=warn. */
int exit_code_of_verdict(enum verdict v, int warn_fails);

#endif
