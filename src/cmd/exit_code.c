/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/exit_code.h"

#include <signal.h>
#include <stddef.h>

#include "cmd/interrupt.h"

const struct exit_code_row exit_codes[] = {
#define X(name, code, meaning) { EXIT_CODE_##name, meaning },
	EXIT_CODE_TABLE(X)
#undef X
		{ EXIT_CODE_PASS, NULL },
};

int exit_code_of_error(const struct error *err)
{
	switch (err->kind) {
	case ERROR_NONE:
		return EXIT_CODE_PASS;
	case ERROR_USAGE:
		return EXIT_CODE_USAGE;
	case ERROR_CONFIG:
		return EXIT_CODE_CONFIG;
	case ERROR_TIMEOUT:
		return EXIT_CODE_TIMEOUT;
	case ERROR_REFUSED:
		return EXIT_CODE_REFUSED;
	case ERROR_BUSY:
		return EXIT_CODE_BUSY;
	case ERROR_NOT_FOUND:
		return EXIT_CODE_NOT_FOUND;
	case ERROR_PERMISSION:
		return EXIT_CODE_PERMISSION;
	case ERROR_INTERRUPTED:
		return interrupt_requested() == SIGTERM ? EXIT_CODE_TERMINATED :
							  EXIT_CODE_INTERRUPTED;
	case ERROR_IO:
	case ERROR_TARGET:
	case ERROR_NOMEM:
	case ERROR_INTERNAL:
		break;
	}
	return EXIT_CODE_ERROR;
}

int exit_code_of_verdict(enum verdict v, int warn_fails)
{
	switch (v) {
	case VERDICT_PASS:
	case VERDICT_SKIPPED:
		return EXIT_CODE_PASS;
	case VERDICT_WARN:
		return warn_fails ? EXIT_CODE_WARN : EXIT_CODE_PASS;
	case VERDICT_FAIL:
		return EXIT_CODE_FAIL;
	case VERDICT_ERROR:
		break;
	}
	return EXIT_CODE_ERROR;
}
