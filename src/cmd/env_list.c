/* SPDX-License-Identifier: Apache-2.0 */
/* muster env list: the environments that are up. */
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "environment/environment.h"
#include "model/json.h"
#include "sandbox/wipe.h"

static const struct listing_column columns[] = {
	{ .title = "NAME", .gives_width = true },
	{ .title = "SERVERS" },
	{ .title = "SINCE", .spare = 2 },
	{ .title = "UNTIL" },
	{ .title = "SIZE", .right = true, .spare = 1 },
	{ .title = "PID", .right = true, .spare = 4 },
	{ .title = "OF", .spare = 3 },
};

static uint64_t size_of(const struct environment *e)
{
	return wipe_measure(e->directory, UINT64_MAX);
}

/* "postgresql redis" */
static void name_engines(const struct environment *e, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < ENGINE_COUNT && used < size; i++) {
		if (e->engine[i])
			used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "",
						 engine_kind_name((enum engine_kind)i));
	}
}

static void add_row(struct listing *l, const struct environment *e)
{
	char engines[80], time[CLOCK_RFC3339_SIZE], of[ENVIRONMENT_COMPONENT_SIZE + 64];

	name_engines(e, engines, sizeof(engines));
	(void)snprintf(of, sizeof(of), e->run[0] ? "restore test %s of %s" : "people", e->run,
		       e->component);
	listing_text(l, e->name);
	listing_text(l, engines);
	listing_text(l, clock_format_rfc3339(e->began_ns, time));
	listing_text(l, clock_format_rfc3339(e->until_ns, time));
	listing_size(l, true, size_of(e));
	listing_format(l, "%d", (int)e->keeper);
	listing_text(l, of);
}

static int print(const struct invocation *inv, const struct environments *all, struct error *err)
{
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };
	int rc;

	if (!all->count) {
		(void)fputs("no environment is up\n", inv->out);
		return 0;
	}
	for (size_t i = 0; i < all->count; i++)
		add_row(&l, &all->item[i]);
	rc = listing_print(&l, err);
	listing_release(&l);
	return rc;
}

static json_t *environment_to_json(const struct environment *e)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	CLEANUP(cleanup_json)
	json_t *engines = json_array();

	for (int i = 0; engines && i < ENGINE_COUNT; i++) {
		if (e->engine[i] &&
		    json_array_append_new(engines,
					  text_to_json(engine_kind_name((enum engine_kind)i))) < 0)
			return NULL;
	}
	if (o && member_put(o, "name", text_to_json(e->name)) &&
	    member_put(o, "engines", TAKE(engines)) &&
	    member_put(o, "run", e->run[0] ? text_to_json(e->run) : json_null()) &&
	    member_put(o, "component", e->run[0] ? text_to_json(e->component) : json_null()) &&
	    member_put(o, "began", time_to_json(e->began_ns)) &&
	    member_put(o, "until", time_to_json(e->until_ns)) &&
	    member_put(o, "pid", json_integer(e->keeper)) &&
	    member_put(o, "directory", text_to_json(e->directory)) &&
	    member_put(o, "size", uint_to_json(size_of(e))))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct environments *all,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < all->count; i++) {
		if (json_array_append_new(list, environment_to_json(&all->item[i])) < 0)
			return document_no_memory(err);
	}
	return document_print_list(inv->out, "env-list", "environments", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(environments_release)
	struct environments all = { 0 };
	int rc;

	if (environments_find(&all, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &all, err) : print(inv, &all, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command env_list_command = {
	.name = "list",
	.summary = "list the environments that are up",
	.description = "Lists this user's environments, the oldest first: their servers, since and "
		       "until when "
		       "they are up, what their directory takes on the disk, the process that "
		       "keeps each, and "
		       "whether it was made for people or is left of a restore test.\n\n"
		       "With --json the document muster.env-list/v1 holds environments[] of name, "
		       "engines[], "
		       "run and component (of the restore test; else null), began, until, pid, "
		       "directory and "
		       "size.",
	.examples = "muster env list --json",
	.run = run,
};
