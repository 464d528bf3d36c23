/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup_set.h"

#include "model/json.h"

int set_view_load(struct catalogue *c, const struct config *config, struct backup_set *set,
		  struct set_view *out, struct error *err)
{
	CLEANUP(findings_release)
	struct findings findings = FINDINGS_INIT("manifest");
	struct error cause = ERROR_INIT;

	*out = (struct set_view){ .set = set };
	if (catalogue_load_manifest(set, &findings, &cause) < 0)
		(void)snprintf(out->trouble, sizeof(out->trouble), "%.300s", cause.message);
	else if (findings.count)
		(void)snprintf(out->trouble, sizeof(out->trouble), "%s: %s",
			       finding_id(findings.item[0].code), findings.item[0].message);
	if (catalogue_expected(c, config, set, &out->part, &out->part_count, err) < 0)
		return -1;
	for (size_t i = 0; i < out->part_count; i++)
		out->missing += out->part[i].file == NULL;
	for (size_t i = 0; i < set->file_count; i++)
		out->size += set->file[i].size;
	return 0;
}

static int set_text(json_t *object, const char *key, const char *text)
{
	return json_object_set_new(object, key, text_to_json(text));
}

json_t *set_view_to_json(const struct set_view *v)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct backup_set *set = v->set;

	if (set_text(o, "set", set->id) < 0 ||
	    json_object_set_new(o, "time", time_to_json(set->time_ns)) < 0 ||
	    set_text(o, "time_source", set_time_source_name(set->time_source)) < 0 ||
	    json_object_set_new(o, "size", uint_to_json(v->size)) < 0 ||
	    json_object_set_new(o, "file_count", uint_to_json(set->file_count)) < 0 ||
	    json_object_set_new(o, "expected", uint_to_json(v->part_count)) < 0 ||
	    json_object_set_new(o, "missing", uint_to_json(v->missing)) < 0 ||
	    json_object_set_new(o, "manifest", json_boolean(set->manifest_file)) < 0 ||
	    (v->trouble[0] && set_text(o, "manifest_trouble", v->trouble) < 0))
		return NULL;
	return TAKE(o);
}

static json_t *part_to_json(const struct expected_part *p)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (set_text(o, "component", p->component ? p->component->name : "") < 0 ||
	    set_text(o, "part", part_kind_id(p->kind)) < 0 ||
	    (p->database[0] && set_text(o, "database", p->database) < 0) ||
	    set_text(o, "name", p->name) < 0 ||
	    (p->file && set_text(o, "path", p->file->path) < 0) ||
	    json_object_set_new(o, "present", json_boolean(p->file != NULL)) < 0)
		return NULL;
	return TAKE(o);
}

json_t *set_view_parts_to_json(const struct set_view *v)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; i < v->part_count; i++) {
		if (json_array_append_new(array, part_to_json(&v->part[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

void set_view_warn(const struct invocation *inv, const struct set_view *v)
{
	if (!v->trouble[0])
		return;
	(void)fputs("muster: set ", inv->err);
	terminal_puts(&inv->message, v->set->id);
	(void)fputs(": the manifest cannot be used: ", inv->err);
	terminal_puts(&inv->message, v->trouble);
	(void)fputc('\n', inv->err);
}
