/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/author.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int author_check(const char *given, struct error *err)
{
	if (given && strlen(given) >= AUTHOR_SIZE)
		return error_set(err, ERROR_USAGE, "--as: at most %d bytes", AUTHOR_SIZE - 1);
	return 0;
}

const char *author_name(const char *given, char out[AUTHOR_SIZE])
{
	const struct passwd *user;

	if (given && *given)
		return given;
	if (getlogin_r(out, AUTHOR_SIZE) == 0 && *out)
		return out;
	user = getpwuid(getuid());
	if (user)
		(void)snprintf(out, AUTHOR_SIZE, "%s", user->pw_name);
	else
		(void)snprintf(out, AUTHOR_SIZE, "uid %lu", (unsigned long)getuid());
	return out;
}
