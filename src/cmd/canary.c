/* SPDX-License-Identifier: Apache-2.0 */
/* muster canary: a row in the live databases, by which a backup tells how new its data is. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "component/canary.h"
#include "component/engine.h"
#include "model/json.h"

static bool is_named(const struct invocation *inv, const char *name)
{
	for (size_t i = 0; i < inv->argument_count; i++) {
		if (strcmp(inv->argument[i], name) == 0)
			return true;
	}
	return inv->argument_count == 0;
}

static int refuse_wrong_names(const struct invocation *inv, const struct config *config,
			      struct error *err)
{
	for (size_t i = 0; i < inv->argument_count; i++) {
		const struct component_config *c = config_component(config, inv->argument[i]);

		if (!c) {
			(void)error_set(err, ERROR_NOT_FOUND, "no component is called %s",
					inv->argument[i]);
			return error_hint(err, "muster config show lists the components");
		}
		if (!engine_of(c->engine)->canary)
			return error_set(err, ERROR_USAGE,
					 "component %s is of engine %s, which takes no canary",
					 c->name, engine_kind_name(c->engine));
	}
	return 0;
}

/* All that can be written is; the first that cannot is the error. */
static int write_all(const struct invocation *inv, const struct config *config,
		     struct canaries *out, struct error *err)
{
	size_t wanted = 0;
	int rc = 0;

	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];
		struct error failure = ERROR_INIT;

		if (!engine_of(c->engine)->canary || !is_named(inv, c->name))
			continue;
		wanted++;
		if (engine_of(c->engine)->canary(c, out, &failure) == 0)
			continue;
		(void)error_context(&failure, "component %s", c->name);
		if (rc == 0)
			*err = failure;
		rc = -1;
	}
	if (!wanted)
		return error_set(err, ERROR_NOT_FOUND,
				 "no component takes a canary: none is of "
				 "engine postgresql");
	return rc;
}

static int print_json(const struct invocation *inv, const struct canaries *canaries,
		      struct error *err)
{
	json_t *document = document_new("canary"), *list = json_array();
	bool ok = document && list;

	for (size_t i = 0; ok && i < canaries->count; i++) {
		const struct canary *c = &canaries->item[i];

		ok = json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:b}", "component",
							   c->component, "database",
							   text_to_json(c->database), "at", c->at,
							   "created", c->created)) == 0;
	}
	if (!ok || json_object_set(document, "rows", list) < 0) {
		json_decref(document);
		document = NULL;
	}
	json_decref(list);
	return document_print(inv->out, document, err);
}

static void print_text(const struct invocation *inv, const struct canaries *canaries)
{
	for (size_t i = 0; i < canaries->count; i++) {
		const struct canary *c = &canaries->item[i];

		(void)fprintf(inv->out, "%s ", c->at);
		terminal_puts(&inv->screen, c->component);
		(void)fputs(" database ", inv->out);
		terminal_puts(&inv->screen, c->database);
		(void)fprintf(inv->out, "%s\n", c->created ? ": the table was made" : "");
	}
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(canaries_release)
	struct canaries canaries = { 0 };
	int rc;

	if (configuration_load(inv, &config, err) < 0 || refuse_wrong_names(inv, &config, err) < 0)
		return -1;
	rc = write_all(inv, &config, &canaries, err);
	if (rc == 0 && inv->global.json)
		return print_json(inv, &canaries, err) < 0 ? -1 : EXIT_CODE_PASS;
	if (!inv->global.json)
		print_text(inv, &canaries);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command canary_command = {
	.name = "canary",
	.summary = "write the time into the live databases, so that backups tell how new they are",
	.description =
		"Writes the time by the server's clock into the row with id 1 of the table "
		"muster.canary (id integer, at timestamptz) of each database of the components "
		"named, or of all of engine postgresql. Schema and table are made when they are "
		"not there; afterwards the user needs SELECT, INSERT and UPDATE on the table, and "
		"USAGE on the schema.\n\n"
		"Let a timer run it every minute. A restore test of a backup then tells how much "
		"was missing in it when it was made, to the minute, and holds that against the "
		"recovery point objective, even when nobody uses the platform.\n\n"
		"A standby is refused: what is written into its primary comes to it.",
	.arguments = "[COMPONENT...]",
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster canary                # every database\n"
		    "muster canary postgres-main",
	.run = run,
};
