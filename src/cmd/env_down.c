/* SPDX-License-Identifier: Apache-2.0 */
/* muster env down: the end of environments. */
#include "cmd/commands.h"
#include "cmd/document.h"
#include "environment/environment.h"
#include "model/json.h"

struct down_options {
	bool all;
};

static const struct option_row rows[] = {
	{ .name = "all",
	  .type = OPTION_FLAG,
	  .summary = "end all that are up",
	  .offset = offsetof(struct down_options, all) },
	{ 0 },
};

static int print_json(const struct invocation *inv, const struct environment *ended, size_t count,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("env-down");
	CLEANUP(cleanup_json)
	json_t *names = json_array();

	for (size_t i = 0; names && i < count; i++) {
		if (json_array_append_new(names, text_to_json(ended[i].name)) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	if (!document || !member_put(document, "ended", TAKE(names)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static int end(const struct invocation *inv, const struct environment *e, size_t count,
	       struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (environment_end(&e[i], err) < 0)
			return -1;
		if (!inv->global.json)
			(void)fprintf(inv->out, "%s is down, and nothing is left of it\n",
				      e[i].name);
	}
	return inv->global.json ? print_json(inv, e, count, err) : 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct down_options *o = inv->options;
	const char *name = inv->argument_count ? inv->argument[0] : NULL;
	CLEANUP(environments_release)
	struct environments all = { 0 };
	const struct environment *chosen;

	if (o->all == (name != NULL)) {
		(void)error_set(err, ERROR_USAGE, "env down needs either a NAME or --all");
		return error_hint(err, "`muster env list` shows what is up");
	}
	if (environments_find(&all, err) < 0)
		return -1;
	if (o->all)
		return end(inv, all.item, all.count, err) < 0 ? -1 : EXIT_CODE_PASS;
	chosen = environments_choose(&all, name, err);
	if (!chosen || end(inv, chosen, 1, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command env_down_command = {
	.name = "down",
	.summary = "end environments",
	.description = "Ends the environment called NAME: its servers and whatever else runs in "
		       "there, and "
		       "its directory. It returns when nothing is left.\n\n"
		       "With --json the document muster.env-down/v1 holds ended[], the names.",
	.arguments = "[NAME]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct down_options),
	.examples = "muster env down env\nmuster env down --all",
	.run = run,
};
