/* SPDX-License-Identifier: Apache-2.0 */
/* Which environments are up, and what is asked of their keepers. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "environment/keeper.h"
#include "environment/registry.h"

enum { END_MS = 60000, LEFT_TRIES = 500, LEFT_US = 20000 };

void environments_release(struct environments *l)
{
	free(l->item);
	*l = (struct environments){ 0 };
}

static int by_age(const void *a, const void *b)
{
	const struct environment *one = a, *other = b;

	return one->began_ns < other->began_ns ? -1 : one->began_ns > other->began_ns;
}

static bool is_record(const char *file)
{
	size_t len = strlen(file), ending = strlen(".json");

	return len > ending && len < REGISTRY_FILE_SIZE &&
	       strcmp(file + len - ending, ".json") == 0;
}

static int add(struct environments *out, const struct registry *r, const char *file,
	       struct error *err)
{
	struct environment *grown = reallocarray(out->item, out->count + 1, sizeof(*out->item));
	int rc;

	if (!grown)
		return error_set(err, ERROR_NOMEM, "no memory for a list of environments");
	out->item = grown;
	grown[out->count] = (struct environment){ 0 };
	rc = registry_read(r, file, &grown[out->count], err);
	out->count += rc > 0;
	return rc < 0 ? -1 : 0;
}

int environments_read(const struct registry *r, struct environments *out, struct error *err)
{
	const struct dirent *e;
	DIR *d = opendir(r->path);
	int rc = 0;

	if (!d)
		return error_set_errno(err, ERROR_IO, "open directory %s", r->path);
	while (rc == 0 && (e = readdir(d))) {
		if (is_record(e->d_name))
			rc = add(out, r, e->d_name, err);
	}
	(void)closedir(d);
	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), by_age);
	return rc;
}

int environments_find(struct environments *out, struct error *err)
{
	CLEANUP(registry_close)
	struct registry r = { .fd = -1 };
	int rc = registry_open(&r, false, err);

	return rc > 0 ? environments_read(&r, out, err) : rc;
}

static int tell_names(const struct environments *l, struct error *err)
{
	char names[200];
	size_t used = 0;

	if (!l->count)
		return error_hint(err, "none is up; `muster env up` makes one");
	for (size_t i = 0; i < l->count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
					 l->item[i].name);
	return error_hint(err, "there %s: %s", l->count == 1 ? "is" : "are", names);
}

const struct environment *environments_choose(const struct environments *l, const char *name,
					      struct error *err)
{
	for (size_t i = 0; name && i < l->count; i++) {
		if (strcmp(l->item[i].name, name) == 0)
			return &l->item[i];
	}
	if (!name && l->count == 1)
		return l->item;
	if (name)
		(void)error_set(err, ERROR_NOT_FOUND, "no environment \"%s\" is up", name);
	else if (!l->count)
		(void)error_set(err, ERROR_NOT_FOUND, "no environment is up");
	else
		(void)error_set(err, ERROR_USAGE, "%zu environments are up: say which", l->count);
	(void)tell_names(l, err);
	return NULL;
}

/* Its keeper, told WORD. */
static int call(const struct environment *e, char word, struct error *err)
{
	CLEANUP(registry_close)
	struct registry r = { .fd = -1 };
	CLEANUP(cleanup_close)
	int fd = -1;
	int rc = registry_open(&r, false, err);
	struct sockaddr_un address;

	if (rc < 0)
		return -1;
	if (rc == 0)
		return error_set(err, ERROR_NOT_FOUND, "no environment \"%s\" is up", e->name);
	address = registry_address(&r, e->name);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(fd, &word, 1, MSG_NOSIGNAL) != 1) {
		(void)error_set_errno(err, ERROR_TARGET, "reach process %d, which keeps %s",
				      (int)e->keeper, e->name);
		return error_hint(err, "`muster env list` tells whether it is still up");
	}
	return TAKE_FD(fd);
}

int environment_connect(const struct environment *e, struct error *err)
{
	return call(e, KEEPER_VISIT, err);
}

/* Of one whose keeper was killed the reaper removes what is left. */
static int await_removal(const struct environment *e, struct error *err)
{
	for (int i = 0; i < LEFT_TRIES; i++) {
		if (access(e->directory, F_OK) < 0)
			return 0;
		(void)usleep(LEFT_US);
	}
	return error_set(err, ERROR_IO, "%s is still there", e->directory);
}

int environment_end(const struct environment *e, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = call(e, KEEPER_END, err);
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	int rc;

	if (fd < 0)
		return -1;
	do
		rc = poll(&ended, 1, END_MS);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return error_set(err, ERROR_TIMEOUT, "process %d, which keeps %s, does not end",
				 (int)e->keeper, e->name);
	return await_removal(e, err);
}

int environment_check_name(const char *name, struct error *err)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	size_t len = strlen(name);

	if (len > 0 && len < ENVIRONMENT_NAME_SIZE && strspn(name, LETTERS) > 0 &&
	    strspn(name, LETTERS "_-.") == len)
		return 0;
#undef LETTERS
	(void)error_set(err, ERROR_USAGE, "\"%.60s\" cannot be the name of an environment", name);
	return error_hint(err, "a name has at most %d letters, digits and, after the first, _ - .",
			  ENVIRONMENT_NAME_SIZE - 1);
}
