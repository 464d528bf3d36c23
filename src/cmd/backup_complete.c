/* SPDX-License-Identifier: Apache-2.0 */
/* muster backup complete: is every part of a set there? */
#include <string.h>

#include "cmd/backup_set.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "model/json.h"

enum { DATE_SIZE = 32 };

/* "2024-11-18" as it stands in names: 20241118. Other words stay as they are. */
static const char *without_dashes(const char *word, char out[DATE_SIZE])
{
	if (strlen(word) != 10 || word[4] != '-' || word[7] != '-')
		return word;
	(void)snprintf(out, DATE_SIZE, "%.4s%.2s%.2s", word, word + 5, word + 8);
	return out;
}

static bool is_stamp(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	return digits == 8 && (word[8] == '\0' || (word[8] == '_' && strlen(word) == 15 &&
						   strspn(word + 9, "0123456789") == 6));
}

/* The set meant: by name, else the newest of the day. */
static struct backup_set *find(struct catalogue *c, const char *word)
{
	struct backup_set *set = catalogue_find(c, word);

	for (size_t i = 0; i < c->set_count && !set && is_stamp(word); i++) {
		if (strncmp(c->set[i].id, word, strlen(word)) == 0)
			set = &c->set[i];
	}
	return set;
}

static void print(const struct invocation *inv, const struct set_view *v)
{
	for (size_t i = 0; i < v->part_count; i++) {
		bool there = v->part[i].file != NULL;

		(void)fprintf(inv->out, "%s%s%s ",
			      terminal_begin(&inv->screen, there ? TONE_GOOD : TONE_BAD),
			      terminal_symbol(&inv->screen, there ? VERDICT_PASS : VERDICT_FAIL),
			      terminal_end(&inv->screen));
		terminal_puts(&inv->screen, v->part[i].name);
		(void)fprintf(inv->out, " %s\n", there ? "exists" : "MISSING");
	}
	(void)fputs("set ", inv->out);
	terminal_puts(&inv->screen, v->set->id);
	(void)fprintf(inv->out, ": %zu of %zu parts\n", v->part_count - v->missing, v->part_count);
}

static int print_json(const struct invocation *inv, const struct set_view *v, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("backup-complete");

	if ((json_object_set_new(document, "set", text_to_json(v->set->id)) |
	     json_object_set_new(document, "complete", json_boolean(v->missing == 0)) |
	     json_object_set_new(document, "expected", uint_to_json(v->part_count)) |
	     json_object_set_new(document, "missing", uint_to_json(v->missing)) |
	     json_object_set_new(document, "parts", set_view_parts_to_json(v))) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(catalogue_release)
	struct catalogue c = { 0 };
	char date[DATE_SIZE];
	const char *word = without_dashes(inv->argument_count ? inv->argument[0] : "latest", date);
	struct backup_set none = { .id = word }, *set;
	struct set_view v;

	if (configuration_load(inv, &config, err) < 0 || catalogue_load(&config, &c, err) < 0)
		return -1;
	set = find(&c, word);
	if (!set && !is_stamp(word)) {
		(void)error_set(err, ERROR_NOT_FOUND, "there is no backup set \"%s\"", word);
		return error_hint(err, "`muster backup list` lists the sets; a day is written "
				       "20261122 or 2026-11-22");
	}
	if (set_view_load(&c, &config, set ? set : &none, &v, err) < 0)
		return -1;
	set_view_warn(inv, &v);
	if (inv->global.json && print_json(inv, &v, err) < 0)
		return -1;
	if (!inv->global.json)
		print(inv, &v);
	/* of nothing that should be there nothing can be said */
	if (v.part_count == 0)
		return EXIT_CODE_ERROR;
	return v.missing ? EXIT_CODE_FAIL : EXIT_CODE_PASS;
}

const struct command backup_complete_command = {
	.name = "complete",
	.summary = "tell whether every part of a backup set is there",
	.description =
		"Names each file that a complete set has, and whether it exists; exits with 1 when "
		"one is missing. Which files are expected is told by the configuration, and by the "
		"set's manifest when that names more. The set is given by its name, or by a day, "
		"of which it is the newest; without either it is the latest. A day without a set "
		"has every part missing.\n\n"
		"With --json the document muster.backup-complete/v1 holds set, complete, expected, "
		"missing and parts[] of component, part, database, name, path and present.",
	.arguments = "[DATE|SET]",
	.arguments_max = 1,
	.examples = "muster backup complete 20241118\n"
		    "muster backup complete || echo 'a part is missing'",
	.run = run,
};
