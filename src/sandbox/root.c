/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What programs need of the system; where /bin is a link to /usr/bin it stays one. Of /etc
 * no more than is named here: credentials may lie there, and without root they are readable
 * to this user inside as well.
 */
static const char *const system_paths[] = {
	"/usr",
	"/bin",
	"/sbin",
	"/lib",
	"/lib32",
	"/lib64",
	"/libx32",
	"/etc/alternatives",
	"/etc/group",
	"/etc/hosts",
	"/etc/ld.so.cache",
	"/etc/ld.so.conf",
	"/etc/ld.so.conf.d",
	"/etc/locale.alias",
	"/etc/localtime",
	"/etc/nsswitch.conf",
	"/etc/passwd",
	"/etc/postgresql-common",
	"/etc/protocols",
	"/etc/services",
	"/etc/ssl/openssl.cnf",
	"/etc/timezone",
};
static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
				       "/dev/urandom" };
static const struct {
	const char *name, *target;
} links[] = {
	{ "/tmp", "work/tmp" },
	{ "/var/tmp", "../work/tmp" },
	{ "/var/run", "../run" },
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

/* Of those links, the ones to the directory for temporary files. */
static const char *const temporary[] = { "/tmp", "/var/tmp" };

enum { LOCKED_DOWN = MS_NOSUID | MS_NODEV };

static char *at(const struct root_plan *p, const char *name, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s%s", p->at, name);
	return out;
}

static int refused(struct error *err, const char *what, const char *name)
{
	(void)error_set_errno(err, ERROR_REFUSED, "sandbox: %s %s", what, name);
	return error_hint(err, "muster needs Linux 5.12 or newer, and in a container the right to "
			       "make mount namespaces and a /proc of its own");
}

/* What is mounted in a chroot would be seen outside of it. */
static int in_chroot(struct error *err)
{
	(void)error_set(err, ERROR_REFUSED, "sandbox: / is no mount point, as in a chroot");
	return error_hint(err, "run muster outside of the chroot, or make the root of it a mount "
			       "before (mount --bind DIR DIR)");
}

/* NAME and its parents in the new tree. */
static int make_directories(const struct root_plan *p, const char *name, struct error *err)
{
	char path[PATH_MAX];
	size_t start = strlen(p->at) + 1;

	(void)at(p, name, path);
	for (char *slash = strchr(path + start, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return refused(err, "make directory", name);
		if (!slash)
			return 0;
		*slash = '/';
	}
}

static int make_file(const struct root_plan *p, const char *name, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX];

	/* it may be there, where nothing may be written */
	fd = open(at(p, name, path), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? refused(err, "make", name) : 0;
}

/* The host's `source` is seen at NAME with `attributes`, and so is all that is mounted below it. */
static int bind(const struct root_plan *p, const char *source, const char *name, __u64 attributes,
		struct error *err)
{
	struct mount_attr attr = { .attr_set = attributes };
	char path[PATH_MAX];

	(void)at(p, name, path);
	if (mount(source, path, NULL, MS_BIND | MS_REC, NULL) < 0)
		return refused(err, "show", source);
	if (mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return refused(err, "protect", source);
	return 0;
}

static int make_parent(const struct root_plan *p, const char *name, struct error *err)
{
	char *slash, parent[PATH_MAX];

	(void)snprintf(parent, sizeof(parent), "%s", name);
	slash = strrchr(parent, '/');
	if (!slash)
		return error_set(err, ERROR_INTERNAL, "sandbox: %s is not absolute", name);
	*slash = '\0';
	return parent[0] ? make_directories(p, parent, err) : 0;
}

static int show_readable(const struct root_plan *p, const char *name, struct error *err)
{
	struct stat st;

	if (stat(name, &st) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: %s", name);
	if (make_parent(p, name, err) < 0)
		return -1;
	if ((S_ISDIR(st.st_mode) ? make_directories(p, name, err) : make_file(p, name, err)) < 0)
		return -1;
	return bind(p, name, name, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
}

static int show_system(const struct root_plan *p, const char *name, struct error *err)
{
	char target[PATH_MAX], path[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (lstat(name, &st) < 0)
		return 0; /* not every machine has each */
	if (!S_ISLNK(st.st_mode))
		return show_readable(p, name, err);
	n = readlink(name, target, sizeof(target) - 1);
	if (n < 0)
		return refused(err, "read", name);
	target[n] = '\0';
	if (make_parent(p, name, err) < 0)
		return -1;
	return symlink(target, at(p, name, path)) < 0 ? refused(err, "link", name) : 0;
}

static int make_devices(const struct root_plan *p, struct error *err)
{
	char path[PATH_MAX];

	if (make_directories(p, "/dev/shm", err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		if (make_file(p, devices[i], err) < 0 ||
		    bind(p, devices[i], devices[i], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, err) < 0)
			return -1;
	}
	if (mount("tmpfs", at(p, "/dev/shm", path), "tmpfs", LOCKED_DOWN, "mode=1777") < 0)
		return refused(err, "mount", "/dev/shm");
	return 0;
}

static bool holds_readable(const struct root_plan *p, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *r = p->readable; r && *r; r++) {
		if (strncmp(*r, name, len) == 0 && (*r)[len] == '/')
			return true;
	}
	return false;
}

static bool is_mounted(const struct root_plan *p, const char *name)
{
	for (size_t i = 0; i < sizeof(temporary) / sizeof(*temporary); i++) {
		if (strcmp(temporary[i], name) == 0)
			return holds_readable(p, name);
	}
	return false;
}

/* A link could hold nothing that is to be seen below its name: then it is that directory. */
static int mount_temporary(const struct root_plan *p, struct error *err)
{
	char source[PATH_MAX];

	(void)snprintf(source, sizeof(source), "%s/tmp", p->writable);
	for (size_t i = 0; i < sizeof(temporary) / sizeof(*temporary); i++) {
		if (!is_mounted(p, temporary[i]))
			continue;
		if (make_directories(p, temporary[i], err) < 0 ||
		    bind(p, source, temporary[i], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err) < 0)
			return -1;
	}
	return 0;
}

static int make_links(const struct root_plan *p, struct error *err)
{
	char path[PATH_MAX];

	if (make_directories(p, "/var", err) < 0 || make_directories(p, "/run", err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		if (!is_mounted(p, links[i].name) &&
		    symlink(links[i].target, at(p, links[i].name, path)) < 0)
			return refused(err, "link", links[i].name);
	}
	return 0;
}

static int make_proc(const struct root_plan *p, struct error *err)
{
	char path[PATH_MAX];

	if (make_directories(p, "/proc", err) < 0)
		return -1;
	if (mount("proc", at(p, "/proc", path), "proc", LOCKED_DOWN | MS_NOEXEC, NULL) < 0)
		return refused(err, "mount", "/proc");
	return 0;
}

/* Put the new root on top of the old one and let go of that. */
static int change_root(const struct root_plan *p, struct error *err)
{
	if (chdir(p->at) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return refused(err, "change the root to", p->at);
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | LOCKED_DOWN, NULL) < 0)
		return refused(err, "protect", "/");
	return 0;
}

int root_enter(const struct root_plan *p, struct error *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno == EINVAL ? in_chroot(err) :
					 refused(err, "keep mounts from leaving", "/");
	if (mount("tmpfs", p->at, "tmpfs", LOCKED_DOWN, "mode=0755,size=1m") < 0)
		return refused(err, "mount a tmpfs at", p->at);
	for (size_t i = 0; i < sizeof(system_paths) / sizeof(*system_paths); i++) {
		if (show_system(p, system_paths[i], err) < 0)
			return -1;
	}
	if (make_directories(p, p->inside, err) < 0 ||
	    bind(p, p->writable, p->inside, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err) < 0)
		return -1;
	if (make_directories(p, p->given_inside, err) < 0 ||
	    bind(p, p->given, p->given_inside,
		 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err) < 0)
		return -1;
	if (mount_temporary(p, err) < 0)
		return -1;
	/* after what could hide them, were they below it */
	for (const char *const *r = p->readable; r && *r; r++) {
		if (show_readable(p, *r, err) < 0)
			return -1;
	}
	if (make_devices(p, err) < 0 || make_links(p, err) < 0 || make_proc(p, err) < 0)
		return -1;
	return change_root(p, err);
}
