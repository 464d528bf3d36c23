/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that outlives its starter lets go of. */
#include <fcntl.h>
#include <unistd.h>

#include "base/process.h"

enum { FIRST = 3 };

/* First above where they go, so that none overwrites another. */
static bool lift(int *const kept[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (*kept[i] < 0)
			continue;
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, FIRST + (int)count);
		if (*kept[i] < 0)
			return false;
	}
	return true;
}

int process_keep_only(int *const kept[], size_t count, struct error *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool arranged = null >= 0 && lift(kept, count);
	int next = FIRST;

	for (int i = 0; arranged && i < FIRST; i++)
		arranged = dup2(null, i) >= 0;
	for (size_t i = 0; arranged && i < count; i++) {
		if (*kept[i] < 0)
			continue;
		arranged = dup3(*kept[i], next, O_CLOEXEC) >= 0;
		*kept[i] = next++;
	}
	if (!arranged || close_range((unsigned)next, ~0U, 0) < 0)
		return error_set_errno(err, ERROR_IO, "arrange descriptors");
	return 0;
}
