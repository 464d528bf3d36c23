/* SPDX-License-Identifier: Apache-2.0 */
/* muster backup show: one set, its files and what its manifest says. */
#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/backup_set.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "model/json.h"

static void print_field(const struct invocation *inv, const char *label, const char *text)
{
	(void)fprintf(inv->out, "%-10s", label);
	terminal_puts(&inv->screen, text);
	(void)fputc('\n', inv->out);
}

static void print_files(const struct invocation *inv, const struct set_view *v)
{
	(void)fputs("\n", inv->out);
	for (size_t i = 0; i < v->set->file_count; i++) {
		const struct backup_file *f = &v->set->file[i];
		char size[QUANTITY_TEXT_SIZE];

		(void)fprintf(inv->out, "%-12s %10s  ", part_kind_id(f->kind),
			      quantity_format_size(f->size, size));
		terminal_puts(&inv->screen, f->relative);
		(void)fputc('\n', inv->out);
	}
	for (size_t i = 0; i < v->part_count; i++) {
		if (v->part[i].file)
			continue;
		(void)fprintf(inv->out, "%-12s %s%10s%s  ", part_kind_id(v->part[i].kind),
			      terminal_begin(&inv->screen, TONE_BAD), "MISSING",
			      terminal_end(&inv->screen));
		terminal_puts(&inv->screen, v->part[i].name);
		(void)fputc('\n', inv->out);
	}
}

static void print_notes(const struct invocation *inv, const struct manifest *m)
{
	if (m->note_count)
		(void)fputs("\n", inv->out);
	for (size_t i = 0; i < m->note_count; i++) {
		terminal_puts(&inv->screen, m->note[i].component);
		(void)fputs(m->note[i].component[0] ? " " : "", inv->out);
		terminal_puts(&inv->screen, m->note[i].name);
		(void)fputs(": ", inv->out);
		terminal_puts(&inv->screen, m->note[i].value);
		(void)fputc('\n', inv->out);
	}
}

static void print(const struct invocation *inv, const struct set_view *v)
{
	const struct manifest *m = v->set->manifest;
	char text[CLOCK_RFC3339_SIZE + 40], when[CLOCK_RFC3339_SIZE], size[QUANTITY_TEXT_SIZE];

	set_view_warn(inv, v);
	(void)snprintf(text, sizeof(text), "%s (from the %s)",
		       clock_format_rfc3339(v->set->time_ns, when),
		       set_time_source_name(v->set->time_source));
	print_field(inv, "set", v->set->id);
	print_field(inv, "time", text);
	print_field(inv, "size", quantity_format_size(v->size, size));
	if (m && m->host[0])
		print_field(inv, "host", m->host);
	if (m && m->muster_version[0])
		print_field(inv, "by", m->muster_version);
	print_files(inv, v);
	if (m)
		print_notes(inv, m);
}

static json_t *file_to_json(const struct backup_file *f)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (json_object_set_new(o, "component", text_to_json(f->component->name)) < 0 ||
	    json_object_set_new(o, "part", json_string(part_kind_id(f->kind))) < 0 ||
	    (f->database[0] && json_object_set_new(o, "database", text_to_json(f->database)) < 0) ||
	    json_object_set_new(o, "path", text_to_json(f->path)) < 0 ||
	    json_object_set_new(o, "size", uint_to_json(f->size)) < 0 ||
	    json_object_set_new(o, "modified", time_to_json(f->mtime_ns)) < 0)
		return NULL;
	return TAKE(o);
}

static int fill_document(json_t *document, const struct set_view *v)
{
	CLEANUP(cleanup_json)
	json_t *head = set_view_to_json(v);
	json_t *files = json_array(), *notes = json_array();
	const struct manifest *m = v->set->manifest;

	/* both arrays are the document's from here on, also when setting them fails */
	if ((json_object_update(document, head) | json_object_set_new(document, "files", files) |
	     json_object_set_new(document, "notes", notes) |
	     json_object_set_new(document, "parts", set_view_parts_to_json(v))) < 0)
		return -1;
	for (size_t i = 0; i < v->set->file_count; i++) {
		if (json_array_append_new(files, file_to_json(&v->set->file[i])) < 0)
			return -1;
	}
	for (size_t i = 0; m && i < m->note_count; i++) {
		json_t *note = json_object();

		if (json_array_append_new(notes, note) < 0 ||
		    json_object_set_new(note, "component", text_to_json(m->note[i].component)) <
			    0 ||
		    json_object_set_new(note, "name", text_to_json(m->note[i].name)) < 0 ||
		    json_object_set_new(note, "value", text_to_json(m->note[i].value)) < 0)
			return -1;
	}
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(catalogue_release)
	struct catalogue c = { 0 };
	CLEANUP(cleanup_json)
	json_t *document = NULL;
	const char *id = inv->argument_count ? inv->argument[0] : "latest";
	struct backup_set *set;
	struct set_view v;

	if (configuration_load(inv, &config, err) < 0 || catalogue_load(&config, &c, err) < 0)
		return -1;
	set = catalogue_find(&c, id);
	if (!set) {
		(void)error_set(err, ERROR_NOT_FOUND,
				"no backup set is, or is the only one to begin with, \"%s\"", id);
		return error_hint(err, "`muster backup list` lists the sets");
	}
	if (set_view_load(&c, &config, set, &v, err) < 0)
		return -1;
	if (!inv->global.json) {
		print(inv, &v);
		return EXIT_CODE_PASS;
	}
	document = document_new("backup-set");
	if (fill_document(document, &v) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command backup_show_command = {
	.name = "show",
	.summary = "show one backup set, its files and its manifest",
	.description =
		"Shows a set by its name as `muster backup list` gives it, by the beginning of it "
		"when "
		"no other set begins so, or the latest: its time and where that comes from, its "
		"files with their sizes, the parts that are missing, and the manifest's notes.\n\n"
		"With --json the document muster.backup-set/v1 holds what backup list tells of a "
		"set, files[] of component, part, database, path, size and modified, parts[] of "
		"component, part, database, name, path and present, and notes[].",
	.arguments = "[SET]",
	.arguments_max = 1,
	.examples = "muster backup show 20261122_020000",
	.run = run,
};
