/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_resume_dead.h"

int drill_resume_dead(const struct invocation *inv, const char *run, struct error *err)
{
	(void)inv;
	(void)error_set(err, ERROR_IO, "the process that carried drill %s is gone", run);
	return error_hint(err, "muster drill close ends the drill");
}
