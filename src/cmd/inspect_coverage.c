/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/inspect_coverage.h"

#include <string.h>

#include "cmd/document.h"
#include "cmd/inspect_show.h"
#include "format/reader.h"
#include "model/json.h"
#include "stream/codec.h"

static const char with_manifest[] = "With a manifest nothing is unseen: it holds the SHA-256 of "
				    "each file as it was written, and "
				    "`muster verify` compares.";

enum { SUBJECTS_MAX = FORMAT_COUNT + CODEC_COUNT };

/* A format or a compression. */
struct subject {
	const char *id, *description;
	bool compression;
	const struct coverage *coverage; /* NULL: nothing is stated */
};

static size_t list_subjects(struct subject out[SUBJECTS_MAX])
{
	size_t n = 0;

	for (int f = FORMAT_UNKNOWN + 1; f < FORMAT_COUNT; f++) {
		const struct reader *r = reader_of((enum format)f);

		if (r)
			out[n++] = (struct subject){ format_id(r->format),
						     format_description(r->format), false,
						     r->coverage };
	}
	for (int c = CODEC_NONE + 1; c < CODEC_COUNT; c++)
		out[n++] = (struct subject){ codec_id((enum codec)c), "compression", true,
					     codec_coverage((enum codec)c) };
	return n;
}

static bool is_asked_for(const struct invocation *inv, const char *id)
{
	for (size_t k = 0; k < inv->argument_count; k++) {
		if (strcmp(inv->argument[k], id) == 0)
			return true;
	}
	return inv->argument_count == 0;
}

static int check_names(const struct invocation *inv, const struct subject *all, size_t n,
		       struct error *err)
{
	char known[256] = "";

	for (size_t k = 0; k < n; k++) {
		size_t len = strlen(known);

		(void)snprintf(known + len, sizeof(known) - len, "%s%s", k ? ", " : "", all[k].id);
	}
	for (size_t a = 0; a < inv->argument_count; a++) {
		size_t k = 0;

		while (k < n && strcmp(all[k].id, inv->argument[a]) != 0)
			k++;
		if (k < n)
			continue;
		(void)error_set(err, ERROR_USAGE, "no format is called \"%s\"", inv->argument[a]);
		return error_hint(err, "known are %s", known);
	}
	return 0;
}

static void print_subject(const struct invocation *inv, const struct subject *s)
{
	const struct inspect_show show = { .inv = inv };
	const struct terminal *t = &inv->screen;
	const struct coverage *c = s->coverage;

	(void)fprintf(inv->out, "%s%s%s, %s\n", terminal_begin(t, TONE_STRONG), s->id,
		      terminal_end(t), s->description);
	if (!c) {
		inspect_field(&show, "coverage", "not stated");
		return;
	}
	inspect_field(&show, "versions", c->versions);
	inspect_field(&show, "checked", c->checked);
	if (!c->count)
		inspect_field(&show, "not seen", "nothing: every byte is covered");
	for (size_t k = 0; k < c->count; k++) {
		char text[1024];

		(void)snprintf(text, sizeof(text), "%s: %s", c->row[k].where, c->row[k].effect);
		inspect_field(&show, k ? "" : "not seen", text);
	}
}

static void print_all(const struct invocation *inv, const struct subject *all, size_t n)
{
	const struct inspect_show show = { .inv = inv };

	for (size_t k = 0; k < n; k++) {
		if (!is_asked_for(inv, all[k].id))
			continue;
		print_subject(inv, &all[k]);
		(void)fputc('\n', inv->out);
	}
	inspect_text(&show, with_manifest);
}

static json_t *subject_to_json(const struct subject *s)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	json_t *rows = json_array();
	const struct coverage *c = s->coverage;

	/* the array is the object's from here on, also when setting it fails */
	if ((json_object_set_new(o, "uncovered", rows) |
	     json_object_set_new(o, "id", json_string(s->id)) |
	     json_object_set_new(o, "description", json_string(s->description)) |
	     json_object_set_new(o, "compression", json_boolean(s->compression)) |
	     json_object_set_new(o, "stated", json_boolean(c != NULL))) < 0)
		return NULL;
	if (c && (json_object_set_new(o, "versions", json_string(c->versions)) |
		  json_object_set_new(o, "checked", json_string(c->checked))) < 0)
		return NULL;
	for (size_t k = 0; c && k < c->count; k++) {
		json_t *row = json_pack("{s:s, s:s}", "where", c->row[k].where, "effect",
					c->row[k].effect);

		if (json_array_append_new(rows, row) < 0)
			return NULL;
	}
	return TAKE(o);
}

static int print_json(const struct invocation *inv, const struct subject *all, size_t n,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("coverage");
	json_t *formats = json_array();

	if ((json_object_set_new(document, "formats", formats) |
	     json_object_set_new(document, "manifest", json_string(with_manifest))) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	for (size_t k = 0; k < n; k++) {
		if (is_asked_for(inv, all[k].id) &&
		    json_array_append_new(formats, subject_to_json(&all[k])) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	return document_print(inv->out, TAKE(document), err);
}

int inspect_coverage(const struct invocation *inv, struct error *err)
{
	struct subject all[SUBJECTS_MAX];
	size_t n = list_subjects(all);

	if (check_names(inv, all, n, err) < 0)
		return -1;
	if (inv->global.json)
		return print_json(inv, all, n, err) < 0 ? -1 : EXIT_CODE_PASS;
	print_all(inv, all, n);
	return EXIT_CODE_PASS;
}
