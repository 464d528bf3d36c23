/* SPDX-License-Identifier: Apache-2.0 */
#include "component/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"

static const int64_t version_timeout_ns = 20 * NS_PER_SECOND;

int tool_version(const char *path, struct buf *out, unsigned *major, struct error *err)
{
	const char *const argv[] = { path, "--version", NULL };
	struct process_spec spec = { .argv = argv, .in = -1 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	const char *number;

	if (process_run(&spec, version_timeout_ns, 4096, &text, err) < 0)
		return -1;
	/* "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", "redis-cli 7.0.15" */
	number = text.ptr ? strpbrk(text.ptr, "0123456789") : NULL;
	if (!number)
		return error_set(err, ERROR_TARGET, "%s --version: no version in its answer", path);
	if (major)
		*major = (unsigned)strtoul(number, NULL, 10);
	if (buf_printf(out, "%.*s", (int)strcspn(number, " \n()"), number) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the version of %s", path);
	return 0;
}

/* Its path and version, or why it is of no use. */
static int examine(const struct tool *tool, struct buf *path, struct buf *version,
		   struct error *why)
{
	unsigned major = 0;

	if (tool->path ? buf_puts(path, tool->path) < 0 :
			 process_find_program(tool->program, NULL, path, why) < 0)
		return error_set(why, ERROR_NOMEM, "no memory to look for %s", tool->program);
	if (tool_version(path->ptr, version, &major, why) < 0)
		return -1;
	if (major < tool->major_min)
		return error_set(why, ERROR_TARGET, "%s is older than the server's version %u",
				 path->ptr, tool->major_min);
	return 0;
}

int tool_check(const struct component_config *c, const struct tool *tool, struct checks *out,
	       struct error *err)
{
	CLEANUP(buf_release)
	struct buf path = { 0 };
	CLEANUP(buf_release)
	struct buf version = { 0 };
	struct error why = ERROR_INIT;
	bool usable = examine(tool, &path, &version, &why) == 0;
	char expected[32] = "installed", hint[160] = "";
	struct check check = { .name = check_name(CHECK_TOOL),
			       .component = c->name,
			       .subject = tool->program,
			       .verdict = usable ? VERDICT_PASS : c->severity[CHECK_TOOL],
			       .expected = expected,
			       .found = version.len ? version.ptr : "not usable",
			       .hint = hint };
	int rc;

	if (tool->major_min)
		(void)snprintf(expected, sizeof(expected), "%u or newer", tool->major_min);
	if (!usable)
		(void)snprintf(hint, sizeof(hint), "install the Debian package %s; it %s",
			       tool->package, tool->purpose);
	rc = usable ? checks_addf(out, &check, "%s is version %s", path.ptr, version.ptr) :
		      checks_addf(out, &check, "%s", why.message);
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for the checks of %s", c->name) : 0;
}
