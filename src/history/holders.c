/* SPDX-License-Identifier: Apache-2.0 */
/* Asks who holds which lock, without taking any. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "history/lock.h"

enum { TEXT_SIZE = 256 };

/* A holder that has not got to writing it yet is nameless. */
static void parse_holder(char *text, struct history_holder *out)
{
	char *field[4] = { NULL }, *rest = text;

	for (size_t i = 0; i < 4; i++) {
		char *end = strchr(rest, '\n');

		if (!end)
			return;
		*end = '\0';
		field[i] = rest;
		rest = end + 1;
	}
	(void)snprintf(out->run, sizeof(out->run), "%.*s", RUN_ID_SIZE - 1, field[0]);
	(void)snprintf(out->command, sizeof(out->command), "%.*s", (int)sizeof(out->command) - 1,
		       field[1]);
	out->pid = strtol(field[2], NULL, 10);
	if (clock_parse_rfc3339(field[3], &out->since_ns) < 0)
		out->since_ns = 0;
}

/* 1: somebody holds it, and `out` says who, but not what; 0: nobody. */
static int ask(const char *path, struct history_holder *out, struct error *err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[TEXT_SIZE];
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	*out = (struct history_holder){ .pid = 0 };
	if (fd < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, ERROR_IO, "open %s", path);
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0)
		return error_set_errno(err, ERROR_IO, "ask for the holder of %s", path);
	if (whole.l_type == F_UNLCK)
		return 0;
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	parse_holder(text, out);
	return 1;
}

static struct history_holder *find_run(struct history_holders *holders, const char *run)
{
	for (size_t i = 0; i < holders->count; i++) {
		if (strcmp(holders->item[i].run, run) == 0)
			return &holders->item[i];
	}
	return NULL;
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "history: no memory for the holders of locks");
}

static int name_component(struct history_holder *holder, const char *component, struct error *err)
{
	void *components = holder->component;
	char **slot = store_slot(&components, holder->component_count, sizeof(*slot));

	holder->component = components;
	if (!slot)
		return no_memory(err);
	*slot = strdup(component);
	if (!*slot)
		return no_memory(err);
	holder->component_count++;
	return 0;
}

/* `component` NULL: the lock is of the holder's kind. */
static int add(struct history_holders *holders, const struct history_holder *found,
	       const char *component, struct error *err)
{
	struct history_holder *holder = find_run(holders, found->run);

	if (!holder) {
		void *items = holders->item;

		holder = store_slot(&items, holders->count, sizeof(*holder));
		holders->item = items;
		if (!holder)
			return no_memory(err);
		*holder = *found;
		holders->count++;
	}
	if (!component)
		holder->whole_kind = true;
	/* a run of no components holds a lock all the same */
	return component && *component ? name_component(holder, component, err) : 0;
}

/* Cuts the suffix off, if the name of a lock's file has it. */
static bool cut(char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	if (len < end || strcmp(name + len - end, suffix) != 0)
		return false;
	name[len - end] = '\0';
	return true;
}

static int look_at(const char *directory, char *name, struct history_holders *out,
		   struct error *err)
{
	char path[STORE_PATH_SIZE + LOCK_NAME_SIZE];
	struct history_holder found;
	bool of_component;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%.255s", directory, name);
	of_component = cut(name, LOCK_OF_COMPONENT);
	if (!of_component && !cut(name, LOCK_OF_KIND))
		return 0;
	rc = ask(path, &found, err);
	return rc > 0 ? add(out, &found, of_component ? name : NULL, err) : rc;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int history_holders(struct history *h, struct history_holders *out, struct error *err)
{
	char directory[STORE_PATH_SIZE];
	struct dirent **entry = NULL;
	int count, rc = 0;

	*out = (struct history_holders){ .count = 0 };
	if (h->in_memory)
		return 0;
	(void)lock_directory(h, directory);
	count = scandir(directory, &entry, NULL, by_name);
	if (count < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, ERROR_IO, "list %s", directory);
	for (int i = 0; i < count; i++) {
		if (rc == 0)
			rc = look_at(directory, entry[i]->d_name, out, err);
		free(entry[i]);
	}
	free(entry);
	if (rc < 0)
		history_holders_release(out);
	return rc;
}

void history_holders_release(struct history_holders *holders)
{
	for (size_t i = 0; i < holders->count; i++) {
		struct history_holder *holder = &holders->item[i];

		for (size_t k = 0; k < holder->component_count; k++)
			free(holder->component[k]);
		free(holder->component);
	}
	free(holders->item);
	*holders = (struct history_holders){ .count = 0 };
}

const struct history_holder *holders_of_component(const struct history_holders *holders,
						  const char *component)
{
	for (size_t i = 0; i < holders->count; i++) {
		const struct history_holder *holder = &holders->item[i];

		for (size_t k = 0; k < holder->component_count; k++) {
			if (strcmp(holder->component[k], component) == 0)
				return holder;
		}
	}
	return NULL;
}

const struct history_holder *holders_of_kind(const struct history_holders *holders,
					     const char *kind)
{
	for (size_t i = 0; i < holders->count; i++) {
		const struct history_holder *holder = &holders->item[i];

		if (holder->whole_kind && strcmp(holder->command, kind) == 0)
			return holder;
	}
	return NULL;
}

bool holders_know_run(const struct history_holders *holders, const char *run)
{
	for (size_t i = 0; i < holders->count; i++) {
		if (strcmp(holders->item[i].run, run) == 0)
			return true;
	}
	return false;
}
