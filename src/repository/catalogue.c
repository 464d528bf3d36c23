/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "repository/catalogue.intern.h"

enum { MANIFEST_MAX = 64 << 20 };

const char *set_time_source_name(enum set_time_source s)
{
	static const char *const names[] = { [SET_TIME_MANIFEST] = "manifest",
					     [SET_TIME_CONTENT] = "content",
					     [SET_TIME_NAME] = "name",
					     [SET_TIME_MTIME] = "mtime" };

	return names[s];
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int keep_foreign(const struct scan *s, struct catalogue *out, struct error *err)
{
	out->foreign = arena_alloc(&out->arena, (s->foreign_count + 1) * sizeof(*out->foreign));
	if (!out->foreign)
		return error_set(err, ERROR_NOMEM, "no memory to list the repository");
	out->foreign_count = s->foreign_count;
	if (s->foreign_count) {
		memcpy(out->foreign, s->foreign, s->foreign_count * sizeof(*out->foreign));
		qsort(out->foreign, out->foreign_count, sizeof(*out->foreign), by_text);
	}
	return 0;
}

static int load(const struct config *config, const struct offsite *copy, struct catalogue *out,
		struct error *err)
{
	CLEANUP(cleanup_zone)
	struct zone *zone = NULL;
	CLEANUP(scan_release)
	struct scan s = { .config = config, .arena = &out->arena, .copy = copy };
	const char *name = config->timezone && config->timezone[0] ? config->timezone : "UTC";

	if (!config->repository || !config->repository[0]) {
		(void)error_set(err, ERROR_CONFIG, "repository.path is not set");
		return error_hint(err, "say in the configuration where the backups lie");
	}
	if (timezone_open(name, &zone, err) < 0)
		return -1;
	s.zone = zone;
	if ((copy ? scan_offsite(&s, err) : scan_repository(&s, err)) < 0)
		return -1;
	if (keep_foreign(&s, out, err) < 0)
		return -1;
	return group_files(&s, config, out, err);
}

int catalogue_load(const struct config *config, struct catalogue *out, struct error *err)
{
	return load(config, NULL, out, err);
}

int catalogue_load_offsite(const struct config *config, int (*stop_requested)(void),
			   struct catalogue *out, struct error *err)
{
	if (offsite_open(&config->offsite, stop_requested, &out->copy, err) < 0)
		return -1;
	return load(config, &out->copy, out, err);
}

void catalogue_disconnect(struct catalogue *c)
{
	offsite_close(&c->copy);
}

void catalogue_release(struct catalogue *c)
{
	catalogue_disconnect(c);
	for (size_t i = 0; i < c->set_count; i++) {
		if (c->set[i].manifest)
			manifest_release(c->set[i].manifest);
		free(c->set[i].manifest);
	}
	arena_release(&c->arena);
	*c = (struct catalogue){ 0 };
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* "2026-11-22" and "20261122_030000" tell the same as far as they both tell. */
static bool same_stamp(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strcspn(a, "0123456789");
		b += strcspn(b, "0123456789");
		if (!*a || !*b)
			return true;
		if (*a != *b)
			return false;
	}
}

static int append(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct buf *text = cookie;

	if (len > MANIFEST_MAX - text->len)
		return error_set(err, ERROR_TARGET, "it is larger than %d bytes", MANIFEST_MAX);
	return buf_append(text, bytes, len) < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory for a manifest") :
		       0;
}

static int read_text(const struct backup_file *f, struct buf *text, struct error *err)
{
	if (!f->copy)
		return file_read(f->path, MANIFEST_MAX, text, err);
	if (s3_read(f->copy->s3, f->key, NULL, 0, 0, append, text, err) < 0)
		return error_context(err, "read %s", f->path);
	return 0;
}

static int read_manifest(const struct backup_file *f, struct manifest *m, struct findings *findings,
			 struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (!ends_with(f->path, ".json")) {
		findings_add(findings, FINDING_UNSUPPORTED, 0,
			     "a manifest is read only when it is stored as plain JSON");
		return 0;
	}
	if (read_text(f, &text, err) < 0)
		return -1;
	if (manifest_parse(buf_span(&text), m, findings, err) < 0)
		return error_context(err, "%s", f->relative);
	if (m->set && !same_stamp(m->set, f->stamp))
		findings_add(findings, FINDING_BAD_REFERENCE, 0,
			     "it is of set %s, not of the set that its name tells", m->set);
	return 0;
}

/* A further manifest of the set, such as of one component taken by itself, adds its files. */
static int merge_manifest(const struct backup_file *f, struct manifest *into,
			  struct findings *findings, struct error *err)
{
	CLEANUP(manifest_release)
	struct manifest more = { 0 };

	if (read_manifest(f, &more, findings, err) < 0)
		return -1;
	for (size_t i = 0; i < more.file_count; i++) {
		if (manifest_add_file(into, &more.file[i]) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a manifest");
		more.file[i].facts = NULL;
	}
	return 0;
}

int catalogue_load_manifest(struct backup_set *set, struct findings *findings, struct error *err)
{
	struct manifest *m;

	if (!set->manifest_file || set->manifest)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return error_set(err, ERROR_NOMEM, "no memory for a manifest");
	set->manifest = m;
	if (read_manifest(set->manifest_file, m, findings, err) < 0)
		return -1;
	for (size_t i = 0; i < set->file_count; i++) {
		const struct backup_file *f = &set->file[i];

		if (f->kind == PART_MANIFEST && f != set->manifest_file &&
		    merge_manifest(f, m, findings, err) < 0)
			return -1;
	}
	if (m->started_ns) {
		set->time_ns = m->started_ns;
		set->time_source = SET_TIME_MANIFEST;
	}
	return 0;
}

struct backup_set *catalogue_find(struct catalogue *c, const char *id)
{
	struct backup_set *only = NULL;
	size_t len = strlen(id);

	if (strcmp(id, "latest") == 0)
		return c->set_count ? &c->set[0] : NULL;
	for (size_t i = 0; i < c->set_count; i++) {
		if (strcmp(c->set[i].id, id) == 0)
			return &c->set[i];
	}
	for (size_t i = 0; i < c->set_count; i++) {
		if (strncmp(c->set[i].id, id, len) != 0)
			continue;
		if (only)
			return NULL;
		only = &c->set[i];
	}
	return len ? only : NULL;
}
