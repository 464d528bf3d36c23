/* SPDX-License-Identifier: Apache-2.0 */
/* What lies beside the reports of old runs, and may be large. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "report/report.h"

enum { STAMP_LENGTH = 16 }; /* of an id, 20261128T094525Z */

/* The ids of runs sort as their times do. */
static bool is_of_old_run(const char *name, const char *bound)
{
	static const char digits[] = "0123456789";

	return strspn(name, digits) == 8 && name[8] == 'T' && strspn(name + 9, digits) == 6 &&
	       name[15] == 'Z' && name[STAMP_LENGTH] == '-' && !strchr(name, '.') &&
	       strncmp(name, bound, STAMP_LENGTH) < 0;
}

static void format_bound(int64_t before_ns, char out[STAMP_LENGTH + 1])
{
	time_t seconds = (time_t)(before_ns / NS_PER_SECOND);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	if (before_ns <= 0 || strftime(out, STAMP_LENGTH + 1, "%Y%m%dT%H%M%SZ", &tm) == 0)
		out[0] = '\0';
}

int report_sweep(const char *state_dir, int64_t before_ns, struct error *err)
{
	char directory[PATH_MAX - NAME_MAX - 1], path[PATH_MAX], bound[STAMP_LENGTH + 1];
	const struct dirent *e;
	int rc = 0;
	DIR *d;

	/* what is removed is never that of a path that was cut */
	if ((size_t)snprintf(directory, sizeof(directory), "%s/reports", state_dir) >=
	    sizeof(directory))
		return error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", state_dir);
	format_bound(before_ns, bound);
	d = opendir(directory);
	if (!d)
		return errno == ENOENT ? 0 : error_set_errno(err, ERROR_IO, "open %s", directory);
	while (rc == 0 && (e = readdir(d))) {
		if (!is_of_old_run(e->d_name, bound))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
		rc = file_remove_tree(path, err);
	}
	(void)closedir(d);
	return rc;
}
