/* SPDX-License-Identifier: Apache-2.0 */
/* What the reaper does before there is a sandbox, and what it shares with its child and its owner. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/sandbox.intern.h"

const char *sandbox_parent(const char *parent)
{
	const char *tmpdir = getenv("TMPDIR");

	return parent ? parent : tmpdir && *tmpdir ? tmpdir : "/tmp";
}

char *sandbox_path(const struct sandbox_plan *plan, const char *name, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%.*s/%s", PATH_MAX - SANDBOX_NAME_MAX, plan->directory,
		       name);
	return out;
}

void sandbox_tell(int status, enum sandbox_word word, int code, const struct error *error)
{
	struct sandbox_status message = { .word = word, .code = code };
	ssize_t n;

	if (error)
		message.error = *error;
	do
		n = write(status, &message, sizeof(message));
	while (n < 0 && errno == EINTR);
}

/* Servers refuse to be root, and to be somebody that the machine does not know. */
static int choose_account(struct sandbox_plan *plan, struct error *err)
{
	struct passwd entry, *found = NULL;
	char text[4096];

	if (getpwnam_r("nobody", &entry, text, sizeof(text), &found) != 0 || !found ||
	    !found->pw_uid)
		return error_set(err, ERROR_REFUSED,
				 "sandbox: this machine has no account called nobody");
	plan->uid = found->pw_uid;
	plan->gid = found->pw_gid;
	plan->own_user = geteuid() != 0;
	return 0;
}

/* Locked before anything is in it: what is locked is nobody's to sweep. */
static int make_directory(struct sandbox_plan *plan, struct error *err)
{
	static const struct {
		const char *name;
		mode_t mode;
		bool its_own;
	} made[] = { { SANDBOX_ROOT, 0700, false },
		     { SANDBOX_FOR_IT, 0755, false },
		     { SANDBOX_WORK, 0700, true },
		     { SANDBOX_WORK "/tmp", 0700, true } };
	char path[PATH_MAX];

	if (mkdir(plan->directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create directory %s", plan->directory);
	plan->lock =
		open(sandbox_path(plan, SANDBOX_LOCK, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (plan->lock < 0 || flock(plan->lock, LOCK_EX | LOCK_NB) < 0)
		return error_set_errno(err, ERROR_IO, "lock %s", path);
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
		(void)sandbox_path(plan, made[i].name, path);
		if (mkdir(path, made[i].mode) < 0 || chmod(path, made[i].mode) < 0 ||
		    (made[i].its_own && !plan->own_user && chown(path, plan->uid, plan->gid) < 0))
			return error_set_errno(err, ERROR_IO, "create directory %s", path);
	}
	return 0;
}

int sandbox_prepare(struct sandbox_plan *plan, struct error *err)
{
	const struct sandbox_limits *limits = &plan->options->limits;
	char door[PATH_MAX];

	if (choose_account(plan, err) < 0 || make_directory(plan, err) < 0 ||
	    escape_open(&plan->escape, sandbox_path(plan, SANDBOX_DOOR, door), err) < 0)
		return -1;
	cgroup_make(&plan->cgroup, strrchr(plan->directory, '/') + 1, limits->memory_max,
		    limits->process_max);
	return 0;
}
