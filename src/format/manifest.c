/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest as a structure, and its writing; reading is in manifest_parse.c. */
#include "format/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "format/manifest.intern.h"
#include "model/json.h"

static const char *const ids[PART_KIND_COUNT] = {
#define X(name, id) [PART_##name] = id,
	PART_TABLE(X)
#undef X
};

const char *part_kind_id(enum part_kind kind)
{
	return ids[kind];
}

bool part_kind_parse(const char *id, enum part_kind *out)
{
	for (int i = 0; i < PART_KIND_COUNT; i++) {
		if (strcmp(ids[i], id) == 0) {
			*out = (enum part_kind)i;
			return true;
		}
	}
	return false;
}

/* Room for one more of `count` elements; capacities are the powers of two from 8. */
static void *grow(void *array, size_t count, size_t size)
{
	if (count < 8 ? count != 0 : (count & (count - 1)) != 0)
		return array;
	return realloc(array, (count < 8 ? 8 : count * 2) * size);
}

static int copy_text(struct arena *a, const char **text)
{
	*text = arena_strdup(a, *text ? *text : "");
	return *text ? 0 : -1;
}

int manifest_add_file(struct manifest *m, const struct manifest_file *file)
{
	struct manifest_file copy = *file;
	struct manifest_file *grown = grow(m->file, m->file_count, sizeof(*grown));

	if (grown)
		m->file = grown;
	if (!grown || copy_text(&m->arena, &copy.component) < 0 ||
	    copy_text(&m->arena, &copy.database) < 0 || copy_text(&m->arena, &copy.path) < 0) {
		manifest_free_facts(file->facts);
		return -1;
	}
	m->file[m->file_count++] = copy;
	return 0;
}

int manifest_add_note(struct manifest *m, const char *component, const char *name,
		      const char *value)
{
	struct manifest_note note = { component, name, value };
	struct manifest_note *grown = grow(m->note, m->note_count, sizeof(*grown));

	if (!grown)
		return -1;
	m->note = grown;
	if (copy_text(&m->arena, &note.component) < 0 || copy_text(&m->arena, &note.name) < 0 ||
	    copy_text(&m->arena, &note.value) < 0)
		return -1;
	m->note[m->note_count++] = note;
	return 0;
}

void manifest_free_facts(struct facts *facts)
{
	if (facts)
		facts_release(facts);
	free(facts);
}

void manifest_release(struct manifest *m)
{
	for (size_t i = 0; i < m->file_count; i++)
		manifest_free_facts(m->file[i].facts);
	free(m->file);
	free(m->note);
	arena_release(&m->arena);
	*m = (struct manifest){ 0 };
}

const struct manifest_file *manifest_find(const struct manifest *m, const char *path)
{
	for (size_t i = 0; i < m->file_count; i++) {
		if (strcmp(m->file[i].path, path) == 0)
			return &m->file[i];
	}
	return NULL;
}

static int set_text(json_t *o, const char *key, const char *text)
{
	return json_object_set_new(o, key, text_to_json(text ? text : ""));
}

static int set_sha256(json_t *o, const uint8_t digest[32])
{
	static const char digits[] = "0123456789abcdef";
	char text[64];

	for (size_t i = 0; i < 32; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	return json_object_set_new(o, "sha256", json_stringn(text, sizeof(text)));
}

static json_t *file_to_json(const struct manifest_file *f)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (set_text(o, "part", part_kind_id(f->kind)) < 0 ||
	    set_text(o, "component", f->component) < 0 ||
	    (f->database && f->database[0] && set_text(o, "database", f->database) < 0) ||
	    set_text(o, "path", f->path) < 0 ||
	    json_object_set_new(o, "size", uint_to_json(f->size)) < 0 ||
	    set_sha256(o, f->sha256) < 0 ||
	    json_object_set_new(o, "started", time_to_json(f->started_ns)) < 0 ||
	    json_object_set_new(o, "finished", time_to_json(f->finished_ns)) < 0 ||
	    (f->facts && json_object_set_new(o, "facts", facts_to_json(f->facts)) < 0))
		return NULL;
	return TAKE(o);
}

static json_t *note_to_json(const struct manifest_note *n)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (set_text(o, "component", n->component) < 0 || set_text(o, "name", n->name) < 0 ||
	    set_text(o, "value", n->value) < 0)
		return NULL;
	return TAKE(o);
}

static json_t *manifest_to_json(const struct manifest *m)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	json_t *files = json_array(), *notes = json_array();

	/* both arrays are the object's from here on, also when setting them fails */
	if ((json_object_set_new(o, "schema", json_string(MANIFEST_SCHEMA)) |
	     json_object_set_new(o, "set", text_to_json(m->set ? m->set : "")) |
	     json_object_set_new(o, "platform", text_to_json(m->platform ? m->platform : "")) |
	     json_object_set_new(o, "host", text_to_json(m->host ? m->host : "")) |
	     json_object_set_new(o, "muster_version",
				 text_to_json(m->muster_version ? m->muster_version : "")) |
	     json_object_set_new(o, "started", time_to_json(m->started_ns)) |
	     json_object_set_new(o, "finished", time_to_json(m->finished_ns)) |
	     json_object_set_new(o, "files", files) | json_object_set_new(o, "notes", notes)) < 0)
		return NULL;
	for (size_t i = 0; i < m->file_count; i++) {
		if (json_array_append_new(files, file_to_json(&m->file[i])) < 0)
			return NULL;
	}
	for (size_t i = 0; i < m->note_count; i++) {
		if (json_array_append_new(notes, note_to_json(&m->note[i])) < 0)
			return NULL;
	}
	return TAKE(o);
}

int manifest_write(const struct manifest *m, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = manifest_to_json(m);

	if (!json || model_json_write(json, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to write the manifest");
	return 0;
}
