/* SPDX-License-Identifier: Apache-2.0 */
/* muster config: the configuration as muster sees it. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "model/json.h"

struct config_show_options {
	bool origin;
};

static const struct option_row show_options[] = {
	{ .name = "origin",
	  .type = OPTION_FLAG,
	  .summary = "tell behind each value who set it",
	  .help = "A file with its line, an environment variable, --set, or built-in.",
	  .offset = offsetof(struct config_show_options, origin) },
	{ 0 },
};

/* How many leading parts of two dotted keys agree; the last part never counts. */
static size_t common_depth(const char *a, const char *b)
{
	size_t depth = 0;

	for (size_t i = 0; a[i] == b[i] && a[i]; i++)
		depth += a[i] == '.';
	return depth;
}

/* The maps that lead from the previous key to this one, then its own name. */
static void show_key(FILE *out, const char *previous, const char *key)
{
	size_t skip = common_depth(previous, key), depth = 0;

	for (const char *dot; (dot = strchr(key, '.')); key = dot + 1, depth++) {
		if (depth >= skip)
			(void)fprintf(out, "%*s%.*s:\n", (int)(2 * depth), "", (int)(dot - key),
				      key);
	}
}

static void show_value(const struct invocation *inv, const char *previous,
		       const struct config_value *value, bool origin)
{
	const char *name = strrchr(value->key, '.');
	int depth = 0;

	for (const char *c = value->key; *c; c++)
		depth += *c == '.';
	name = name ? name + 1 : value->key;
	if (!strchr(value->key, '.') && strchr(previous, '.'))
		(void)fputc('\n', inv->out);
	show_key(inv->out, previous, value->key);
	(void)fprintf(inv->out, "%*s%s%s: ", 2 * depth, "", value->text ? "" : "#", name);
	terminal_puts(&inv->screen, value->text ? value->text : value->note);
	if (origin) {
		(void)fprintf(inv->out, "  %s# ", terminal_begin(&inv->screen, TONE_FAINT));
		terminal_puts(&inv->screen, value->origin);
		(void)fputs(terminal_end(&inv->screen), inv->out);
	}
	(void)fputc('\n', inv->out);
}

static json_t *value_json(const struct config_value *value)
{
	return json_pack("{s:s, s:o, s:o}", "key", value->key, "value",
			 value->text ? text_to_json(value->text) : json_null(), "origin",
			 text_to_json(value->origin));
}

static int write_json(const struct invocation *inv, const struct config *config, struct error *err)
{
	json_t *document = document_new("config"), *list = json_array();

	for (size_t i = 0; i < config->value_count; i++)
		(void)!json_array_append_new(list, value_json(&config->value[i]));
	if (json_object_set_new(document, "file", text_to_json(config->path)) < 0 ||
	    json_array_size(list) != config->value_count ||
	    json_object_set_new(document, "values", json_incref(list)) < 0) {
		json_decref(document);
		document = NULL;
	}
	json_decref(list);
	return document_print(inv->out, document, err);
}

static int run_show(const struct invocation *inv, struct error *err)
{
	const struct config_show_options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	if (inv->global.json)
		return write_json(inv, &config, err) < 0 ? -1 : EXIT_CODE_PASS;
	for (size_t i = 0; i < config.value_count; i++)
		show_value(inv, i ? config.value[i - 1].key : "", &config.value[i],
			   options->origin);
	return EXIT_CODE_PASS;
}

const struct command config_show_command = {
	.name = "show",
	.summary = "show the effective configuration, secrets masked",
	.description =
		"Prints every key that applies with the value that holds, after built-in values, "
		"files, conf.d, environment and --set, as YAML that muster reads again. Keys that "
		"are not set stand as comments which say what holds instead. Secrets are shown as "
		"their reference, literal ones masked.\n\n"
		"With --json the document muster.config/v1 holds file and values[] of key, value "
		"(as YAML; null when not set) and origin.",
	.options = show_options,
	.options_size = sizeof(struct config_show_options),
	.examples = "muster config show --origin  # which file, line or variable set what",
	.run = run_show,
};

static const struct command *const subcommands[] = { &config_show_command, NULL };

const struct command config_command = {
	.name = "config",
	.summary = "show the configuration",
	.subcommands = subcommands,
};
