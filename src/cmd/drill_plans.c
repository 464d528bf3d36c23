/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_plans.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/nearest.h"

static const char *const built_in[] = { "monthly", NULL };

enum { NAMES_MAX = 1000 };

void drill_plan_names_release(struct drill_plan_names *l)
{
	arena_release(&l->arena);
	*l = (struct drill_plan_names){ 0 };
}

static bool is_yaml(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static bool holds(const struct drill_plan_names *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->item[i], name) == 0)
			return true;
	return false;
}

static int add(struct drill_plan_names *l, const char *name, size_t length, struct error *err)
{
	char *copy = arena_strndup(&l->arena, name, length);

	if (!copy)
		return error_set(err, ERROR_NOMEM, "no memory for the names of drill plans");
	if (!holds(l, copy) && l->count < NAMES_MAX)
		l->item[l->count++] = copy;
	return 0;
}

static void cleanup_directory(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static int add_files(struct drill_plan_names *l, const char *directory, struct error *err)
{
	CLEANUP(cleanup_directory)
	DIR *d = opendir(directory);

	if (!d) {
		(void)error_set_errno(err, ERROR_IO, "cannot list the drill plans of %s",
				      directory);
		return error_hint(err, "drill.plans is a directory with a file NAME.yaml for each");
	}
	for (const struct dirent *e; (e = readdir(d));)
		if (is_yaml(e->d_name) && add(l, e->d_name, strlen(e->d_name) - 5, err) < 0)
			return -1;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int drill_plan_names(const char *directory, struct drill_plan_names *out, struct error *err)
{
	out->item = arena_alloc(&out->arena, NAMES_MAX * sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for the names of drill plans");
	for (size_t i = 0; built_in[i]; i++)
		if (add(out, built_in[i], strlen(built_in[i]), err) < 0)
			return -1;
	if (directory && *directory && add_files(out, directory, err) < 0)
		return -1;
	qsort(out->item, out->count, sizeof(*out->item), by_name);
	return 0;
}

static int not_found(const char *directory, const char *name, struct error *err)
{
	CLEANUP(drill_plan_names_release)
	struct drill_plan_names names = { 0 };
	struct nearest nearest = { .word = name };

	if (drill_plan_names(directory, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		nearest_offer(&nearest, names.item[i]);
	(void)error_set(err, ERROR_NOT_FOUND, "there is no drill plan \"%s\"", name);
	if (nearest.best)
		return error_hint(err, "did you mean \"%s\"?", nearest.best);
	return error_hint(err, "muster drill plan lists those that there are");
}

/* A pipe would be waited for. */
static int read_own(const char *path, struct drill_plan *out, struct config_complaints *complaints,
		    struct error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)error_set(err, ERROR_CONFIG, "the drill plan %s is no file", path);
		return error_hint(err, "in the directory drill.plans each *.yaml is a plan");
	}
	return drill_plan_read(path, out, complaints, err);
}

static int load(const char *directory, const char *name, struct drill_plan *out,
		struct config_complaints *complaints, struct error *err)
{
	CLEANUP(buf_release)
	struct buf path = { 0 };
	struct stat st;

	if (strchr(name, '/') || is_yaml(name))
		return drill_plan_read(name, out, complaints, err);
	if (directory && *directory) {
		if (buf_printf(&path, "%s/%s.yaml", directory, name) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a path");
		/* also a link that leads nowhere */
		if (lstat(path.ptr, &st) == 0)
			return read_own(path.ptr, out, complaints, err);
	}
	if (!drill_plan_built_in(name))
		return not_found(directory, name, err);
	return drill_plan_parse(name, "(built in)", drill_plan_built_in(name), out, complaints,
				err);
}

int drill_plan_load(const char *directory, const char *name, struct drill_plan *out,
		    struct config_complaints *complaints, struct error *err)
{
	if (load(directory, name, out, complaints, err) < 0)
		return -1;
	return drill_plan_check_sense(out, complaints, err);
}

int drill_plans_check(const char *directory, struct config_complaints *complaints,
		      struct error *err)
{
	CLEANUP(drill_plan_names_release)
	struct drill_plan_names names = { 0 };

	if (drill_plan_names(directory, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(drill_plan_release)
		struct drill_plan plan = { 0 };

		size_t errors = complaints->errors;

		if (drill_plan_load(directory, names.item[i], &plan, complaints, err) == 0)
			continue;
		/* what is no complaint of a place in it */
		if (err->kind != ERROR_CONFIG || complaints->errors == errors)
			return -1;
		error_clear(err);
	}
	return 0;
}
