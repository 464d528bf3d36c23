/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/doctor_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/process.h"
#include "cmd/interrupt.h"
#include "component/engine.h"
#include "component/reach.h"
#include "repository/offsite.h"
#include "sandbox/sandbox.h"

static const char denied[] = "permission denied";

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the checks");
}

bool doctor_was_denied(const struct check *c)
{
	return strcmp(c->found, denied) == 0 || strcmp(c->found, reach_word(REACH_DENIED)) == 0;
}

/* What kept us from asking, such as a secret that cannot be read, is an answer too. */
static int add_obstacle(const char *component, enum check_id id, const struct error *why,
			struct checks *out, struct error *err)
{
	bool no_right = why->kind == ERROR_PERMISSION || why->kind == ERROR_REFUSED;
	struct check check = { .name = check_name(id),
			       .component = component,
			       .verdict = VERDICT_ERROR,
			       .found = no_right ? denied : "could not ask",
			       .hint = why->hint };

	if (why->kind == ERROR_INTERRUPTED || why->kind == ERROR_NOMEM) {
		*err = *why;
		return -1;
	}
	return checks_addf(out, &check, "%s", why->message) < 0 ? no_memory(err) : 0;
}

/* The longest beginning of `path` that is there. */
static void existing_ancestor(const char *path, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s", path);
	while (access(out, F_OK) < 0 && errno == ENOENT) {
		char *slash = strrchr(out, '/');

		if (!slash || slash == out) {
			(void)snprintf(out, PATH_MAX, "%s", slash ? "/" : ".");
			return;
		}
		*slash = '\0';
	}
}

static int check_directory(const char *component, const char *what, const char *path,
			   enum verdict severity, struct checks *out, struct error *err)
{
	char existing[PATH_MAX];
	struct check check = { .name = check_name(CHECK_DIRECTORY),
			       .component = component,
			       .subject = path,
			       .verdict = VERDICT_PASS,
			       .expected = "readable, writable" };
	int rc;

	existing_ancestor(path, existing);
	if (faccessat(AT_FDCWD, existing, R_OK | W_OK | X_OK, AT_EACCESS) < 0) {
		check.verdict = severity;
		check.found = errno == EACCES ? denied : strerror(errno);
		check.hint = "give the account that runs muster the right to read and write there";
		rc = checks_addf(out, &check, "%s %s: %s", what, existing, strerror(errno));
	} else if (strcmp(existing, path) != 0) {
		check.found = "not there yet";
		rc = checks_addf(out, &check, "%s %s is made when it is first needed", what, path);
	} else {
		check.found = check.expected;
		rc = checks_addf(out, &check, "%s %s may be read and written", what, path);
	}
	return rc < 0 ? no_memory(err) : 0;
}

/* df's own share: what may be had against that and what is used. */
static int check_disk(const struct config *config, struct checks *out, struct error *err)
{
	char existing[PATH_MAX], expected[32], found[32];
	struct check check = { .name = check_name(CHECK_DISK_FREE),
			       .component = "",
			       .subject = config->repository,
			       .expected = expected,
			       .found = found };
	struct statvfs fs;
	double usable, share;

	existing_ancestor(config->repository, existing);
	if (statvfs(existing, &fs) < 0) {
		struct error why = ERROR_INIT;

		(void)error_set_errno(&why, ERROR_IO, "look at the disk of %s", existing);
		return add_obstacle("", CHECK_DISK_FREE, &why, out, err);
	}
	usable = (double)(fs.f_blocks - fs.f_bfree + fs.f_bavail);
	share = usable > 0 ? (double)fs.f_bavail / usable : 0;
	(void)snprintf(expected, sizeof(expected), "%.0f%% free", config->disk_free_min * 100);
	(void)snprintf(found, sizeof(found), "%.0f%% free", share * 100);
	check.verdict = share < config->disk_free_min ? check_default_severity(CHECK_DISK_FREE) :
							VERDICT_PASS;
	check.hint = check.verdict == VERDICT_PASS ? "" : "make room, or lower disk_free_min";
	if (checks_addf(out, &check, "%.1f GB of the repository's disk are free",
			(double)fs.f_bavail * (double)fs.f_frsize / 1e9) < 0)
		return no_memory(err);
	return 0;
}

static int check_decoder(const struct component_config *c, struct checks *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf path = { 0 };
	const char *program = c->backups.decode.item[0];
	struct error why = ERROR_INIT;
	bool there = strchr(program, '/') ? access(program, X_OK) == 0 :
					    process_find_program(program, NULL, &path, &why) == 0;
	struct check check = { .name = check_name(CHECK_TOOL),
			       .component = c->name,
			       .subject = program,
			       .verdict = there ? VERDICT_PASS : c->severity[CHECK_TOOL],
			       .expected = "installed",
			       .found = there ? "installed" : "not found",
			       .hint = there ? "" : "install it, or correct backups.decode" };

	if (checks_addf(out, &check, "%s, which decodes stored files, %s", program,
			there ? "is there" : "cannot be run") < 0)
		return no_memory(err);
	return 0;
}

typedef int examine_fn(const struct component_config *c, struct checks *out, struct error *err);

static int examine(examine_fn *ask, const struct component_config *c, enum check_id id,
		   struct checks *out, struct error *err)
{
	struct error why = ERROR_INIT;

	if (!ask || ask(c, out, &why) == 0)
		return 0;
	return add_obstacle(c->name, id, &why, out, err);
}

int doctor_check_component(const struct component_config *c, struct checks *out, struct error *err)
{
	const struct engine *engine = engine_of(c->engine);

	if (examine(engine->probe, c, CHECK_REACHABLE, out, err) < 0 ||
	    examine(engine->tools, c, CHECK_TOOL, out, err) < 0)
		return -1;
	if (c->backups.decode.count && check_decoder(c, out, err) < 0)
		return -1;
	if (!engine->backup)
		return 0;
	return check_directory(c->name, "backup directory", c->backups.path,
			       c->severity[CHECK_DIRECTORY], out, err);
}

static int do_nothing(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	(void)place;
	(void)pipes;
	(void)cookie;
	return 0;
}

/* One is made, tries to get out, and is removed. */
static int check_sandbox(struct checks *out, struct error *err)
{
	const struct sandbox_options options = { .work = do_nothing };
	struct check check = { .name = check_name(CHECK_SANDBOX),
			       .component = "",
			       .verdict = VERDICT_PASS,
			       .expected = "sealed",
			       .found = "sealed" };
	struct sandbox sandbox = SANDBOX_INIT;
	struct error why = ERROR_INIT;
	int rc;

	if (sandbox_open(&options, &sandbox, &why) == 0) {
		rc = checks_addf(out, &check,
				 "a sandbox could be sealed, and nothing got out of it");
	} else {
		check.verdict = check_default_severity(CHECK_SANDBOX);
		check.found = "refused";
		check.hint = why.hint;
		rc = checks_addf(out, &check, "%s", why.message);
	}
	sandbox_close(&sandbox);
	return rc < 0 ? no_memory(err) : 0;
}

/* An object that is not there is answer enough. */
static int ask_offsite(const struct config *config, struct error *err)
{
	CLEANUP(offsite_close)
	struct offsite offsite = { 0 };
	CLEANUP(buf_release)
	struct buf key = { 0 };
	struct s3_stat stat;

	if (offsite_open(&config->offsite, interrupt_requested, &offsite, err) < 0 ||
	    offsite_key(&offsite, ".muster-doctor", &key, err) < 0)
		return -1;
	if (s3_stat(offsite.s3, key.ptr, &stat, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_clear(err);
	return 0;
}

static int check_offsite(const struct config *config, struct checks *out, struct error *err)
{
	struct check check = { .name = check_name(CHECK_OFFSITE_REACHABLE),
			       .component = "",
			       .subject = config->offsite.url,
			       .verdict = VERDICT_PASS };
	struct error why = ERROR_INIT;

	if (!*config->offsite.url)
		return 0;
	if (ask_offsite(config, &why) < 0)
		return add_obstacle("", CHECK_OFFSITE_REACHABLE, &why, out, err);
	return checks_addf(out, &check, "the off-site copy, %s, answers", config->offsite.url) < 0 ?
		       no_memory(err) :
		       0;
}

int doctor_check_platform(const struct config *config, struct checks *out, struct error *err)
{
	enum verdict severity = check_default_severity(CHECK_DIRECTORY);

	if (check_directory("", "repository", config->repository, severity, out, err) < 0 ||
	    check_directory("", "state directory", config->state_dir, severity, out, err) < 0)
		return -1;
	if (check_disk(config, out, err) < 0 || check_offsite(config, out, err) < 0)
		return -1;
	return check_sandbox(out, err);
}
