/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a manifest: the whole document is parsed first, so offsets exist for its syntax only. */
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "format/manifest.h"
#include "format/manifest.intern.h"
#include "model/json.h"
#include "model/quote.h"

enum { DOCUMENT_MAX = 64 << 20 };

static enum finding_code code_of(enum json_error_code code)
{
	switch (code) {
	case json_error_premature_end_of_input:
		return FINDING_TRUNCATED;
	case json_error_end_of_input_expected:
		return FINDING_TRAILING_DATA;
	case json_error_invalid_utf8:
		return FINDING_BAD_ENCODING;
	case json_error_duplicate_key:
		return FINDING_DUPLICATE;
	case json_error_stack_overflow:
		return FINDING_BAD_STRUCTURE;
	default:
		return FINDING_BAD_SYNTAX;
	}
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read the manifest");
}

/* NULL: a finding was added, or `err` is set for want of memory. */
static json_t *load(struct span text, struct findings *findings, struct error *err)
{
	json_error_t problem;
	json_t *json;
	char quoted[JSON_ERROR_TEXT_LENGTH];

	if (text.len == 0) {
		findings_add(findings, FINDING_EMPTY, 0, "nothing in it");
		return NULL;
	}
	json = model_json_load(text, &problem, err);
	if (!json && err->kind == ERROR_NONE)
		findings_add(findings, code_of(json_error_code(&problem)),
			     problem.position > 0 ? (uint64_t)problem.position : 0, "line %d: %s",
			     problem.line, quote_text(problem.text, quoted, sizeof(quoted)));
	return json;
}

/* Is it a manifest that this program can read? */
static bool schema_known(const json_t *json, struct findings *findings)
{
	static const char family[] = "muster.manifest/";
	const json_t *schema = json_object_get(json, "schema");
	const char *text = json_string_value(schema);
	char quoted[64];

	if (!text || strncmp(text, family, sizeof(family) - 1) != 0) {
		findings_add(findings, FINDING_BAD_MAGIC, 0,
			     "\"schema\" does not say \"" MANIFEST_SCHEMA "\"");
		return false;
	}
	if (strcmp(text, MANIFEST_SCHEMA) != 0) {
		findings_add(findings, FINDING_UNSUPPORTED, 0,
			     "schema \"%s\" is not \"" MANIFEST_SCHEMA "\"",
			     quote_text(text, quoted, sizeof(quoted)));
		return false;
	}
	return true;
}

static int read_sha256(const json_t *json, uint8_t out[32], struct error *err)
{
	const char *text = json_string_value(json_object_get(json, "sha256"));

	if (!text || !sha256_parse(text, out))
		return error_set(err, ERROR_IO, "\"sha256\" is not 64 hexadecimal digits");
	return 0;
}

/* Paths are joined to the repository's root: none may lead out of it. */
static bool path_is_inside(const char *path)
{
	for (const char *p = path; p; p = strchr(p, '/')) {
		p += *p == '/' && p != path;
		if (p[0] == '/' || p[0] == '\0')
			return false;
		if (p[0] == '.' && (p[1] == '/' || p[1] == '\0'))
			return false;
		if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
			return false;
	}
	return true;
}

static int read_facts(const json_t *json, struct facts **out, struct error *err)
{
	const json_t *value = NULL;

	if (member_object(json, "facts", &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return no_memory(err);
	return facts_from_json(value, *out, err);
}

static int read_file(const json_t *json, struct arena *a, struct manifest_file *f,
		     struct error *err)
{
	const char *part = NULL;

	f->component = f->database = "";
	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "it is not an object");
	if (member_text(json, "part", a, &part, err) < 0 ||
	    member_text(json, "component", a, &f->component, err) < 0 ||
	    member_text(json, "database", a, &f->database, err) < 0 ||
	    member_text(json, "path", a, &f->path, err) < 0 ||
	    member_uint(json, "size", &f->size, err) < 0 ||
	    member_time(json, "started", &f->started_ns, err) < 0 ||
	    member_time(json, "finished", &f->finished_ns, err) < 0)
		return -1;
	if (!part || !part_kind_parse(part, &f->kind))
		return error_set(err, ERROR_IO, "\"part\" is not a known part of a set");
	if (!f->path || !path_is_inside(f->path))
		return error_set(err, ERROR_IO, "\"path\" is not a path inside the repository");
	if (!json_is_integer(json_object_get(json, "size")))
		return error_set(err, ERROR_IO, "\"size\" is missing");
	return read_sha256(json, f->sha256, err);
}

static int add_file(const json_t *json, struct manifest *m, struct error *err)
{
	struct manifest_file f = { 0 };

	if (read_file(json, &m->arena, &f, err) < 0 || read_facts(json, &f.facts, err) < 0) {
		manifest_free_facts(f.facts);
		return -1;
	}
	return manifest_add_file(m, &f) < 0 ? no_memory(err) : 0;
}

static int add_note(const json_t *json, struct manifest *m, struct error *err)
{
	struct manifest_note n = { "", "", "" };

	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "it is not an object");
	if (member_text(json, "component", &m->arena, &n.component, err) < 0 ||
	    member_text(json, "name", &m->arena, &n.name, err) < 0 ||
	    member_text(json, "value", &m->arena, &n.value, err) < 0)
		return -1;
	return manifest_add_note(m, n.component, n.name, n.value) < 0 ? no_memory(err) : 0;
}

/* A document of the wrong shape is a finding, want of memory is not. */
static int judge(struct findings *findings, const char *where, struct error *err)
{
	if (err->kind == ERROR_NOMEM)
		return -1;
	findings_add(findings, FINDING_BAD_STRUCTURE, 0, "%s%s%s", where, where[0] ? ": " : "",
		     err->message);
	error_clear(err);
	return 0;
}

static int add_all(const json_t *json, const char *key, struct manifest *m,
		   struct findings *findings,
		   int (*add)(const json_t *, struct manifest *, struct error *), struct error *err)
{
	const json_t *array = NULL;

	if (member_array(json, key, &array, err) < 0)
		return judge(findings, "", err);
	for (size_t i = 0; i < json_array_size(array); i++) {
		char where[40];

		(void)snprintf(where, sizeof(where), "%s[%zu]", key, i);
		if (add(json_array_get(array, i), m, err) < 0 && judge(findings, where, err) < 0)
			return -1;
	}
	return 0;
}

static int read_head(const json_t *json, struct manifest *m, struct error *err)
{
	struct arena *a = &m->arena;

	if (member_text(json, "set", a, &m->set, err) < 0 ||
	    member_text(json, "platform", a, &m->platform, err) < 0 ||
	    member_text(json, "host", a, &m->host, err) < 0 ||
	    member_text(json, "muster_version", a, &m->muster_version, err) < 0 ||
	    member_time(json, "started", &m->started_ns, err) < 0 ||
	    member_time(json, "finished", &m->finished_ns, err) < 0)
		return -1;
	if (!m->set[0] || !m->started_ns || !m->finished_ns)
		return error_set(err, ERROR_IO, "\"set\", \"started\" or \"finished\" is missing");
	if (m->finished_ns < m->started_ns)
		return error_set(err, ERROR_IO, "\"finished\" lies before \"started\"");
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two words about one file: neither can be trusted. */
static int check_paths(const struct manifest *m, struct findings *findings, struct error *err)
{
	CLEANUP(cleanup_free)
	const char **path = calloc(m->file_count ? m->file_count : 1, sizeof(*path));

	if (!path)
		return no_memory(err);
	for (size_t i = 0; i < m->file_count; i++)
		path[i] = m->file[i].path;
	qsort(path, m->file_count, sizeof(*path), by_path);
	for (size_t i = 1; i < m->file_count; i++) {
		if (strcmp(path[i - 1], path[i]) == 0)
			findings_add(findings, FINDING_DUPLICATE, 0, "two entries for one path");
	}
	if (m->file_count == 0)
		findings_add(findings, FINDING_EMPTY, 0, "it names no file");
	return 0;
}

int manifest_parse(struct span text, struct manifest *m, struct findings *findings,
		   struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = load(text, findings, err);

	m->set = m->platform = m->host = m->muster_version = "";
	if (!json)
		return err->kind == ERROR_NONE ? 0 : -1;
	if (!json_is_object(json)) {
		findings_add(findings, FINDING_BAD_STRUCTURE, 0, "it is not an object");
		return 0;
	}
	if (!schema_known(json, findings))
		return 0;
	if (read_head(json, m, err) < 0 && judge(findings, "", err) < 0)
		return -1;
	if (add_all(json, "files", m, findings, add_file, err) < 0 ||
	    add_all(json, "notes", m, findings, add_note, err) < 0)
		return -1;
	return check_paths(m, findings, err);
}

/* The reader: holds the document until its end. */
struct manifest_stage {
	struct stage stage;
	struct reading *out;
	struct buf text;
	bool too_large;
};

static int push(struct stage *s, struct span block, struct error *err)
{
	struct manifest_stage *m = (struct manifest_stage *)s;

	m->out->content_bytes += block.len;
	if (m->too_large)
		return 0;
	if (block.len > DOCUMENT_MAX - m->text.len) {
		m->too_large = true;
		findings_add(&m->out->findings, FINDING_BAD_LENGTH, DOCUMENT_MAX,
			     "larger than %d MiB", DOCUMENT_MAX >> 20);
		buf_release(&m->text);
		return 0;
	}
	return buf_append(&m->text, block.ptr, block.len) < 0 ? no_memory(err) : 0;
}

static int publish(struct reading *out, const struct manifest *m, struct error *err)
{
	const struct {
		const char *name, *value;
	} settings[] = { { "set", m->set },
			 { "platform", m->platform },
			 { "host", m->host },
			 { "muster_version", m->muster_version } };

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		struct fact *fact;

		if (!settings[i].value[0])
			continue;
		fact = facts_add(&out->facts, FACT_SETTING, NULL, settings[i].name);
		if (!fact || fact_set_value(&out->facts, fact, settings[i].value) < 0)
			return no_memory(err);
	}
	facts_sort(&out->facts);
	out->content_time_ns = m->started_ns;
	return 0;
}

static int finish(struct stage *s, struct error *err)
{
	struct manifest_stage *stage = (struct manifest_stage *)s;
	CLEANUP(manifest_release)
	struct manifest m = { 0 };

	if (stage->too_large)
		return 0;
	if (manifest_parse(buf_span(&stage->text), &m, &stage->out->findings, err) < 0)
		return -1;
	stage->out->finished = m.started_ns != 0;
	return publish(stage->out, &m, err);
}

static void free_stage(struct stage *s)
{
	struct manifest_stage *m = (struct manifest_stage *)s;

	buf_release(&m->text);
	free(m);
}

static struct stage *open_manifest(struct reading *out, struct error *err)
{
	static const struct stage_ops ops = {
		.name = "manifest", .push = push, .finish = finish, .free = free_stage
	};
	struct manifest_stage *m = calloc(1, sizeof(*m));

	if (!m) {
		(void)no_memory(err);
		return NULL;
	}
	m->stage.ops = &ops;
	m->out = out;
	out->format = FORMAT_MANIFEST;
	out->findings.layer = "manifest";
	out->facts.side = FACTS_BACKUP;
	return &m->stage;
}

/* manifest_write() puts the schema first. */
static bool matches(struct span head)
{
	static const char wanted[] = "{\"schema\":\"muster.manifest/";
	const char *w = wanted;

	for (size_t i = 0; i < head.len && *w; i++) {
		if (head.ptr[i] == ' ' || head.ptr[i] == '\n' || head.ptr[i] == '\r' ||
		    head.ptr[i] == '\t')
			continue;
		if (head.ptr[i] != (uint8_t)*w++)
			return false;
	}
	return *w == '\0';
}

static const struct uncovered uncovered[] = {
#define X(name, where, effect) { where, effect },
	MANIFEST_UNCOVERED_TABLE(X)
#undef X
};

static const struct coverage coverage = {
	.id = "manifest",
	.versions = "muster.manifest/v1",
	.checked = "Syntax, UTF-8, duplicate members, trailing bytes, types and ranges of all "
		   "members, paths that stay inside the repository, one entry per path.",
	.row = uncovered,
	.count = sizeof(uncovered) / sizeof(uncovered[0]),
};

const struct reader manifest_reader = {
	.format = FORMAT_MANIFEST, .matches = matches, .open = open_manifest, .coverage = &coverage
};
