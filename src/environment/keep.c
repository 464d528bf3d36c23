/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox becomes an environment. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "environment/keeper.h"

/* What names of components may hold and those of environments may not becomes "-". */
static void make_stem(const struct environment *e, char out[ENVIRONMENT_NAME_SIZE])
{
	size_t n = 0;

	for (const char *c = e->component; *c && n < ENVIRONMENT_NAME_SIZE - 8; c++) {
		bool plain =
			isascii(*c) && (isalnum((unsigned char)*c) || (n && strchr("_-.", *c)));

		if (plain || n)
			out[n++] = plain ? *c : '-';
	}
	out[n] = '\0';
	if (!n)
		(void)snprintf(out, ENVIRONMENT_NAME_SIZE, "env");
}

static bool is_taken(const struct environments *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->item[i].name, name) == 0)
			return true;
	}
	return false;
}

/* After its component, and from the second on with a number. */
static void choose_name(const struct environments *l, struct environment *e)
{
	char stem[ENVIRONMENT_NAME_SIZE];

	make_stem(e, stem);
	(void)snprintf(e->name, sizeof(e->name), "%s", stem);
	for (unsigned i = 2; is_taken(l, e->name); i++)
		(void)snprintf(e->name, sizeof(e->name), "%.*s-%u", ENVIRONMENT_NAME_SIZE - 12,
			       stem, i);
}

static int listen_for_calls(const struct registry *r, const char *name, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = registry_address(r, name);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket in %s", r->path);
	return TAKE_FD(fd);
}

static int write_record(int fd, const struct environment *e, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (record_write(e, &text, err) < 0)
		return -1;
	return file_write_all(fd, "the record of an environment", text.ptr, text.len, err);
}

/* The keeper, before its record is written: nobody reads that as long as the registry is ours. */
static int start_keeper(struct keeper *k, struct environment *e, struct error *err)
{
	pid_t pid = process_fork();

	if (pid == 0)
		keeper_main(k);
	if (pid < 0)
		return error_set_errno(err, ERROR_IO,
				       "start the process that keeps an environment");
	e->keeper = pid;
	if (write_record(k->record, e, err) == 0)
		return 0;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return -1;
}

static int begin(struct registry *r, struct sandbox *s, struct environment *e, struct error *err)
{
	CLEANUP(cleanup_close)
	int record = -1;
	CLEANUP(cleanup_close)
	int listener = -1;
	struct keeper k = { .sandbox = *s,
			    .deadline_ns = clock_monotonic_ns() + (e->until_ns - clock_wall_ns()) };

	memcpy(k.name, e->name, sizeof(k.name));
	record = registry_create(r, e->name, err);
	if (record < 0)
		return -1;
	listener = listen_for_calls(r, e->name, err);
	k.record = record;
	k.listener = listener;
	if (listener >= 0 && start_keeper(&k, e, err) == 0)
		return 0;
	registry_remove(r, e->name);
	return -1;
}

int environment_keep(struct sandbox *s, struct environment *e, struct error *err)
{
	CLEANUP(registry_close)
	struct registry r = { .fd = -1 };
	CLEANUP(environments_release)
	struct environments others = { 0 };

	if (e->name[0] && environment_check_name(e->name, err) < 0)
		return -1;
	if (registry_open(&r, true, err) < 0 || environments_read(&r, &others, err) < 0)
		return -1;
	if (!e->name[0])
		choose_name(&others, e);
	memcpy(e->directory, s->directory, sizeof(e->directory));
	/* under the registry's lock: the list by age is in the order of the names */
	e->began_ns = clock_wall_ns();
	if (begin(&r, s, e, err) < 0)
		return -1;
	sandbox_hand_over(s);
	return 0;
}
