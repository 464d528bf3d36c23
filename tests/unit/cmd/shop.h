/* SPDX-License-Identifier: Apache-2.0 */
/* The platform "shop", its backups and history in a directory of their own, and commands on it. */
#ifndef TESTS_CMD_SHOP_H
#define TESTS_CMD_SHOP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/commands.h"
#include "history/history.h"

struct world {
	char directory[64], config[96], state[96];
	struct history *h; /* NULL until a test opens it */
	char *out;         /* of the last command */
	struct error err;
};

/* A backup of one byte below the repository's `folder`. */
static inline void put_file(const struct world *w, const char *folder, const char *name)
{
	struct error err = ERROR_INIT;
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/backups/%s", w->directory, folder);
	assert_int_equal(file_make_directories(path, 0700, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/backups/%s/%s", w->directory, folder, name);
	assert_int_equal(file_write_atomic(path, 0600, "x", 1, &err), 0);
}

/* The components as lines of the configuration. */
static inline struct world *shop_open(const char *components)
{
	struct world *w = calloc(1, sizeof(*w));
	char text[1024];

	assert_non_null(w);
	(void)snprintf(w->directory, sizeof(w->directory), "/tmp/muster-shop-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	(void)snprintf(w->config, sizeof(w->config), "%s/muster.yaml", w->directory);
	(void)snprintf(w->state, sizeof(w->state), "%s/state", w->directory);
	(void)snprintf(text, sizeof(text),
		       "version: 1\n"
		       "platform: {name: shop}\n"
		       "repository: {path: %s/backups}\n"
		       "history: {state_dir: %s}\n"
		       "components:\n%s",
		       w->directory, w->state, components);
	assert_int_equal(file_write_atomic(w->config, 0600, text, strlen(text), &w->err), 0);
	return w;
}

static inline int shop_close(void **state)
{
	struct world *w = *state;
	struct error err = ERROR_INIT;

	history_close(w->h);
	assert_int_equal(file_remove_tree(w->directory, &err), 0);
	free(w->out);
	free(w);
	return 0;
}

static inline void tell(struct world *w, const struct event *e)
{
	if (event_send(history_sink(w->h), e, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

/* Runs a command as command_main() does once it has parsed the line. */
static inline int use(struct world *w, const struct command *command, void *options,
		      const char *argument, bool json)
{
	const char *arguments[] = { argument, NULL };
	size_t size = 0;
	FILE *out;
	struct invocation inv = { .command = command,
				  .global = { .config = w->config, .json = json },
				  .options = options,
				  .argument = arguments,
				  .argument_count = argument ? 1 : 0,
				  .err = stderr,
				  .screen = { .utf8 = true },
				  .message = { .stream = stderr } };
	int rc;

	free(TAKE(w->out));
	error_clear(&w->err);
	out = open_memstream(&w->out, &size);
	assert_non_null(out);
	inv.out = inv.screen.stream = out;
	rc = command->run(&inv, &w->err);
	assert_int_equal(fclose(out), 0);
	return rc;
}

#endif
