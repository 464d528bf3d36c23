/* SPDX-License-Identifier: Apache-2.0 */
/* Which files the off-site copy of a set should hold, and what they should be. */
#include <string.h>

#include "plan/verify_offsite.intern.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the off-site copy's files");
}

/* FNV-1a. Stamps are left out, so that a part of a set has its turn though sets change. */
static unsigned turn_of(const char *component, enum part_kind kind, const char *database)
{
	const char *const words[] = { component, part_kind_id(kind), database };
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		for (const char *c = words[i]; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 16777619U;
		hash = (hash ^ '/') * 16777619U;
	}
	return hash >> 8;
}

static int add(struct offsite_verification *o, const struct offsite_item *item, struct error *err)
{
	CLEANUP(buf_release)
	struct buf key = { 0 };
	struct offsite_item *added = &o->item[o->count++];

	if (offsite_key(&o->offsite, item->relative, &key, err) < 0)
		return -1;
	*added = *item;
	added->key = arena_strdup(o->arena, key.ptr);
	if (added->file.sha256)
		added->file.sha256 = added->sha256;
	return added->key ? 0 : no_memory(err);
}

/* The manifest's word on a file is worth more than the file, which may be damaged. */
static int add_local(struct offsite_verification *o, const struct verify_file *f, struct error *err)
{
	const struct inspection *read = &f->judged.inspection;
	const struct manifest_file *m =
		f->target->set->manifest ?
			manifest_find(f->target->set->manifest, f->file->relative) :
			NULL;
	bool was_read = read->error.kind == ERROR_NONE;
	struct offsite_item item = { .target = f->target,
				     .relative = f->file->relative,
				     .turn = turn_of(f->target->component->name, f->file->kind,
						     f->file->database),
				     .file = { .size = m ? m->size : f->file->size } };

	if (m || was_read) {
		memcpy(item.sha256, m ? m->sha256 : read->sha256, sizeof(item.sha256));
		item.file.sha256 = item.sha256;
	}
	if (was_read && memcmp(item.sha256, read->sha256, sizeof(item.sha256)) == 0)
		item.file.path = f->file->path;
	return add(o, &item, err);
}

static bool is_listed(const struct offsite_verification *o, const struct verify_target *t,
		      const char *relative)
{
	for (size_t i = 0; i < o->count; i++) {
		if (o->item[i].target == t && strcmp(o->item[i].relative, relative) == 0)
			return true;
	}
	return false;
}

static int add_listed(struct offsite_verification *o, const struct verify_target *t,
		      const struct manifest_file *m, struct error *err)
{
	const char *database = m->database ? m->database : "";
	struct offsite_item item = { .target = t,
				     .relative = m->path,
				     .turn = turn_of(m->component, m->kind, database),
				     .file = { .size = m->size } };

	memcpy(item.sha256, m->sha256, sizeof(item.sha256));
	item.file.sha256 = item.sha256;
	return add(o, &item, err);
}

static int list_target(struct offsite_verification *o, const struct verify_target *t,
		       struct error *err)
{
	const struct manifest *m = t->set->manifest;

	for (size_t i = 0; i < o->v->file_count; i++) {
		if (o->v->file[i].target == t && add_local(o, &o->v->file[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; m && i < m->file_count; i++) {
		if (strcmp(m->file[i].component, t->component->name) == 0 &&
		    !is_listed(o, t, m->file[i].path) && add_listed(o, t, &m->file[i], err) < 0)
			return -1;
	}
	return 0;
}

int verify_offsite_list(struct offsite_verification *o, struct error *err)
{
	size_t room = o->v->file_count + 1;

	for (size_t i = 0; i < o->v->target_count; i++) {
		const struct backup_set *set = o->v->target[i].set;

		room += set && set->manifest ? set->manifest->file_count : 0;
	}
	o->item = arena_alloc(o->arena, room * sizeof(*o->item));
	if (!o->item)
		return no_memory(err);
	for (size_t i = 0; i < o->v->target_count; i++) {
		if (o->v->target[i].set && list_target(o, &o->v->target[i], err) < 0)
			return -1;
	}
	return 0;
}
