/* SPDX-License-Identifier: Apache-2.0 */
#include "base/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The server's own account where it exists, else nobody. Servers refuse to run as root. */
static int choose_account(struct place *p, const char *account, struct error *err)
{
	const char *names[] = { account ? account : "nobody", "nobody" };
	char text[4096];

	for (size_t i = 0; i < 2; i++) {
		struct passwd entry, *found = NULL;

		if (getpwnam_r(names[i], &entry, text, sizeof(text), &found) == 0 && found &&
		    found->pw_uid != 0) {
			p->drop = true;
			p->uid = found->pw_uid;
			p->gid = found->pw_gid;
			return 0;
		}
	}
	return error_set(err, ERROR_NOT_FOUND,
			 "no unprivileged account to run a server with (tried %s and nobody)",
			 names[0]);
}

static bool may_enter(const struct stat *st, const struct place *p)
{
	if (st->st_uid == p->uid)
		return st->st_mode & S_IXUSR;
	if (st->st_gid == p->gid)
		return st->st_mode & S_IXGRP;
	return st->st_mode & S_IXOTH;
}

/* The account must be able to walk down to its directory. */
static int check_ancestors(const struct place *p, const char *parent, struct error *err)
{
	CLEANUP(cleanup_free)
	char *path = realpath(parent, NULL);

	if (!path)
		return error_set_errno(err, ERROR_IO, "directory %s", parent);
	for (;;) {
		struct stat st;
		char *slash = strrchr(path, '/');

		if (stat(*path ? path : "/", &st) < 0)
			return error_set_errno(err, ERROR_IO, "directory %s", path);
		if (!may_enter(&st, p)) {
			(void)error_set(err, ERROR_PERMISSION,
					"%s may not be entered by the account with uid %u",
					*path ? path : "/", (unsigned)p->uid);
			return error_hint(err, "set TMPDIR to a directory that every account may "
					       "enter, such as /tmp");
		}
		if (!slash)
			return 0;
		*slash = '\0';
	}
}

int place_open(struct place *p, const char *parent, const char *name, const char *account,
	       struct error *err)
{
	const char *tmpdir = getenv("TMPDIR");
	struct place made = { .uid = geteuid(), .gid = getegid() };
	int n;

	if (!parent)
		parent = tmpdir && *tmpdir ? tmpdir : "/tmp";
	n = snprintf(made.directory, sizeof(made.directory), "%s/%s", parent, name);
	if (n < 0 || (size_t)n >= sizeof(made.directory)) {
		(void)error_set(err, ERROR_USAGE,
				"directory %s/%s: a server's directory may have at most %zu bytes",
				parent, name, sizeof(made.directory) - 1);
		return error_hint(err,
				  "Unix sockets need short paths; set TMPDIR to a shorter one");
	}
	if (made.uid == 0 && choose_account(&made, account, err) < 0)
		return -1;
	if (made.drop && check_ancestors(&made, parent, err) < 0)
		return -1;
	if (mkdir(made.directory, 0700) < 0)
		return error_set_errno(err, ERROR_IO, "create directory %s", made.directory);
	if (made.drop && chown(made.directory, made.uid, made.gid) < 0) {
		(void)error_set_errno(err, ERROR_IO, "give directory %s to uid %u", made.directory,
				      (unsigned)made.uid);
		(void)rmdir(made.directory);
		return -1;
	}
	*p = made;
	return 0;
}

int place_free_port(uint16_t *port, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return error_set_errno(err, ERROR_IO, "find a free port on 127.0.0.1");
	*port = ntohs(address.sin_port);
	return 0;
}

int place_remove(struct place *p, struct error *err)
{
	if (!p->directory[0])
		return 0;
	if (file_remove_tree(p->directory, err) < 0)
		return -1;
	p->directory[0] = '\0';
	return 0;
}
