/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/programs.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "component/tool.h"

#define VERSIONS_ROOT "/usr/lib/postgresql"

static const int64_t version_timeout_ns = 20 * NS_PER_SECOND;

static bool holds(const char *directory, const char *program)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", directory, program);

	return n > 0 && (size_t)n < sizeof(path) && access(path, X_OK) == 0;
}

static bool is_major(const char *directory, const char *program, unsigned wanted)
{
	CLEANUP(buf_release)
	struct buf version = { 0 };
	struct error ignored = ERROR_INIT;
	char path[PATH_MAX];
	unsigned major = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, program);
	return tool_version(path, &version, &major, &ignored) == 0 && major == wanted;
}

/* `pg_config --bindir`; empty when there is no pg_config. */
static void ask_pg_config(struct buf *out)
{
	const char *const argv[] = { "pg_config", "--bindir", NULL };
	struct process_spec spec = { .argv = argv, .in = -1 };
	struct error ignored = ERROR_INIT;

	if (process_run(&spec, version_timeout_ns, 4096, out, &ignored) < 0)
		buf_clear(out);
	while (out->len && isspace((unsigned char)out->ptr[out->len - 1]))
		out->ptr[--out->len] = '\0';
}

/*
 * The best of the installed versions: with `wanted` the lowest that is not older,
 * else the highest. 0: none.
 */
static unsigned best_installed(const char *program, unsigned wanted)
{
	DIR *root = opendir(VERSIONS_ROOT);
	unsigned best = 0;
	struct dirent *entry;

	if (!root)
		return 0;
	while ((entry = readdir(root))) {
		char directory[PATH_MAX];
		unsigned major = (unsigned)strtoul(entry->d_name, NULL, 10);

		(void)snprintf(directory, sizeof(directory), VERSIONS_ROOT "/%s/bin",
			       entry->d_name);
		if (major == 0 || major < wanted || !holds(directory, program))
			continue;
		if (best == 0 || (wanted ? major < best : major > best))
			best = major;
	}
	(void)closedir(root);
	return best;
}

static int find_in_path(const char *program, struct buf *out, struct error *err)
{
	size_t start = out->len;
	char *slash;

	if (process_find_program(program, NULL, out, err) < 0) {
		(void)error_hint(err, "install PostgreSQL's %s package (Debian: %s)", program,
				 strcmp(program, "initdb") == 0 ? "postgresql" :
								  "postgresql-client");
		return -1;
	}
	slash = strrchr(out->ptr + start, '/');
	*slash = '\0';
	out->len = (size_t)(slash - out->ptr);
	return 0;
}

int postgres_program_directory(const char *program, unsigned major, struct buf *out,
			       struct error *err)
{
	CLEANUP(buf_release)
	struct buf configured = { 0 };
	unsigned best;
	int rc;

	ask_pg_config(&configured);
	if (configured.len && holds(configured.ptr, program) &&
	    (major == 0 || is_major(configured.ptr, program, major))) {
		rc = buf_puts(out, configured.ptr);
	} else {
		best = best_installed(program, major);
		if (best == 0)
			return find_in_path(program, out, err);
		rc = buf_printf(out, VERSIONS_ROOT "/%u/bin", best);
	}
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory to look for %s", program);
	return 0;
}
